"""A pack made ready to run: what applies on a day, in which order it is worked out.

Rules, conditions and values read one another; they are sorted once so that each comes after what it
reads. The steps for one day and one set of dimensions are kept, since a week of action asks for the same
few again and again.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from graphlib import CycleError, TopologicalSorter
from typing import Any

from compliance.rulebook.answers import Reader, codes_of, read_dims
from compliance.rulebook.conditions import Test, compile_condition, reads
from compliance.rulebook.errors import PackError
from compliance.rulebook.generated import Findings, Shown, findings, is_plain, plain_rules
from compliance.rulebook.narrowing import Narrowing
from compliance.rulebook.pack import Entry, Pack, dims_match, text_of
from compliance.rulebook.state import NOT_APPLICABLE, State
from compliance.rulebook.values import (
    OVER_FINDINGS,
    OVER_HISTORY,
    Formula,
    Worth,
    Worths,
    compile_value,
    formula_of,
    value_reads,
)

MOST_DIMS = 1000
MOST_PLANS = 256
VISIT_KEYS = ("id", "dims", "visited_on", "answers", "operation", "history", "as_of")

Step = Callable[[State], None]
Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """A rule as it stands on one day: the version in force, or the nearest one when none is."""

    id: str
    rule: Entry
    version: Entry
    in_force: bool
    questions: tuple[str, ...]
    facts: tuple[str, ...]
    worth: Worth
    may_not_apply: bool
    is_plain: bool

    @property
    def key(self) -> str:
        """What tells it from every other point of its program, whose pack keeps its versions."""
        return f"{id(self.version)} {self.in_force}"


@dataclass(frozen=True)
class Plan:
    """What is worked out for a visit of given dimensions on a given day."""

    points: tuple[Point, ...]
    steps: tuple[Step, ...]
    history_steps: tuple[Step, ...]
    _narrowed: Callable[[], Narrowing]
    _findings: dict[str, Findings] = field(default_factory=dict)

    @cached_property
    def severities(self) -> dict[str, str]:
        """The severity of each point before the answers are looked at."""
        return {point.id: point.version["severity"] for point in self.points}

    @cached_property
    def narrowing(self) -> Narrowing:
        """What to look at next: made when it is asked for, since nobody asks it of an earlier visit."""
        return self._narrowed()

    def findings(self, language: str) -> Findings:
        """The function that writes the findings in a language."""
        if language not in self._findings:
            self._findings[language] = findings(_shown(point, language) for point in self.points)
        return self._findings[language]


def _shown(point: Point, language: str) -> Shown:
    return Shown(
        id=point.id,
        fixed={key: point.version[key] for key in ("severity", "basis", "citation", "law")},
        advice=text_of(point.version.get("advice"), language),
        weighs=bool(point.version.get("severity_when")),
        questions=point.questions,
        facts=point.facts,
    )


class Program:
    """A compiled pack. Raises ``PackError`` when entries read one another in a circle."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._codes = {name: codes_of(entry) for name, entry in pack.questions.items()}
        #: What a point of each severity weighs; the severities stand worst first.
        self.severity_weights = {
            entry["id"]: int(entry.get("weight", 0)) for entry in pack.entries("severity")
        }
        self.shown_values = tuple(
            entry["name"] for entry in pack.entries("value") if entry.get("show") is not False
        )
        self.sorted_nodes = self._sorted()
        self.answers = Reader(pack.questions)
        self.facts = Reader(pack.facts, "operation fact")
        dims = [(dim["id"], f"{dim['id']}s") for dim in pack.entries("dim")]
        self._dim_keys = tuple(key for pair in dims for key in pair)
        self.keys = frozenset((*VISIT_KEYS, *self._dim_keys))
        self._dims: dict[tuple[str, ...], dict[str, frozenset[str]]] = {}
        self._steps: dict[Node, Step] = {}
        self._points: dict[tuple[int, bool], Point] = {}
        self._plans: dict[tuple[int, tuple[tuple[str, frozenset[str]], ...]], Plan] = {}

    @cached_property
    def _changes(self) -> list[date]:
        """The days on which something comes into force or has ceased to be."""
        days: set[date] = set()
        for rule in self.pack.entries("rule"):
            for version in rule["version"]:
                if "from" in version:
                    days.add(date.fromisoformat(version["from"]))
                if "to" in version:
                    days.add(date.fromisoformat(version["to"]) + timedelta(days=1))
        return sorted(days)

    def dims(self, visit: Mapping[str, Any]) -> dict[str, frozenset[str]]:
        """Read the dimensions of a visit; raises ``AnswerError`` for an unknown one."""
        if "dims" in visit:
            return read_dims(self.pack, visit)
        given = tuple(str(visit.get(key)) for key in self._dim_keys)
        dims = self._dims.get(given)
        if dims is None:
            dims = read_dims(self.pack, visit)
            if len(self._dims) < MOST_DIMS:
                self._dims[given] = dims
        return dims

    def plan(self, on: date, dims: Mapping[str, frozenset[str]]) -> Plan:
        """Return the steps for a visit on this day with these dimensions."""
        key = (bisect_right(self._changes, on), tuple(dims.items()))
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = self._plan(on, dims)
        return plan

    def _sorted(self) -> list[Node]:
        """Every rule, condition and value, each after what it reads."""
        graph: dict[Node, set[Node]] = {}
        tiers: dict[str, set[Node]] = {}
        for condition in self.pack.entries("condition"):
            tiers.setdefault(condition["tier"], set()).add(("condition", condition["id"]))
        values, rules = self.pack.by_id("value"), self.pack.rules

        def links(*found: Any) -> set[Node]:
            linked: set[Node] = set()
            for part in found:
                linked.update(("rule", name) for name in part.finding if name in rules)
                linked.update(("value", name) for name in part.value if name in values)
                for name in part.fired:
                    linked.update(tiers.get(name, {("condition", name)}))
            return linked

        for condition in self.pack.entries("condition"):
            graph[("condition", condition["id"])] = links(reads(condition["when"]))
        for rule in self.pack.entries("rule"):
            node = graph[("rule", rule["id"])] = set()
            node.update(("rule", name) for name in rule.get("needs", ()))
            for version in rule["version"]:
                cases = [case["when"] for case in version.get("severity_when", ())]
                node |= links(reads(version.get("applies"), version.get("met"), *cases))
        for value in self.pack.entries("value"):
            node = graph[("value", value["name"])] = links(value_reads(value))
            if formula_of(value) in OVER_FINDINGS:
                node.update(("rule", name) for name in rules)
        self.links: Mapping[Node, set[Node]] = graph
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = " -> ".join(name for _, name in error.args[1])
            raise PackError(f"entries read one another in a circle: {circle}") from error

    @cached_property
    def history_values(self) -> frozenset[str]:
        """The values that look at other visits, directly or through another value."""
        found: set[str] = set()
        for kind, name in self.sorted_nodes:
            if kind != "value":
                continue
            value = self.pack.by_id("value")[name]
            if formula_of(value) in OVER_HISTORY or found & set(value_reads(value).value):
                found.add(name)
        return frozenset(found)

    def _plan(self, on: date, dims: Mapping[str, frozenset[str]]) -> Plan:
        points = {
            rule["id"]: self._point(rule, 1 << place, on, dims)
            for place, rule in enumerate(self.pack.entries("rule"))
            if dims_match(rule.get("dims"), dims)
        }
        worths = {name: point.worth for name, point in points.items()}
        plain = {name: point for name, point in points.items() if point.is_plain}
        own: list[Step] = [plain_rules((_plain(point) for point in plain.values()), self._codes)]
        over_history: list[Step] = []
        for kind, name in self.sorted_nodes:
            if kind == "rule" and name in points and name not in plain:
                point = points[name]
                make = partial(_rule_step, point, list(self.severity_weights))
                own.append(self._kept(kind, point.key, make))
            elif kind == "condition":
                condition = self.pack.by_id("condition")[name]
                if dims_match(condition.get("dims"), dims):
                    own.append(self._kept(kind, name, partial(_condition_step, condition)))
            elif kind == "value":
                value = self.pack.by_id("value")[name]
                if dims_match(value.get("dims"), dims):
                    if formula_of(value) in OVER_FINDINGS:
                        step = self._value_step(value, worths)
                    else:
                        step = self._kept(kind, name, partial(self._value_step, value, {}))
                    (over_history if name in self.history_values else own).append(step)
        narrowed = partial(self._narrowing, dims, points.values())
        return Plan(tuple(points.values()), tuple(own), tuple(over_history), narrowed)

    def _narrowing(self, dims: Mapping[str, frozenset[str]], points: Iterable[Point]) -> Narrowing:
        in_force = [point for point in points if point.in_force]
        return Narrowing(
            self.pack,
            self.links,
            dims,
            {point.id: point.worth for point in in_force},
            {point.id: (point.questions, self._may_fall_away(point)) for point in in_force},
        )

    def _may_fall_away(self, point: Point) -> bool:
        """Whether a point that is open may turn out not to apply."""
        return point.may_not_apply or "applies" in point.version or "needs" in point.rule

    def _is_plain(self, rule: Entry, version: Entry) -> bool:
        questions = self.pack.questions
        return (
            not rule.get("needs")
            and not version.get("severity_when")
            and is_plain(version.get("applies"), questions)
            and is_plain(version["met"], questions)
        )

    def _point(self, rule: Entry, bit: int, on: date, dims: Mapping[str, frozenset[str]]) -> Point:
        version = version_on(rule, on, dims)
        shown = version or next(
            (one for one in rule["version"] if dims_match(one.get("dims"), dims)),
            rule["version"][0],
        )
        # A version is known by its place in memory: the pack keeps it as long as this program lives.
        key = (id(shown), version is not None)
        if key not in self._points:
            self._points[key] = self._new_point(rule, bit, shown, version is not None)
        return self._points[key]

    def _new_point(self, rule: Entry, bit: int, shown: Entry, in_force: bool) -> Point:
        graver = [case["when"] for case in shown.get("severity_when", ())]
        found = reads(shown.get("applies"), shown.get("met"), *graver)
        about = [rule["about"]] if "about" in rule else []
        asked = [name for name in (*about, *found.answer) if name in self.pack.questions]
        return Point(
            id=rule["id"],
            rule=rule,
            version=shown,
            in_force=in_force,
            questions=tuple(dict.fromkeys(asked)),
            facts=tuple(found.fact),
            worth=self.worth(rule, shown, bit),
            may_not_apply=bool(about)
            and bool(self.pack.questions.get(rule["about"], {}).get("not_applicable", False)),
            is_plain=in_force and self._is_plain(rule, shown),
        )

    def worth(self, rule: Entry, version: Entry, bit: int = 0) -> Worth:
        """What a rule counts for while this version of it is in force; ``bit`` is its own in a state."""
        possible = [version["severity"], *(one["then"] for one in version.get("severity_when", ()))]
        costs = {severity: self.severity_weights.get(severity, 0) for severity in possible}
        core, scored = bool(rule.get("core", False)), bool(rule.get("scored", True))
        return Worth(core, scored, max(costs.values()), costs, version["severity"], bit)

    def _kept(self, kind: str, name: str, make: Callable[[], Step]) -> Step:
        """A step that is the same on every day, made once."""
        if (kind, name) not in self._steps:
            self._steps[(kind, name)] = make()
        return self._steps[(kind, name)]

    def _value_step(self, value: Entry, worths: Worths) -> Step:
        formula = compile_value(value, worths, list(self.severity_weights), self.pack.questions)
        return _value_step(value["name"], formula)


