"""A pack's conditions at one visit (its dimensions and days), over answers that are not decided yet.

Each test of an answer is asked of the engine itself, once for every answer tried, so that what is proven
here is proven of the engine. Values made of cases, conditions that fire and outcomes of other rules are
followed down to the answers they rest on. What rests on the history, on a score or on a count may be anything.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from compliance.rulebook.conditions import AS_OF, VISITED_ON, Test, compile_condition, literal_day
from compliance.rulebook.gatekeeper.candidates import MONTH_TESTS, candidates
from compliance.rulebook.gatekeeper.logic import (
    ANYTHING,
    FALSE,
    TRUE,
    UNKNOWN,
    Decided,
    Node,
    Variable,
    always,
    as_set,
    every,
    no,
    once,
    some,
)
from compliance.rulebook.pack import Entry, Pack, dims_match
from compliance.rulebook.program import version_on
from compliance.rulebook.state import NOT_APPLICABLE, Answer, Moment, State

Tree = Mapping[str, Any]
Told = TypeVar("Told", bound=Hashable)

MET, NOT_MET, DOES_NOT_APPLY, NOT_ASSESSED, NOT_IN_FORCE = 1, 2, 4, 8, 16
_WORDS = {
    MET: "met",
    NOT_MET: "not_met",
    DOES_NOT_APPLY: "not_applicable",
    NOT_ASSESSED: "not_assessed",
    NOT_IN_FORCE: "not_in_force",
}

#: Something asked of a visit before anything is answered: is it for these dimensions, which version speaks.
Ask = Callable[["Visit"], Hashable]


@dataclass(frozen=True)
class Visit:
    """What is certain of a visit before anything is answered."""

    dims: Mapping[str, frozenset[str]]
    on: date
    as_of: date

    def __hash__(self) -> int:
        return hash((tuple(self.dims.items()), self.on, self.as_of))


class _Anything:
    """What a value may be when it rests on the history, a score or a count."""


_FREE = _Anything()


@dataclass
class _Test:
    """One test of an answer or a fact: what the engine says for each answer that is tried."""

    tree: Tree
    variables: tuple[Variable, ...]
    told: dict[tuple[int, ...], int] = field(default_factory=dict)
    all_told: int = ANYTHING

    def __call__(self, decided: Decided) -> int:
        try:
            return self.told[tuple([decided[one] for one in self.variables])]
        except KeyError:
            return self.all_told


class Formulas:
    """The conditions of a pack at one visit. Ask for nodes first, then ``settle``, then evaluate."""

    def __init__(self, pack: Pack, visit: Visit, pretend: Entry | None = None) -> None:
        """``pretend`` is a version of a rule taken as in force whatever its days."""
        self.pack = pack
        self.visit = visit
        self._pretend = pretend
        self._tests: dict[str, _Test] = {}
        self._rules: dict[str, Node] = {}
        self._values: dict[str, Callable[[Decided], frozenset[Any]]] = {}
        self._fired: dict[str, Node] = {}
        self._by_variable: dict[Variable, list[_Test]] = {}
        #: For each variable, the answers tried: the first is always that there is none.
        self.tried: dict[Variable, list[Answer | None]] = {}
        #: For each question that is asked only sometimes: when.
        self.asked_when: dict[Variable, Node] = {}
        #: Everything that was asked of the visit while the nodes were made, with what it answered.
        self.asked_of_visit: list[tuple[Ask, Hashable]] = []
        #: Whether there are more answers than can be tried.
        self.too_many = False
        #: Days on either side of which something here reads otherwise.
        self.turning_days: set[date] = set()
        #: Months after the visit at which something reads otherwise, for `as_of`.
        self.turning_months: set[int] = set()

    # --- conditions ------------------------------------------------------------------------------

    def condition(self, tree: Tree | None) -> Node:
        """Return a condition as a node; none is always true."""
        if tree is None:
            return always(TRUE)
        if "all" in tree:
            return every([self.condition(part) for part in tree["all"]])
        if "any" in tree:
            return some([self.condition(part) for part in tree["any"]])
        if "not" in tree:
            return no(self.condition(tree["not"]))
        if "answer" in tree or "fact" in tree:
            return self._answer(tree)
        if "finding" in tree:
            return self._finding(tree)
        if "fired" in tree:
            fired = self._fires(tree["fired"])
            return fired if tree["is"] else no(fired)
        if "value" in tree:
            return self._value_test(tree)
        return always(self._certain(tree))

    def _certain(self, tree: Tree) -> int:
        """What a test says that only the visit itself decides."""
        test = compile_condition(tree)
        return self._ask(lambda visit: as_set(test(_state(visit))))

    def _ask(self, ask: "Callable[[Visit], Told]") -> Told:
        told = ask(self.visit)
        self.asked_of_visit.append((ask, told))
        return told

    def _fits(self, entry: Entry) -> bool:
        """Whether an entry is for such a visit."""
        dims = entry.get("dims")
        return not dims or bool(self._ask(lambda visit: dims_match(dims, visit.dims)))

    def _answer(self, tree: Tree) -> Node:
        kind = "answer" if "answer" in tree else "fact"
        names = [tree[kind]]
        for side in ("on_or_before", "on_or_after"):
            if side in tree and not literal_day(tree[side]):
                names.append(tree[side])
        variables = tuple(
            dict.fromkeys((kind, name) for name in names if name not in (VISITED_ON, AS_OF))
        )
        self._note_days(tree)
        if not variables:
            return always(self._certain(tree))
        key = repr(sorted(tree.items()))
        if key not in self._tests:
            test = self._tests[key] = _Test(tree, variables)
            for variable in variables:
                self._read(variable).append(test)
        return self._tests[key]

    def _note_days(self, tree: Tree) -> None:
        self.turning_days |= _days_of(tree)
        by_as_of = AS_OF in tree or AS_OF in tree.values()
        if by_as_of:
            self.turning_months |= {0, *(int(tree[test]) for test in MONTH_TESTS if test in tree)}

    def _read(self, variable: Variable) -> list[_Test]:
        """Note that an answer is read, and what decides whether its question is asked at all."""
        if variable not in self._by_variable:
            self._by_variable[variable] = []
            entry = self._entry(variable)
            if "ask_when" in entry and self._fits(entry):
                self.asked_when[variable] = self.condition(entry["ask_when"])
        return self._by_variable[variable]

    def _entry(self, variable: Variable) -> Entry:
        kind, name = variable
        return (self.pack.questions if kind == "answer" else self.pack.facts)[name]

    # --- what rests on other entries -------------------------------------------------------------

    def _fires(self, name: str) -> Node:
        """Whether a condition, or any condition of a tier, fires; never unknown."""
        if name not in self._fired:
            whens = [
                self.condition(one["when"])
                for one in self.pack.entries("condition")
                if name in (one["id"], one["tier"]) and self._fits(one)
            ]

            def run(decided: Decided) -> int:
                found = [when(decided) for when in whens]
                if TRUE in found:
                    return TRUE
                return (TRUE | FALSE) if any(one & TRUE for one in found) else FALSE

            self._fired[name] = once(run)
        return self._fired[name]

    def _value(self, name: str) -> Callable[[Decided], frozenset[Any]]:
        """Return what a value can still be: codes, numbers, ``None`` when absent, or anything."""
        if name not in self._values:
            self._values[name] = once(self._value_made(self.pack.by_id("value")[name]))
        return self._values[name]

    def _value_made(self, value: Entry) -> Callable[[Decided], frozenset[Any]]:
        absent = frozenset((None,))
        if not self._fits(value):
            return lambda _: absent
        if "cases" not in value:
            anything = frozenset((_FREE,))
            return lambda _: anything
        cases = [(self.condition(one["when"]), self._then(one["then"])) for one in value["cases"]]
        otherwise = self._then(value.get("otherwise"))

        def run(decided: Decided) -> frozenset[Any]:
            found: frozenset[Any] = frozenset()
            for when, then in cases:
                outcomes = when(decided)
                if outcomes & TRUE:
                    found |= then(decided)
                if outcomes == TRUE:
                    return found
            return found | otherwise(decided)

        return run

    def _then(self, then: Any) -> Callable[[Decided], frozenset[Any]]:
        if isinstance(then, Mapping):
            return self._value(then["value"])
        constant = frozenset((then,))
        return lambda _: constant

    def _value_test(self, tree: Tree) -> Node:
        if "after" in tree:
            return always(TRUE | FALSE)
        of = self._value(tree["value"])
        test, name = compile_condition(tree), tree["value"]
        told: dict[Any, int] = {_FREE: ANYTHING}

        def run(decided: Decided) -> int:
            outcomes = 0
            for one in of(decided):
                if one not in told:
                    values = {} if one is None else {name: one}
                    told[one] = as_set(test(_state(self.visit, values=values)))
                outcomes |= told[one]
            return outcomes

        return run

    def _finding(self, tree: Tree) -> Node:
        of, test = self.outcome(tree["finding"]), compile_condition(tree)
        told = {
            bit: as_set(test(_state(self.visit, findings={tree["finding"]: word})))
            for bit, word in _WORDS.items()
        }

        def run(decided: Decided) -> int:
            found = of(decided)
            outcomes = 0
            for bit, one in told.items():
                if found & bit:
                    outcomes |= one
            return outcomes

        return run

    # --- rules -----------------------------------------------------------------------------------

    def outcome(self, name: str) -> Node:
        """Return the set of outcomes a rule can still have (``MET``, ``NOT_MET`` ...)."""
        if name not in self._rules:
            self._rules[name] = once(self._outcome(self.pack.rules[name]))
        return self._rules[name]

    def version(self, rule: Entry) -> Entry | None:
        """The version of a rule that speaks at this visit."""
        if not self._fits(rule):
            return None
        if self._pretend is not None and any(self._pretend is one for one in rule["version"]):
            return self._pretend
        for one in rule["version"]:
            self.turning_days |= {
                date.fromisoformat(one[end]) for end in ("from", "to") if end in one
            }
        number = self._ask(lambda visit: _speaking(rule, visit))
        return None if number is None else rule["version"][number]

    def _outcome(self, rule: Entry) -> Node:
        version = self.version(rule)
        if version is None:
            return always(NOT_IN_FORCE)
        needs = [self.outcome(need) for need in rule.get("needs", ())]
        applies, met = self.condition(version.get("applies")), self.condition(version["met"])
        about = rule.get("about")
        may_not = about is not None and bool(self.pack.questions[about].get("not_applicable"))
        left_out, given = always(FALSE), always(TRUE)
        if may_not:
            left_out = self.condition({"answer": about, "is": NOT_APPLICABLE})
            given = self.condition({"answer": about, "known": True})

        def run(decided: Decided) -> int:
            does = applies(decided)
            if does == FALSE and not may_not:
                return DOES_NOT_APPLY
            out, known = left_out(decided), given(decided)
            holds = met(decided)
            found = 0
            for need in _needed([need(decided) for need in needs]):
                if out & TRUE and need != NOT_MET:
                    found |= NOT_ASSESSED if need == NOT_ASSESSED else DOES_NOT_APPLY
                if out == TRUE and need != NOT_MET:
                    continue
                found |= (DOES_NOT_APPLY if does & FALSE else 0) | (
                    NOT_ASSESSED if does & UNKNOWN else 0
                )
                if not does & TRUE:
                    continue
                if need == NOT_MET:
                    found |= NOT_MET
                    continue
                if known & FALSE:
                    found |= NOT_ASSESSED
                if known & TRUE:
                    found |= NOT_ASSESSED if holds & UNKNOWN else 0
                    found |= NOT_MET if holds & FALSE else 0
                    if holds & TRUE:
                        found |= NOT_ASSESSED if need == NOT_ASSESSED else MET
            return found

        return run

    # --- the answers that can be given ------------------------------------------------------------

    def settle(self) -> None:
        """Choose the answers to try for everything read so far, and ask the engine of each."""
        days = {self.visit.on, self.visit.as_of}
        for variable, tests in self._by_variable.items():
            entry = self._entry(variable)
            if self._fits(entry):
                trees = [test.tree for test in tests]
                others = self._other_days(tests)
                if entry["type"] in ("date", "dates") and (others or any(map(_days_of, trees))):
                    self._ask(lambda visit: (visit.on, visit.as_of))
                for option in entry.get("options", ()):
                    self._fits(option)
                found = candidates(entry, trees, self.visit.dims, days | others)
            else:
                found = []
            self.tried[variable] = self._told_apart(variable, tests, [None, *found])
        for test in self._tests.values():
            if len(test.variables) > 1:
                self._ask_pairs(test)

    def _other_days(self, tests: list[_Test]) -> set[date]:
        """Days that another question's date may fall on, where two dates are compared."""
        others = {one for test in tests if len(test.variables) > 1 for one in test.variables}
        return {
            day for one in others for test in self._by_variable[one] for day in _days_of(test.tree)
        }

    def _told_apart(
        self, variable: Variable, tests: list[_Test], found: list[Answer | None]
    ) -> list[Answer | None]:
        """Keep one answer for each way in which the tests tell answers apart."""
        kind, name = variable
        alone = [test for test in tests if len(test.variables) == 1]
        compiled: list[Test] = [compile_condition(test.tree) for test in alone]
        paired = len(alone) < len(tests)
        known: dict[Any, Answer | None] = {}
        pending, place = list(found), 0
        while place < len(pending):
            answer = pending[place]
            place += 1
            given = {} if answer is None else {name: answer}
            state = _state(self.visit, **{"answers" if kind == "answer" else "facts": given})
            told = tuple(as_set(test(state)) for test in compiled)
            key = (answer is None, told, answer if paired else None)
            if key in known:
                continue
            if self._entry(variable)["type"] == "dates" and answer and not paired:
                # A list of dates passes a test when each of them does: lists of several are made of these.
                pending += [(*other, *answer) for other in known.values() if _is_list(other)]  # type: ignore[misc]
            number = len(known)
            known[key] = answer
            for test, one in zip(alone, told, strict=True):
                test.told[(number,)] = one
        for test in alone:
            test.all_told = _union(test.told.values())
        return list(known.values())

    def _ask_pairs(self, test: _Test) -> None:
        first, second = test.variables
        kind = first[0]
        compiled = compile_condition(test.tree)
        for i, one in enumerate(self.tried[first]):
            for j, other in enumerate(self.tried[second]):
                pairs = ((first[1], one), (second[1], other))
                given = {name: answer for name, answer in pairs if answer is not None}
                state = _state(self.visit, **{"answers" if kind == "answer" else "facts": given})
                test.told[(i, j)] = as_set(compiled(state))
        test.all_told = _union(test.told.values())


