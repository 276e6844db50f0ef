"""Every answer of a visit is looked at, then recorded: nothing that nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.services import drafts, visit_content, visits
from compliance.services.errors import Refused
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web.dates import utc_now
from compliance.web.forms import meanwhile
from compliance.web.forms.particulars import as_typed
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for
from compliance.web.officers import visit_words
from compliance.web.officers.screens import Screen, Screens
from compliance.web.officers.visits.opened import ABOUT, to_edit, told_of
from compliance.web.signed_in import required_actor

bp = Blueprint("check", __name__, url_prefix="/visits")


@bp.get("/<visit_id>/check")
@permission("visit.record")
def show(visit_id: str) -> ResponseReturnValue:
    """Show every answer in words, each with a way to change it, and what is missing."""
    visit = to_edit(visit_id)
    return check_page(visit)


def check_page(visit: Visit, refused: Refused | None = None, reason: str = "") -> str:
    """Return the page of every answer, with why the visit was not recorded and the reason of a correction."""
    screens = Screens(db.session, visit, rulebook_for(visit))
    shown = screens.shown()
    errors: list[tuple[str, str | None]] = list(_changed_since_it_was_checked(screens))
    for one in shown:
        for answers, message in one.asked_errors():
            target = f"{url_for('screens.section', visit_id=visit.id, slug=one.slug)}#{answers.id}"
            errors.append((message, target))
    if refused is not None:
        errors.append((refused.message, f"#{refused.field}" if refused.field else None))
    return render_template(
        "officers/visits/check.html",
        screens=shown,
        particulars=screens.particulars,
        purpose_of=visit_content.PURPOSES,
        channel_labels=visit_words.channels(),
        why=visit_content.WHY_NOT_OBSERVED,
        errors=errors,
        reason=reason,
        later=_later_than_the_visit(screens, shown),
        same_day=visits.same_day(db.session, visit),
        marks=_shown(screens),
        **told_of(visit),
    )


def _shown(screens: Screens) -> str:
    """A mark of each thing that the check page shows, so that nothing is recorded that nobody looked at."""
    why = screens.visit.draft.get("why", {})
    said = {
        answer.id: [screen.words(answer), why.get(answer.id, "")]
        for screen in screens.shown()
        for answer in screen.asked
    }
    said[ABOUT] = [repr(as_typed(screens.particulars))]
    return meanwhile.marks({name: (name,) for name in said}, said)


def _changed_since_it_was_checked(screens: Screens) -> Iterator[tuple[str, str | None]]:
    """What was changed in another window after the page was shown from which the visit is to be recorded."""
    if meanwhile.DRAWN_FROM not in request.form:
        return
    visit = screens.visit
    changed = set(meanwhile.changed_since(request.form[meanwhile.DRAWN_FROM], _shown(screens)))
    told = "was changed in another window or on another device. Check it, then record"
    if ABOUT in changed:
        yield f"“About this visit” {told}", url_for("screens.about", visit_id=visit.id)
    for screen in screens.shown():
        there = url_for("screens.section", visit_id=visit.id, slug=screen.slug)
        for answer in screen.asked:
            if answer.id in changed:
                yield f"“{answer.line(None)[0]}” {told}", f"{there}#{answer.id}-question"


def _later_than_the_visit(screens: Screens, shown: list[Screen]) -> set[str]:
    """Dates after the day of the visit: perhaps a slip, so they are pointed out, not refused."""
    day = screens.particulars.visited_on.isoformat()
    found = set()
    for screen in shown:
        for one in screen.asked:
            given = screen.answers.get(one.id)
            dates = given if isinstance(given, list) else [given]
            if one.entry["type"] in ("date", "dates") and any(at and at > day for at in dates):
                found.add(one.id)
    return found


@bp.post("/<visit_id>/record")
@permission("visit.record")
def record(visit_id: str) -> ResponseReturnValue:
    """Lock the observations; only then are findings and grade worked out and shown."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    if visit.state != "draft":
        # Pressed twice: what was recorded is there.
        return redirect(url_for("results.show", visit_id=visit.id))
    visit = to_edit(visit_id)
    if not_to_be_recorded(visit):
        return check_page(visit), 422
    try:
        visits.record(db.session, actor, utc_now(), visit, drafts.drafted(visit))
    except Refused as refused:
        db.session.rollback()
        visit = visits.editable(db.session, actor, visit_id)
        return check_page(visit, refused), 422
    flash("The visit is recorded and locked.", "success")
    return redirect(url_for("results.show", visit_id=visit.id))


def not_to_be_recorded(visit: Visit) -> bool:
    """Say whether an answer cannot be read, or was changed since it was checked."""
    screens = Screens(db.session, visit, rulebook_for(visit))
    return any(_changed_since_it_was_checked(screens)) or any(
        one.asked_errors() for one in screens.shown()
    )
