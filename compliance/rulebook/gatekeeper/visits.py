"""Every kind of visit that the conditions of a pack can tell apart, before anything is answered."""

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

from compliance.rulebook.conditions import parts, reads
from compliance.rulebook.gatekeeper.formulas import Ask, Formulas, Visit
from compliance.rulebook.months import add_months
from compliance.rulebook.pack import Entry, Pack, dims_match

Dims = Mapping[str, frozenset[str]]

#: Of a dimension that may hold several, every combination is tried up to this many codes.
MOST_CODES = 6
_DAY = timedelta(days=1)


class Places:
    """The dimensions of the visits a pack knows, each kind of place once."""

    def __init__(self, pack: Pack) -> None:
        told = list(_told(pack))
        ways: dict[str, list[frozenset[str]]] = {}
        many: list[str] = []
        for dim in pack.entries("dim"):
            name = dim["id"]
            codes = _told_apart([option["code"] for option in dim["options"]], name, told)
            ways[name] = _held(codes) if dim.get("many") else [frozenset((one,)) for one in codes]
            if dim.get("optional"):
                ways[name].append(frozenset())
            if dim.get("many"):
                many.append(name)
        single = [name for name in ways if name not in many]
        alone = {
            (dim["id"], option["code"])
            for dim in pack.entries("dim")
            for option in dim["options"]
            if option.get("one_channel")
        }
        #: The dimensions that hold one code, and with each the ways in which the others may be.
        self.singly: list[tuple[Dims, list[Dims]]] = []
        #: The same with ways that no visit is meant to have, such as several where one is allowed.
        self.every: list[Dims] = []
        for chosen in product(*(ways[name] for name in single)):
            fixed = _given(dict(zip(single, chosen, strict=True)))
            among: list[Dims] = [
                {**fixed, **_given(dict(zip(many, others, strict=True)))}
                for others in product(*(ways[name] for name in many))
            ]
            self.every += among
            if any((name, code) in alone for name, held in fixed.items() for code in held):
                among = [
                    dims for dims in among if all(len(dims.get(name, ())) < 2 for name in many)
                ]
            self.singly.append((fixed, among))
        self._fitting: dict[int, set[int]] = {}

    def within(self, among: list[Dims], *entries: Entry) -> Iterator[Dims]:
        """Those of some dimensions that all the entries are for."""
        for dims in among:
            if all(id(dims) in self._fits(entry) for entry in entries):
                yield dims

    def _fits(self, entry: Entry) -> set[int]:
        """The dimensions an entry is for, by identity: entries and dimensions live as long as this does."""
        found = self._fitting.get(id(entry))
        if found is None:
            wanted = entry.get("dims")
            found = self._fitting[id(entry)] = {
                id(dims) for dims in self.every if dims_match(wanted, dims)
            }
        return found


def _given(dims: dict[str, frozenset[str]]) -> Dims:
    return {name: codes for name, codes in dims.items() if codes}


def _held(codes: list[str]) -> list[frozenset[str]]:
    """What a dimension that may hold several can hold: one each, all, then the combinations between."""
    most = len(codes) if len(codes) <= MOST_CODES else 2
    found = [frozenset(some) for count in range(1, most + 1) for some in combinations(codes, count)]
    whole = frozenset(codes)
    return list(dict.fromkeys([*found[: len(codes)], whole, *found]))


def _told(pack: Pack) -> Iterator[tuple[str, frozenset[str]]]:
    """Every list of codes by which something that a condition can reach tells dimensions apart."""
    trees = [tree for entry in _entries(pack) for tree in _trees(entry)]
    read = reads(*trees)
    names = {"question": {*read.answer}, "fact": {*read.fact}}
    names["question"] |= {rule["about"] for rule in pack.entries("rule") if "about" in rule}
    asked = [
        entry
        for table, known in names.items()
        for entry in pack.entries(table)
        if entry["id"] in known
    ]
    options = [option for entry in asked for option in entry.get("options", ())]
    for entry in (*_entries(pack), *asked, *options):
        for dim, codes in (entry.get("dims") or {}).items():
            yield dim, frozenset(codes)
    for tree in trees:
        for part in parts(tree):
            if "dim" in part:
                codes = part.get("in", [part.get("is")])
                yield part["dim"], frozenset(codes)


def _entries(pack: Pack) -> Iterator[Entry]:
    for table in ("question", "fact", "rule", "condition", "value"):
        for entry in pack.entries(table):
            if table not in ("question", "fact"):
                yield entry
            elif "ask_when" in entry:
                yield {"ask_when": entry["ask_when"]}
            yield from entry.get("version", ())


def _trees(entry: Entry) -> Iterator[Mapping[str, Any]]:
    for key in ("ask_when", "applies", "met", "when"):
        if key in entry:
            yield entry[key]
    for case in (*entry.get("severity_when", ()), *entry.get("cases", ())):
        yield case["when"]


def _told_apart(codes: list[str], dim: str, told: list[tuple[str, frozenset[str]]]) -> list[str]:
    """One code for each way in which the pack tells them apart."""
    kept: dict[tuple[bool, ...], str] = {}
    for code in codes:
        kept.setdefault(tuple(code in some for name, some in told if name == dim), code)
    return list(kept.values())


def days_between(
    first: date, last: date | None, turning: set[date], months: set[int], dims: Dims
) -> Iterator[Visit]:
    """Visits on each side of the turning days between two days (``last`` may be open), newest first."""
    days = {first, *([last] if last else ())}
    days |= {day + shift * _DAY for day in turning for shift in (-1, 0, 1)}
    for day in sorted(days, reverse=True):
        if first <= day and (last is None or day <= last):
            yield Visit(dims, day, day)
            for count in sorted(months):
                yield Visit(dims, day, add_months(day, count) + _DAY)


class Alike:
    """Remembers visits by what was asked of them: two that answer all of it alike make the same formulas."""

    def __init__(self) -> None:
        self._known: _Step | None = None

    def has(self, visit: Visit) -> bool:
        """Whether a visit like this one was added."""
        step = self._known
        while step is not None and step.ask is not None:
            step = step.told.get(step.ask(visit))
        return step is not None

    def add(self, formulas: Formulas) -> None:
        """Remember the visit of these formulas."""
        asked = formulas.asked_of_visit
        if self._known is None:
            self._known = _Step(asked[0][0] if asked else None)
        step = self._known
        for place, (_, told) in enumerate(asked):
            following = asked[place + 1][0] if place + 1 < len(asked) else None
            step = step.told.setdefault(told, _Step(following))


class _Step:
    """One thing asked of a visit, and what is asked next after each thing it can tell; the end asks nothing."""

    def __init__(self, ask: Ask | None) -> None:
        self.ask = ask
        self.told: dict[Hashable, _Step] = {}
