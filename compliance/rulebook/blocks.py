"""Many visits re-scored at once: the rules over columns, in blocks, with NumPy.

The plain way is ``assess``; this is the fast one for history, held equal to it by a test on thousands of
random visits. It gives findings, validity, score range and grade; what looks at other visits (standing)
and every explanation is rebuilt by ``assess`` on demand.

A condition over a block is two boolean arrays: where it is certainly true, and where certainly false.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.rulebook.answers import codes_of
from compliance.rulebook.columns import CODED, NO_DAY, NO_NUMBER, SEEN, Columns, scaled
from compliance.rulebook.conditions import AS_OF, NUMBER_TESTS, VISITED_ON, literal_day
from compliance.rulebook.errors import PackError
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.program import Program
from compliance.rulebook.state import NOT_APPLICABLE
from compliance.rulebook.values import Points, formula_of

Bools = NDArray[np.bool_]
Ints = NDArray[Any]
Sides = tuple[Bools, Bools]
Tree = Mapping[str, Any]
BLOCK = 32_768
OUTCOMES = ("absent", "met", "not_met", "not_applicable", "not_in_force", "not_assessed")
MET, NOT_MET, NOT_APPLIES, NOT_IN_FORCE, NOT_ASSESSED = range(1, 6)


@dataclass(frozen=True)
class Codes:
    """A value over a block: the place of its code in ``table`` at each end of its range, -1 for none."""

    table: tuple[Any, ...]
    low: Ints
    high: Ints


@dataclass(frozen=True)
class Numbers:
    """A number over a block at each end of its range, and where there is one."""

    low: Ints
    high: Ints
    known: Bools


@dataclass
class Scored:
    """What a block came to, in the order of its visits.

    ``findings``: outcome codes (places in ``OUTCOMES``), a row a rule. ``values``: the outputs by name.
    """

    rules: list[str]
    findings: dict[str, Ints]
    values: dict[str, "Codes | Numbers"] = field(default_factory=dict)
    bits: Ints | None = None

    def outcome(self, rule: str, visit: int) -> str:
        """One finding in words."""
        return OUTCOMES[int(self.findings[rule][visit])]

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

    @property
    def not_met(self) -> Ints:
        """A bitmap a visit: bit n of word n // 64 is set where the n-th rule is not met."""
        if self.bits is None:
            self.bits = _bitmap([self.findings[rule] for rule in self.rules])
        return self.bits


