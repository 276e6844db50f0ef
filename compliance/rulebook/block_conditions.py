"""The conditions of a rulebook over a block of visits: where each is certainly true, and where certainly false.

Both are planes, a bit a visit; where neither holds, a condition is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.rulebook.answers import codes_of
from compliance.rulebook.columns import CODED, NO_DAY, NO_NUMBER, SEEN, Columns, scaled
from compliance.rulebook.conditions import AS_OF, NUMBER_TESTS, SUBJECTS, VISITED_ON, literal_day
from compliance.rulebook.errors import PackError
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.planes import Plane, Planes, packed
from compliance.rulebook.state import NOT_APPLICABLE

Bools = NDArray[np.bool_]
Ints = NDArray[Any]
Sides = tuple[Plane, Plane]
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule over a block: where each outcome holds, and how grave it is where.

    Where no outcome holds the rule says nothing: it is not written for these dimensions. Severities are
    places in the pack's list, which begins with the worst; ``gravest`` and ``lightest`` differ from
    ``severities`` where an open question decides. ``weights`` is what the rule weighs in a share where.
    """

    met: Plane
    not_met: Plane
    not_applicable: Plane
    not_in_force: Plane
    not_assessed: Plane
    severities: Mapping[int, Plane]
    gravest: Mapping[int, Plane]
    lightest: Mapping[int, Plane]
    weights: Mapping[int, Plane]


