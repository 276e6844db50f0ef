"""Two rules in force together, for the same dimensions, that no answers can meet both."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, zip_longest

from compliance.rulebook.gatekeeper.formulas import MET, NOT_MET, Formulas, Visit
from compliance.rulebook.gatekeeper.logic import Decided, Node, Variable
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.gatekeeper.reach import Proven, Reach
from compliance.rulebook.gatekeeper.rests_on import rests_on
from compliance.rulebook.gatekeeper.visits import Dims
from compliance.rulebook.pack import Entry

#: So many questions are looked at alone before a search is begun.
MOST_ALONE = 4

Spoken = tuple[Entry, int, Entry, list[Variable]]


def contradictions(reach: Reach) -> Iterator[Problem]:
    """Find every two rules that contradict each other, on the last day both are in force.

    They do where no answers meet both, although answers meet the one while the other is not met, and the
    other way round. Rules that never apply to the same visit do not; nor do rules that rest on no common
    answer, so those are not looked at.
    """
    spoken: list[Spoken] = [
        (rule, number, version, rests_on(reach.pack, rule, version))
        for rule in reach.pack.entries("rule")
        if not rule.get("only_not_met")
        for number, version in enumerate(rule["version"])
        if "from" in version
    ]
    for one, other in combinations(spoken, 2):
        if one[0] is other[0] or set(one[3]).isdisjoint(other[3]):
            continue
        day = _last_day_of_both(reach, one[2], other[2])
        where = None if day is None else _where(reach, day, one, other)
        if where is not None:
            first, second = one[0]["id"], other[0]["id"]
            yield Problem(
                reach.sources.version(second, other[1]),
                f'rules "{first}" and "{second}" are in force together{where}, and no answers can meet'
                f" both. The first stands at {reach.sources.version(first, one[1])}",
            )


def _last_day_of_both(reach: Reach, one: Entry, other: Entry) -> date | None:
    windows = (reach.window(one), reach.window(other))
    begins = max(first for first, _ in windows)
    ends = [last for _, last in windows if last is not None]
    if not ends:
        return max(begins, reach.newest)
    return min(ends) if begins <= min(ends) else None


def _where(reach: Reach, day: date, one: Spoken, other: Spoken) -> str | None:
    """Say for which dimensions two rules contradict each other; ``None`` where they nowhere do."""
    entries = (one[0], one[2], other[0], other[2])
    # What either reads itself settles most, so it is decided before what lies further down.
    order = [each for pair in zip_longest(one[3], other[3]) for each in pair if each is not None]

    def can(among: list[Dims], mine: int, theirs: int) -> Proven:
        found: Proven = False
        for dims in reach.places.within(among, *entries):
            formulas = reach.whole(Visit(dims, day, day))
            if formulas.version(one[0]) is not one[2] or formulas.version(other[0]) is not other[2]:
                continue
            if _ruled_out(reach, formulas, (one[0]["id"], mine), (other[0]["id"], theirs), order):
                continue
            first, second = formulas.outcome(one[0]["id"]), formulas.outcome(other[0]["id"])

            def both(decided: Decided, first: Node = first, second: Node = second) -> bool:
                return bool(first(decided) & mine and second(decided) & theirs)

            this = reach.can(formulas, both, order)
            if this:
                return True
            if this is None:
                found = None
        return found

    for single, among in reach.places.singly:
        if can(among, MET, MET) is False and can(among, MET, NOT_MET) and can(among, NOT_MET, MET):
            told = ", ".join(f"{dim} {'/'.join(sorted(codes))}" for dim, codes in single.items())
            return f" ({told})" if told else ""
    return None


def _ruled_out(
    reach: Reach,
    formulas: Formulas,
    mine: tuple[str, int],
    theirs: tuple[str, int],
    order: list[Variable],
) -> bool:
    """Whether one question alone rules out that both rules end as wanted: the commonest case, soon seen."""
    for variable in order[:MOST_ALONE]:
        if variable in formulas.tried and not any(
            first & mine[1] and second & theirs[1]
            for first, second in zip(
                reach.outcomes(formulas, mine[0], variable),
                reach.outcomes(formulas, theirs[0], variable),
                strict=True,
            )
        ):
            return True
    return False
