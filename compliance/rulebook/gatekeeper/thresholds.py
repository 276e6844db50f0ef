"""Bands: every number that can occur falls in exactly one step, and every code is ranked where codes are compared."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from compliance.rulebook.conditions import decimal
from compliance.rulebook.errors import nearest
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.values import formula_of

_WHOLE = ("share", "count_findings", "count_visits")


class Span(NamedTuple):
    """Which numbers can occur: from, to (``None``: without end), and whether only whole ones."""

    low: Decimal | None
    high: Decimal | None
    whole: bool


def bands(pack: Pack, value: Entry, place: str) -> Iterator[Problem]:
    """Find numbers that no step of a band holds, numbers that two hold, and steps that none reaches."""
    name, body = value["name"], value["band"]
    steps = body.get("steps", [])
    if not steps:
        yield Problem(place, f'band "{name}" has no steps')
        return
    of = pack.by_id("value").get(body.get("of"))
    span = Span(None, None, False) if of is None else _span(pack, of)
    tried = list(_tried(steps, span))
    reached: set[int] = set()
    for number in tried:
        holding = [place for place, step in enumerate(steps) if _holds(step, number)]
        reached.update(holding[:1])
        if not holding:
            yield Problem(place, f'band "{name}" leaves a hole: no step holds {_told(number)}')
            return
        for other in holding[1:]:
            if not _ladder(steps[holding[0]], steps[other]):
                first, second = _step(steps[holding[0]]), _step(steps[other])
                yield Problem(
                    place, f'band "{name}" overlaps: {_told(number)} is in {first} and in {second}'
                )
                return
    for number_, step in enumerate(steps):
        if number_ not in reached:
            yield Problem(
                place,
                f'band "{name}" has its steps out of order: no number reaches {_step(step)}',
            )


def ranks(pack: Pack, value: Entry, place: str) -> Iterator[Problem]:
    """Find codes of bands and caps that ``worst`` does not rank."""
    body = value["worst"]
    order = [str(code) for code in body.get("order", ())]
    for name in body.get("of", ()):
        for code in codes_of_value(pack, name) or ():
            if code not in order:
                yield Problem(
                    place,
                    f'"worst" of "{value["name"]}" leaves a hole: its order has no "{code}", which'
                    f' "{name}" can be.{nearest(code, order)}',
                )


def codes_of_value(pack: Pack, name: str) -> set[str] | None:
    """Return the codes that a value can be; ``None`` where it is not made of codes, or not only."""
    value = pack.by_id("value").get(name)
    if value is None:
        return None
    formula = formula_of(value)
    body = value[formula]
    if formula == "band":
        return {str(step.get("then")) for step in body.get("steps", ())}
    if formula == "cap":
        codes = {str(step.get("at_best")) for step in body.get("steps", ())}
        return codes | {str(body.get("otherwise"))}
    if formula == "worst":
        return {*map(str, body.get("order", ())), str(body.get("unsettled"))}
    if formula != "cases":
        return None
    thens = [case.get("then") for case in body]
    thens += [value["otherwise"]] if "otherwise" in value else []
    found: set[str] = set()
    for then in thens:
        if isinstance(then, str):
            found.add(then)
            continue
        if not isinstance(then, Mapping) or then.get("value") == name:
            return None
        more = codes_of_value(pack, then["value"])
        if more is None:
            return None
        found |= more
    return found


def _tried(steps: list[Mapping[str, Any]], span: Span) -> Iterator[Decimal]:
    """Every limit that a step names, and what lies on both sides of it."""
    limits = {
        decimal(step[key]) for step in steps for key in ("at_least", "at_most") if key in step
    }
    limits |= {end for end in (span.low, span.high) if end is not None} or {Decimal(0)}
    step = Decimal(1) if span.whole else Decimal("0.001")
    near = {limit + shift * step for limit in limits for shift in (-1, 0, 1)}
    if span.whole:
        near = {number.to_integral_value() for number in near}
    for number in sorted(near):
        if (span.low is None or number >= span.low) and (span.high is None or number <= span.high):
            yield number


def _holds(step: Mapping[str, Any], number: Decimal) -> bool:
    return ("at_least" not in step or number >= decimal(step["at_least"])) and (
        "at_most" not in step or number <= decimal(step["at_most"])
    )


def _ladder(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether steps are read one after another: both have the same one limit, or one has none."""
    limits = [{"at_least", "at_most"} & step.keys() for step in (first, second)]
    return not limits[0] or not limits[1] or (limits[0] == limits[1] and len(limits[0]) == 1)


def _span(pack: Pack, value: Entry, depth: int = 0) -> Span:
    formula = formula_of(value)
    if formula in _WHOLE:
        return Span(Decimal(0), Decimal(100) if formula == "share" else None, True)
    if formula not in ("sum", "max", "min") or depth > len(pack.entries("value")):
        return Span(None, None, False)
    spans = [_of_term(pack, term, depth) for term in value[formula]]
    lows, highs = (
        _joined(formula, [one.low for one in spans]),
        _joined(formula, [one.high for one in spans]),
    )
    return Span(lows, highs, all(one.whole for one in spans))


def _joined(formula: str, ends: list[Decimal | None]) -> Decimal | None:
    known = [end for end in ends if end is not None]
    if len(known) < len(ends) or not known:
        return None
    return (
        sum(known, Decimal(0))
        if formula == "sum"
        else max(known)
        if formula == "max"
        else min(known)
    )


def _of_term(pack: Pack, term: Any, depth: int) -> Span:
    if not isinstance(term, Mapping):
        number = decimal(term)
        return Span(number, number, number == number.to_integral_value())
    if "value" in term:
        value = pack.by_id("value").get(term["value"])
        return Span(None, None, False) if value is None else _span(pack, value, depth + 1)
    if "points" in term:
        points = [decimal(number) for number in term["points"].values()] or [Decimal(0)]
        return Span(min(points), max(points), all(one == one.to_integral_value() for one in points))
    question = pack.questions.get(term.get("answer", ""), {})
    ends = [None if question.get(key) is None else decimal(question[key]) for key in ("min", "max")]
    return Span(ends[0], ends[1], question.get("type") == "integer")


def _told(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _step(step: Mapping[str, Any]) -> str:
    return f'the step to "{step.get("then")}"'
