"""What an entry of a pack refers to, and what it may not be without: texts, rows of the law, known ids."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from compliance.rulebook.answers import TYPES, codes_of
from compliance.rulebook.conditions import reads
from compliance.rulebook.errors import PackError, nearest
from compliance.rulebook.gatekeeper.keys import CONFIDENCE, STAGES, TEXTS
from compliance.rulebook.gatekeeper.kinds import codes_written, put_in
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.gatekeeper.thresholds import bands, codes_of_value, ranks
from compliance.rulebook.gatekeeper.timeline import overlaps_and_gaps
from compliance.rulebook.gatekeeper.trees import OUTCOMES, Trees
from compliance.rulebook.pack import KEY_OF, TABLES, Entry, Pack
from compliance.rulebook.sources import Sources
from compliance.rulebook.values import formula_of, value_reads


class Gate:
    """What the entries of one pack refer to: questions, rules, values, severities, rows of the law."""

    def __init__(self, pack: Pack, sources: Sources) -> None:
        self.pack = pack
        self.sources = sources
        self.codes = {
            dim["id"]: [option["code"] for option in dim["options"]] for dim in pack.entries("dim")
        }
        self._trees = Trees(pack, self._dims)

    def problems(self) -> Iterator[Problem]:
        """Every check, in the order of the tables."""
        for key in ("id", "version"):
            if not self.pack.content["pack"].get(key):
                yield Problem(self.sources.place("pack", ""), f'[pack] needs "{key}"')
        for name in self.pack.content["pack"].get("first_steps", ()):
            yield from self._known(self.sources.place("pack", ""), "rule", name, "rule")
        for table in TABLES:
            for number, entry in enumerate(self.pack.entries(table)):
                place = self.sources.entry(table, str(entry[KEY_OF.get(table, "id")]), number)
                yield from self._dims(place, entry.get("dims"))
                yield from self._texts(place, entry, TEXTS.get(table, ()))
        yield from self._severities()
        for table in ("question", "fact"):
            for entry in self.pack.entries(table):
                yield from self._asked(table, entry)
        for rule in self.pack.entries("rule"):
            yield from self._rule(rule)
        for condition in self.pack.entries("condition"):
            yield from self._condition(condition)
        for value in self.pack.entries("value"):
            yield from self._value(value)
        for number, sentence in enumerate(self.pack.entries("sentence")):
            place = self.sources.entry("sentence", sentence["id"], number)
            yield from self._law_row(place, sentence, asserted=True)
        for step in self.pack.entries("step"):
            yield from self._step(step)
        for row in self.pack.entries("law"):
            if row.get("confidence") not in CONFIDENCE and not row.get("unverified"):
                place = self.sources.place("law", row["id"])
                yield Problem(place, f'law row "{row["id"]}" needs a confidence: V, S or K')
        yield from self._outputs()

    def _dims(self, place: str, dims: Mapping[str, Any] | None) -> Iterator[Problem]:
        for dim, codes in (dims or {}).items():
            if dim not in self.codes:
                yield Problem(place, f'unknown dimension "{dim}".{nearest(dim, self.codes)}')
                continue
            if not isinstance(codes, list):
                yield Problem(place, f'the codes of "{dim}" must be a list')
                continue
            yield from self._codes(place, dim, codes, self.codes[dim])

    def _codes(
        self, place: str, what: str, codes: Iterable[object], known: Sequence[str]
    ) -> Iterator[Problem]:
        for code in codes:
            if code not in known:
                yield Problem(place, f'unknown {what} "{code}".{nearest(code, known)}')

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
            yield Problem(place, "no row of the law named (law = ...)")
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
            if not codes or len(codes) != len(set(codes)) or None in codes:
                yield Problem(place, "a choice needs options, each with its own code")
        if entry.get("min", 0) > entry.get("max", entry.get("min", 0)):
            yield Problem(place, f'the "min" of "{entry["id"]}" is more than its "max"')
        if entry.get("past") and entry.get("type") not in ("date", "dates"):
            yield Problem(place, f'"past" is said of dates, and "{entry["id"]}" is none')
        if "own_clock_of" in entry:
            yield from self._own_clock(place, table, entry)
        for option in entry.get("options", ()):
            yield from self._dims(place, option.get("dims"))
        if table == "question":
            yield from self._known(place, "section", entry.get("section"), "section")
        if "ask_when" in entry:
            yield from self._trees.problems(place, entry["ask_when"])
            later = [*reads(entry["ask_when"]).finding, *reads(entry["ask_when"]).value]
            later += reads(entry["ask_when"]).fired
            if later:
                yield Problem(
                    place,
                    f'"ask_when" of "{entry["id"]}" reads "{later[0]}": when a question is asked may'
                    " rest on answers, facts and dimensions only",
                )

    def _own_clock(self, place: str, table: str, entry: Entry) -> Iterator[Problem]:
        """Two clocks read at one moment: both are times, and the other is a question of the same table."""
        other = entry["own_clock_of"]
        yield from self._known(place, table, other, table)
        for each in (entry, self.pack.by_id(table).get(other)):
            if each is not None and each.get("type") != "time":
                yield Problem(
                    place, f'"own_clock_of" compares times of day, and "{each["id"]}" is none'
                )

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
        yield from overlaps_and_gaps(self.pack, rule, self.sources)

    def _version(self, place: str, version: Entry) -> Iterator[Problem]:
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
                yield from self._trees.problems(place, version[key])
        for case in version.get("severity_when", ()):
            yield from self._known(place, "severity", case.get("then"), "severity")
            yield from self._trees.problems(place, case.get("when", {}))

    def _condition(self, condition: Entry) -> Iterator[Problem]:
        place = self.sources.place("condition", condition["id"])
        yield from self._known(place, "tier", condition.get("tier"), "tier")
        yield from self._codes(place, "stage", [condition.get("stage")], STAGES)
        yield from self._law_row(place, condition)
        yield from self._trees.problems(place, condition.get("when", {}))

    def _value(self, value: Entry) -> Iterator[Problem]:
        place = self.sources.place("value", value["name"])
        try:
            name = formula_of(value)
        except PackError as error:
            yield Problem(place, str(error))
            return
        body = value[name]
        for other in value_reads(value).value:
            yield from self._known(place, "value", other, "value")
        if name == "cases":
            for case in body:
                yield from self._trees.problems(place, case.get("when", {}))
        elif name in ("newest", "count_visits"):
            yield from self._trees.problems(place, body.get("where", {}))
        elif name == "band":
            yield from bands(self.pack, value, place)
        elif name == "worst":
            yield from ranks(self.pack, value, place)
        elif name in ("sum", "max", "min"):
            for term in body:
                yield from self._term(place, term)
        elif name == "count_findings":
            yield from self._codes(place, "outcome", body.get("outcome", ()), OUTCOMES)
            for severity in body.get("severity", ()):
                yield from self._known(place, "severity", severity, "severity")
        elif name == "cap":
            for step in body.get("steps", ()):
                yield from self._known(place, "severity", step.get("severity"), "severity")
        yield from put_in(self.pack, value, place)
        yield from codes_written(place, value)
        yield from self._labels(place, value)

    def _step(self, step: Entry) -> Iterator[Problem]:
        place = self.sources.place("step", step["id"])
        yield from self._law_row(place, step)
        known = codes_of_value(self.pack, self.pack.content.get("output", {}).get("next_step", ""))
        if known is not None:
            for key in ("usual_for", "plain_for"):
                yield from self._codes(place, "next step", step.get(key, ()), sorted(known))

    def _severities(self) -> Iterator[Problem]:
        """They stand worst first: none weighs more than the one before it."""
        severities = self.pack.entries("severity")
        for graver, lighter in pairwise(severities):
            if lighter.get("weight", 0) > graver.get("weight", 0):
                yield Problem(
                    self.sources.place("severity", lighter["id"]),
                    f'"{lighter["id"]}" weighs more than "{graver["id"]}": severities stand worst first',
                )

    def _outputs(self) -> Iterator[Problem]:
        output = self.pack.content.get("output", {})
        place = self.sources.place("output", "")
        for name in output.values():
            names = (
                [
                    name[part]
                    for part in ("result", "told_as", "may_allege", "counts")
                    if part in name
                ]
                if isinstance(name, dict)
                else [name]
            )
            for one in names:
                yield from self._known(place, "value", one, "value")

    def _term(self, place: str, term: Any) -> Iterator[Problem]:
        """A term of a sum: every option of its question has its points."""
        if not isinstance(term, Mapping):
            return
        if "value" in term:
            yield from self._known(place, "value", term["value"], "value")
            return
        question = str(term.get("answer"))
        yield from self._known(place, "question", question, "question")
        if "points" not in term or question not in self.pack.questions:
            return
        options = codes_of(self.pack.questions[question])
        points = [str(code) for code in term["points"]]
        for code in points:
            if code not in options:
                yield Problem(
                    place, f'"{question}" has no option "{code}".{nearest(code, options)}'
                )
        for code in options:
            if code not in points:
                yield Problem(place, f'the points of "{question}" leave a hole: none for "{code}"')

    def _labels(self, place: str, value: Entry) -> Iterator[Problem]:
        """Labels are of codes that the value can be."""
        codes = codes_of_value(self.pack, value["name"])
        for code in value.get("labels", {}) if codes else ():
            if code not in (codes or ()):
                yield Problem(
                    place,
                    f'value "{value["name"]}" is never "{code}", so its label is of nothing.'
                    f"{nearest(code, codes or ())}",
                )
