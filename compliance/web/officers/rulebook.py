"""The rulebook, open to everybody who is signed in: every rule, its versions and texts, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from compliance.rulebook import Pack
from compliance.rulebook.conditions_told import told
from compliance.rulebook.law_told import unverified
from compliance.rulebook.pack import Entry, dims_match, text_of
from compliance.services import rulebooks
from compliance.services.assessments import STAGES
from compliance.store.engine import db
from compliance.web.dates import london_today
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use

bp = Blueprint("rulebook", __name__, url_prefix="/rulebook")

#: (address, words) of what a rulebook holds beside its rules.
PARTS = (
    ("rules", "Rules"),
    ("conditions", "Conditions of a test"),
    ("values", "Score, grade and values"),
    ("sentences", "Sentences of letters"),
    ("law", "Rows of the law"),
)
#: How sure a row of the law is.
CONFIDENCE = {
    "V": "read in its primary source",
    "S": "from a secondary source",
    "K": "from professional knowledge",
}


@bp.get("")
@permission("rulebook.read")
def index() -> str:
    """Show the rules of the rulebook in use."""
    return _part(rulebook_in_use(), "rules")


@bp.get("/versions/<sha256>")
@permission("rulebook.read")
def show(sha256: str) -> str:
    """Show the rules of one rulebook: the one in use, or one that made an assessment."""
    return _part(rulebooks.released(db.session, sha256), "rules")


@bp.get("/versions/<sha256>/<part>")
@permission("rulebook.read")
def part(sha256: str, part: str) -> str:
    """Show what a rulebook holds beside its rules: conditions, values, sentences, rows of the law."""
    if part not in dict(PARTS):
        abort(404)
    return _part(rulebooks.released(db.session, sha256), part)


@bp.get("/versions/<sha256>/rules/<rule_id>")
@permission("rulebook.read")
def rule(sha256: str, rule_id: str) -> str:
    """Show a rule with its versions side by side."""
    pack = rulebooks.released(db.session, sha256)
    entry = pack.rules.get(rule_id)
    if entry is None:
        abort(404)
    return render_template(
        "officers/rulebook/rule.html",
        **_frame(pack, "rules"),
        rule=entry,
        title=_title(entry),
        about=text_of(pack.questions.get(entry.get("about", ""), {}).get("label")),
        dims=_dims(pack, entry),
        needs=[(one, _title(pack.rules[one])) for one in entry.get("needs", ())],
        versions=[
            _version(pack, number, one) for number, one in enumerate(entry["version"], start=1)
        ],
    )


def _frame(pack: Pack, here: str) -> dict[str, Any]:
    in_use = rulebook_in_use()
    return {
        "pack": pack,
        "in_use": pack.sha256 == in_use.sha256,
        "kept": [row for row in rulebooks.on_record(db.session) if row.sha256 != pack.sha256],
        "tabs": [
            (words, url_for("rulebook.part", sha256=pack.sha256, part=name), name == here)
            for name, words in PARTS
        ],
        "confidence": CONFIDENCE,
    }


def _part(pack: Pack, name: str) -> str:
    table = {
        "rules": _rules,
        "conditions": _conditions,
        "values": _values,
        "sentences": _sentences,
        "law": _law,
    }[name]
    return render_template(
        f"officers/rulebook/{name}.html", **_frame(pack, name), name=name, **table(pack)
    )


def _rules(pack: Pack) -> dict[str, Any]:
    """The rules, narrowed by the kind of visit, section and words asked for, grouped by section."""
    kinds = {
        dim["id"]: [(one["code"], text_of(one.get("label"))) for one in dim["options"]]
        for dim in pack.entries("dim")
    }
    wanted = {name: request.args.get(name, "") for name in kinds}
    section, words = request.args.get("section", ""), request.args.get("q", "").strip()
    doubtful = unverified(pack)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in pack.entries("rule"):
        of = _section(pack, entry)
        if section and of != section:
            continue
        if any(
            code and not dims_match({name: (entry.get("dims") or {}).get(name, [code])}, wanted)
            for name, code in wanted.items()
        ):
            continue
        if words and words.casefold() not in f"{_title(entry)} {entry['id']}".casefold():
            continue
        found.setdefault(of, []).append(
            {
                "id": entry["id"],
                "title": _title(entry),
                "dims": _dims(pack, entry),
                "severities": list(
                    dict.fromkeys(
                        pack.label("severity", one["severity"]) for one in entry["version"]
                    )
                ),
                "versions": len(entry["version"]),
                "state": _state(entry),
                "unverified": any(one["law"] in doubtful for one in entry["version"]),
            }
        )
    titles = _section_titles(pack)
    return {
        "filters": [
            (
                dim["id"],
                text_of(dim.get("label")) or dim["id"],
                [("", "All"), *kinds[dim["id"]]],
                wanted[dim["id"]],
            )
            for dim in pack.entries("dim")
        ],
        "sections": [("", "All"), *titles.items()],
        "section": section,
        "words": words,
        "groups": [(titles.get(of, "Other"), rules) for of, rules in found.items()],
        "total": sum(len(rules) for rules in found.values()),
    }


def _section(pack: Pack, rule: Entry) -> str:
    """The section of the question that a rule is about, else of the first it reads."""
    about = rule.get("about") or rule["id"]
    entry = pack.questions.get(about) or pack.facts.get(about) or {}
    return str(entry.get("section", ""))


def _section_titles(pack: Pack) -> dict[str, str]:
    used = {_section(pack, rule) for rule in pack.entries("rule")}
    return {
        one["id"]: text_of(one.get("title")) for one in pack.entries("section") if one["id"] in used
    }


def _state(rule: Entry) -> str:
    """Whether a rule is in force today, in words."""
    today = london_today().isoformat()
    days = [(one.get("from"), one.get("to")) for one in rule["version"]]
    if any(start and start <= today and (end is None or today <= end) for start, end in days):
        return "In force"
    if any(one.get("enacted_only") for one in rule["version"]):
        return "Enacted, not in force"
    return "Not yet in force" if any(start and start > today for start, _ in days) else "Past"


def _version(pack: Pack, number: int, version: Entry) -> dict[str, Any]:
    texts = [
        (language, words, text_of({language: version[key][language]}))
        for key, words in (("found", "Not met"), ("strength", "Met"), ("advice", "What to do"))
        for language in version.get(key, {})
    ]
    return {
        "number": number,
        "since": _day(version.get("from")),
        "until": _day(version.get("to")),
        "enacted_only": bool(version.get("enacted_only")),
        "dims": _dims(pack, version),
        "severity": pack.label("severity", version["severity"]),
        "severity_when": [
            (pack.label("severity", case["then"]), list(told(pack, case["when"])))
            for case in version.get("severity_when", ())
        ],
        "basis": pack.label("basis", version["basis"]),
        "citation": version["citation"],
        "checked": _day(version.get("checked")),
        "law": _row(pack, version["law"]),
        "applies": list(told(pack, version["applies"])) if "applies" in version else [],
        "met": list(told(pack, version["met"])),
        "texts": texts,
    }


def _conditions(pack: Pack) -> dict[str, Any]:
    return {
        "tiers": [
            (
                tier["id"],
                pack.label("tier", tier["id"]),
                [
                    {
                        "id": one["id"],
                        "means": text_of(one.get("means")),
                        "stage": STAGES.get(one.get("stage", ""), ""),
                        "dims": _dims(pack, one),
                        "when": list(told(pack, one["when"])),
                        "law": _row(pack, one.get("law", "")),
                    }
                    for one in pack.entries("condition")
                    if one["tier"] == tier["id"]
                ],
            )
            for tier in pack.entries("tier")
        ]
    }


def _values(pack: Pack) -> dict[str, Any]:
    """The values in the order of working out; a formula as data, since it is data."""
    plain = ("name", "title", "labels", "dims", "show", "deadline")
    return {
        "severities": [
            (pack.label("severity", one["id"]), one.get("weight", 0), one.get("act_within_days"))
            for one in pack.entries("severity")
        ],
        "values": [
            {
                "name": one["name"],
                "title": text_of(one.get("title")),
                "labels": [(code, text_of(words)) for code, words in one.get("labels", {}).items()],
                "dims": _dims(pack, one),
                "formula": {key: value for key, value in one.items() if key not in plain},
            }
            for one in pack.entries("value")
        ],
    }


def _sentences(pack: Pack) -> dict[str, Any]:
    return {
        "sentences": [
            {
                "id": one["id"],
                "texts": one["text"],
                "dims": _dims(pack, one),
                "since": _day(one.get("from")),
                "until": _day(one.get("to")),
                "law": _row(pack, one["law"]),
            }
            for one in pack.entries("sentence")
        ]
    }


def _law(pack: Pack) -> dict[str, Any]:
    return {"rows": [_row(pack, one["id"]) for one in pack.entries("law")]}


def _row(pack: Pack, name: str) -> dict[str, Any] | None:
    """A row of the law with what it says in English; None where there is none."""
    row = pack.by_id("law").get(name)
    return None if row is None else {**row, "text": text_of(row.get("text"))}


def _dims(pack: Pack, entry: Mapping[str, Any]) -> list[str]:
    """Whom an entry is for, in words: one text a dimension that it narrows."""
    labels = {
        dim["id"]: {one["code"]: text_of(one.get("label")) for one in dim["options"]}
        for dim in pack.entries("dim")
    }
    return [
        ", ".join(labels[name].get(code, code) for code in codes)
        for name, codes in (entry.get("dims") or {}).items()
    ]


def _title(rule: Entry) -> str:
    return text_of(rule.get("title")) or str(rule["id"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
