"""The law on a day: anybody picks a nation, a day and a way of selling, and reads what applies."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from compliance.access import PUBLIC
from compliance.rulebook.law_told import asked_dims, law_told
from compliance.rulebook.pack import Entry, text_of
from compliance.web import languages
from compliance.web.dates import london_today
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use

bp = Blueprint("law", __name__, url_prefix="/law")


@bp.get("")
@permission(PUBLIC)
def show() -> ResponseReturnValue:
    """Show what applies on a day, since when, from which source, and what is coming."""
    pack = rulebook_in_use()
    on, error = _day(request.args.get("on", ""))
    language = languages.begin()
    choices = [_choice(dim, language) for dim in asked_dims(pack)]
    dims = {each["id"]: each["value"] for each in choices if each["value"]}
    page = languages.page(
        "public/law.html",
        choices=choices,
        told=law_told(pack, on, dims, language) if on else None,
        on=on,
        typed=request.args.get("on", "") if error else (on or london_today()).isoformat(),
        error=error,
        today=london_today(),
        pack=pack,
    )
    return page, 422 if error else 200


def _day(typed: str) -> tuple[date | None, str]:
    """Read the day asked for, today's unless given: the day, or what is wrong with it."""
    if not typed.strip():
        return london_today(), ""
    try:
        return date.fromisoformat(typed.strip()), ""
    except ValueError:
        return None, "Enter a date, such as 2026-10-13"


def _choice(dim: Entry, language: str) -> dict[str, Any]:
    """A dimension as a list to choose from. Where a visit has several, all of them is a choice too."""
    options = [
        (one["code"], text_of(one.get("label"), language) or one["code"]) for one in dim["options"]
    ]
    if dim.get("many"):
        options = [("", languages.told("All of them")), *options]
    asked = request.args.get(dim["id"], "")
    codes = [code for code, _ in options]
    return {
        "id": dim["id"],
        "label": text_of(dim.get("label"), language) or dim["id"],
        "options": options,
        "value": asked if asked in codes else codes[0],
        "chosen": dict(options)[asked if asked in codes else codes[0]],
    }
