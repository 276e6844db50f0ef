"""Two generated functions a plan: the plain rules, and the findings written out.

They are what makes one visit quick to assess. Most rules only ask whether coded answers equal codes. For these a plan holds one function, generated as
Python source, in which every answer is looked up once and each condition stands as two ordinary
expressions: what makes it certainly true, and what makes it certainly false. Whatever is neither is not
assessed. A test holds it equal to the closures of ``conditions.py`` on thousands of random visits.
Nothing of a pack reaches the source but through ``repr`` of its codes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
#: The variable that gathers the bits of the rules with an outcome; those left over are met.
BITS = {"not_met": "not_met", "not_assessed": "open_", "not_applicable": "away"}
OUTCOMES = ("met", "not_met", "not_applicable", "not_in_force", "not_assessed")


def is_plain(tree: Tree | None, questions: Mapping[str, Tree]) -> bool:
    """Whether a condition only asks if answers to coded questions equal codes."""
    return tree is None or all(
        set(part) in ({"answer", "is"}, {"answer", "in"})
        and questions.get(part["answer"], {}).get("type") in CODED
        for part in parts(tree)
    )


class _Names:
    """Local variable names for answers, in the order in which they are first needed, and their codes."""

    def __init__(self, codes: Mapping[str, Sequence[str]]) -> None:
        self.of: dict[str, str] = {}
        self.codes = codes

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
    wanted = [str(tree["is"])] if "is" in tree else [str(one) for one in tree["in"]]
    if not truth:
        wanted = [code for code in name.codes[tree["answer"]] if code not in wanted]
    answer = name(tree["answer"])
    return f"{answer} == {wanted[0]!r}" if len(wanted) == 1 else f"{answer} in {tuple(wanted)!r}"


def plain_rules(
    rules: Iterable[tuple[str, int, str | None, Tree | None, Tree]],
    codes: Mapping[str, Sequence[str]],
) -> Callable[[State], None]:
    """Generate one step for rules given as (id, bit, about, applies, met), all plain.

    ``about`` is the question that may be answered "does not apply", if there is one; ``codes`` are all
    the definite answers of each question.
    """
    name = _Names(codes)
    every, lines = 0, []
    for rule, bit, about, applies, met in rules:
        every += bit
        cases = []
        if about is not None:
            cases.append((f"{name(about)} == {NOT_APPLICABLE!r}", "not_applicable"))
        if applies is not None:
            cases.append((_certain(applies, False, name), "not_applicable"))
            cases.append((f"not {_certain(applies, True, name)}", "not_assessed"))
        if about is not None:
            cases.append((f"{name(about)} is None", "not_assessed"))
        cases.append((_certain(met, True, name), "met"))
        cases.append((_certain(met, False, name), "not_met"))
        cases.append(("True", "not_assessed"))
        for place, (when, outcome) in enumerate(cases):
            lines.append(f"    {'elif' if place else 'if'} {when}:")
            lines.append(f"        found[{rule!r}] = {outcome!r}")
            if outcome in BITS:
                lines.append(f"        {BITS[outcome]} += {bit}")
    looked_up = [f"    {local} = answer({question!r})" for question, local in name.of.items()]
    source = "\n".join(
        [
            "def step(state):",
            "    answer = state.answers.get",
            "    found = state.findings",
            "    not_met = open_ = away = 0",
            *looked_up,
            *lines,
            f"    state.met += {every} - not_met - open_ - away",
            "    state.not_met += not_met",
            "    state.open += open_",
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
    ``weighs`` marks the points whose severity depends on the answers. Each finding is a copy of one made
    ready for its outcome, which takes a third of the time of writing it out; nothing is shared with it.
    """
    said: dict[tuple[str, str], str] = {}
    ready: dict[str, dict[str, dict[str, Any]]] = {}
    written: list[str] = []
    for point in points:
        rests = [
            *(("question", one) for one in point.questions),
            *(("fact", one) for one in point.facts),
        ]
        because = ", ".join(said.setdefault(one, f"s{len(said)}") for one in rests)
        finding = f"f{len(ready)}"
        ready[f"ready_{finding}"] = {outcome: _ready(point, outcome) for outcome in OUTCOMES}
        written.append(f"    {finding} = ready_{finding}[outcomes[{point.id!r}]].copy()")
        written.append(f"    {finding}['because'] = [{because}]")
        if point.weighs:
            written.append(f"    {finding}['severity'] = severities[{point.id!r}]")
    lines = ["def findings(outcomes, severities, answers, facts):"]
    for given in ("answers", "facts"):
        # What was left empty is told as what was not put in at all.
        lines.append(f"    if None in {given}.values():")
        lines.append(
            f"        {given} = {{one: {given}[one] for one in {given} if {given}[one] is not None}}"
        )
    lines.append("    question, fact = answers.get, facts.get")
    for (kind, name), local in said.items():
        answer = f"{kind}({name!r}, {NOT_OBSERVED!r})"
        lines.append(f"    {local} = {{{kind!r}: {name!r}, 'answer': {answer}}}")
    lines += written
    lines.append(f"    return [{', '.join(f'f{number}' for number in range(len(ready)))}]")
    return cast("Findings", _function("findings", "\n".join(lines), ready))


def _ready(point: Shown, outcome: str) -> dict[str, Any]:
    """A finding of this outcome, but for what it rests on."""
    advice = point.advice if outcome == "not_met" else ""
    return {
        "rule": point.id,
        "outcome": outcome,
        **point.fixed,
        "because": None,
        "advice": advice,
    }


def _function(name: str, source: str, given: Mapping[str, Any] | None = None) -> Any:
    space: dict[str, Any] = {"__builtins__": {}, **(given or {})}
    exec(compile(source, f"<generated {name}>", "exec"), space)  # noqa: S102
    return space[name]
