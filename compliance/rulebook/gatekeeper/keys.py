"""The keys that an entry of a pack may have, and the shape of what stands under them."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from typing import Any

from compliance.rulebook.errors import PackError, nearest
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.pack import KEY_OF, TABLES, Entry, Pack
from compliance.rulebook.sources import Sources
from compliance.rulebook.values import FORMULAS, formula_of

STAGES = ("recording", "notification", "decision", "formal", "closing", "statistics")
CONFIDENCE = ("V", "S", "K")

_ASKED = {
    "id", "type", "section", "dims", "core", "not_applicable", "ask_when", "options", "min", "max",
    "unit", "decimals", "law", "label", "hint", "error", "line", "sound", "why_not_observed",
    "filled_by", "past", "own_clock_of",
}  # fmt: skip
KEYS: Mapping[str, set[str]] = {
    "dim": {"id", "options", "many", "optional", "label", "never_mixed"},
    "severity": {"id", "weight", "label", "act_within_days"},
    "basis": {"id", "label", "opens_formal_step", "dated"},
    "tier": {"id", "label"},
    "section": {"id", "asked", "title", "dims", "hint"},
    "question": _ASKED,
    "fact": _ASKED,
    "rule": {
        "id",
        "about",
        "dims",
        "core",
        "scored",
        "needs",
        "only_not_met",
        "title",
        "version",
    },
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
    "sentence": {"id", "law", "dims", "from", "to", "text", "general", "dated"},
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

#: Keys of the tables that stand inside an entry, by where they stand.
INNER: Mapping[str, set[str]] = {
    "dim.options": {"code", "label", "hint", "one_channel"},
    "question.options": {"code", "label", "hint", "dims", "exclusive"},
    "fact.options": {"code", "label", "hint", "dims", "exclusive"},
    "rule.version.severity_when": {"when", "then"},
    "value.cases": {"when", "then"},
    "value.share": {"core_only", "core_times"},
    "value.sum": {"answer", "value", "points"},
    "value.max": {"answer", "value", "points"},
    "value.min": {"answer", "value", "points"},
    "value.count_findings": {"outcome", "severity", "core"},
    "value.band": {"of", "steps"},
    "value.band.steps": {"at_least", "at_most", "then"},
    "value.cap": {"steps", "otherwise"},
    "value.cap.steps": {"severity", "at_best"},
    "value.worst": {"of", "order", "unsettled"},
    "value.newest": {"where", "before"},
    "value.count_visits": {"where", "months", "ending"},
    "value.add_months": {"to", "months"},
    "output.validity": {"dims", "result", "may_allege", "counts", "told_as"},
}
PACK = {"id", "version", "title", "languages", "first_day", "first_steps"}
OUTPUT = {"score", "grade", "standing", "next_step", "validity"}

#: Keys that what stands in an entry may not be without, by where they stand.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "dim": ("options",),
    "dim.options": ("code",),
    "rule.version.severity_when": ("when", "then"),
    "value.cases": ("when", "then"),
    "value.count_findings": ("outcome",),
    "value.band": ("of", "steps"),
    "value.band.steps": ("then",),
    "value.cap": ("steps", "otherwise"),
    "value.cap.steps": ("severity", "at_best"),
    "value.worst": ("of", "order", "unsettled"),
    "value.newest": ("where",),
    "value.count_visits": ("where",),
    "value.add_months": ("to", "months"),
    "law": ("text", "source"),
}

_TABLE, _LIST, _TRUTH = "a table", "a list", "true or false"
_WHOLE, _STEPS, _NUMBER = "a whole number, 0 or more", "a whole number", "a number"
_SHAPES: Mapping[str, str] = {
    key: shape
    for shape, keys in (
        (
            _TABLE,
            "dims title label hint error line means text found strength advice says follow_up",
        ),
        (_TABLE, "labels ask_when applies met when share count_findings band cap worst newest"),
        (_TABLE, "count_visits add_months"),
        (_LIST, "options needs version severity_when cases sum max steps usual_for plain_for"),
        (_LIST, "languages first_steps order outcome"),
        (_TRUTH, "core scored only_not_met enacted_only not_applicable exclusive past deadline"),
        (_TRUTH, "told show many optional never_mixed one_channel formal general unverified"),
        (_TRUTH, "enacted opens_formal_step core_only dated"),
        (_WHOLE, "weight act_within_days core_times decimals primary_authority_days"),
        (_WHOLE, "within_months months"),
        (_NUMBER, "min at_least at_most"),
    )
    for key in keys.split()
}
_OF_TABLES = {"options", "version", "severity_when", "cases", "steps"}
#: Keys that mean something else here than elsewhere.
_HERE: Mapping[tuple[str, str], str | None] = {
    ("law", "text"): None,
    ("value.add_months", "to"): None,
    ("value.add_months", "months"): _STEPS,
    ("value", "min"): _LIST,
    ("question", "max"): _NUMBER,
    ("fact", "max"): _NUMBER,
}
_DAYS = {"from", "to", "checked", "first_day"}


def unknown_keys(pack: Pack, sources: Sources) -> Iterator[Problem]:
    """Find every key that the language does not have, with the nearest that it has, and every wrong shape."""
    place = sources.place("pack", "")
    yield from _known(place, "[pack]", pack.content["pack"], PACK)
    if not _is_day(pack.content["pack"].get("first_day", "2000-01-01")):
        yield Problem(place, '"first_day" must be a day')
    if not pack.content["pack"].get("languages", ["en"]):
        yield Problem(place, '"languages" must name at least one')
    place = sources.place("output", "")
    output = pack.content.get("output", {})
    yield from _known(place, "[output]", output, OUTPUT)
    if isinstance(output.get("validity"), Mapping):
        yield from _known(place, "[output.validity]", output["validity"], INNER["output.validity"])
    for table in TABLES:
        for nth, entry in enumerate(pack.entries(table)):
            key = str(entry[KEY_OF.get(table, "id")])
            place = sources.entry(table, key, nth)
            yield from _inside(place, table, entry)
            if table == "value":
                yield from _one_formula(place, entry)
            if table == "rule" and isinstance(entry.get("version"), list):
                for number, version in enumerate(entry["version"]):
                    if isinstance(version, Mapping):
                        yield from _inside(sources.version(key, number), "rule.version", version)


def _inside(place: str, where: str, entry: Entry) -> Iterator[Problem]:
    unknown = list(_known(place, f"a [[{where}]]", entry, KEYS.get(where) or INNER[where]))
    yield from unknown
    # A slip in a key is told once, and not as a key that is missing too.
    for key in () if unknown else NEEDED.get(where, ()):
        if key not in entry:
            yield Problem(place, f'a [[{where}]] without "{key}"')
    for key, body in entry.items():
        inner = f"{where}.{key}"
        wanted = _HERE.get((where, key), _SHAPES.get(key, "a day" if key in _DAYS else None))
        if not _shaped(wanted, key, body):
            yield Problem(place, f'"{key}" must be {wanted}')
            continue
        if inner not in INNER:
            continue
        for one in body if isinstance(body, list) else [body]:
            if isinstance(one, Mapping):
                yield from _inside(place, inner, one)


def _one_formula(place: str, value: Entry) -> Iterator[Problem]:
    try:
        formula_of(value)
    except PackError as error:
        yield Problem(place, str(error))


def _shaped(wanted: str | None, key: str, body: Any) -> bool:
    if wanted in (_TABLE, _LIST):
        if key in _OF_TABLES and isinstance(body, list):
            return all(isinstance(one, Mapping) for one in body)
        return isinstance(body, Mapping if wanted == _TABLE else list)
    if wanted == _TRUTH:
        return isinstance(body, bool)
    if wanted == _WHOLE:
        return is_whole(body)
    if wanted == _STEPS:
        return type(body) is int
    if wanted == _NUMBER:
        return is_number(body)
    return wanted is None or _is_day(body)


def is_whole(body: object) -> bool:
    """Whether something written in a pack is a whole number, 0 or more."""
    return isinstance(body, int) and not isinstance(body, bool) and body >= 0


def is_number(body: object) -> bool:
    """Whether something written in a pack is a number, and not text, infinite or true."""
    return isinstance(body, int | float) and not isinstance(body, bool) and isfinite(body)


def _is_day(body: Any) -> bool:
    try:
        return bool(date.fromisoformat(body)) and len(body) == 10
    except (TypeError, ValueError):
        return False


def _known(place: str, what: str, entry: Entry, known: set[str]) -> Iterator[Problem]:
    for key in entry:
        if key not in known:
            yield Problem(place, f'unknown key "{key}" in {what}.{nearest(key, known)}')
