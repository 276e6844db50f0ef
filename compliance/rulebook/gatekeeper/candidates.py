"""Which answers are worth trying for a question: for each way its conditions can tell answers apart, one.

Numbers are tried at each limit that a condition names and on both sides of it, dates likewise, lists in every
combination of the options named. What no condition can tell apart is tried once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import product
from typing import Any

from compliance.rulebook.answers import codes_of
from compliance.rulebook.conditions import NUMBER_TESTS, decimal, literal_day
from compliance.rulebook.months import add_months
from compliance.rulebook.pack import Entry, dims_match
from compliance.rulebook.state import NOT_APPLICABLE, Answer, Measure

Tree = Mapping[str, Any]

#: More combinations of a list than this are not tried one by one.
MOST_COMBINATIONS = 20_000
MONTH_TESTS = ("within_months", "less_than_months_ago", "months_passed")


class TooMany(Exception):
    """There are more answers than can be tried: nothing is proven."""


def candidates(
    entry: Entry, tests: Sequence[Tree], dims: Mapping[str, frozenset[str]], days: Iterable[date]
) -> list[Answer]:
    """Return answers to a question, as few as tell all that ``tests`` can tell apart.

    ``days`` are the days a date may be compared with: the visit's own, and those written in the pack.
    Raises ``TooMany``.
    """
    kind = entry["type"]
    if kind == "choices":
        return list(_lists(entry, tests, dims))
    found: list[Answer]
    if kind in ("yes_no", "choice"):
        offered = {code for code, _ in _offered(entry, dims)}
        found = [code for code in codes_of(entry) if kind == "yes_no" or code in offered]
        if kind == "choice" and entry.get("not_applicable"):
            found.append(NOT_APPLICABLE)
        return list(dict.fromkeys(found))
    if kind == "integer":
        found = [int(number) for number in _numbers(entry, tests, 0)]
    elif kind == "measure":
        found = list(_measures(entry, tests))
    elif kind in ("date", "dates"):
        each = sorted(_days(tests, days))
        found = list(each) if kind == "date" else [(), *((day,) for day in each)]
    elif kind == "photos":
        found = [(), ("a photo",)]
    else:
        found = ["12:00" if kind == "time" else "words"]
    if entry.get("not_applicable"):
        found.append(NOT_APPLICABLE)
    return found


def _offered(entry: Entry, dims: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, bool]]:
    """The options offered at such a visit, and whether each must stand alone."""
    for option in entry.get("options", []):
        if dims_match(option.get("dims"), dims):
            yield option["code"], bool(option.get("exclusive", False))


def _lists(
    entry: Entry, tests: Sequence[Tree], dims: Mapping[str, frozenset[str]]
) -> Iterator[Answer]:
    """Combinations of options. Options that the same tests name are told apart only by none, one or all."""
    offered = list(_offered(entry, dims))
    named = [
        frozenset(test[key] if isinstance(test[key], list) else [test[key]])
        for test in tests
        for key in ("is", "in", "has_all", "has_none")
        if key in test
    ]
    alike: dict[tuple[bool, ...], list[str]] = {}
    for code, alone in offered:
        if alone:
            yield (code,)
        else:
            alike.setdefault(tuple(code in names for names in named), []).append(code)
    ways = [
        [(), (codes[0],), *([tuple(codes)] if len(codes) > 1 else [])] for codes in alike.values()
    ]
    count = 1
    for way in ways:
        count *= len(way)
    if count > MOST_COMBINATIONS:
        raise TooMany
    for combination in product(*ways):
        yield tuple(code for part in combination for code in part)
    if entry.get("not_applicable"):
        yield NOT_APPLICABLE


def _limits(tests: Sequence[Tree]) -> Iterator[Decimal]:
    for test in tests:
        for key in NUMBER_TESTS:
            if key in test:
                yield decimal(test[key])
        for one in [test["is"]] if "is" in test else test.get("in", ()):
            if isinstance(one, int | float):
                yield decimal(one)


def _numbers(entry: Entry, tests: Sequence[Tree], decimals: int) -> list[Decimal]:
    """The numbers with so many decimals at and around each limit, within the question's own bounds."""
    step = Decimal(1).scaleb(-decimals)
    low = None if entry.get("min") is None else decimal(entry["min"])
    high = None if entry.get("max") is None else decimal(entry["max"])
    ends = [end for end in (low, high) if end is not None] or [Decimal(0)]
    found = set()
    for limit in (*ends, *_limits(tests)):
        at = limit.quantize(step, ROUND_FLOOR)
        found |= {at - step, at, at + step, at + 2 * step}
    return sorted(
        number
        for number in found
        if (low is None or number >= low) and (high is None or number <= high)
    )


def _measures(entry: Entry, tests: Sequence[Tree]) -> Iterator[Measure]:
    """Measurements written with every number of decimals that a test can tell apart."""
    asked = [int(test["decimals_at_least"]) for test in tests if "decimals_at_least" in test]
    written = [max(0, -int(limit.as_tuple().exponent)) for limit in _limits(tests)]
    for decimals in range(max([*asked, *written, int(entry.get("decimals", 0))]) + 2):
        for number in _numbers(entry, tests, decimals):
            yield Measure(number, decimals)


def _days(tests: Sequence[Tree], days: Iterable[date]) -> set[date]:
    """Each day a date is compared with, what lies so many months before it, and the days around."""
    near = set(days)
    months = {int(test[key]) for test in tests for key in MONTH_TESTS if key in test}
    near |= {add_months(day, -count) for day in near for count in months}
    for test in tests:
        for key in ("on_or_before", "on_or_after"):
            day = literal_day(test.get(key))
            if day is not None:
                near.add(day)
    # Months differ in length: a day so many months before another is met within three days of it.
    return {day + timedelta(days=shift) for day in near for shift in range(-4, 5)}
