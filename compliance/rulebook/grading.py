"""Whether the grade could still move: a grade that is the worst of bands of the score and of caps.

With some open questions answered, each point that rests on them is met, is not met or falls away. Every one
of these moves the sum that decides whether the score reaches a band; the sums that can come about are kept
as the bits of one whole number, so that a hundred points take microseconds. The grade can no longer move
when, from each of these sums, what is left open leads over no border of a band and to no worse cap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, gcd
from typing import Any

from compliance.rulebook.conditions import compile_condition, decimal, parts
from compliance.rulebook.pack import Entry, Pack, dims_match
from compliance.rulebook.state import Moment, State
from compliance.rulebook.values import places_in, step_of

Dims = Mapping[str, frozenset[str]]
Links = Mapping[tuple[str, str], set[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Open:
    """An open point: its weight, what failing may cost, what else it may become, what it waits for."""

    weight: int
    costs: Mapping[str, int]
    gravest: str
    lightest: str
    may_be_met: bool
    may_fall_away: bool
    questions: list[str]


@dataclass(frozen=True)
class Grading:
    """A grade made of bands of a share and caps, for visits of the same dimensions.

    ``borders``: the least score of a band, and the rank of the code below it. ``ranks``: the rank of the
    code at each step of the cap, the last where none stands; ``place`` is the step of each severity.
    """

    borders: tuple[tuple[int, int], ...]
    ranks: tuple[int, ...]
    place: Mapping[str, int]

    @classmethod
    def of(cls, pack: Pack, dims: Dims, score: str, grade: str) -> "Grading | None":
        """Read it from a pack; ``None`` where the grade is made in any other way."""
        values = pack.by_id("value")
        top = _followed(values, grade, dims)
        if top is None or "worst" not in top or "share" not in values.get(score, {}):
            return None
        rank = {str(code): place for place, code in enumerate(top["worst"]["order"])}
        severities = [entry["id"] for entry in pack.entries("severity")]
        borders: list[tuple[int, int]] = []
        ranks: tuple[int, ...] = (0,)
        place = dict.fromkeys(severities, 0)
        for name in top["worst"]["of"]:
            part = _followed(values, name, dims) or {}
            if part.get("band", {}).get("of") == score:
                steps = part["band"]["steps"]
                code = step_of(steps)
                edges = {ceil(decimal(one["at_least"])) for one in steps if "at_least" in one}
                edges |= {floor(decimal(one["at_most"])) + 1 for one in steps if "at_most" in one}
                both = [(edge, rank[code(edge - 1)], rank[code(edge)]) for edge in sorted(edges)]
                if any(below < above for _, below, above in both):
                    return None
                borders += [(edge, below) for edge, below, above in both if below > above]
            elif "cap" in part and len(ranks) == 1:
                steps = part["cap"]["steps"]
                ranks = tuple(rank[str(one["at_best"])] for one in steps)
                ranks += (rank[str(part["cap"]["otherwise"])],)
                place = places_in(steps, severities)
                if list(ranks) != sorted(ranks, reverse=True):
                    return None
            else:
                return None
        return cls(tuple(borders), ranks, place)

    def caps(self, severities: Mapping[str, Any]) -> bool:
        """Whether a failing of one of these severities caps the grade."""
        return any(self.place[severity] < len(self.ranks) - 1 for severity in severities)

    def settled_by(
        self, ranked: Sequence[str], points: Sequence[Open], kept: int, whole: int, capped: int
    ) -> int:
        """How many of the questions, in this order, settle the grade however they are answered.

        A point that waits for no question that is asked is taken as it may be from the start. ``kept`` and ``whole`` are the sums over the points that are not open, ``capped`` the step of the cap
        that stands for certain.
        """
        number = {name: place for place, name in enumerate(ranked)}
        waits = [max((number[name] for name in point.questions), default=-1) for point in points]
        borders = [_Border(self, *border, points, kept, whole, capped) for border in self.borders]
        places = {capped}
        for count in range(len(ranked)):
            for place, last in enumerate(waits):
                if last == count - 1:
                    steps = {step for _, step in self._outcomes(points[place], 0)}
                    places = {min(one, step) for one in places for step in steps}
                    for border in borders:
                        border.settle(place)
            left = [point for point, last in zip(points, waits, strict=True) if last >= count]
            if not self._may_move(places, left, borders):
                return count
        return len(ranked)

    def _may_move(
        self, places: set[int], left: Sequence[Open], borders: Sequence["_Border"]
    ) -> bool:
        worst = min((self.place[point.gravest] for point in left), default=len(self.ranks) - 1)
        return any(self.ranks[min(one, worst)] != self.ranks[one] for one in places) or any(
            border.may_be_crossed(self.ranks) for border in borders
        )

    def _outcomes(self, point: Open, least: int) -> list[tuple[int, int]]:
        """What may become of a point: what it adds to 100 * kept - ``least`` * whole, and the cap's step."""
        free = len(self.ranks) - 1
        ends = {point.gravest} if point.may_be_met else {point.gravest, point.lightest}
        found = [
            (100 * (point.weight - point.costs[one]) - least * point.weight, self.place[one])
            for one in ends
        ]
        if point.may_be_met:
            found.append(((100 - least) * point.weight, free))
        if point.may_fall_away:
            found.append((0, free))
        return found


