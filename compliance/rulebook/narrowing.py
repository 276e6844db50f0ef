"""Which open questions to look at next: those that narrow the score most, until none could move the grade.

A point is open while its outcome, or the severity of its failing, waits for an answer. It rests on the
questions that its rule reads, itself or through other entries; where such a question is not asked yet, on
those that decide whether it will be. What "could move the grade" means is in ``grading.py``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from compliance.rulebook.conditions import Test, compile_condition, decimal, reads
from compliance.rulebook.grading import Grading, Links, Open, unsettled_codes
from compliance.rulebook.pack import Pack, dims_match
from compliance.rulebook.state import Number, Range, State
from compliance.rulebook.values import Worths, formula_of, value_reads, weights_in


@dataclass(frozen=True, slots=True)
class _Rests:
    rule: str
    questions: tuple[str, ...]
    #: Each of the questions is always asked, and it reads nothing but them.
    is_plain: bool
    weight: int
    costs: Mapping[str, int]
    may_fall_away: bool


Node = tuple[str, str]


class Narrowing:
    """The open questions of visits with the same dimensions under the same law."""

    def __init__(
        self,
        pack: Pack,
        links: Links,
        dims: Mapping[str, frozenset[str]],
        worths: Worths,
        reading: Mapping[str, tuple[tuple[str, ...], bool]],
    ) -> None:
        """``worths`` of the rules in force; ``reading``: the questions of each, and may it fall away."""
        self._values, output = pack.by_id("value"), pack.content.get("output", {})
        self._score, self._grade = output.get("score", ""), output.get("grade", "")
        self._questions = pack.questions
        self._order = {name: place for place, name in enumerate(pack.questions)}
        self._gates = {
            name: entry["ask_when"] for name, entry in pack.questions.items() if "ask_when" in entry
        }
        self._gate = cache(self._gate_of)
        self._put = {
            name for name, entry in pack.questions.items() if dims_match(entry.get("dims"), dims)
        }
        self._unsettled = unsettled_codes(pack, links, self._grade)
        share = self._values.get(self._score, {}).get("share")
        self._weights = weights = {} if share is None else weights_in(share, worths)
        self._grading = Grading.of(pack, dims, self._score, self._grade)
        self._rests = []
        for rule, worth in worths.items():
            weight, costs = weights.get(rule, (0, dict.fromkeys(worth.costs, 0)))
            capped = self._grading is not None and self._grading.caps(worth.costs)
            if weight or capped:
                questions, may_fall_away = reading[rule]
                is_plain = not links["rule", rule] and self._put - self._gates.keys() >= {
                    *questions
                }
                self._rests.append(_Rests(rule, questions, is_plain, weight, costs, may_fall_away))
        # Most points always weigh the same and wait for questions that are always asked. For these the
        # spreads are counted by question, of which few are open, and not by point.
        alike = [one for one in self._rests if one.is_plain and one.weight and len(one.costs) == 1]
        self._alike: dict[str, dict[int, int]] = {}
        for rests in alike:
            for name in rests.questions:
                rules = self._alike.setdefault(name, {})
                rules[rests.weight] = rules.get(rests.weight, 0) | worths[rests.rule].bit
        self._others = [one for one in self._rests if one not in alike]
        self._terms = self._terms_of(self._score)
        self._links = links
        self._reading = reading
        self._read = cache(self._read_by)

    def __call__(self, state: State) -> list[str]:
        """Return the open questions, first those that narrow the score most."""
        score = state.values.get(self._score)
        grade = state.values.get(self._grade)
        if score is None or (grade is None and not isinstance(score, Range)):
            return []
        if grade is not None and type(grade) is not Range and grade not in self._unsettled:
            return []
        spreads = self._spreads(state)
        asked_in_order = sorted(spreads, key=self._order.__getitem__)
        ranked = sorted(asked_in_order, key=spreads.__getitem__, reverse=True)
        if self._grading is None or grade is None:
            return ranked
        points = [self._point(*one, state) for one in self._open(self._rests, state)]
        return ranked[
            : self._grading.settled_by(ranked, points, *self._known(self._grading, state))
        ]

    def _spreads(self, state: State) -> dict[str, Number]:
        """By open question, how far the points that wait for it keep the ends of the score apart."""
        answers, open_, alike = state.answers, state.open, self._alike
        spreads: dict[str, Number] = {}
        for name in alike:
            if name not in answers:
                spread = 0
                for weight, rules in alike[name].items():
                    spread += weight * (rules & open_).bit_count()
                if spread:
                    spreads[name] = spread
        for rests, is_open, waits in self._open(self._others, state):
            gravest, lightest = state.ends_of_severity(rests.rule)
            spread = rests.costs[gravest] - (0 if is_open else rests.costs[lightest])
            for name in waits:
                spreads[name] = spreads.get(name, 0) + spread
        for name, far in self._terms:
            for gate in () if name in answers else self._asked(name, state):
                spreads[gate] = spreads.get(gate, 0) + far
        return spreads

    def _point(self, rests: _Rests, is_open: bool, waits: list[str], state: State) -> Open:
        gravest, lightest = state.ends_of_severity(rests.rule)
        away = is_open and rests.may_fall_away
        return Open(rests.weight, rests.costs, gravest, lightest, is_open, away, waits)

    def _known(self, grading: Grading, state: State) -> tuple[int, int, int]:
        """Of the points that are not open: what they keep, what they weigh, and the step of the cap."""
        kept = whole = 0
        capped = len(grading.ranks) - 1
        for rule, outcome in state.findings.items():
            if outcome == "met" or (outcome == "not_met" and rule not in state.in_doubt):
                weight, costs = self._weights.get(rule, (0, {}))
                whole += weight
                kept += weight
                if outcome == "not_met":
                    kept -= costs.get(state.severities[rule], 0)
                    capped = min(capped, grading.place[state.severities[rule]])
        return kept, whole, capped

    def _open(
        self, among: Iterable[_Rests], state: State
    ) -> Iterator[tuple[_Rests, bool, list[str]]]:
        """The open points: whether the outcome itself is open, and the questions they wait for."""
        for rests in among:
            rule = rests.rule
            is_open = state.findings[rule] == "not_assessed"
            if not is_open and (state.findings[rule] != "not_met" or rule not in state.in_doubt):
                continue
            if rests.is_plain:
                waits = [name for name in rests.questions if name not in state.answers]
            else:
                read = self._waits(("rule", rule), state)
                waits = list(
                    dict.fromkeys(gate for one in read for gate in self._asked(one, state))
                )
            yield rests, is_open, waits

    def _waits(self, node: Node, state: State) -> Iterator[str]:
        """The open questions that an open rule reads, and those of what it reads that is open too."""
        for name in self._read(node):
            if name in self._questions and name not in state.answers:
                yield name
        for kind, name in sorted(self._links[node]):
            if kind == "rule":
                is_open = state.findings.get(name) == "not_assessed"
            else:
                value = state.values.get(name)
                is_open = kind == "value" and (value is None or type(value) is Range)
            if is_open:
                yield from self._waits((kind, name), state)

    def _read_by(self, node: Node) -> tuple[str, ...]:
        """The questions that a rule in force or a value reads itself."""
        kind, name = node
        if kind == "value":
            return tuple(value_reads(self._values[name]).answer)
        return self._reading[name][0] if name in self._reading else ()

    def _gate_of(self, name: str) -> tuple[Test, tuple[str, ...]]:
        """When a question is asked, and the questions that decides it by."""
        when = self._gates[name]
        return compile_condition(when), tuple(reads(when).answer)

    def _asked(self, name: str, state: State, under: tuple[str, ...] = ()) -> list[str]:
        """An open question itself where it is asked now, else the open ones that may yet open it."""
        if name not in self._put or name in under:
            return []
        if name not in self._gates:
            return [name]
        test, gates = self._gate(name)
        holds = test(state)
        if holds is not None:
            return [name] if holds else []
        waiting = (one for one in gates if one not in state.answers)
        return [asked for one in waiting for asked in self._asked(one, state, (*under, name))]

    def _terms_of(self, name: str) -> list[tuple[str, Number]]:
        """The questions that a sum, a most or a least rests on, and how far each can move it."""
        value = self._values.get(name)
        if value is None or formula_of(value) not in ("sum", "max", "min"):
            return []
        found: list[tuple[str, Number]] = []
        for term in value[formula_of(value)]:
            if not isinstance(term, Mapping):
                continue
            if "value" in term:
                found += self._terms_of(term["value"])
                continue
            limits = self._questions[term["answer"]]
            if "points" in term:
                points = [decimal(number) for number in term["points"].values()]
                found.append((term["answer"], max(points) - min(points)))
            elif "min" in limits and "max" in limits:
                found.append((term["answer"], decimal(limits["max"]) - decimal(limits["min"])))
        return found
