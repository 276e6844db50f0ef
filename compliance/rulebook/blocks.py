"""Many visits re-scored at once: the rules over columns, in blocks, with NumPy.

The plain way is ``assess``; this is the fast one for history, held equal to it by a test on thousands of
random visits. It gives findings, validity, score range and grade; what looks at other visits (standing)
and every explanation is rebuilt by ``assess`` on demand.

What a rulebook came to is kept by rule, condition and value. A rulebook that differs in one rule is scored
from there: only what differs, and what rests on it, is worked out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.rulebook.block_conditions import Block, Codes, Finding, Numbers, Value
from compliance.rulebook.block_values import FORMULAS, MOST_UNITS, Formulas, Sums, corrected
from compliance.rulebook.columns import Columns
from compliance.rulebook.errors import PackError
from compliance.rulebook.pack import Entry
from compliance.rulebook.planes import Plane, Planes, turned
from compliance.rulebook.program import Node, Program
from compliance.rulebook.values import formula_of

#: Visits a block: what is being joined stays in a processor's second cache.
BLOCK = 1 << 20
OUTCOMES = ("absent", "met", "not_met", "not_applicable", "not_in_force", "not_assessed")
#: What columns are read by: where these differ between two rulebooks nothing is taken over.
VOCABULARY = ("dim", "question", "fact", "severity")


@dataclass
class Part:
    """One block that is worked out: its planes and values, and the sums its shares are made of."""

    block: Block
    sums: dict[str, Sums] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """What a rulebook makes of the visits of some columns, in their order."""

    scorer: "BlockScorer"
    parts: tuple[Part, ...]
    size: int
    #: The bitmap of what it was scored from, where that was asked for, and the rules that are others now.
    bitmap: NDArray[np.uint64] | None = None
    others: frozenset[str] = frozenset()

    @property
    def rules(self) -> list[str]:
        """The rules, in the order of the bitmap."""
        return list(self.scorer.pack.rules)

    @property
    def step(self) -> int:
        """How many visits a part holds; the last may hold fewer."""
        return self.parts[0].block.size

    def outcome(self, rule: str, visit: int) -> str:
        """One finding in words; ``absent`` where the rule is not written for the visit's dimensions."""
        part, byte, bit = self._at(visit)
        finding = part.block.findings[rule]
        return next(
            (code for code in OUTCOMES[1:] if getattr(finding, code)[byte] >> bit & 1), OUTCOMES[0]
        )

    def severity(self, rule: str, visit: int) -> str:
        """How grave a point is at one visit."""
        part, byte, bit = self._at(visit)
        severities = part.block.findings[rule].severities
        place = next(place for place, where in severities.items() if where[byte] >> bit & 1)
        return str(self.scorer.formulas.severities[place])

    def fired(self, condition: str, visit: int) -> bool:
        """Whether a condition fires at one visit."""
        part, byte, bit = self._at(visit)
        return bool(part.block.fired[condition][byte] >> bit & 1)

    def _at(self, visit: int) -> tuple[Part, int, int]:
        part, place = divmod(visit, self.step)
        return self.parts[part], place // 8, place % 8

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The values by name, of all visits."""
        names = self.parts[0].block.values
        return {name: _joined([part.block.values[name] for part in self.parts]) for name in names}

    def code(self, name: str, visit: int) -> Any:
        """A settled code or number of a value, or ``None``."""
        value = self.values.get(name)
        if isinstance(value, Codes):
            low, high = int(value.low[visit]), int(value.high[visit])
            return value.table[low] if low == high and low >= 0 else None
        if isinstance(value, Numbers) and value.known[visit]:
            low, high = int(value.low[visit]), int(value.high[visit])
            return low if low == high else None
        return None

    @cached_property
    def not_met(self) -> NDArray[np.uint64]:
        """A bitmap a visit: bit n of word n // 64 is set where the n-th rule is not met."""
        rules = self.rules
        lanes: Sequence[int] = range((len(rules) + 7) // 8)
        if self.bitmap is not None:
            words = self.bitmap.copy()
            lanes = [one for one in lanes if self.others.intersection(rules[8 * one : 8 * one + 8])]
        else:
            words = np.zeros((self.size, (len(rules) + 63) // 64), dtype=np.uint64)
        for lane in lanes:
            self._lane(words.view(np.uint8), lane)
        return words

    def _lane(self, bytes_: NDArray[np.uint8], lane: int) -> None:
        """Write eight rules of the bitmap."""
        rules = self.rules[8 * lane : 8 * lane + 8]
        for number, part in enumerate(self.parts):
            planes = [part.block.findings[rule].not_met for rule in rules]
            start = number * self.step
            bytes_[start : start + part.block.size, lane] = turned(planes)[: part.block.size]


def _joined(values: list[Value]) -> Value:
    first = values[0]
    if len(values) == 1:
        return first
    low = np.concatenate([one.low for one in values])
    same = all(one.low is one.high for one in values)
    high = low if same else np.concatenate([one.high for one in values])
    if isinstance(first, Codes):
        return Codes(first.table, low, high)
    known = np.concatenate([one.known for one in values if isinstance(one, Numbers)])
    return Numbers(low, high, known, first.most)


class BlockScorer:
    """A pack made ready for blocks. Raises ``PackError`` for a formula that needs the plain way.

    It works out what the outputs rest on; with ``every``, all of a visit that it can.
    """

    def __init__(self, program: Program, *, every: bool = False) -> None:
        self.program = program
        self.pack = program.pack
        self.formulas = Formulas(program)
        self.wanted = self._every() if every else self._wanted()
        self.order = [node for node in program.sorted_nodes if node in self.wanted]

    def score(self, columns: Columns, *, earlier: Scored | None = None) -> Scored:
        """Score all visits of the columns, block by block.

        ``earlier`` is what another rulebook made of the same columns: what both have in common is
        taken over from it. One processor is enough: joining planes waits for memory, not for it.
        """
        size, step = len(columns), earlier.step if earlier is not None else BLOCK
        stale = self._stale(earlier.scorer) if earlier is not None else None
        parts = []
        for number in range(max(1, -(-size // max(1, step)))):
            block = Block(self.pack, columns.block(number * step, (number + 1) * step))
            if earlier is None or stale is None:
                parts.append(self._part(block, self.wanted, None, None))
            else:
                parts.append(self._part(block, stale, earlier.parts[number], earlier))
        if earlier is None or stale is None or list(self.pack.rules) != earlier.rules:
            return Scored(self, tuple(parts), size)
        others = frozenset(name for kind, name in stale if kind == "rule")
        return Scored(self, tuple(parts), size, earlier.__dict__.get("not_met"), others)

    def _wanted(self) -> set[Node]:
        """Every rule, and what the outputs and the rules read, directly or not; nothing of history."""
        pack, output = self.pack, self.pack.content.get("output", {})
        validity = output.get("validity", {})
        names = [output.get("score"), output.get("grade")]
        names += [validity.get(key) for key in ("result", "may_allege", "counts")]
        open_: list[Node] = [("rule", name) for name in pack.rules]
        open_ += [("value", name) for name in names if name in pack.by_id("value")]
        wanted: set[Node] = set()
        while open_:
            node = open_.pop()
            if node in wanted:
                continue
            if node[0] == "value" and node[1] in self.program.history_values:
                raise PackError(f'value "{node[1]}" looks at other visits: blocks cannot hold it')
            wanted.add(node)
            open_.extend(self.program.links[node])
        return wanted

    def _every(self) -> set[Node]:
        """Every rule, condition and value within reach of blocks, and all of what it reads."""
        wanted: set[Node] = set()
        for node in self.program.sorted_nodes:
            kind, name = node
            held = kind != "value" or (
                name not in self.program.history_values
                and formula_of(self.pack.by_id("value")[name]) in FORMULAS
            )
            if held and self.program.links[node] <= wanted:
                wanted.add(node)
        return wanted

    def _entry(self, node: Node) -> Entry | None:
        return self.pack.by_id(node[0]).get(node[1])

    def _stale(self, old: "BlockScorer") -> set[Node] | None:
        """What cannot be taken over from another rulebook; None where nothing can."""
        if any(list(self.pack.entries(one)) != list(old.pack.entries(one)) for one in VOCABULARY):
            return None
        stale: set[Node] = set()
        for node in self.order:
            links = self.program.links[node]
            if (
                node not in old.wanted
                or self._entry(node) != old._entry(node)
                or links != old.program.links[node]
                or links & stale
            ):
                stale.add(node)
        return stale

    def _part(
        self, block: Block, stale: set[Node], before: Part | None, earlier: Scored | None
    ) -> Part:
        part = Part(block)
        for kind, name in self.order:
            if before is not None and (kind, name) not in stale:
                _take(part, before, kind, name)
            elif kind == "rule":
                block.findings[name] = self._rule(block, self.pack.rules[name])
            elif kind == "condition":
                block.fired[name] = _fires(block, self.pack.by_id("condition")[name])
            else:
                value = self.pack.by_id("value")[name]
                if formula_of(value) == "share":
                    part.sums[name] = self._sums(part, value, stale, before, earlier)
                block.values[name] = self.formulas.value(block, value, part.sums.get(name))
        block.done()
        return part

    def _sums(
        self,
        part: Part,
        value: Entry,
        stale: set[Node],
        before: Part | None,
        earlier: Scored | None,
    ) -> Sums:
        """The sums of a share: from those before, corrected by the rules that differ, where that holds."""
        new, name = self.formulas, value["name"]
        if before is None or earlier is None or name not in before.sums:
            return new.sums(part.block, value)
        old = earlier.scorer.formulas
        there = old.pack.by_id("value")[name]
        if new.unit(value) != old.unit(there) or new.most(value) > MOST_UNITS:
            return new.sums(part.block, value)
        now, then = new.counted(value), old.counted(there)
        differ = {
            rule
            for rule in now.keys() | then.keys()
            if ("rule", rule) in stale or now.get(rule) != then.get(rule)
        }
        taken = [
            term
            for rule in differ & then.keys()
            for term in old.terms(before.block, before.block.findings[rule], then[rule])
        ]
        added = [
            term
            for rule in differ & now.keys()
            for term in new.terms(part.block, part.block.findings[rule], now[rule])
        ]
        return corrected(part.block, before.sums[name], taken, added)

    def _rule(self, block: Block, rule: Entry) -> Finding:
        """Work out one rule's outcomes and severities."""
        planes = block.planes
        here = block.dims(rule.get("dims"))
        left = here
        found: dict[str, list[Plane]] = {code: [] for code in OUTCOMES[1:]}
        weighs = _Weighs(planes)
        for version in rule["version"]:
            where = planes.both(left, block.in_force(version))
            left = planes.less(left, where)
            self._version(block, rule, version, where, found)
            self._weigh(block, version, where, weighs)
            weighs.put(weighs.weights, self.program.worth(rule, version).weight, where)
        found["not_in_force"].append(left)
        # A point not in force is shown with the severity of the nearest version.
        left = planes.either(left, planes.less(planes.all, here))
        for version in rule["version"]:
            where = planes.both(left, block.dims(version.get("dims")))
            left = planes.less(left, where)
            weighs.settled(self._place(version["severity"]), where)
        weighs.settled(self._place(rule["version"][0]["severity"]), left)
        return Finding(
            **{code: planes.any(parts) for code, parts in found.items()},
            severities=weighs.severities,
            gravest=weighs.gravest,
            lightest=weighs.lightest,
            weights=weighs.weights,
        )

    def _place(self, severity: str) -> int:
        return self.formulas.severities.index(severity)

    def _version(
        self,
        block: Block,
        rule: Entry,
        version: Entry,
        where: Plane,
        found: Mapping[str, list[Plane]],
    ) -> None:
        """Sort the visits for which a version is in force by its outcome."""
        both, less = block.planes.both, block.planes.less
        holds, fails = block.sides(version["met"])
        left = where
        needs = [block.findings[need] for need in rule.get("needs", ()) if need in block.findings]
        lacking = block.planes.any(need.not_met for need in needs)
        unsure = block.planes.any(need.not_assessed for need in needs)
        about = rule.get("about")
        asked = self.pack.questions.get(about, {}) if about else {}
        may_not_apply = bool(asked.get("not_applicable"))
        if may_not_apply:
            does_not = less(both(left, block.not_applicable("answer", str(about))), lacking)
            found["not_applicable"].append(less(does_not, unsure))
            found["not_assessed"].append(both(does_not, unsure))
            left = less(left, does_not)
        if "applies" in version:
            does, does_not = block.sides(version["applies"])
            found["not_applicable"].append(both(left, does_not))
            found["not_assessed"].append(less(less(left, does), does_not))
            left = both(left, does)
        found["not_met"].append(both(left, lacking))
        left = less(left, lacking)
        if may_not_apply:
            known = block.known("answer", str(about))
            found["not_assessed"].append(less(left, known))
            left = both(left, known)
        holds, fails = less(both(left, holds), unsure), both(left, fails)
        found["met"].append(holds)
        found["not_met"].append(fails)
        found["not_assessed"].append(less(less(left, holds), fails))

    def _weigh(self, block: Block, version: Entry, where: Plane, weighs: "_Weighs") -> None:
        """Say how grave a point is where a version is in force; an unknown case may turn out to hold."""
        both, less = block.planes.both, block.planes.less
        usual, cases = self._place(version["severity"]), version.get("severity_when", ())
        if not cases:
            weighs.settled(usual, where)
            return
        left = where
        possible: dict[int, Plane] = {}
        for case in cases:
            place = self._place(case["then"])
            holds, fails = block.sides(case["when"])
            weighs.put(possible, place, less(left, fails))
            weighs.put(weighs.severities, place, both(left, holds))
            left = less(left, holds)
        weighs.put(possible, usual, left)
        weighs.put(weighs.severities, usual, left)
        for ends, places in (
            (weighs.gravest, sorted(possible)),
            (weighs.lightest, sorted(possible, reverse=True)),
        ):
            left = where
            for place in places:
                weighs.put(ends, place, both(left, possible[place]))
                left = less(left, possible[place])


@dataclass
class _Weighs:
    """How grave a point is, where: by the place of the severity; and what it weighs, where."""

    planes: Planes
    severities: dict[int, Plane] = field(default_factory=dict)
    gravest: dict[int, Plane] = field(default_factory=dict)
    lightest: dict[int, Plane] = field(default_factory=dict)
    weights: dict[int, Plane] = field(default_factory=dict)

    def settled(self, place: int, where: Plane) -> None:
        """Note a severity that no open question can change."""
        for ends in (self.severities, self.gravest, self.lightest):
            self.put(ends, place, where)

    def put(self, ends: dict[int, Plane], key: int, where: Plane) -> None:
        """Note where something holds, beside where it did already."""
        ends[key] = self.planes.either(ends[key], where) if key in ends else where


def _take(part: Part, before: Part, kind: str, name: str) -> None:
    """Take over what did not change."""
    if kind == "rule":
        part.block.findings[name] = before.block.findings[name]
    elif kind == "condition":
        part.block.fired[name] = before.block.fired[name]
    else:
        part.block.values[name] = before.block.values[name]
        if name in before.sums:
            part.sums[name] = before.sums[name]


def _fires(block: Block, condition: Entry) -> Plane:
    fires, _ = block.sides(condition["when"])
    return block.planes.both(fires, block.dims(condition.get("dims")))
