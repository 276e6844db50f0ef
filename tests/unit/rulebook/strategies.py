"""Random packs and visits for the property-based tests."""

from typing import Any

from hypothesis import strategies as st

from compliance.rulebook import Pack

QUESTIONS = [f"q{number}" for number in range(8)]
ANSWERS = ("yes", "no", "not_observed", "not_applicable")

leaves = st.builds(
    lambda name, code: {"answer": name, "is": code},
    st.sampled_from(QUESTIONS),
    st.sampled_from(("yes", "no")),
) | st.builds(
    lambda name, codes: {"answer": name, "in": codes},
    st.sampled_from(QUESTIONS),
    st.lists(st.sampled_from(("yes", "no")), min_size=1, max_size=2, unique=True),
)

trees = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda part: {"not": part}, inner)
        | st.builds(
            lambda key, parts: {key: parts},
            st.sampled_from(("all", "any")),
            st.lists(inner, min_size=1, max_size=3),
        )
    ),
    max_leaves=8,
)

visits = st.fixed_dictionaries({}, optional={name: st.sampled_from(ANSWERS) for name in QUESTIONS})


@st.composite
def rules(draw: Any, number: int) -> dict[str, Any]:
    """A rule over the eight questions, with or without a condition for applying."""
    version: dict[str, Any] = {
        "from": "2020-01-01",
        "severity": draw(st.sampled_from(("critical", "major", "minor"))),
        "basis": "good_practice",
        "law": "row",
        "citation": "An Act, s.1",
        "met": draw(trees),
    }
    if draw(st.booleans()):
        version["applies"] = draw(trees)
    rule: dict[str, Any] = {"id": f"r{number}", "version": [version]}
    if draw(st.booleans()):
        rule["about"] = draw(st.sampled_from(QUESTIONS))
    if number and draw(st.booleans()):
        rule["needs"] = [f"r{draw(st.integers(0, number - 1))}"]
    return rule


@st.composite
def packs(draw: Any) -> Pack:
    """A pack of one to six rules with a score, a cap and a grade."""
    return Pack(
        {
            "pack": {"id": "random", "version": "1"},
            "dim": [{"id": "kind", "options": [{"code": "audit"}]}],
            "severity": [
                {"id": "critical", "weight": 10},
                {"id": "major", "weight": 5},
                {"id": "minor", "weight": 2},
            ],
            "question": [
                {"id": name, "type": "yes_no", "not_applicable": True} for name in QUESTIONS
            ],
            "rule": [draw(rules(number)) for number in range(draw(st.integers(1, 6)))],
            "value": [
                {"name": "score", "share": {}},
                {
                    "name": "banded",
                    "band": {
                        "of": "score",
                        "steps": [
                            {"at_least": 80, "then": "good"},
                            {"at_least": 40, "then": "fair"},
                            {"then": "poor"},
                        ],
                    },
                },
                {
                    "name": "cap",
                    "cap": {
                        "steps": [{"severity": "critical", "at_best": "poor"}],
                        "otherwise": "good",
                    },
                },
                {
                    "name": "grade",
                    "worst": {
                        "of": ["banded", "cap"],
                        "order": ["good", "fair", "poor"],
                        "unsettled": "open",
                    },
                },
            ],
            "output": {"score": "score", "grade": "grade"},
        }
    )


monotone = st.recursive(
    st.builds(lambda name: {"answer": name, "is": "yes"}, st.sampled_from(QUESTIONS)),
    lambda inner: st.builds(
        lambda key, parts: {key: parts},
        st.sampled_from(("all", "any")),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


def scored_pack(conditions: list[dict[str, Any]]) -> Pack:
    """A pack whose rules have these conditions, each of weight 5, and a score."""
    version = {
        "from": "2020-01-01",
        "severity": "major",
        "basis": "good_practice",
        "law": "row",
        "citation": "An Act, s.1",
    }
    return Pack(
        {
            "pack": {"id": "scored", "version": "1"},
            "dim": [{"id": "kind", "options": [{"code": "audit"}]}],
            "severity": [{"id": "major", "weight": 5}],
            "question": [{"id": name, "type": "yes_no"} for name in QUESTIONS],
            "rule": [
                {"id": f"r{number}", "version": [{**version, "met": condition}]}
                for number, condition in enumerate(conditions)
            ],
            "value": [{"name": "score", "share": {}}],
            "output": {"score": "score"},
        }
    )