@dataclass(frozen=True, slots=True)
class Codes:
    """A value over visits: the place of its code in ``table`` at each end of its range, -1 for none."""

    table: tuple[Any, ...]
    low: NDArray[np.int8]
    high: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A whole number over visits at each end of its range, and where there is one; ``most`` it can be."""

    low: Ints
    high: Ints
    known: Bools
    most: int


Value = Codes | Numbers


@dataclass
class Block:
    """Some visits of the columns, and what has been worked out of them so far."""

    pack: Pack
    columns: Columns
    findings: dict[str, Finding] = field(default_factory=dict)
    fired: dict[str, Plane] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out what every condition needs."""
        self.size = len(self.columns)
        self.planes = Planes.of(self.size)
        self.all, self.none = self.planes.all, self.planes.none
        self.dim_codes = {
            dim["id"]: [option["code"] for option in dim["options"]]
            for dim in self.pack.entries("dim")
        }
        self.tiers: dict[str, list[str]] = {}
        for condition in self.pack.entries("condition"):
            self.tiers.setdefault(condition["tier"], []).append(condition["id"])
        self._kept: dict[str, Plane] = {}
        self._leaves: dict[str, Sides] = {}

    def done(self) -> None:
        """Let go of what was only kept to be read again within the block."""
        self._kept.clear()
        self._leaves.clear()

    def dims(self, wanted: Mapping[str, list[str]] | None) -> Plane:
        """Where the dimensions of a visit fall within those an entry is written for."""
        found = self.all
        for name, codes in (wanted or {}).items():
            known = self.dim_codes[name]
            if set(codes) >= set(known):
                continue
            bits = sum(1 << known.index(code) for code in codes)
            key = f"{name} {bits}"
            if key not in self._kept:
                here = packed(self.columns[f"dim.{name}"] & bits)
                self._kept[key] = self.planes.known(here)
            found = self.planes.both(found, self._kept[key])
        return found

    def in_force(self, version: Entry) -> Plane:
        """Where a dated version of a rule is in force for the visit's dimensions."""
        if "from" not in version:
            return self.none
        key = f"{version['from']} {version.get('to')}"
        if key not in self._kept:
            on = self.columns["visited_on"]
            where = on >= _ordinal(version["from"])
            if "to" in version:
                where &= on <= _ordinal(version["to"])
            self._kept[key] = self.planes.known(packed(where))
        return self.planes.both(self._kept[key], self.dims(version.get("dims")))

    def sides(self, tree: Tree) -> Sides:
        """Where a condition is certainly true, and where certainly false."""
        if "all" in tree:
            return self._joined(tree["all"])
        if "any" in tree:
            false, true = self._joined([{"not": part} for part in tree["any"]])
            return true, false
        if "not" in tree:
            true, false = self.sides(tree["not"])
            return false, true
        subject = next(key for key in SUBJECTS if key in tree)
        test = next(key for key in tree if key not in (subject, AS_OF))
        return self._leaf(subject, tree[subject], test, tree[test])

    def _joined(self, parts: list[Tree]) -> Sides:
        true, false = self.all, self.none
        for part in parts:
            holds, fails = self.sides(part)
            true, false = self.planes.both(true, holds), self.planes.either(false, fails)
        return true, false

    def _leaf(self, subject: str, name: str, test: str, operand: Any) -> Sides:
        if subject == "fired":
            true = self._fired(name)
            return self._either(true if operand else self._not(true))
        if subject == "dim":
            return self._either(self.dims({name: [operand] if test == "is" else list(operand)}))
        if subject == "finding":
            return self._either(self._finding(name, [operand] if test == "is" else operand))
        if subject == "value":
            return self._value(name, test, operand)
        key = f"{subject} {name} {test} {operand!r}"
        if key not in self._leaves:
            self._leaves[key] = self._answer(subject, name, test, operand)
        return self._leaves[key]

    def _not(self, plane: Plane) -> Plane:
        return self.planes.less(self.all, plane)

    def _either(self, true: Plane) -> Sides:
        """The sides of a condition that is never unknown."""
        return true, self._not(true)

    def _sides(self, true: Plane, known: Plane) -> Sides:
        true = self.planes.both(true, known)
        return true, self.planes.less(known, true)

    def _fired(self, name: str) -> Plane:
        """Where a condition, or any condition of a tier, fires."""
        names = [name, *self.tiers.get(name, ())]
        return self.planes.any(self.fired[one] for one in names if one in self.fired)

    def _finding(self, name: str, outcomes: list[str]) -> Plane:
        """Where a rule has one of the outcomes; a rule that says nothing is as one not in force."""
        found = self.findings.get(name)
        if found is None:
            return self.all if "not_in_force" in outcomes else self.none
        wanted = [getattr(found, outcome) for outcome in outcomes]
        if "not_in_force" in outcomes:
            said = (found.met, found.not_met, found.not_applicable, found.not_assessed)
            wanted.append(self._not(self.planes.any(said)))
        return self.planes.any(wanted)

    # --- answers and facts -------------------------------------------------------------------

    def _answer(self, subject: str, name: str, test: str, operand: Any) -> Sides:
        if name in (VISITED_ON, AS_OF):
            days = self.columns["visited_on"]
            return self._days(test, operand, subject, days, days, self.all)
        entry = (self.pack.questions if subject == "answer" else self.pack.facts)[name]
        if test == "known":
            known = self.known(subject, name)
            return self._either(known if operand else self._not(known))
        if entry["type"] in CODED and test in ("is", "in"):
            return self._coded(subject, name, entry, [operand] if test == "is" else operand)
        return self._typed(subject, name, entry, test, operand)

    def known(self, subject: str, name: str) -> Plane:
        """Where there is a definite answer; "does not apply" is one."""
        key = f"known {subject} {name}"
        if key not in self._kept:
            entry = (self.pack.questions if subject == "answer" else self.pack.facts)[name]
            if entry["type"] in CODED:
                found = packed(self.columns[f"{subject}.{name}"])
            else:
                seen = self._seen(subject, name, entry)
                found = self.planes.either(seen, self.not_applicable(subject, name))
            self._kept[key] = found
        return self._kept[key]

    def not_applicable(self, subject: str, name: str) -> Plane:
        """Where the answer is "does not apply"."""
        entry = (self.pack.questions if subject == "answer" else self.pack.facts)[name]
        if not entry.get("not_applicable"):
            return self.none
        if entry["type"] in CODED:
            return self._code(subject, name, codes_of(entry).index(NOT_APPLICABLE) + 1)
        return packed(self.columns[f"{subject}.{name}.na"])

    def _code(self, subject: str, name: str, code: int) -> Plane:
        key = f"{subject} {name} {code}"
        if key not in self._kept:
            self._kept[key] = packed(self.columns[f"{subject}.{name}"] == code)
        return self._kept[key]

    def _coded(self, subject: str, name: str, entry: Entry, wanted: list[Any]) -> Sides:
        codes = codes_of(entry)
        true = self.planes.any(
            self._code(subject, name, place)
            for place, code in enumerate(codes, start=1)
            if code in wanted
        )
        return true, self.planes.less(self.known(subject, name), true)

    def _seen(self, subject: str, name: str, entry: Entry) -> Plane:
        column = self.columns[f"{subject}.{name}"]
        kind = entry["type"]
        if kind == "dates":
            return packed(self.columns[f"{subject}.{name}.seen"])
        if kind == "date":
            return packed(column != NO_DAY)
        if kind in ("integer", "measure"):
            return packed(column != NO_NUMBER)
        return packed(column != 0)

    def _typed(self, subject: str, name: str, entry: Entry, test: str, operand: Any) -> Sides:
        known, na = self.known(subject, name), self.not_applicable(subject, name)
        column = self.columns[f"{subject}.{name}"]
        kind = entry["type"]
        if test in NUMBER_TESTS:
            true = _compared(column, test, scaled(operand))
        elif test == "decimals_at_least":
            true = self.columns[f"{subject}.{name}.decimals"] >= operand
        elif kind == "choices":
            true = _contains(column, codes_of(entry), test, operand)
        elif kind in ("date", "dates"):
            last = self.columns[f"{subject}.{name}.last"] if kind == "dates" else column
            there = self.planes.less(known, na)
            holds, fails = self._days(test, operand, subject, column, last, there)
            return holds, self.planes.either(fails, na)
        elif kind == "integer" and test in ("is", "in"):
            wanted = [operand] if test == "is" else operand
            true = np.isin(column, [scaled(one) for one in wanted])
        else:
            raise PackError(f'blocks cannot ask "{test}" of "{name}"')
        holds = self.planes.both(packed(true), self.planes.less(known, na))
        return holds, self.planes.less(known, holds)

    def _days(
        self, test: str, operand: Any, subject: str, first: Ints, last: Ints, known: Plane
    ) -> Sides:
        """A test of dates, of which only the earliest and the latest matter; no dates at all pass."""
        none = packed(first == NO_DAY) & known
        today = self.columns["visited_on"]
        if test == "within_months":
            true = (last <= today) & (today <= _later(first, operand))
        elif test == "less_than_months_ago":
            true = (last <= today) & (today < _later(first, operand))
        elif test == "months_passed":
            true = today > _later(last, operand)
        elif test in ("on_or_before", "on_or_after"):
            day = literal_day(operand)
            if day is not None:
                other = np.full(self.size, day.toordinal(), dtype=np.int32)
            elif operand in (VISITED_ON, AS_OF):
                other = today
            else:
                other = self.columns[f"{subject}.{operand}"]
            true = last <= other if test == "on_or_before" else first >= other
            known = known & packed(other != NO_DAY)
        else:
            raise PackError(f'blocks cannot ask "{test}" of a date')
        return self._sides(packed(true) | none, known)

    # --- values ------------------------------------------------------------------------------

    def _value(self, name: str, test: str, operand: Any) -> Sides:
        value = self.values.get(name)
        if value is None:
            known = self.none
        elif isinstance(value, Codes):
            known = packed(value.low >= 0)
            if value.high is not value.low:
                known = known & packed(value.low == value.high)
        else:
            known = packed(value.known & (value.low == value.high))
        if test == "known":
            return self._either(known if operand else self._not(known))
        if value is None:
            return self.none, self.none
        if isinstance(value, Codes):
            places = [
                place for place, code in enumerate(value.table) if _holds(code, test, operand)
            ]
            true = self.planes.any(packed(value.low == place) for place in places)
            return self._sides(true, known)
        if test in NUMBER_TESTS:
            low, high = (packed(_compared(end, test, operand)) for end in (value.low, value.high))
            there = packed(value.known)
            return there & low & high, self.planes.less(there, low | high)
        wanted = [operand] if test == "is" else list(operand)
        return self._sides(packed(np.isin(value.low, wanted)), known)


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _compared(column: Ints, test: str, limit: Any) -> Bools:
    if test == "at_least":
        return np.asarray(column >= limit)
    if test == "at_most":
        return np.asarray(column <= limit)
    return np.asarray(column > limit if test == "more_than" else column < limit)