def in_force(version: Entry, on: date) -> bool:
    """Whether a dated version is in force on a day (both its days included)."""
    if "from" not in version or version["from"] > on.isoformat():
        return False
    return "to" not in version or on.isoformat() <= version["to"]


def version_on(rule: Entry, on: date, dims: Mapping[str, Iterable[str]]) -> Entry | None:
    """The version of a rule that is in force on a day for these dimensions, if there is one."""
    for version in rule["version"]:
        if in_force(version, on) and dims_match(version.get("dims"), dims):
            return version  # type: ignore[no-any-return]  # entries are plain mappings
    return None


def _plain(point: Point) -> tuple[str, int, str | None, Entry | None, Entry]:
    about = point.rule["about"] if point.may_not_apply else None
    return point.id, point.worth.bit, about, point.version.get("applies"), point.version["met"]


def _rule_step(point: Point, severities: Sequence[str]) -> Step:
    name = point.id
    if not point.in_force:

        def not_in_force(state: State) -> None:
            state.findings[name] = "not_in_force"

        return not_in_force

    about = point.rule.get("about")
    needs = tuple(point.rule.get("needs", ()))
    applies = _optional(point.version.get("applies"))
    met = compile_condition(point.version["met"])

    def outcome(state: State) -> str:
        findings = state.findings
        absent = [findings.get(need) for need in needs]
        if about and "not_met" not in absent and state.answers.get(about) == NOT_APPLICABLE:
            return "not_assessed" if "not_assessed" in absent else "not_applicable"
        does = True if applies is None else applies(state)
        if does is not True:
            return "not_assessed" if does is None else "not_applicable"
        if "not_met" in absent:
            return "not_met"
        if point.may_not_apply and about not in state.answers:
            return "not_assessed"
        holds = met(state)
        if holds is None or (holds and "not_assessed" in absent):
            return "not_assessed"
        return "met" if holds else "not_met"

    bit = point.worth.bit

    def run(state: State) -> None:
        state.findings[name] = found = outcome(state)
        if found == "met":
            state.met |= bit
        elif found == "not_met":
            state.not_met |= bit
        elif found == "not_assessed":
            state.open |= bit

    cases = [
        (compile_condition(case["when"]), case["then"])
        for case in point.version.get("severity_when", ())
    ]
    if not cases:
        return run

    usual, rank = point.version["severity"], severities.index

    def run_and_weigh(state: State) -> None:
        run(state)
        severity, perhaps = usual, []
        for when, then in cases:
            holds = when(state)
            if holds is None:
                perhaps.append(then)
            elif holds:
                severity = then
                break
        state.severities[name] = severity
        if perhaps:
            possible = sorted((*perhaps, severity), key=rank)
            state.in_doubt[name] = (possible[0], possible[-1])

    return run_and_weigh


def _optional(tree: Entry | None) -> Test | None:
    return None if tree is None else compile_condition(tree)


def _condition_step(condition: Entry) -> Step:
    when = compile_condition(condition["when"])
    name, tier = condition["id"], condition["tier"]

    def run(state: State) -> None:
        if when(state) is True:
            state.fired.update((name, tier))

    return run


def _value_step(name: str, formula: Formula) -> Step:
    def run(state: State) -> None:
        value = formula(state)
        if value is not None:
            state.values[name] = value

    return run
