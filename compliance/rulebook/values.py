"""The formulas of a pack: cases, shares, sums, counts, bands, caps, moments and dates.

Each ``[[value]]`` holds exactly one formula; it is compiled into a function from a visit's state to a
value, or to ``None`` when there is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.rulebook.conditions import (
    AS_OF,
    VISITED_ON,
    Reads,
    compile_condition,
    decimal,
    reads,
)
from compliance.rulebook.errors import PackError
from compliance.rulebook.months import add_months
from compliance.rulebook.state import Measure, Moment, Number, Range, State, Value

Formula = Callable[[State], Value | None]

FORMULAS = (
    "cases",
    "share",
    "sum",
    "max",
    "min",
    "count_findings",
    "band",
    "cap",
    "worst",
    "newest",
    "count_visits",
    "add_months",
)
OVER_FINDINGS = frozenset({"share", "count_findings", "cap"})
OVER_HISTORY = frozenset({"newest", "count_visits"})


@dataclass(frozen=True)
class Worth:
    """What one rule counts for in the formulas over findings, on one day.

    ``weight`` is what it weighs at its gravest, ``costs`` what not meeting it costs by severity; ``severity``
    is the usual one, the only one unless the answers decide, and ``bit`` its own in the sums of a state.
    """

    core: bool
    scored: bool
    weight: int
    costs: Mapping[str, int]
    severity: str
    bit: int

    @property
    def varies(self) -> bool:
        """Whether the severity rests on the answers."""
        return len(self.costs) > 1


Worths = Mapping[str, Worth]


def formula_of(value: Mapping[str, Any]) -> str:
    """Return the name of the one formula in a value entry; raises ``PackError`` otherwise."""
    found = [name for name in FORMULAS if name in value]
    if len(found) != 1:
        raise PackError(
            f'value "{value.get("name")}" needs exactly one formula of {", ".join(FORMULAS)}'
        )
    return found[0]


def value_reads(value: Mapping[str, Any]) -> Reads:
    """Return what a value entry reads of this visit (conditions on other visits apart)."""
    name = formula_of(value)
    body = value[name]
    if name == "cases":
        found = reads(*(case["when"] for case in body))
        for case in [*body, {"then": value.get("otherwise")}]:
            if isinstance(case["then"], dict) and case["then"]["value"] not in found.value:
                found.value.append(case["then"]["value"])
        return found
    found = Reads()
    if name in ("sum", "max", "min"):
        for term in body:
            if isinstance(term, dict):
                if "answer" in term:
                    found.answer.append(term["answer"])
                else:
                    found.value.append(term["value"])
    elif name == "band":
        found.value.append(body["of"])
    elif name == "worst":
        found.value.extend(body["of"])
    elif name == "newest" and "before" in body:
        found.value.append(body["before"])
    elif name == "count_visits" and body.get("ending", AS_OF) not in (AS_OF, VISITED_ON):
        found.value.append(body["ending"])
    elif name == "add_months" and body["to"] not in (AS_OF, VISITED_ON):
        found.value.append(body["to"])
    return found


def compile_value(
    value: Mapping[str, Any],
    worths: Worths,
    severities: Sequence[str],
    questions: Mapping[str, Mapping[str, Any]],
) -> Formula:
    """Turn a value entry into a function of a visit's state.

    ``worths`` are the rules that concern the visit, ``severities`` all there are, worst first.
    """
    name = formula_of(value)
    body = value[name]
    if name == "cases":
        return _cases(body, value.get("otherwise"))
    if name == "share":
        return _share(worths, body)
    if name in ("sum", "max", "min"):
        return _total(name, [_term(term, questions) for term in body])
    if name == "count_findings":
        return _count_findings(worths, body)
    if name == "band":
        return _band(body["of"], body["steps"])
    if name == "cap":
        return _cap(worths, body, severities)
    if name == "worst":
        return _worst(body["of"], body["order"], body["unsettled"])
    if name == "newest":
        return _newest(body)
    if name == "count_visits":
        return _count_visits(body)
    return _add_months(body["to"], int(body["months"]))


def _constant(then: Any) -> Formula:
    if isinstance(then, dict):
        name = then["value"]
        return lambda state: state.values.get(name)
    settled = decimal(then) if isinstance(then, float) else then
    return lambda state: settled


def _cases(cases: list[dict[str, Any]], otherwise: Any) -> Formula:
    compiled = [(compile_condition(case["when"]), _constant(case["then"])) for case in cases]
    last = _constant(otherwise)

    def run(state: State) -> Value | None:
        for when, then in compiled:
            if when(state) is True:
                return then(state)
        return last(state)

    return run


def weights_in(share: Mapping[str, Any], worths: Worths) -> dict[str, tuple[int, dict[str, int]]]:
    """The rules that a share counts: what each weighs, and what not meeting it costs by severity."""
    times, core_only = int(share.get("core_times", 1)), bool(share.get("core_only", False))
    found = {}
    for rule, worth in worths.items():
        if worth.weight and worth.scored and (worth.core or not core_only):
            factor = times if worth.core else 1
            costs = {severity: factor * cost for severity, cost in worth.costs.items()}
            found[rule] = (factor * worth.weight, costs)
    return found


def _share(worths: Worths, body: Mapping[str, Any]) -> Formula:
    """100 * what was kept / what the points that apply weigh, counting points of one weight together."""
    weighed = weights_in(body, worths)
    alike: dict[int, int] = {}
    for rule, (weight, _) in weighed.items():
        alike[weight] = alike.get(weight, 0) | worths[rule].bit
    varying = [
        (rule, worths[rule].bit, weight, costs)
        for rule, (weight, costs) in weighed.items()
        if worths[rule].varies
    ]

    def run(state: State) -> Value | None:
        met = failed = open_ = 0
        for weight, rules in alike.items():
            met += weight * (state.met & rules).bit_count()
            failed += weight * (state.not_met & rules).bit_count()
            open_ += weight * (state.open & rules).bit_count()
        whole = met + failed + open_
        if whole == 0:
            return None
        low, high = met, met + open_
        for rule, bit, weight, costs in varying:
            if (state.not_met | state.open) & bit:
                gravest, lightest = state.ends_of_severity(rule)
                low += weight - costs[gravest]
                if state.not_met & bit:
                    high += weight - costs[lightest]
        low, high = 100 * low // whole, 100 * high // whole
        return low if low == high else Range(low, high)

    return run


def _term(term: Any, questions: Mapping[str, Mapping[str, Any]]) -> Formula:
    if not isinstance(term, dict):
        number = decimal(term)
        return lambda state: number
    if "value" in term:
        name = term["value"]
        return lambda state: state.values.get(name)
    question = term["answer"]
    if "points" in term:
        points = {code: decimal(number) for code, number in term["points"].items()}
        unknown = Range(min(points.values()), max(points.values()))
        return lambda state: (
            points[str(state.answers[question])] if question in state.answers else unknown
        )
    limits = questions[question]
    bounds = (
        Range(decimal(limits["min"]), decimal(limits["max"]))
        if "min" in limits and "max" in limits
        else None
    )

    def run(state: State) -> Value | None:
        answer = state.answers.get(question)
        if answer is None:
            return bounds
        return answer.value if isinstance(answer, Measure) else answer  # type: ignore[return-value]

    return run


def _total(name: str, terms: list[Formula]) -> Formula:
    join: Callable[[list[Number]], Number] = {"sum": sum, "max": max, "min": min}[name]  # type: ignore[assignment]

    def run(state: State) -> Value | None:
        lows: list[Number] = []
        highs: list[Number] = []
        for term in terms:
            value = term(state)
            if value is None:
                return None
            low, high = value if isinstance(value, Range) else (value, value)
            lows.append(low)  # type: ignore[arg-type]  # terms are numbers
            highs.append(high)  # type: ignore[arg-type]
        low, high = join(lows), join(highs)
        return low if low == high else Range(low, high)

    return run


def _count_findings(worths: Worths, body: Mapping[str, Any]) -> Formula:
    outcomes = frozenset(body["outcome"])
    severities = frozenset(body["severity"]) if "severity" in body else None
    core = body.get("core")
    counted = {rule for rule, worth in worths.items() if core is None or worth.core is core}

    def run(state: State) -> Value | None:
        return sum(
            outcome in outcomes
            and rule in counted
            and (severities is None or state.severities[rule] in severities)
            for rule, outcome in state.findings.items()
        )

    return run


def step_of(steps: list[dict[str, Any]]) -> Callable[[Number], str]:
    """The function from a number to the code of the first step that holds it; ``PackError`` where none does."""
    limits = [
        (
            decimal(step["at_least"]) if "at_least" in step else None,
            decimal(step["at_most"]) if "at_most" in step else None,
            step["then"],
        )
        for step in steps
    ]

    def code(number: Number) -> str:
        for at_least, at_most, then in limits:
            if (at_least is None or number >= at_least) and (at_most is None or number <= at_most):
                return str(then)
        raise PackError(f"no band holds {number}")

    return code


def _band(of: str, steps: list[dict[str, Any]]) -> Formula:
    code = step_of(steps)

    def run(state: State) -> Value | None:
        value = state.values.get(of)
        if value is None:
            return None
        if isinstance(value, Range):
            low, high = code(value.low), code(value.high)  # type: ignore[arg-type]
            return low if low == high else Range(low, high)
        return code(value)  # type: ignore[arg-type]  # bands are of numbers

    return run


def _cap(worths: Worths, body: Mapping[str, Any], severities: Sequence[str]) -> Formula:
    """The first step whose severity is among the points not met; its low end takes in the open ones."""
    steps = body["steps"]
    codes = [*(str(step["at_best"]) for step in steps), str(body["otherwise"])]
    place = places_in(steps, severities)
    #: By step, the rules whose failing always leads to it; those that vary are looked at one by one.
    always = [0 for _ in steps]
    for worth in worths.values():
        if not worth.varies and place[worth.severity] < len(steps):
            always[place[worth.severity]] |= worth.bit
    varying = [(rule, worth.bit) for rule, worth in worths.items() if worth.varies]

    def first(rules: int) -> int:
        return next((number for number, bits in enumerate(always) if bits & rules), len(steps))

    def run(state: State) -> Value | None:
        unmet = state.not_met | state.open
        low, high = first(unmet), first(state.not_met)
        for rule, bit in varying:
            if unmet & bit:
                gravest, lightest = state.ends_of_severity(rule)
                low = min(low, place[gravest])
                if state.not_met & bit:
                    high = min(high, place[lightest])
        return codes[low] if low == high else Range(codes[low], codes[high])

    return run


def places_in(steps: Sequence[Mapping[str, Any]], severities: Sequence[str]) -> dict[str, int]:
    """The first step of a cap that names each severity; the number of steps where none does."""
    named = [step["severity"] for step in steps]
    return {
        severity: named.index(severity) if severity in named else len(named)
        for severity in severities
    }


def _worst(names: list[str], order: list[str], unsettled: str) -> Formula:
    codes = [str(code) for code in order]
    rank = {code: place for place, code in enumerate(codes)}

    def run(state: State) -> Value | None:
        low = high = -1
        for name in names:
            value = state.values.get(name)
            if value is None:
                return None
            ends = value if isinstance(value, Range) else (value, value)
            first, second = rank[str(ends[0])], rank[str(ends[1])]
            low, high = max(low, first, second), max(high, min(first, second))
        return codes[low] if low == high else str(unsettled)

    return run


def _newest(body: Mapping[str, Any]) -> Formula:
    where, before = compile_condition(body["where"]), body.get("before")

    def run(state: State) -> Value | None:
        visits = state.visits
        if before is not None:
            limit = state.values.get(before)
            visits = visits[: limit.order] if isinstance(limit, Moment) else []
        for visit in reversed(visits):
            if where(visit) is True:
                return visit.moment
        return None

    return run


def _day(name: str) -> Callable[[State], date | None]:
    if name == VISITED_ON:
        return lambda state: state.visited_on
    if name == AS_OF:
        return lambda state: state.as_of

    def run(state: State) -> date | None:
        value = state.values.get(name)
        return value.on if isinstance(value, Moment) else value  # type: ignore[return-value]

    return run


def _count_visits(body: Mapping[str, Any]) -> Formula:
    where, ending = compile_condition(body["where"]), _day(body.get("ending", AS_OF))
    months = body.get("months")

    def run(state: State) -> Value | None:
        end = ending(state)
        if end is None:
            return 0
        return sum(
            visit.visited_on <= end
            and (months is None or add_months(visit.visited_on, months) >= end)
            and where(visit) is True
            for visit in state.visits
        )

    return run


def _add_months(to: str, months: int) -> Formula:
    day = _day(to)

    def run(state: State) -> Value | None:
        start = day(state)
        return None if start is None else add_months(start, months)

    return run


def plain(value: Value | None) -> Any:
    """Return a value as JSON knows it: dates as ISO text, whole decimals as integers."""
    if isinstance(value, Moment):
        return value.on.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
