"""A recorded visit is corrected: a new version with its reason, and the old one stays."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.services import drafts, operations, visit_content, visits
from compliance.services.errors import NotFound, Refused
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web import resend
from compliance.web.dates import london_today, utc_now
from compliance.web.forms import meanwhile
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for
from compliance.web.officers import late
from compliance.web.officers.screens import Screens
from compliance.web.officers.visits.checking import check_page, not_to_be_recorded
from compliance.web.officers.visits.opened import ABOUT, particulars_form, told_of
from compliance.web.signed_in import required_actor

bp = Blueprint("corrections", __name__, url_prefix="/visits")


@bp.get("/<visit_id>/correct")
@permission("visit.correct")
def show(visit_id: str) -> ResponseReturnValue:
    """Say what a correction is, before it is begun."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    if visit.state == "draft":
        return redirect(url_for("visits.show", visit_id=visit.id))
    if visit.authority_id != required_actor().authority_id:
        raise NotFound
    return render_template("officers/visits/correct.html", **told_of(visit))


@bp.post("/<visit_id>/correct")
@permission("visit.correct")
def begin(visit_id: str) -> ResponseReturnValue:
    """Open the answers of a recorded visit for a correction."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    if visit.authority_id != actor.authority_id or visit.latest_version is None:
        raise NotFound
    screens = Screens(db.session, visit, rulebook_for(visit))
    begun = drafts.recorded(visit.latest_version, visit.operation, rulebook_for(visit))
    fields: dict[str, list[str]] = {}
    for one in screens.sections:
        given = begun.answers if one.table == "question" else begun.operation_facts
        fields |= one.typed(given, begun.why_not_observed)
    drafts.start_correction(db.session, actor, utc_now(), visit, fields)
    return redirect(_with_what_came_too_late(visit, screens))


def _with_what_came_too_late(visit: Visit, screens: Screens) -> str:
    """Keep in the correction what came with it from one screen, and lead there; else to all of them."""
    slug, now = request.form.get(late.SCREEN, ""), utc_now()
    found = screens.find(slug)
    if found is not None:
        # What was changed elsewhere and not on that screen stays as it was recorded.
        kept = visit.draft.get("fields", {})
        fields = meanwhile.settle(found.boxes, request.form, kept).fields
        drafts.save_draft(db.session, required_actor(), now, visit, found.read(fields))
        return url_for("screens.section", visit_id=visit.id, slug=slug)
    if slug == ABOUT:
        form = particulars_form(request.form, with_kind=False)
        offered = operations.offered(db.session, required_actor(), london_today())
        if form.validate():
            visits.arrange(db.session, required_actor(), now, visit, form.particulars(offered))
        return url_for("screens.about", visit_id=visit.id)
    return url_for("visits.show", visit_id=visit.id)


@bp.post("/<visit_id>/correct/record")
@permission("visit.correct")
def record(visit_id: str) -> ResponseReturnValue:
    """Keep the correction as a new version with its reason; the old one stays."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    reason = request.form.get("reason", "")
    if not visit_content.is_correcting(visit):
        latest = visit.latest_version
        said = visit_content.clean_text(reason)
        if said and resend.typed_fields() and (latest is None or latest.reason != said):
            row = {"key": "Why it was to be corrected", "value": said}
            return late.page(visit, "The correction was finished or given up already.", [row])
        # Pressed twice: what was recorded is there.
        return redirect(url_for("results.show", visit_id=visit.id))
    visit = visits.editable(db.session, actor, visit_id)
    if not_to_be_recorded(visit):
        return check_page(visit, reason=reason), 422
    before = visit.latest_version.number if visit.latest_version else 0
    try:
        version = visits.correct(
            db.session, actor, utc_now(), visit, drafts.drafted(visit), reason=reason
        )
    except Refused as refused:
        db.session.rollback()
        visit = visits.editable(db.session, actor, visit_id)
        return check_page(visit, refused, reason), 422
    if version.number == before:
        flash("Nothing was changed, so the record stays as it was.")
    else:
        flash("The correction is recorded. The visit goes back to review.", "success")
    return redirect(url_for("results.show", visit_id=visit.id))


@bp.post("/<visit_id>/correct/drop")
@permission("visit.correct")
def drop(visit_id: str) -> ResponseReturnValue:
    """Give up a correction; the record stays as it was."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    if visit_content.is_correcting(visit):
        drafts.drop_correction(db.session, actor, visits.editable(db.session, actor, visit_id))
    return redirect(url_for("results.show", visit_id=visit.id))
