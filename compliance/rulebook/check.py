"""The gatekeeper: what a pack must satisfy before it is released, each problem with file and line."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from compliance.rulebook.answers import TYPES, YES_NO
from compliance.rulebook.conditions import (
    AS_OF,
    NUMBER_TESTS,
    SUBJECTS,
    TESTS,
    VISITED_ON,
    compile_condition,
    literal_day,
)
from compliance.rulebook.errors import PackError, nearest
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.gatekeeper.translated import untranslated
from compliance.rulebook.pack import KEY_OF, TABLES, Entry, Pack, dims_match, load_pack
from compliance.rulebook.program import Program
from compliance.rulebook.sources import Sources
from compliance.rulebook.state import NOT_APPLICABLE
from compliance.rulebook.values import FORMULAS, formula_of

STAGES = ("recording", "notification", "decision", "formal", "closing", "statistics")
OUTCOMES = ("met", "not_met", "not_applicable", "not_in_force", "not_assessed")
CONFIDENCE = ("V", "S", "K")

_ASKED = {
    "id", "type", "section", "dims", "core", "not_applicable", "ask_when", "options", "min", "max",
    "unit", "decimals", "law", "label", "hint", "error", "line", "sound", "why_not_observed",
    "filled_by",
}  # fmt: skip
KEYS: Mapping[str, set[str]] = {
    "dim": {"id", "options", "many", "optional", "label"},
    "severity": {"id", "weight", "label", "act_within_days"},
    "basis": {"id", "label"},
    "tier": {"id", "label"},
    "section": {"id", "asked", "title", "dims", "hint"},
    "question": _ASKED,
    "fact": _ASKED,
    "rule": {"id", "about", "dims", "core", "scored", "needs", "title", "version"},
    "rule.version": {
        "from",
        "to",
        "enacted_only",
        "dims",
        "severity",
        "severity_when",
        "basis",
        "law",
        "citation",
        "checked",
        "applies",
        "met",
        "found",
        "strength",
        "advice",
    },
    "condition": {"id", "tier", "stage", "dims", "when", "law", "means"},
    "value": {
        "name",
        "dims",
        "title",
        "labels",
        "show",
        "deadline",
        "told",
        "otherwise",
        *FORMULAS,
    },
    "step": {
        "id",
        "label",
        "says",
        "usual_for",
        "plain_for",
        "formal",
        "told",
        "letter",
        "follow_up",
        "within_months",
        "primary_authority_days",
        "law",
    },
    "sentence": {"id", "law", "dims", "from", "to", "text", "general"},
    "law": {
        "id",
        "text",
        "source",
        "confidence",
        "unverified",
        "commenced",
        "enacted",
        "confirmed_on",
    },
}
TEXTS = {
    "dim": (), "severity": ("label",), "basis": ("label",), "tier": ("label",), "section": ("title",),
    "question": ("label", "line"), "fact": ("label",), "rule": ("title",), "condition": ("means",),
    "step": ("label",), "sentence": ("text",),
}  # fmt: skip


def check(directory: Path | str) -> list[Problem]:
    """Return every problem of the pack in a directory; an empty list means it may be released."""
    root = Path(directory)
    try:
        pack = load_pack(root)
    except PackError as error:
        return [Problem(str(root), str(error))]
    gate = _Gate(pack, Sources(root))
    problems = [*gate.problems(), *untranslated(pack, root, gate.sources)]
    if not problems:
        try:
            Program(pack)
        except PackError as error:
            problems.append(Problem(str(root), str(error)))
    return problems


class _Gate:
    def __init__(self, pack: Pack, sources: Sources) -> None:
        self.pack = pack
        self.sources = sources
        self.codes = {
            dim["id"]: [option["code"] for option in dim["options"]] for dim in pack.entries("dim")
        }

    def problems(self) -> Iterator[Problem]:
        """Every check, in the order of the tables."""
        for key in ("id", "version"):
            if not self.pack.content["pack"].get(key):
                yield Problem(self.sources.place("pack", ""), f'[pack] needs "{key}"')
        for name in self.pack.content["pack"].get("first_steps", ()):
            yield from self._known(self.sources.place("pack", ""), "rule", name, "rule")
        for table in TABLES:
            for entry in self.pack.entries(table):
                place = self.sources.place(table, str(entry[KEY_OF.get(table, "id")]))
                yield from self._known_keys(place, table, entry)
                yield from self._dims(place, entry.get("dims"))
                yield from self._texts(place, entry, TEXTS.get(table, ()))
        for table in ("question", "fact"):
            for entry in self.pack.entries(table):
                yield from self._asked(table, entry)
        for rule in self.pack.entries("rule"):
            yield from self._rule(rule)
        for condition in self.pack.entries("condition"):
            yield from self._condition(condition)
        for value in self.pack.entries("value"):
            yield from self._value(value)
        for sentence in self.pack.entries("sentence"):
            place = self.sources.place("sentence", sentence["id"])
            yield from self._law_row(place, sentence, asserted=True)
        for step in self.pack.entries("step"):
            yield from self._law_row(self.sources.place("step", step["id"]), step)
        for row in self.pack.entries("law"):
            if row.get("confidence") not in CONFIDENCE and not row.get("unverified"):
                place = self.sources.place("law", row["id"])
                yield Problem(place, f'law row "{row["id"]}" needs a confidence: V, S or K')
        yield from self._outputs()

    def _known_keys(self, place: str, table: str, entry: Entry) -> Iterator[Problem]:
        for key in entry:
            if key not in KEYS[table]:
                yield Problem(
                    place, f'unknown key "{key}" in a [[{table}]].{nearest(key, KEYS[table])}'
                )

    def _dims(self, place: str, dims: Mapping[str, Any] | None) -> Iterator[Problem]:
        for dim, codes in (dims or {}).items():
            if dim not in self.codes:
                yield Problem(place, f'unknown dimension "{dim}".{nearest(dim, self.codes)}')
                continue
            for code in codes:
                if code not in self.codes[dim]:
                    yield Problem(place, f'unknown {dim} "{code}".{nearest(code, self.codes[dim])}')

    def _texts(self, place: str, entry: Entry, keys: Iterable[str]) -> Iterator[Problem]:
        language = self.pack.languages[0]
        for key in keys:
            if not (entry.get(key) or {}).get(language):
                yield Problem(place, f'no "{key}" in language "{language}"')

    def _known(self, place: str, table: str, name: object, what: str) -> Iterator[Problem]:
        known = self.pack.by_id(table)
        if name not in known:
            yield Problem(place, f'unknown {what} "{name}".{nearest(name, known)}')

    def _law_row(self, place: str, entry: Entry, asserted: bool = False) -> Iterator[Problem]:
        row = entry.get("law")
        if not row:
            yield Problem(place, "no law.md row named (law = ...)")
            return
        yield from self._known(place, "law", row, "law row")
        if asserted and self.pack.by_id("law").get(row, {}).get("unverified"):
            yield Problem(
                place, f'law row "{row}" is unverified: it is never asserted to a business'
            )

    def _asked(self, table: str, entry: Entry) -> Iterator[Problem]:
        place = self.sources.place(table, entry["id"])
        if entry.get("type") not in TYPES:
            yield Problem(
                place, f'unknown type "{entry.get("type")}".{nearest(entry.get("type"), TYPES)}'
            )
        elif entry["type"] in ("choice", "choices"):
            codes = [option.get("code") for option in entry.get("options", [])]
            if not codes or len(codes) != len(set(codes)):
                yield Problem(place, "a choice needs options, each with its own code")
        if table == "question":
            yield from self._known(place, "section", entry.get("section"), "section")
        if "ask_when" in entry:
            yield from self._tree(place, entry["ask_when"])

    def _rule(self, rule: Entry) -> Iterator[Problem]:
        place = self.sources.place("rule", rule["id"])
        if "about" in rule:
            yield from self._known(place, "question", rule["about"], "question")
        for need in rule.get("needs", ()):
            yield from self._known(place, "rule", need, "rule")
        if not rule.get("version"):
            yield Problem(place, f'rule "{rule["id"]}" has no version')
        for number, version in enumerate(rule.get("version", ())):
            yield from self._version(self.sources.version(rule["id"], number), version)
        yield from self._timeline(rule)

    def _version(self, place: str, version: Entry) -> Iterator[Problem]:
        yield from self._known_keys(place, "rule.version", version)
        yield from self._dims(place, version.get("dims"))
        if ("from" in version) == bool(version.get("enacted_only")):
            yield Problem(place, 'a version needs either "from" or "enacted_only = true"')
        for key in ("citation", "checked", "met"):
            if not version.get(key):
                yield Problem(place, f'a version without "{key}"')
        yield from self._known(place, "severity", version.get("severity"), "severity")
        yield from self._known(place, "basis", version.get("basis"), "basis")
        yield from self._law_row(place, version)
        texts = () if version.get("enacted_only") else ("found", "advice")
        yield from self._texts(place, version, texts)
        for key in ("applies", "met"):
            if key in version:
                yield from self._tree(place, version[key])
        for case in version.get("severity_when", ()):
            yield from self._known(place, "severity", case.get("then"), "severity")
            yield from self._tree(place, case.get("when", {}))

    def _timeline(self, rule: Entry) -> Iterator[Problem]:
        dated = [
            (version["from"], version.get("to", "9999-12-31"), number, version)
            for number, version in enumerate(rule.get("version", ()))
            if "from" in version
        ]
        for start, end, number, _ in dated:
            if end < start:
                place = self.sources.version(rule["id"], number)
                yield Problem(place, f"a version that ends ({end}) before it begins ({start})")
        for first, second in pairwise(sorted(dated, key=lambda one: one[0])):
            if not _share_a_place(first[3], second[3]):
                continue
            place = self.sources.version(rule["id"], second[2])
            if second[0] <= first[1]:
                yield Problem(place, f'versions of "{rule["id"]}" overlap from {second[0]}')
            elif date.fromisoformat(second[0]) - date.fromisoformat(first[1]) > timedelta(days=1):
                yield Problem(
                    place, f'versions of "{rule["id"]}" leave a gap from {first[1]} to {second[0]}'
                )

    def _condition(self, condition: Entry) -> Iterator[Problem]:
        place = self.sources.place("condition", condition["id"])
        yield from self._known(place, "tier", condition.get("tier"), "tier")
        if condition.get("stage") not in STAGES:
            hint = nearest(condition.get("stage"), STAGES)
            yield Problem(place, f'unknown stage "{condition.get("stage")}".{hint}')
        yield from self._law_row(place, condition)
        yield from self._tree(place, condition.get("when", {}))

    def _value(self, value: Entry) -> Iterator[Problem]:
        place = self.sources.place("value", value["name"])
        try:
            name = formula_of(value)
        except PackError as error:
            yield Problem(place, str(error))
            return
        body = value[name]
        if name == "cases":
            for case in body:
                yield from self._tree(place, case.get("when", {}))
        elif name in ("newest", "count_visits"):
            yield from self._tree(place, body.get("where", {}))
        elif name == "band":
            yield from self._known(place, "value", body.get("of"), "value")
            yield from _hole(place, value["name"], body.get("steps", []))
        elif name == "worst":
            for one in body.get("of", ()):
                yield from self._known(place, "value", one, "value")
        elif name == "cap":
            for step in body.get("steps", ()):
                yield from self._known(place, "severity", step.get("severity"), "severity")

    def _outputs(self) -> Iterator[Problem]:
        output = self.pack.content.get("output", {})
        place = self.sources.place("output", "")
        for key, name in output.items():
            names = (
                [name[part] for part in ("result", "may_allege", "counts") if part in name]
                if isinstance(name, dict)
                else [name]
            )
            if key not in ("score", "grade", "standing", "next_step", "validity"):
                yield Problem(place, f'unknown output "{key}"')
            for one in names:
                yield from self._known(place, "value", one, "value")

    def _tree(self, place: str, tree: Any) -> Iterator[Problem]:
        if not isinstance(tree, Mapping) or not tree:
            yield Problem(place, "a condition must be a table with a subject and a test")
            return
        for key in ("all", "any"):
            if key in tree:
                for part in tree[key]:
                    yield from self._tree(place, part)
                return
        if "not" in tree:
            yield from self._tree(place, tree["not"])
            return
        for key in tree:
            if key not in (*SUBJECTS, *TESTS, AS_OF):
                yield Problem(
                    place, f'unknown operator "{key}".{nearest(key, (*SUBJECTS, *TESTS))}'
                )
                return
        try:
            compile_condition(tree)
        except (PackError, ValueError, ArithmeticError, TypeError) as error:
            yield Problem(place, str(error))
            return
        yield from self._subject(place, tree)
        yield from self._other_day(place, tree)

    def _subject(self, place: str, tree: Mapping[str, Any]) -> Iterator[Problem]:
        subject = next(key for key in SUBJECTS if key in tree)
        name = tree[subject]
        if subject == "answer" and name not in (VISITED_ON, AS_OF):
            yield from self._known(place, "question", name, "question")
            yield from self._operand(place, self.pack.questions.get(name), tree)
        elif subject == "fact":
            yield from self._known(place, "fact", name, "operation fact")
            yield from self._operand(place, self.pack.facts.get(name), tree)
        elif subject == "dim":
            codes = tree.get("in", [tree.get("is")])
            yield from self._dims(place, {name: codes})
        elif subject == "finding":
            yield from self._known(place, "rule", name, "rule")
            for code in tree.get("in", [tree.get("is")]):
                if code not in OUTCOMES:
                    yield Problem(place, f'unknown outcome "{code}".{nearest(code, OUTCOMES)}')
        elif subject == "value":
            yield from self._known(place, "value", name, "value")
        elif subject == "fired":
            known = {*self.pack.by_id("tier"), *self.pack.by_id("condition")}
            if name not in known:
                yield Problem(place, f'unknown tier or condition "{name}".{nearest(name, known)}')

    def _other_day(self, place: str, tree: Mapping[str, Any]) -> Iterator[Problem]:
        """The other side of a comparison of days: a known id, or a day written out."""
        table, what = ("fact", "operation fact") if "fact" in tree else ("question", "question")
        for side in ("on_or_before", "on_or_after"):
            other = tree.get(side)
            if other is not None and other not in (VISITED_ON, AS_OF) and not literal_day(other):
                yield from self._known(place, table, other, what)

    def _operand(
        self, place: str, entry: Entry | None, tree: Mapping[str, Any]
    ) -> Iterator[Problem]:
        if entry is None:
            return
        kind = entry.get("type")
        if any(key in tree for key in NUMBER_TESTS) and kind not in ("integer", "measure"):
            yield Problem(place, f'"{entry["id"]}" is not a number: it is {kind}')
        if kind == "yes_no":
            options: list[str] = [*YES_NO]
        elif kind in ("choice", "choices"):
            options = [option["code"] for option in entry.get("options", [])]
        else:
            return
        if entry.get("not_applicable"):
            options.append(NOT_APPLICABLE)
        for key in ("is", "in", "has_all", "has_none"):
            if key in tree:
                for code in [tree[key]] if key == "is" else tree[key]:
                    if code not in options:
                        yield Problem(
                            place,
                            f'"{entry["id"]}" has no option "{code}".{nearest(code, options)}',
                        )


def _share_a_place(first: Entry, second: Entry) -> bool:
    ours, theirs = first.get("dims") or {}, second.get("dims") or {}
    return dims_match({dim: codes for dim, codes in ours.items() if dim in theirs}, theirs)


def _hole(place: str, name: str, steps: list[Mapping[str, Any]]) -> Iterator[Problem]:
    """Bands read from the top must end in one without a limit, in falling (or rising) order."""
    if not steps:
        yield Problem(place, f'band "{name}" has no steps')
        return
    if "at_least" in steps[-1] or "at_most" in steps[-1]:
        yield Problem(place, f'band "{name}" leaves a hole: its last step must have no limit')
    for key, falling in (("at_least", True), ("at_most", False)):
        limits = [step[key] for step in steps if key in step]
        if limits != sorted(limits, reverse=falling) or len(limits) != len(set(limits)):
            yield Problem(place, f'band "{name}" has its steps out of order')