def _bitmap(outcomes: list[Ints]) -> Ints:
    words = (len(outcomes) + 63) // 64
    size = len(outcomes[0])
    packed = np.zeros((words * 8, size), dtype=np.uint8)
    bits = np.empty(size, dtype=np.uint8)
    for place, outcome in enumerate(outcomes):
        np.equal(outcome, NOT_MET, out=bits.view(np.bool_))
        np.left_shift(bits, place % 8, out=bits)
        packed[place // 8] |= bits
    return np.ascontiguousarray(packed.T).view(np.uint64)


class BlockScorer:
    """A pack made ready for blocks. Raises ``PackError`` for a formula that needs the plain way."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pack = program.pack
        self.weights = program.rule_weights
        self.wanted = self._wanted()
        points = Points(self.pack.rules, self.weights, program.severity_weights)
        self.softer = points.softer
        self.by_weight = {core: self._by_weight(core) for core in (False, True)}
        self.order = [node for node in program.sorted_nodes if node in self.wanted]

    def score(self, columns: Columns, *, outcomes: bool = True, threads: int = 1) -> Scored:
        """Score all visits of the columns, block by block.

        Without ``outcomes`` only the bitmap of points not met is kept of the findings. NumPy lets go
        of the interpreter while it works, so two threads are nearly twice as fast.
        """

        def part(start: int) -> Scored:
            scored = self._block(columns.block(start, start + BLOCK))
            if not outcomes:
                scored.findings = {}
            return scored

        starts = range(0, len(columns), BLOCK)
        if threads == 1:
            return _joined([part(start) for start in starts])
        with ThreadPoolExecutor(threads) as pool:
            return _joined(list(pool.map(part, starts)))

    def _wanted(self) -> set[tuple[str, str]]:
        """Every rule, and what the outputs and the rules read, directly or not; nothing of history."""
        pack, output = self.pack, self.pack.content.get("output", {})
        validity = output.get("validity", {})
        names = [output.get("score"), output.get("grade")]
        names += [validity.get(key) for key in ("result", "may_allege", "counts")]
        open_ = [("rule", name) for name in pack.rules]
        open_ += [("value", name) for name in names if name in pack.by_id("value")]
        wanted: set[tuple[str, str]] = set()
        while open_:
            node = open_.pop()
            if node in wanted:
                continue
            if node[0] == "value" and node[1] in self.program.history_values:
                raise PackError(f'value "{node[1]}" looks at other visits: blocks cannot hold it')
            wanted.add(node)
            open_.extend(self.program.links[node])
        return wanted

    def _by_weight(self, core_only: bool) -> dict[int, list[str]]:
        groups: dict[int, list[str]] = {}
        for name, rule in self.pack.rules.items():
            counted = rule.get("scored", True) and (rule.get("core") or not core_only)
            if counted and self.weights[name]:
                groups.setdefault(self.weights[name], []).append(name)
        return groups

    def _block(self, columns: Columns) -> Scored:
        run = _Run(self, columns)
        for kind, name in self.order:
            if kind == "rule":
                run.rule(self.pack.rules[name])
            elif kind == "condition":
                run.condition(self.pack.by_id("condition")[name])
            else:
                run.value(self.pack.by_id("value")[name])
        scored = Scored(list(self.pack.rules), run.findings, run.values)
        scored.bits = scored.not_met
        return scored


def _joined(parts: list[Scored]) -> Scored:
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    findings = {
        rule: np.concatenate([part.findings[rule] for part in parts]) for rule in first.findings
    }
    values: dict[str, Codes | Numbers] = {}
    for name, value in first.values.items():
        same = [part.values[name] for part in parts]
        low = np.concatenate([one.low for one in same])
        high = (
            low
            if all(one.low is one.high for one in same)
            else np.concatenate([one.high for one in same])
        )
        if isinstance(value, Codes):
            values[name] = Codes(value.table, low, high)
        else:
            known = np.concatenate([one.known for one in same if isinstance(one, Numbers)])
            values[name] = Numbers(low, high, known)
    return Scored(first.rules, findings, values, np.concatenate([part.not_met for part in parts]))


class _Run:
    """One block being worked out."""

    def __init__(self, scorer: BlockScorer, columns: Columns) -> None:
        self.pack: Pack = scorer.pack
        self.by_weight = scorer.by_weight
        self.softer = scorer.softer
        self.columns = columns.arrays
        self.size = len(columns)
        self.yes = np.ones(self.size, dtype=np.bool_)
        self.no = np.zeros(self.size, dtype=np.bool_)
        self.findings: dict[str, Ints] = {}
        self.severities: dict[str, Ints] = {}
        self.fired: dict[str, Bools] = {}
        self.values: dict[str, Codes | Numbers] = {}
        self.severity_names = [entry["id"] for entry in self.pack.entries("severity")]
        self.dim_codes = {
            dim["id"]: [option["code"] for option in dim["options"]]
            for dim in self.pack.entries("dim")
        }
        self._leaves: dict[tuple[str, str, str], Sides] = {}
        self._constants: dict[int, Ints] = {}
        self._spans: dict[str, Bools] = {}

    # --- what applies ------------------------------------------------------------------------

    def dims(self, wanted: Mapping[str, list[str]] | None) -> Bools:
        """Where the dimensions of a visit fall within those an entry is written for."""
        found = self.yes
        for name, codes in (wanted or {}).items():
            known = self.dim_codes[name]
            if set(codes) >= set(known):
                continue
            bits = sum(1 << known.index(code) for code in codes)
            found = found & ((self.columns[f"dim.{name}"] & bits) != 0)
        return found

    def rule(self, rule: Entry) -> None:
        """Work out one rule's outcomes and severities."""
        here = self.dims(rule.get("dims"))
        outcome = np.full(self.size, NOT_IN_FORCE, dtype=np.int8)
        first = self.severity_names.index(rule["version"][0]["severity"])
        severity = self._constant(first)
        open_ = self.yes
        for version in rule["version"]:
            where = open_ & self._in_force(version)
            if where.all():
                outcome, severity = self._version(rule, version)
            elif where.any():
                found, weighed = self._version(rule, version)
                outcome = np.where(where, found, outcome)
                severity = np.where(where, weighed, severity)
            open_ = open_ & ~where
        self.findings[rule["id"]] = outcome if here is self.yes else np.where(here, outcome, 0)
        self.severities[rule["id"]] = severity

    def _constant(self, number: int) -> Ints:
        """The same small number for every visit; shared, so copied before it is written to."""
        if number not in self._constants:
            self._constants[number] = np.full(self.size, number, dtype=np.int8)
        return self._constants[number]

    def _in_force(self, version: Entry) -> Bools:
        if "from" not in version:
            return self.no
        key = repr((version["from"], version.get("to"), version.get("dims")))
        if key not in self._spans:
            self._spans[key] = self._span(version)
        return self._spans[key]

    def _span(self, version: Entry) -> Bools:
        on = self.columns["visited_on"]
        where = self.dims(version.get("dims")) & (on >= _ordinal(version["from"]))
        return where & (on <= _ordinal(version["to"])) if "to" in version else where

    def _version(self, rule: Entry, version: Entry) -> tuple[Ints, Ints]:
        met, failed = self.sides(version["met"])
        # One subtraction instead of masked writes: MET where met, NOT_MET where failed.
        outcome = np.int8(NOT_ASSESSED) - met.view(np.int8) * np.int8(NOT_ASSESSED - MET)
        outcome -= failed.view(np.int8) * np.int8(NOT_ASSESSED - NOT_MET)
        severity = self._constant(self.severity_names.index(version["severity"]))
        if not (rule.keys() & {"needs", "about"} or version.keys() & {"applies", "severity_when"}):
            return outcome, severity
        absent = [self.findings[need] for need in rule.get("needs", ())]
        lacking = np.logical_or.reduce([one == NOT_MET for one in absent]) if absent else self.no
        unsure = (
            np.logical_or.reduce([one == NOT_ASSESSED for one in absent]) if absent else self.no
        )
        if absent:
            outcome[met & unsure] = NOT_ASSESSED
        about = rule.get("about")
        asked = self.pack.questions.get(about, {}) if about else {}
        may_not_apply = bool(asked.get("not_applicable"))
        if may_not_apply:
            known, na = self._known_and_na("answer", str(about))
            outcome[~known] = NOT_ASSESSED
        if absent:
            outcome[lacking] = NOT_MET
        if "applies" in version:
            does, does_not = self.sides(version["applies"])
            outcome[~does] = NOT_ASSESSED
            outcome[does_not] = NOT_APPLIES
        if may_not_apply:
            outcome[na & ~lacking] = NOT_APPLIES
            outcome[na & ~lacking & unsure] = NOT_ASSESSED
        if "severity_when" in version:
            severity = severity.copy()
        for case in reversed(version.get("severity_when", ())):
            severity[self.sides(case["when"])[0]] = self.severity_names.index(case["then"])
        return outcome, severity

    def condition(self, condition: Entry) -> None:
        """Work out where a condition fires."""
        fires = self.sides(condition["when"])[0] & self.dims(condition.get("dims"))
        self.fired[condition["id"]] = fires
        tier = condition["tier"]
        self.fired[tier] = self.fired[tier] | fires if tier in self.fired else fires

    # --- conditions --------------------------------------------------------------------------

    def sides(self, tree: Tree) -> Sides:
        """Where a condition is certainly true, and where certainly false."""
        for key, joins in (
            ("all", (np.logical_and, np.logical_or)),
            ("any", (np.logical_or, np.logical_and)),
        ):
            if key in tree:
                parts = [self.sides(part) for part in tree[key]]
                return joins[0].reduce([one[0] for one in parts]), joins[1].reduce(
                    [one[1] for one in parts]
                )
        if "not" in tree:
            true, false = self.sides(tree["not"])
            return false, true
        subject = next(
            key for key in ("answer", "fact", "dim", "finding", "fired", "value") if key in tree
        )
        test = next(key for key in tree if key not in (subject, AS_OF))
        return self._leaf(subject, tree[subject], test, tree)

    def _leaf(self, subject: str, name: str, test: str, tree: Tree) -> Sides:
        operand = tree[test]
        if subject == "fired":
            true = self.fired.get(name, self.no)
            return (true, ~true) if operand else (~true, true)
        if subject == "dim":
            true = self.dims({name: [operand] if test == "is" else list(operand)})
            return true, ~true
        if subject == "finding":
            wanted = [OUTCOMES.index(code) for code in ([operand] if test == "is" else operand)]
            true = np.isin(self._finding(name), wanted)
            return true, ~true
        if subject == "value":
            return self._value_leaf(name, test, operand)
        if name in (VISITED_ON, AS_OF):
            days = self.columns["visited_on"]
            return self._days(test, operand, subject, days, days, self.yes)
        entry = (self.pack.questions if subject == "answer" else self.pack.facts)[name]
        if entry["type"] in CODED and test in ("is", "in", "known"):
            key = (subject, name, f"{test}{operand}")
            if key not in self._leaves:
                self._leaves[key] = self._coded(subject, name, entry, test, operand)
            return self._leaves[key]
        return self._typed(subject, name, entry, test, operand)

    def _finding(self, name: str) -> Ints:
        found = self.findings.get(name)
        if found is None:
            return np.full(self.size, NOT_IN_FORCE, dtype=np.int8)
        return np.where(found == 0, NOT_IN_FORCE, found)

    def _known_and_na(self, subject: str, name: str) -> Sides:
        entry = (self.pack.questions if subject == "answer" else self.pack.facts)[name]
        column = self.columns[f"{subject}.{name}"]
        if entry["type"] in CODED:
            codes = codes_of(entry)
            place = codes.index(NOT_APPLICABLE) + 1 if NOT_APPLICABLE in codes else -1
            return column != 0, column == place
        seen = self._seen(subject, name, entry)
        na = self.columns.get(f"{subject}.{name}.na")
        return (seen, self.no) if na is None else (seen | (na != 0), na != 0)

    def _seen(self, subject: str, name: str, entry: Entry) -> Bools:
        column = self.columns[f"{subject}.{name}"]
        kind = entry["type"]
        if kind == "dates":
            return np.asarray(self.columns[f"{subject}.{name}.seen"] != 0)
        if kind == "date":
            return np.asarray(column != NO_DAY)
        if kind in ("integer", "measure"):
            return np.asarray(column != NO_NUMBER)
        return np.asarray(column != 0)

    def _coded(self, subject: str, name: str, entry: Entry, test: str, operand: Any) -> Sides:
        column = self.columns[f"{subject}.{name}"]
        known = column != 0
        if test == "known":
            return (known, ~known) if operand else (~known, known)
        codes = codes_of(entry)
        wanted = [
            codes.index(code) + 1
            for code in ([operand] if test == "is" else operand)
            if code in codes
        ]
        if len(wanted) == 1:
            true = column == wanted[0]
        else:
            table = np.zeros(len(codes) + 1, dtype=np.bool_)
            table[wanted] = True
            true = table[column]
        return true, known & ~true

    def _typed(self, subject: str, name: str, entry: Entry, test: str, operand: Any) -> Sides:
        known, na = self._known_and_na(subject, name)
        if test == "known":
            return (known, ~known) if operand else (~known, known)
        column = self.columns[f"{subject}.{name}"]
        kind = entry["type"]
        if test in NUMBER_TESTS:
            true = _compared(column, test, scaled(operand))
        elif test == "decimals_at_least":
            true = self.columns[f"{subject}.{name}.decimals"] >= operand
        elif kind == "choices":
            true = _contains(column, codes_of(entry), test, operand)
        elif kind in ("date", "dates"):
            last = self.columns[f"{subject}.{name}.last"] if kind == "dates" else column
            true, false = self._days(test, operand, subject, column, last, known & ~na)
            return true, false | na
        elif kind == "integer" and test in ("is", "in"):
            true = np.isin(
                column, [scaled(one) for one in ([operand] if test == "is" else operand)]
            )
        else:
            raise PackError(f'blocks cannot ask "{test}" of "{name}"')
        true = true & known & ~na
        return true, known & ~true

    def _days(
        self, test: str, operand: Any, subject: str, first: Ints, last: Ints, known: Bools
    ) -> Sides:
        """A test of dates, of which only the earliest and the latest matter; no dates at all pass."""
        none = (first == NO_DAY) & known
        today = self.columns["visited_on"]
        if test == "within_months":
            true = (last <= today) & (today <= _later(first, operand))
        elif test == "less_than_months_ago":
            true = (last <= today) & (today < _later(first, operand))
        elif test == "months_passed":
            true = today > _later(last, operand)
        elif test in ("on_or_before", "on_or_after"):
            day = literal_day(operand)
            if day is not None:
                other = np.full(self.size, day.toordinal(), dtype=np.int32)
            elif operand in (VISITED_ON, AS_OF):
                other = today
            else:
                other = self.columns[f"{subject}.{operand}"]
            true = last <= other if test == "on_or_before" else first >= other
            known = known & (other != NO_DAY)
        else:
            raise PackError(f'blocks cannot ask "{test}" of a date')
        true = (true | none) & known
        return true, known & ~true

    def _value_leaf(self, name: str, test: str, operand: Any) -> Sides:
        value = self.values.get(name)
        if value is None:
            return (
                (self.no, self.no)
                if test != "known"
                else ((self.no, self.yes) if operand else (self.yes, self.no))
            )
        if isinstance(value, Codes):
            known = (value.low == value.high) & (value.low >= 0)
        else:
            known = value.known & (value.low == value.high)
        if test == "known":
            return (known, ~known) if operand else (~known, known)
        if isinstance(value, Codes):
            table = np.array([*(_holds(one, test, operand) for one in value.table), False])
            true = table[value.low] & known
            return true, known & ~true
        if test in NUMBER_TESTS:
            low, high = (_compared(end, test, operand) for end in (value.low, value.high))
            return value.known & low & high, value.known & ~low & ~high
        wanted = [operand] if test == "is" else list(operand)
        true = np.isin(value.low, wanted) & known
        return true, known & ~true

    # --- values ------------------------------------------------------------------------------

    def value(self, value: Entry) -> None:
        """Work out one value over the block."""
        name, kind = value["name"], formula_of(value)
        body = value[kind]
        formulas: dict[str, Callable[[], Codes | Numbers]] = {
            "cases": lambda: self._cases(body, value.get("otherwise")),
            "share": lambda: self._share(bool(body.get("core_only", False))),
            "count_findings": lambda: self._count(body),
            "band": lambda: self._band(body["of"], body["steps"]),
            "cap": lambda: self._cap(body["steps"], body["otherwise"]),
            "worst": lambda: self._worst(body["of"], body["order"], body["unsettled"]),
        }
        if kind not in formulas:
            raise PackError(f'blocks cannot work out "{name}" ({kind})')
        found = formulas[kind]()
        here = self.dims(value.get("dims"))
        if here is not self.yes:
            if isinstance(found, Codes):
                low = np.where(here, found.low, -1)
                high = low if found.high is found.low else np.where(here, found.high, -1)
                found = Codes(found.table, low, high)
            else:
                found = Numbers(found.low, found.high, found.known & here)
        self.values[name] = found

    def _cases(self, cases: list[dict[str, Any]], otherwise: Any) -> Codes:
        thens = [*(case["then"] for case in cases), otherwise]
        table: list[Any] = []
        for then in thens:
            for code in self._codes_of(then):
                if code not in table:
                    table.append(code)
        low = np.full(self.size, -1, dtype=np.int16)
        high = low.copy()
        open_ = self.yes
        for case in [*cases, {"then": otherwise}]:
            where = open_ & self.sides(case["when"])[0] if "when" in case else open_
            self._put(low, high, where, case["then"], table)
            open_ = open_ & ~where
        return Codes(tuple(table), low, high)

    def _codes_of(self, then: Any) -> list[Any]:
        if then is None:
            return []
        if not isinstance(then, dict):
            return [then]
        value = self.values.get(then["value"])
        if isinstance(value, Numbers):
            raise PackError(f'blocks cannot take the number "{then["value"]}" as a case')
        return list(value.table) if value else []

    def _put(self, low: Ints, high: Ints, where: Bools, then: Any, table: list[Any]) -> None:
        if then is None:
            return
        if not isinstance(then, dict):
            low[where] = high[where] = table.index(then)
            return
        value = self.values.get(then["value"])
        if isinstance(value, Codes):
            places = np.array([*(table.index(code) for code in value.table), -1], dtype=np.int16)
            low[where] = places[value.low[where]]
            high[where] = places[value.high[where]]

    def _share(self, core_only: bool) -> Numbers:
        sums = {
            outcome: np.zeros(self.size, dtype=np.int32) for outcome in (MET, NOT_MET, NOT_ASSESSED)
        }
        for weight, names in self.by_weight[core_only].items():
            for outcome, total in sums.items():
                count: Ints = np.zeros(self.size, dtype=np.uint8 if len(names) < 256 else np.uint16)
                for name in names:
                    count += self.findings[name] == outcome
                total += count * np.int32(weight)
        for name, less in self.softer.items():
            if name not in {one for names in self.by_weight[core_only].values() for one in names}:
                continue
            for severity, weight in less.items():
                here = self.severities[name] == self.severity_names.index(severity)
                spared = (here & (self.findings[name] == NOT_MET)) * np.int32(weight)
                sums[MET] += spared
                sums[NOT_MET] -= spared
        met, open_ = sums[MET], sums[NOT_ASSESSED]
        whole = met + sums[NOT_MET] + open_
        known = whole > 0
        divisor = np.where(known, whole, 1)
        return Numbers(100 * met // divisor, 100 * (met + open_) // divisor, known)

    def _count(self, body: Tree) -> Numbers:
        total = np.zeros(self.size, dtype=np.int32)
        outcomes = [OUTCOMES.index(code) for code in body["outcome"]]
        severities = [
            self.severity_names.index(one) for one in body.get("severity", self.severity_names)
        ]
        for name, rule in self.pack.rules.items():
            if "core" in body and bool(rule.get("core", False)) is not body["core"]:
                continue
            total += np.isin(self.findings[name], outcomes) & np.isin(
                self.severities[name], severities
            )
        return Numbers(total, total, self.yes)

    def _band(self, of: str, steps: list[dict[str, Any]]) -> Codes:
        value = self.values[of]
        if isinstance(value, Codes):
            raise PackError(f'blocks cannot band the codes of "{of}"')
        table = tuple(dict.fromkeys(str(step["then"]) for step in steps))

        def place(number: Ints) -> Ints:
            found = np.full(self.size, -1, dtype=np.int16)
            for step in reversed(steps):
                where = value.known
                if "at_least" in step:
                    where = where & (number >= step["at_least"])
                if "at_most" in step:
                    where = where & (number <= step["at_most"])
                found[where] = table.index(str(step["then"]))
            return found

        return Codes(table, place(value.low), place(value.high))

    def _cap(self, steps: list[dict[str, Any]], otherwise: str) -> Codes:
        table = tuple(dict.fromkeys([*(str(step["at_best"]) for step in steps), str(otherwise)]))
        low = np.full(self.size, table.index(str(otherwise)), dtype=np.int16)
        high = low.copy()
        for step in reversed(steps):
            severity = self.severity_names.index(step["severity"])
            failed, open_ = self.no.copy(), self.no.copy()
            for name, outcome in self.findings.items():
                grave = self.severities[name] == severity
                if grave.any():
                    failed |= grave & (outcome == NOT_MET)
                    open_ |= grave & (outcome == NOT_ASSESSED)
            place = table.index(str(step["at_best"]))
            low[failed | open_] = place
            high[failed] = place
        return Codes(table, low, high)

    def _worst(self, names: list[str], order: list[str], unsettled: str) -> Codes:
        table = tuple(dict.fromkeys([*order, unsettled]))
        low = np.full(self.size, -1, dtype=np.int16)
        high = low.copy()
        missing = self.no
        for name in names:
            value = self.values[name]
            if not isinstance(value, Codes):
                raise PackError(f'blocks cannot take the worst of the number "{name}"')
            ranks = np.array(
                [*(order.index(str(code)) for code in value.table), -1], dtype=np.int16
            )
            first, second = ranks[value.low], ranks[value.high]
            missing = missing | (value.low < 0)
            low = np.maximum(low, np.maximum(first, second))
            high = np.maximum(high, np.minimum(first, second))
        code = np.where(low == high, low, table.index(unsettled))
        code = np.where(missing, -1, code).astype(np.int16)
        return Codes(table, code, code)


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _compared(column: Ints, test: str, limit: Any) -> Bools:
    if test == "at_least":
        return np.asarray(column >= limit)
    if test == "at_most":
        return np.asarray(column <= limit)
    return np.asarray(column > limit if test == "more_than" else column < limit)


def _contains(column: Ints, codes: list[str], test: str, operand: Any) -> Bools:
    wanted = [operand] if test == "is" else list(operand)
    bits = np.uint64(sum(1 << codes.index(code) for code in wanted if code in codes))
    if test == "has_all":
        return np.asarray((column & bits) == bits)
    if test == "has_none":
        return np.asarray((column & bits) == 0)
    return np.asarray((column & bits & ~SEEN) != 0)


def _holds(code: Any, test: str, operand: Any) -> bool:
    if test in ("is", "in"):
        return code in ([operand] if test == "is" else operand)
    if isinstance(code, str) or test not in NUMBER_TESTS:
        raise PackError(f'blocks cannot ask "{test}" of the code "{code}"')
    return bool(_compared(np.array(scaled(code)), test, scaled(operand)))


EPOCH = date(1970, 1, 1).toordinal()


def _later(days: Ints, months: int) -> Ints:
    """Day numbers some calendar months later; a missing day stays out of the way."""
    known = np.where(days == NO_DAY, EPOCH, days)
    stamps = (known - EPOCH).astype("datetime64[D]")
    month = stamps.astype("datetime64[M]")
    day = (stamps - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    length = (
        (target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype("datetime64[D]")
    ).astype(np.int64)
    moved = target.astype("datetime64[D]").astype(np.int64) + np.minimum(day, length - 1) + EPOCH
    return np.asarray(moved)
