"""Numbers, codes, days and moments: a test or a formula gets only what it can compare."""

from collections.abc import Iterator, Mapping
from typing import Any

from compliance.rulebook.conditions import AS_OF, NUMBER_TESTS, VISITED_ON
from compliance.rulebook.gatekeeper.candidates import MONTH_TESTS
from compliance.rulebook.gatekeeper.keys import is_number, is_whole
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.values import formula_of

Tree = Mapping[str, Any]

NUMBER, CODE, DAY, MOMENT = "a number", "a code", "a day", "a moment"
_MADE = {"band": CODE, "cap": CODE, "worst": CODE, "newest": MOMENT, "add_months": DAY}
_DAYS = frozenset((DAY, MOMENT))
_DATE_TESTS = (*MONTH_TESTS, "on_or_before", "on_or_after")
_TRUTHS, _WHOLES = ("known", AS_OF), (*MONTH_TESTS, "decimals_at_least")

#: The types of answers that a test can be asked of, where not of all.
_ANSWERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(NUMBER_TESTS, ("integer", "measure")),
    **dict.fromkeys(_DATE_TESTS, ("date", "dates")),
    **dict.fromkeys(("has_all", "has_none"), ("choices",)),
    "decimals_at_least": ("measure",),
}
_SAID = {
    **dict.fromkeys(NUMBER_TESTS, "a number"),
    **dict.fromkeys(_DATE_TESTS, "a date"),
    **dict.fromkeys(("has_all", "has_none"), "a list of codes"),
    "decimals_at_least": "a measurement",
}


def kinds_of(pack: Pack, name: str, above: frozenset[str] = frozenset()) -> frozenset[str]:
    """What a value can be: numbers, codes, days, moments. Nothing where it is not known."""
    value = pack.by_id("value").get(name)
    if value is None or name in above:
        return frozenset()
    formula = formula_of(value)
    if formula != "cases":
        return frozenset((_MADE.get(formula, NUMBER),))
    thens = [case["then"] for case in value["cases"]]
    thens += [value["otherwise"]] if "otherwise" in value else []
    found: frozenset[str] = frozenset()
    for then in thens:
        if isinstance(then, Mapping):
            found |= kinds_of(pack, str(then.get("value")), above | {name})
        else:
            found |= {NUMBER if is_number(then) else CODE}
    return found


def operands(place: str, tree: Tree) -> Iterator[Problem]:
    """Find a test that is given something else than it compares with."""
    for test in NUMBER_TESTS:
        if test in tree and not is_number(tree[test]):
            yield Problem(place, f'"{test}" must be a number')
    for test in _WHOLES:
        if test in tree and not is_whole(tree[test]):
            yield Problem(place, f'"{test}" must be a whole number, 0 or more')
    for test in (*_TRUTHS, *(("is",) if "fired" in tree else ())):
        if test in tree and not isinstance(tree[test], bool):
            yield Problem(place, f'"{test}" must be true or false')


def asked_of_an_answer(place: str, entry: Entry, tree: Tree) -> Iterator[Problem]:
    """Find a test that no answer to a question of this type can be put to."""
    kind = entry.get("type")
    for test, types in _ANSWERS.items():
        if test in tree and kind not in types:
            yield Problem(place, f'"{entry["id"]}" is not {_SAID[test]}: it is {kind}')


def asked_of_a_value(pack: Pack, place: str, tree: Tree) -> Iterator[Problem]:
    """Find a test that not everything a value can be can be put to."""
    name = tree["value"]
    for test, said in _SAID.items():
        if test in tree:
            wanted = {"a number": {NUMBER}, "a date": _DAYS}.get(said, frozenset())
            yield from _other(place, pack, name, frozenset(wanted), f'"{test}" is asked of {said}')
    if "after" in tree:
        for one in (name, tree["after"]):
            yield from _other(place, pack, one, frozenset((MOMENT,)), '"after" compares moments')
    for side in ("on_or_before", "on_or_after"):
        if str(tree.get(side)) in {*pack.questions, *pack.facts} - {VISITED_ON, AS_OF}:
            yield Problem(
                place,
                f'"{side}" compares a value with "{VISITED_ON}", "{AS_OF}" or a day written out',
            )


def codes_written(place: str, value: Entry) -> Iterator[Problem]:
    """Find numbers where a band, a cap or a ranking names its codes: a code is text."""
    body = value[formula_of(value)]
    if not isinstance(body, Mapping):
        return
    written = [step.get(key) for step in body.get("steps", ()) for key in ("then", "at_best")]
    written += [*body.get("order", ()), body.get("otherwise"), body.get("unsettled")]
    for code in written:
        if code is not None and not isinstance(code, str):
            yield Problem(place, f'a code is text, in quotation marks: "{code}"')
            return


def put_in(pack: Pack, value: Entry, place: str) -> Iterator[Problem]:
    """Find values and answers that a formula cannot work with."""
    formula = formula_of(value)
    body = value[formula]
    if formula in ("sum", "max", "min"):
        for term in body:
            yield from _term(pack, place, formula, term)
    elif formula == "band":
        yield from _other(place, pack, body["of"], frozenset((NUMBER,)), "a band is of a number")
    elif formula == "worst":
        for name in body["of"]:
            yield from _other(place, pack, name, frozenset((CODE,)), '"worst" compares codes')
    elif formula == "newest" and "before" in body:
        yield from _other(
            place, pack, body["before"], frozenset((MOMENT,)), '"before" names a moment'
        )
    for key in ("ending", "to"):
        if formula in ("count_visits", "add_months") and key in body:
            yield from _other(place, pack, body[key], _DAYS, f'"{key}" names a day')


def _other(
    place: str, pack: Pack, name: object, wanted: frozenset[str], why: str
) -> Iterator[Problem]:
    for kind in sorted(kinds_of(pack, str(name)) - wanted):
        yield Problem(place, f'{why}, and "{name}" can be {kind}')


def _term(pack: Pack, place: str, formula: str, term: Any) -> Iterator[Problem]:
    if not isinstance(term, Mapping):
        if not is_number(term):
            yield Problem(place, f'a term of "{formula}" is a number, an answer or a value')
    elif ("answer" in term) == ("value" in term):
        yield Problem(place, f'a term of "{formula}" names either an answer or a value')
    elif "value" in term:
        why = f'"{formula}" is of numbers'
        yield from _other(place, pack, term["value"], frozenset((NUMBER,)), why)
    elif "points" in term:
        for code, points in term["points"].items():
            if not is_number(points):
                yield Problem(place, f'the points for "{code}" must be a number')
    else:
        entry = pack.questions.get(term["answer"])
        if entry is not None and entry.get("type") not in ("integer", "measure"):
            yield Problem(
                place,
                f'"{entry["id"]}" is not a number: it is {entry.get("type")}. Say what each option'
                " counts for: points = { code = n, .. }",
            )
