"""The visit that a page is about: who may change it now, and what every page says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from compliance.services import operations, visit_content, visits
from compliance.services.errors import Refused
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web.dates import london_today
from compliance.web.forms.particulars import ParticularsForm
from compliance.web.in_use import rulebook_in_use
from compliance.web.officers import visit_words
from compliance.web.signed_in import required_actor

#: The screen that asks why, how and when; no section of a rulebook is called so.
ABOUT = "about"

#: Answers with what was typed for a visit and came too late; returns when there is nothing to answer with.
TooLate = Callable[[str, Refused], None]


def to_edit(visit_id: str, too_late: TooLate | None = None) -> Visit:
    """Return a visit whose answers this person may change now; others are shown as they are.

    A screen that saves holds it until its commit, so that two screens saved at once are both kept.
    `too_late` may answer with what was typed when it may not be changed any more.
    """
    hold = request.method == "POST"
    try:
        return visits.editable(db.session, required_actor(), visit_id, hold=hold)
    except Refused as refused:
        if hold and too_late is not None:
            too_late(visit_id, refused)
        flash(refused.message)
        abort(redirect(url_for("visits.show", visit_id=visit_id)))


def told_of(visit: Visit) -> dict[str, Any]:
    """What every page of a visit says of it."""
    return {
        "visit": visit,
        "shop": visit.premises,
        "kind": visit_words.kind_label(visit.kind),
        "purpose": visit_content.PURPOSES[visit.purpose],
        "correcting": visit_content.is_correcting(visit),
    }


def particulars_form(typed: MultiDict[str, Any], *, with_kind: bool) -> ParticularsForm:
    """Return the form of why, how and when, as typed, with what can be chosen today."""
    form = ParticularsForm(typed)
    offered = operations.offered(db.session, required_actor(), london_today())
    form.offer(rulebook_in_use(), offered, with_kind=with_kind)
    return form