def _state(visit: Visit, **known: Any) -> State:
    parts: dict[str, Any] = {"answers": {}, "facts": {}, "values": {}} | known
    return State(visit.on, visit.as_of, visit.dims, moment=Moment(0, visit.on), **parts)


def _speaking(rule: Entry, visit: Visit) -> int | None:
    """Which version of a rule is in force at a visit, by number."""
    version = version_on(rule, visit.on, visit.dims)
    return next((n for n, one in enumerate(rule["version"]) if one is version), None)


def _needed(outcomes: list[int]) -> Iterator[int]:
    """What the rules that a rule needs can amount to: one not met, else one not assessed, else nothing amiss."""
    if any(one & NOT_MET for one in outcomes):
        yield NOT_MET
    if all(one & ~NOT_MET for one in outcomes):
        if any(one & NOT_ASSESSED for one in outcomes):
            yield NOT_ASSESSED
        if all(one & ~(NOT_MET | NOT_ASSESSED) for one in outcomes):
            yield MET


def _days_of(tree: Tree) -> set[date]:
    """The days written out in a test."""
    days = (literal_day(tree.get(side)) for side in ("on_or_before", "on_or_after"))
    return {day for day in days if day is not None}


def _is_list(answer: object) -> bool:
    return isinstance(answer, tuple) and bool(answer)


def _union(outcomes: Any) -> int:
    found = 0
    for one in outcomes:
        found |= one
    return found
