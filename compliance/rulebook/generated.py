"""Two generated functions a plan: the plain rules, and the findings written out.

They are what makes one visit quick to assess. Most rules only ask whether coded answers equal codes. For these a plan holds one function, generated as
Python source, in which every answer is looked up once and each condition stands as two ordinary
expressions: what makes it certainly true, and what makes it certainly false. Whatever is neither is not
assessed. A test holds it equal to the closures of ``conditions.py`` on thousands of random visits.
Nothing of a pack reaches the source but through ``repr`` of its codes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from compliance.rulebook.conditions import parts
from compliance.rulebook.state import NOT_APPLICABLE, NOT_OBSERVED, State

Tree = Mapping[str, Any]
Findings = Callable[
    [Mapping[str, str], Mapping[str, str], Mapping[str, Any], Mapping[str, Any]],
    list[dict[str, Any]],
]
CODED = ("yes_no", "choice")


def is_plain(tree: Tree | None, questions: Mapping[str, Tree]) -> bool:
    """Whether a condition only asks if answers to coded questions equal codes."""
    return tree is None or all(
        set(part) in ({"answer", "is"}, {"answer", "in"})
        and questions.get(part["answer"], {}).get("type") in CODED
        for part in parts(tree)
    )


class _Names:
    """Local variable names for answers, in the order in which they are first needed."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def __call__(self, question: str) -> str:
        return self.of.setdefault(question, f"a{len(self.of)}")


def _certain(tree: Tree, truth: bool, name: _Names) -> str:
    """The expression that holds when the condition is certainly true (or certainly false)."""
    for key, joins in (
        ("all", {True: " and ", False: " or "}),
        ("any", {True: " or ", False: " and "}),
    ):
        if key in tree:
            inner = [_certain(part, truth, name) for part in tree[key]]
            return "(" + joins[truth].join(inner) + ")" if inner else repr((key == "all") is truth)
    if "not" in tree:
        return _certain(tree["not"], not truth, name)
    answer = name(tree["answer"])
    if "is" in tree:
        equal = f"{answer} == {str(tree['is'])!r}"
        return equal if truth else f"({answer} is not None and not {equal})"
    member = f"{answer} in {tuple(map(str, tree['in']))!r}"
    return member if truth else f"({answer} is not None and not {member})"


def plain_rules(
    rules: Iterable[tuple[str, str | None, Tree | None, Tree]],
) -> Callable[[State], None]:
    """Generate one step for rules given as (id, about, applies, met), all plain.

    ``about`` is the question that may be answered "does not apply", if there is one.
    """
    name = _Names()
    lines = []
    for rule, about, applies, met in rules:
        outcome = (
            f"'met' if {_certain(met, True, name)} else"
            f" 'not_met' if {_certain(met, False, name)} else 'not_assessed'"
        )
        if about is not None:
            outcome = f"'not_assessed' if {name(about)} is None else {outcome}"
        if applies is not None:
            outcome = (
                f"'not_applicable' if {_certain(applies, False, name)} else"
                f" 'not_assessed' if not {_certain(applies, True, name)} else {outcome}"
            )
        if about is not None:
            outcome = f"'not_applicable' if {name(about)} == {NOT_APPLICABLE!r} else {outcome}"
        lines.append(f"    found[{rule!r}] = {outcome}")
    looked_up = [f"    {local} = answer({question!r})" for question, local in name.of.items()]
    source = "\n".join(
        [
            "def step(state):",
            "    answer = state.answers.get",
            "    found = state.findings",
            *looked_up,
            *lines,
        ]
    )
    return cast("Callable[[State], None]", _function("step", source))


@dataclass(frozen=True)
class Shown:
    """How one point appears among the findings: what never changes, and what its outcome rests on."""

    id: str
    fixed: Mapping[str, str]
    advice: str
    weighs: bool
    questions: tuple[str, ...]
    facts: tuple[str, ...]


def findings(points: Iterable[Shown]) -> Findings:
    """Generate the function that writes the findings of a plan, in the order of its points.

    It takes the outcomes and severities by rule, and the answers and operation facts as they were put
    in; every finding says "because" of which answers, and what to do where the point is not met.
    ``weighs`` marks the points whose severity depends on the answers.
    """
    said: dict[tuple[str, str], str] = {}
    found: list[str] = []
    written: list[str] = []
    for point in points:
        rests = [
            *(("question", one) for one in point.questions),
            *(("fact", one) for one in point.facts),
        ]
        because = ", ".join(said.setdefault(one, f"s{len(said)}") for one in rests)
        outcome = f"o{len(written)}"
        found.append(f"    {outcome} = outcomes[{point.id!r}]")
        items = [f"'rule': {point.id!r}", f"'outcome': {outcome}"]
        for key, text in point.fixed.items():
            weighed = key == "severity" and point.weighs
            items.append(f"{key!r}: " + (f"severities[{point.id!r}]" if weighed else repr(text)))
        items.append(f"'because': [{because}]")
        items.append(f"'advice': {point.advice!r} if {outcome} == 'not_met' else ''")
        written.append("{" + ", ".join(items) + "}")
    lines = ["def findings(outcomes, severities, answers, facts):"]
    lines += ["    question, fact = answers.get, facts.get", *found]
    for (kind, name), local in said.items():
        lines.append(f"    {local} = {kind}({name!r})")
        lines.append(f"    if {local} is None: {local} = {NOT_OBSERVED!r}")
        lines.append(f"    {local} = {{{kind!r}: {name!r}, 'answer': {local}}}")
    lines.append(f"    return [{', '.join(written)}]")
    return cast("Findings", _function("findings", "\n".join(lines)))


def _function(name: str, source: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(source, f"<generated {name}>", "exec"), {"__builtins__": {}}, space)  # noqa: S102
    return space[name]