def _contains(column: Ints, codes: list[str], test: str, operand: Any) -> Bools:
    wanted = [operand] if test == "is" else list(operand)
    bits = np.uint64(sum(1 << codes.index(code) for code in wanted if code in codes))
    if test == "has_all":
        return np.asarray((column & bits) == bits)
    if test == "has_none":
        return np.asarray((column & bits) == 0)
    return np.asarray((column & bits & ~SEEN) != 0)


def _holds(code: Any, test: str, operand: Any) -> bool:
    if test in ("is", "in"):
        return code in ([operand] if test == "is" else operand)
    if isinstance(code, str) or test not in NUMBER_TESTS:
        raise PackError(f'blocks cannot ask "{test}" of the code "{code}"')
    return bool(_compared(np.array(scaled(code)), test, scaled(operand)))


EPOCH = date(1970, 1, 1).toordinal()


def _later(days: Ints, months: int) -> Ints:
    """Day numbers some calendar months later; a missing day stays out of the way."""
    known = np.where(days == NO_DAY, EPOCH, days)
    stamps = (known - EPOCH).astype("datetime64[D]")
    month = stamps.astype("datetime64[M]")
    day = (stamps - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    length = (
        (target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype("datetime64[D]")
    ).astype(np.int64)
    moved = target.astype("datetime64[D]").astype(np.int64) + np.minimum(day, length - 1) + EPOCH
    return np.asarray(moved)
