"""The keys that an entry of a pack may have, and the shape of what stands under them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from compliance.rulebook.errors import nearest
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.pack import KEY_OF, TABLES, Entry, Pack
from compliance.rulebook.sources import Sources
from compliance.rulebook.values import FORMULAS

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
    "basis": {"id", "label", "opens_formal_step"},
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

_TABLE, _LIST = "a table", "a list"
_SHAPES: Mapping[str, str] = dict.fromkeys(
    (
        *("dims", "title", "label", "hint", "error", "line", "means", "text", "found", "strength"),
        *("advice", "says", "follow_up", "labels", "ask_when", "applies", "met", "when", "share"),
        *("count_findings", "band", "cap", "worst", "newest", "count_visits", "add_months"),
    ),
    _TABLE,
) | dict.fromkeys(
    (
        *("options", "needs", "version", "severity_when", "cases", "sum", "max", "steps"),
        *("usual_for", "plain_for", "languages", "first_steps", "order", "outcome"),
    ),
    _LIST,
)
_OF_TABLES = {"options", "version", "severity_when", "cases", "steps"}
#: Keys that mean something else here than where they are a table or a list.
_EITHER = {
    ("law", "text"),
    ("value.add_months", "to"),
    *((table, key) for table in ("question", "fact") for key in ("min", "max")),
}
_DAYS = {"from", "to", "checked", "first_day"}


def unknown_keys(pack: Pack, sources: Sources) -> Iterator[Problem]:
    """Find every key that the language does not have, with the nearest that it has, and every wrong shape."""
    place = sources.place("pack", "")
    yield from _known(place, "[pack]", pack.content["pack"], PACK)
    if not _shaped("first_day", pack.content["pack"].get("first_day", "2000-01-01")):
        yield Problem(place, '"first_day" must be a day')
    place = sources.place("output", "")
    output = pack.content.get("output", {})
    yield from _known(place, "[output]", output, OUTPUT)
    if isinstance(output.get("validity"), Mapping):
        yield from _known(place, "[output.validity]", output["validity"], INNER["output.validity"])
    for table in TABLES:
        for entry in pack.entries(table):
            key = str(entry[KEY_OF.get(table, "id")])
            yield from _inside(sources.place(table, key), table, entry)
            if table == "rule" and isinstance(entry.get("version"), list):
                for number, version in enumerate(entry["version"]):
                    if isinstance(version, Mapping):
                        yield from _inside(sources.version(key, number), "rule.version", version)


def _inside(place: str, where: str, entry: Entry) -> Iterator[Problem]:
    yield from _known(place, f"a [[{where}]]", entry, KEYS.get(where) or INNER[where])
    for key, body in entry.items():
        inner = f"{where}.{key}"
        if (where, key) not in _EITHER and not _shaped(key, body):
            yield Problem(place, f'"{key}" must be {_SHAPES.get(key, "a day")}')
            continue
        if inner not in INNER:
            continue
        for one in body if isinstance(body, list) else [body]:
            if isinstance(one, Mapping):
                yield from _inside(place, inner, one)


def _shaped(key: str, body: Any) -> bool:
    if key in _OF_TABLES and isinstance(body, list):
        return all(isinstance(one, Mapping) for one in body)
    wanted = _SHAPES.get(key)
    if wanted is None:
        return key not in _DAYS or _is_day(body)
    return isinstance(body, Mapping if wanted == _TABLE else list)


def _is_day(body: Any) -> bool:
    try:
        return bool(date.fromisoformat(body)) and len(body) == 10
    except (TypeError, ValueError):
        return False


def _known(place: str, what: str, entry: Entry, known: set[str]) -> Iterator[Problem]:
    for key in entry:
        if key not in known:
            yield Problem(place, f'unknown key "{key}" in {what}.{nearest(key, known)}')
