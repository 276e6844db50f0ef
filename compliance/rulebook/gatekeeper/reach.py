"""Rules that no answers can bring to speak, and conditions and questions that nothing can reach.

Proven over every answer that can be given, at every kind of visit, on every day that matters. What cannot be
decided (``formulas.py`` says of what that is) is taken as possible, and a search too long for its budget
proves nothing: nothing is refused wrongly.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import TypeVar

from compliance.rulebook.conditions import reads
from compliance.rulebook.gatekeeper.candidates import TooMany
from compliance.rulebook.gatekeeper.formulas import MET, NOT_MET, Formulas, Visit
from compliance.rulebook.gatekeeper.logic import TRUE, Decided, Node, Variable
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.gatekeeper.rests_on import condition_rests_on, rests_on
from compliance.rulebook.gatekeeper.search import GivenUp, Patience, can_be
from compliance.rulebook.gatekeeper.visits import Alike, Dims, Places, days_between
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.sources import Sources

#: Before any of the law a pack may hold.
LONG_AGO = date(1900, 1, 1)

#: Whether something can be: ``None`` where it was not found out.
Proven = bool | None
Built = TypeVar("Built")


class Reach:
    """What the answers that can be given can and cannot bring about in one pack."""

    def __init__(self, pack: Pack, sources: Sources) -> None:
        self.pack = pack
        self.sources = sources
        self.places = Places(pack)
        self.patience = Patience()
        #: A day on which all that is dated has begun, or has ended for good.
        self.newest = max(
            (
                date.fromisoformat(version[end]) + timedelta(days=1)
                for rule in pack.entries("rule")
                for version in rule["version"]
                for end in ("from", "to")
                if end in version
            ),
            default=LONG_AGO,
        )
        self.whole = cache(self._whole)
        self._outcomes: dict[tuple[int, str, Variable], list[int]] = {}

    def problems(self) -> Iterator[Problem]:
        """Every rule that cannot speak, and every condition or question that is out of reach."""
        for rule in self.pack.entries("rule"):
            for number, version in enumerate(rule["version"]):
                yield from self._silent(rule, number, version)
        for condition in self.pack.entries("condition"):
            yield from self._out_of_reach("condition", condition, "when", "can never fire")
        for table in ("question", "fact"):
            for entry in self.pack.entries(table):
                if "ask_when" in entry:
                    yield from self._out_of_reach(table, entry, "ask_when", "is never asked")

    # --- what is refused -------------------------------------------------------------------------

    def _silent(self, rule: Entry, number: int, version: Entry) -> Iterator[Problem]:
        name, place = rule["id"], self.sources.version(rule["id"], number)
        if next(self._dims(rule, version), None) is None:
            yield Problem(
                place,
                f'no answer can trigger rule "{name}": no visit has the dimensions that the rule and'
                " this version ask for together",
            )
            return
        if self._ends(rule, version, NOT_MET) is False:
            met = self._ends(rule, version, MET)
            never = "never met and never not met" if met is False else "never not met"
            why = self._why_not(rule, version) if met is False else ""
            yield Problem(
                place,
                f'no answer can trigger rule "{name}": it is {never}, whatever is answered.{why}',
            )
        elif rule.get("only_not_met"):
            if self._quickly(rule, version, MET):
                yield Problem(
                    place, f'rule "{name}" says only_not_met, and there are answers that meet it'
                )
        elif self._ends(rule, version, MET) is False:
            yield Problem(
                place,
                f'rule "{name}" can never be met, whatever is answered. If it is only to tell of what'
                " was wrong, say only_not_met = true",
            )

    def _why_not(self, rule: Entry, version: Entry) -> str:
        """What stands in the way: a condition that never holds, or a question that is never asked."""
        window = self.window(version)
        if "applies" in version and not self._ever(
            self._ways((rule, version), *window, lambda one: one.condition(version["applies"])),
            lambda node, decided: bool(node(decided) & TRUE),
            condition_rests_on(self.pack, version["applies"]),
        ):
            return ' No answers make its "applies" true.'
        names = {*reads(version["met"]).answer, *([rule["about"]] if "about" in rule else ())}
        names &= self.pack.questions.keys()
        asked: set[str] = set()

        def read(formulas: Formulas) -> Node:
            return formulas.condition({"all": [{"answer": one, "known": True} for one in names]})

        for formulas, _ in self._ways((rule, version), *window, read):
            asked |= {one[1] for one, tried in formulas.tried.items() if len(tried) > 1}
        never = sorted(names - asked)
        return f' At such a visit "{never[0]}" is not asked.' if never else ""

    def _out_of_reach(self, table: str, entry: Entry, key: str, says: str) -> Iterator[Problem]:
        # A condition is there to catch what ought not to be: it may also be of dimensions that ought not to be.
        ways = self._ways(
            (entry,), LONG_AGO, None, lambda one: one.condition(entry[key]), every=True
        )
        order = condition_rests_on(self.pack, entry[key])
        if self._ever(ways, lambda node, decided: bool(node(decided) & TRUE), order) is False:
            place = self.sources.place(table, entry["id"])
            yield Problem(place, f'{table} "{entry["id"]}" {says}: no answers make "{key}" true')

    # --- over every visit ------------------------------------------------------------------------

    def window(self, version: Entry) -> tuple[date, date | None]:
        """The days a version is in force; one that is not commenced is tried as if it began last of all."""
        first = date.fromisoformat(version["from"]) if "from" in version else self.newest
        return first, date.fromisoformat(version["to"]) if "to" in version else None

    def _dims(self, *entries: Entry) -> Iterator[Dims]:
        for _, among in self.places.singly:
            yield from self.places.within(among, *entries)

    def _ends(self, rule: Entry, version: Entry, outcome: int) -> Proven:
        """Whether a version can have an outcome, at any visit for which it speaks."""
        if self._quickly(rule, version, outcome):
            return True
        return self._ever(
            self._ways(
                (rule, version),
                *self.window(version),
                lambda one: one.outcome(rule["id"]),
                pretend=version,
            ),
            lambda node, decided: bool(node(decided) & outcome),
            rests_on(self.pack, rule, version),
        )

    def _quickly(self, rule: Entry, version: Entry, outcome: int) -> bool:
        """Whether it can on its last day, which is nearly always so and soon found."""
        if "from" not in version:
            return False
        first, last = self.window(version)
        order = rests_on(self.pack, rule, version)
        for dims in self._dims(rule, version):
            formulas = self.whole(Visit(dims, *[last or max(first, self.newest)] * 2))
            if formulas.version(rule) is not version:
                continue
            node = formulas.outcome(rule["id"])
            if self.can(formulas, lambda decided, node=node: bool(node(decided) & outcome), order):  # type: ignore[misc]
                return True
        return False

    def _whole(self, visit: Visit) -> Formulas:
        """All the rules at one visit, made ready once for the many questions put to them."""
        formulas = Formulas(self.pack, visit)
        for rule in self.pack.entries("rule"):
            formulas.outcome(rule["id"])
        _settled(formulas)
        return formulas

    def _ways(
        self,
        entries: tuple[Entry, ...],
        first: date,
        last: date | None,
        build: Callable[[Formulas], Built],
        pretend: Entry | None = None,
        every: bool = False,
    ) -> Iterator[tuple[Formulas, Built]]:
        """Every way in which what is built can read, by dimensions and day."""
        alike = Alike()
        for dims in (
            self.places.within(self.places.every, *entries) if every else self._dims(*entries)
        ):
            start = last or max(first, self.newest)
            waiting, seen = [Visit(dims, start, start)], set[tuple[date, date]]()
            while waiting:
                visit = waiting.pop()
                if (visit.on, visit.as_of) in seen:
                    continue
                seen.add((visit.on, visit.as_of))
                if alike.has(visit):
                    continue
                formulas = Formulas(self.pack, visit, pretend)
                built = build(formulas)
                _settled(formulas)
                alike.add(formulas)
                yield formulas, built
                turning = (formulas.turning_days, formulas.turning_months)
                if any(turning):
                    waiting += days_between(first, last, *turning, dims)

    def _ever(
        self,
        ways: Iterable[tuple[Formulas, Built]],
        wanted: Callable[[Built, Decided], bool],
        order: list[Variable],
    ) -> Proven:
        """Whether in any of these ways answers exist of which ``wanted`` holds."""
        found: Proven = False
        for formulas, built in ways:
            can = self.can(formulas, lambda decided, built=built: wanted(built, decided), order)  # type: ignore[misc]
            if can:
                return True
            if can is None:
                found = None
        return found

    def outcomes(self, formulas: Formulas, rule: str, variable: Variable) -> list[int]:
        """What a rule can still end as, for each answer tried to one question while the rest is open."""
        key = (id(formulas), rule, variable)
        if key not in self._outcomes:
            node = formulas.outcome(rule)
            self._outcomes[key] = [
                node({variable: number}) for number in range(len(formulas.tried[variable]))
            ]
        return self._outcomes[key]

    def can(
        self, formulas: Formulas, wanted: Callable[[Decided], bool], order: list[Variable]
    ) -> Proven:
        """Whether answers exist of which ``wanted`` holds, at one visit."""
        if formulas.too_many:
            return None
        try:
            return can_be(formulas, wanted, self.patience, order)
        except (GivenUp, RecursionError):
            return None


def _settled(formulas: Formulas) -> None:
    try:
        formulas.settle()
    except (TooMany, OverflowError):
        formulas.too_many = True
