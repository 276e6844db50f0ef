"""The formulas of a rulebook over a block of visits: cases, shares, counts, bands, caps, the worst of several.

Shares keep their sums, so that when a rule changes they are corrected by what it adds and takes away.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import zip_longest
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.rulebook.block_conditions import Block, Codes, Finding, Numbers, Value
from compliance.rulebook.errors import PackError
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.planes import (
    Array,
    Plane,
    chosen,
    numbers,
    stepped,
    total,
    unpacked,
)
from compliance.rulebook.program import Program
from compliance.rulebook.values import formula_of

Term = tuple[str, int, Plane]
#: The codes of one value, and nought for none, are told apart in a signed byte.
MOST_CODES = 120
#: Up to so many units a share is corrected, in two bytes a visit; beyond, it is added up again.
MOST_UNITS = 65_535
#: The formulas that blocks can work out.
FORMULAS = frozenset({"cases", "share", "count_findings", "band", "cap", "worst"})
#: What a share is made of: the ends of what was kept, and what could have been.
SIDES = ("low", "high", "whole")


@dataclass(frozen=True)
class Sums:
    """What a share is made of, for each visit, counted in a weight of ``unit``."""

    sides: Mapping[str, Array]
    unit: int


class Formulas:
    """The formulas of a pack, ready for blocks. Raises ``PackError`` for one that needs the plain way."""

    def __init__(self, program: Program) -> None:
        self.pack: Pack = program.pack
        self.worth = program.worth
        self._units: dict[str, tuple[int, int]] = {}
        self.costs = list(program.severity_weights.values())
        self.severities = list(program.severity_weights)

    def value(self, block: Block, value: Entry, sums: Sums | None = None) -> Value:
        """Work out one value over a block; a share from its ``sums``."""
        kind = formula_of(value)
        body = value[kind]
        formulas: dict[str, Callable[[], Value]] = {
            "cases": lambda: self._cases(block, body, value.get("otherwise")),
            "share": lambda: _share(sums or self.sums(block, value)),
            "count_findings": lambda: self._count(block, body),
            "band": lambda: _band(block, body["of"], body["steps"]),
            "cap": lambda: self._cap(block, body["steps"], body["otherwise"]),
            "worst": lambda: _worst(block, body["of"], body["order"], body["unsettled"]),
        }
        if kind not in FORMULAS:
            raise PackError(f'blocks cannot work out "{value["name"]}" ({kind})')
        found = formulas[kind]()
        here = block.dims(value.get("dims"))
        if here is block.all:
            return found
        there = unpacked(here, block.size)
        if isinstance(found, Numbers):
            return Numbers(found.low, found.high, found.known & there.view(np.bool_), found.most)
        absent = np.int8(-1)
        low = chosen(there, found.low, absent)
        high = low if found.high is found.low else chosen(there, found.high, absent)
        return Codes(found.table, low, high)

    # --- shares ------------------------------------------------------------------------------

    def counted(self, value: Entry) -> dict[str, int]:
        """The rules that enter a share, and how many times each."""
        share = value["share"]
        times, core_only = int(share.get("core_times", 1)), bool(share.get("core_only", False))
        return {
            name: times if rule.get("core") else 1
            for name, rule in self.pack.rules.items()
            if rule.get("scored", True) and (rule.get("core") or not core_only)
        }

    def unit(self, value: Entry) -> int:
        """The weight a share is counted in: the greatest that measures all that its rules can cost."""
        return self._measured(value)[0]

    def most(self, value: Entry) -> int:
        """How many units a share can come to, at most."""
        return self._measured(value)[1]

    def _measured(self, value: Entry) -> tuple[int, int]:
        if value["name"] not in self._units:
            costs = [
                [
                    times * cost
                    for version in self.pack.rules[name]["version"]
                    for cost in self.worth(self.pack.rules[name], version).costs.values()
                ]
                for name, times in self.counted(value).items()
            ]
            unit = gcd(*(cost for each in costs for cost in each)) or 1
            self._units[value["name"]] = unit, sum(max(each) for each in costs) // unit
        return self._units[value["name"]]

    def terms(self, block: Block, finding: Finding, times: int) -> Iterator[Term]:
        """What a rule adds to a share: to which side, how much, and where.

        A point that is lighter by its answers, or may turn out to be, costs only that.
        """
        planes = block.planes
        short = planes.either(finding.not_met, finding.not_assessed)
        for weight, where in finding.weights.items():
            met, open_ = (planes.both(one, where) for one in (finding.met, finding.not_assessed))
            yield "low", times * weight, met
            yield "high", times * weight, planes.either(met, open_)
            yield "whole", times * weight, planes.either(met, planes.both(short, where))
            for side, severities, at in (
                ("low", finding.gravest, short),
                ("high", finding.lightest, finding.not_met),
            ):
                for place, weighs in severities.items():
                    spared = weight - self.costs[place]
                    if spared > 0:
                        yield side, times * spared, planes.both(planes.both(at, weighs), where)

    def sums(self, block: Block, value: Entry) -> Sums:
        """Add up what every rule brings to a share."""
        terms: dict[str, list[tuple[int, Plane]]] = {side: [] for side in SIDES}
        unit = self.unit(value)
        for name, times in self.counted(value).items():
            for side, weight, where in self.terms(block, block.findings[name], times):
                terms[side].append((weight // unit, where))
        return Sums({side: numbers(total(terms[side]), block.size) for side in SIDES}, unit)

    # --- over findings -----------------------------------------------------------------------

    def _count(self, block: Block, body: Mapping[str, Any]) -> Numbers:
        outcomes = body["outcome"]
        severities = body.get("severity")
        terms: list[tuple[int, Plane]] = []
        for name, rule in self.pack.rules.items():
            if "core" in body and bool(rule.get("core", False)) is not body["core"]:
                continue
            finding = block.findings[name]
            where = block.planes.any(getattr(finding, outcome) for outcome in outcomes)
            if severities is not None:
                places = (self.severities.index(one) for one in severities)
                weighs = (finding.severities[one] for one in places if one in finding.severities)
                where = block.planes.both(where, block.planes.any(weighs))
            terms.append((1, where))
        found = numbers(total(terms), block.size)
        return Numbers(found, found, np.ones(block.size, dtype=np.bool_), len(terms))

    def _cap(self, block: Block, steps: list[dict[str, Any]], otherwise: str) -> Codes:
        table = tuple(dict.fromkeys([*(str(step["at_best"]) for step in steps), str(otherwise)]))
        low: list[tuple[Plane, int]] = []
        high: list[tuple[Plane, int]] = []
        for step in steps:
            severity = self.severities.index(step["severity"])
            planes = block.planes
            worst = best = block.none
            for finding in block.findings.values():
                gravest, lightest = finding.gravest.get(severity), finding.lightest.get(severity)
                if gravest is not None:
                    short = planes.either(finding.not_met, finding.not_assessed)
                    worst = planes.either(worst, planes.both(short, gravest))
                if lightest is not None:
                    best = planes.either(best, planes.both(finding.not_met, lightest))
            place = table.index(str(step["at_best"]))
            low.append((worst, place))
            high.append((best, place))
        last = (block.all, table.index(str(otherwise)))
        return Codes(table, _first(block, [*low, last]), _first(block, [*high, last]))

    # --- cases -------------------------------------------------------------------------------

    def _cases(self, block: Block, cases: list[dict[str, Any]], otherwise: Any) -> Codes:
        thens = [*(case["then"] for case in cases), otherwise]
        table = tuple(dict.fromkeys(code for then in thens for code in _codes(block, then)))
        if len(table) > MOST_CODES:
            raise PackError(f"blocks cannot tell {len(table)} codes of a value apart")
        fixed: list[tuple[Plane, int]] = []
        taken: list[tuple[Plane, Codes]] = []
        left = block.all
        for case in [*cases, {"then": otherwise}]:
            where = block.sides(case["when"])[0] if "when" in case else block.all
            where, left = block.planes.both(left, where), block.planes.less(left, where)
            then = case["then"]
            if isinstance(then, dict):
                value = block.values.get(then["value"])
                if isinstance(value, Codes):
                    taken.append((where, value))
            elif then is not None:
                fixed.append((where, table.index(then)))
        low = high = _first(block, fixed)
        for where, value in taken:
            there = unpacked(where, block.size)
            worst = _moved(value.low, value.table, table)
            best = worst if value.high is value.low else _moved(value.high, value.table, table)
            same = low is high and worst is best
            low = chosen(there, worst, low)
            high = low if same else chosen(there, best, high)
        return Codes(table, low, high)


def corrected(block: Block, sums: Sums, before: Iterable[Term], after: Iterable[Term]) -> Sums:
    """Return the sums of a share once what some rules brought to it is exchanged for something else."""
    less = block.planes.less
    # What stays is neither taken away nor added again.
    held: dict[tuple[str, int], list[list[Plane]]] = {}
    for which, terms in enumerate((before, after)):
        for side, weight, where in terms:
            held.setdefault((side, weight // sums.unit), [[], []])[which].append(where)
    moved = dict(sums.sides)
    for (side, units), (old, new) in held.items():
        pairs = list(zip_longest(old, new, fillvalue=block.none))
        for change, planes in (
            (np.add, [less(is_, was) for was, is_ in pairs]),
            (np.subtract, [less(was, is_) for was, is_ in pairs]),
        ):
            for where in planes:
                if where.any():
                    if moved[side] is sums.sides[side]:
                        moved[side] = moved[side].astype(
                            np.promote_types(moved[side].dtype, np.uint16)
                        )
                    moved[side] = change(
                        moved[side], unpacked(where, block.size) * np.uint16(units)
                    )
    return Sums(moved, sums.unit)


def _share(sums: Sums) -> Numbers:
    low, high, whole = (sums.sides[side] for side in SIDES)
    # A quotient that is no whole number is at least 1/whole away from one: further than the rounding.
    kind = np.float32 if max(one.itemsize for one in (low, high, whole)) <= 2 else np.float64
    parts = np.maximum(whole, 1).astype(kind)

    def share(kept: Array) -> NDArray[np.uint8]:
        found = kept.astype(kind)
        np.multiply(found, kind(100), out=found)
        np.divide(found, parts, out=found)
        return found.astype(np.uint8)

    return Numbers(share(low), share(high), whole > 0, 100)


def _band(block: Block, of: str, steps: list[dict[str, Any]]) -> Codes:
    value = block.values[of]
    if isinstance(value, Codes):
        raise PackError(f'blocks cannot band the codes of "{of}"')
    table = tuple(dict.fromkeys(str(step["then"]) for step in steps))

    def place(number: int) -> int:
        for step in steps:
            if number >= step.get("at_least", number) and number <= step.get("at_most", number):
                return table.index(str(step["then"]))
        return -1

    def banded(end: Array) -> NDArray[np.int8]:
        found = stepped(end, 0, value.most, place)
        return found if value.known.all() else chosen(value.known, found, np.int8(-1))

    low = banded(value.low)
    return Codes(table, low, low if value.high is value.low else banded(value.high))


def _worst(block: Block, names: list[str], order: list[str], unsettled: str) -> Codes:
    table = tuple(dict.fromkeys([*order, unsettled]))
    ends: list[tuple[Array, Array]] = []
    for name in names:
        value = block.values[name]
        if isinstance(value, Numbers):
            raise PackError(f'blocks cannot take the worst of the number "{name}"')
        first, second = (_moved(end, value.table, table) for end in (value.low, value.high))
        ends.append((first, second))
    low = reduce(np.maximum, [np.maximum(first, second) for first, second in ends])
    high = reduce(np.maximum, [np.minimum(first, second) for first, second in ends])
    code = chosen(low != high, np.int8(table.index(unsettled)), low)
    # One that is missing is -1 at both its ends, and so is then the lesser of all.
    least = reduce(np.minimum, [first for first, _ in ends])
    if least.min(initial=0) < 0:
        code = chosen(least < 0, np.int8(-1), code)
    return Codes(table, code, code)


def _codes(block: Block, then: Any) -> tuple[Any, ...]:
    if then is None:
        return ()
    if not isinstance(then, dict):
        return (then,)
    value = block.values.get(then["value"])
    if isinstance(value, Numbers):
        raise PackError(f'blocks cannot take the number "{then["value"]}" as a case')
    return value.table if value else ()


def _moved(places: NDArray[np.int8], table: tuple[Any, ...], to: tuple[Any, ...]) -> Any:
    """Places in one table of codes as places in another that holds them all."""
    if to[: len(table)] == table:
        return places
    return stepped(places, -1, len(table) - 1, lambda one: -1 if one < 0 else to.index(table[one]))


def _first(block: Block, cases: list[tuple[Plane, int]]) -> NDArray[np.int8]:
    """The place of the first of the cases that holds, -1 where none does."""
    left = block.all
    terms: list[tuple[int, Plane]] = []
    for where, place in cases:
        terms.append((place + 1, block.planes.both(where, left)))
        left = block.planes.less(left, where)
    if not terms:
        return np.full(block.size, -1, dtype=np.int8)
    digits: list[Plane] = []
    for at in range(max(weight for weight, _ in terms).bit_length()):
        digits.append(block.planes.any(where for weight, where in terms if weight >> at & 1))
    found = numbers(digits, block.size).view(np.int8)
    return found - np.int8(1)
