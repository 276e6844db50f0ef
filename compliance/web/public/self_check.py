"""A shop checks itself: the questions of a visit, answered in the browser, with nothing kept and nothing sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from compliance.access import PUBLIC
from compliance.rulebook import Pack
from compliance.rulebook.languages import UNWEIGHED
from compliance.rulebook.law_told import asked_dims, scored_dims, unverified
from compliance.rulebook.pack import Entry, text_of
from compliance.rulebook.words import word
from compliance.web import languages
from compliance.web.dates import london_today
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use

bp = Blueprint("self_check", __name__, url_prefix="/self-check")

#: What the script says, letter for letter (`static/js/self_check.js`): it gets them in the language of the page.
SAID = (
    "1 point to put right",
    "Add another date",
    "Check this answer",
    "Date {1}",
    "Not sure",
    "Nothing to put right in what you answered",
    "Points that are in order",
    "Points that do not apply",
    "Points you left open",
    "Source:",
    "This is what your answers come to today, in the words of our letters. It is no grade and no "
    "promise: an officer may see other things.",
    "What to do",
    "{1} points to put right",
)


@bp.get("")
@permission(PUBLIC)
def start() -> str:
    """Say what the check is, and offer it on the screen and on paper."""
    return languages.page("public/self_check/start.html")


@bp.get("/questions")
@permission(PUBLIC)
def questions() -> str:
    """The check itself: from here on nothing leaves the browser."""
    pack = rulebook_in_use()
    language = languages.begin()
    return languages.page(
        "public/self_check/questions.html",
        pack=pack,
        words={english: languages.told(english) for english in SAID},
        dims=[
            {
                "id": dim["id"],
                "label": text_of(dim.get("label"), language) or dim["id"],
                "many": bool(dim.get("many")),
                "options": [
                    (one["code"], text_of(one.get("label"), language) or one["code"])
                    for one in dim["options"]
                ],
            }
            for dim in asked_dims(pack)
        ],
        fixed={name: codes[0] for name, codes in scored_dims(pack).items()},
        today=london_today(),
    )


@bp.get("/list")
@permission(PUBLIC)
def printable() -> str:
    """The same questions as a list to print, for a shop without a script or without a screen."""
    pack = rulebook_in_use()
    sections = _sections(pack, languages.begin())
    return languages.page(
        "public/self_check/list.html", pack=pack, sections=sections, today=london_today()
    )


def _sections(pack: Pack, language: str) -> list[dict[str, Any]]:
    """The questions by section, with the answers offered, in the order of asking."""
    doubtful = unverified(pack)
    fixed = scored_dims(pack)
    titles = {one["id"]: text_of(one.get("title"), language) for one in pack.entries("section")}
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in pack.entries("question"):
        wanted = entry.get("dims") or {}
        if any(not set(wanted.get(name, codes)) & set(codes) for name, codes in fixed.items()):
            continue
        if entry["type"] in UNWEIGHED or entry.get("law") in doubtful:
            continue
        found.setdefault(str(entry["section"]), []).append(
            {
                "label": text_of(entry["label"], language),
                "answers": _offered(entry, language),
                "only": _only(pack, entry, language),
                "depends": "ask_when" in entry,
            }
        )
    return [
        {"title": titles.get(section, section), "questions": asked}
        for section, asked in found.items()
    ]


def _offered(entry: Entry, language: str) -> list[str]:
    if entry["type"] == "yes_no":
        codes = ["yes", "no", *(["not_applicable"] if entry.get("not_applicable") else [])]
        return [word(code, language) for code in codes]
    return [text_of(one.get("label"), language) or one["code"] for one in entry.get("options", ())]


def _only(pack: Pack, entry: Entry, language: str) -> list[str]:
    """The choices (a nation, a way of selling) that a question is only asked for, in words."""
    only: list[str] = []
    for dim in asked_dims(pack):
        codes = (entry.get("dims") or {}).get(dim["id"])
        if codes and len(codes) < len(dim["options"]):
            only += [
                text_of(one.get("label"), language)
                for one in dim["options"]
                if one["code"] in codes
            ]
    return only