class _Border:
    """The border below one band: by which sums the score may stand on either side of it."""

    def __init__(
        self,
        grading: Grading,
        least: int,
        below: int,
        points: Sequence[Open],
        kept: int,
        whole: int,
        capped: int,
    ) -> None:
        self.below = below
        self.steps = []
        self.lowest, self.room = 100 * kept - least * whole, 0
        for point in points:
            outcomes = grading._outcomes(point, least)
            sums = [moved for moved, _ in outcomes]
            self.lowest += min(sums)
            self.room += max(sums) - min(sums)
            self.steps.append([(moved - min(sums), place) for moved, place in outcomes])
        self.unit = gcd(*(moved for step in self.steps for moved, _ in step)) or 1
        #: By the step of the cap, the sums above the lowest that can come about, a bit for each unit.
        self.sums = {capped: 1}

    def settle(self, point: int) -> None:
        """Take a point as answered, in every way there is."""
        step = self.steps[point]
        self.room -= max(moved for moved, _ in step)
        sums: dict[int, int] = {}
        for capped, bits in self.sums.items():
            for moved, place in step:
                place = min(capped, place)
                sums[place] = sums.get(place, 0) | bits << moved // self.unit
        self.sums = sums

    def may_be_crossed(self, ranks: Sequence[int]) -> bool:
        """Whether from one of the sums what is left open leads to both sides, and the grade shows it."""
        first = max(0, -((self.lowest + self.room) // self.unit))
        last = (-1 - self.lowest) // self.unit
        if last < first:
            return False
        window = ((1 << last - first + 1) - 1) << first
        return any(
            bits & window and ranks[capped] < self.below for capped, bits in self.sums.items()
        )


def _followed(values: Mapping[str, Entry], name: str, dims: Dims) -> Entry | None:
    """The value that stands behind cases which only ask for dimensions."""
    value = values.get(name)
    if value is None or not dims_match(value.get("dims"), dims):
        return None
    if "cases" not in value:
        return value
    state = State(date.min, date.min, dims, {}, {}, Moment(0, date.min))
    for case in [*value["cases"], {"when": {"all": []}, "then": value.get("otherwise")}]:
        if any("dim" not in part for part in parts(case["when"])):
            return None
        if compile_condition(case["when"])(state):
            then = case["then"]
            return _followed(values, then["value"], dims) if isinstance(then, Mapping) else None
    return None


def unsettled_codes(pack: Pack, links: Links, grade: str) -> frozenset[str]:
    """The codes by which a grade, or a value beneath it, says that it is not settled."""
    values = pack.by_id("value")
    found, seen, waiting = set(), set(), [grade]
    while waiting:
        name = waiting.pop()
        if name in values and name not in seen:
            seen.add(name)
            if "worst" in values[name]:
                found.add(str(values[name]["worst"]["unsettled"]))
            waiting.extend(below for kind, below in links[("value", name)] if kind == "value")
    return frozenset(found)
