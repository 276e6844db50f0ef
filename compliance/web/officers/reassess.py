"""A reviewer has a past visit judged again by the rulebook that was adopted since for its day."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services import assessments, reassessments
from compliance.services.errors import Refused
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.administrators.rulebook_forms import ReasonForm
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.signed_in import required_actor

bp = Blueprint("reassess", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/reassess", methods=["GET", "POST"])
@permission("visit.reassess")
def show(visit_id: str) -> ResponseReturnValue:
    """Ask for a new assessment, with a reason; the old one is kept."""
    actor = required_actor()
    visit = reassessments.own(db.session, actor, visit_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            reassessments.reassess(db.session, actor, utc_now(), visit.id, form.reason.data or "")
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("Assessed again. The earlier assessment is kept.", "success")
            return redirect(url_for("results.show", visit_id=visit.id))
    page = render_template(
        "officers/visits/reassess.html",
        visit=visit,
        kind=visit_words.kind_label(visit.kind),
        row=assessments.latest_assessment(db.session, visit),
        newer=reassessments.newer_rulebook(db.session, visit),
        form=form,
        errors=form_errors.listed(form),
    )
    return page, 422 if form.is_submitted() else 200
