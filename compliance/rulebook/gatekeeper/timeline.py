"""Versions of a rule in time: for each kind of place they follow on one another, day by day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise, product

from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.pack import Entry, Pack, dims_match
from compliance.rulebook.sources import Sources

_ALWAYS = "9999-12-31"


def overlaps_and_gaps(pack: Pack, rule: Entry, sources: Sources) -> Iterator[Problem]:
    """Find versions in force together at one kind of place, days between two, and ends before beginnings."""
    name = rule["id"]
    dated = [
        (version["from"], version.get("to", _ALWAYS), number, version)
        for number, version in enumerate(rule.get("version", ()))
        if "from" in version
    ]
    for start, end, number, _ in dated:
        if end < start:
            place = sources.version(name, number)
            yield Problem(place, f"a version that ends ({end}) before it begins ({start})")
    in_order = sorted(dated, key=lambda one: (one[0], one[2]))
    for first, second in combinations(in_order, 2):
        if second[0] <= first[1] and _share_a_place(first[3], second[3]):
            place = sources.version(name, second[2])
            yield Problem(
                place,
                f'versions of "{name}" overlap from {second[0]}. The other stands at'
                f" {sources.version(name, first[2])}",
            )
    told: set[tuple[str, str]] = set()
    dims = [
        (dim["id"], [option["code"] for option in dim["options"]]) for dim in pack.entries("dim")
    ]
    for codes in product(*(codes for _, codes in dims)):
        here = dict(zip((dim for dim, _ in dims), codes, strict=True))
        if not dims_match(rule.get("dims"), here):
            continue
        one_place = [one for one in in_order if dims_match(one[3].get("dims"), here)]
        for first, second in pairwise(one_place):
            if (first[1], second[0]) in told or not _days_between(first[1], second[0]):
                continue
            told.add((first[1], second[0]))
            yield Problem(
                sources.version(name, second[2]),
                f'versions of "{name}" leave a gap from {first[1]} to {second[0]}',
            )


def _days_between(end: str, start: str) -> bool:
    if start <= end:
        return False
    return date.fromisoformat(start) - date.fromisoformat(end) > timedelta(days=1)


def _share_a_place(first: Entry, second: Entry) -> bool:
    ours, theirs = first.get("dims") or {}, second.get("dims") or {}
    return dims_match({dim: codes for dim, codes in ours.items() if dim in theirs}, theirs)
