"""Closing a visit, once the business was told and nothing is open."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.errors import Refused
from compliance.services.lifecycle import closing
from compliance.services.lifecycle.conditions import reason_against
from compliance.services.lifecycle.machine import STEPS
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("close", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/close", methods=["GET", "POST"])
@permission("visit.close")
def show(visit_id: str) -> ResponseReturnValue:
    """Close a visit."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = PressForm()
    if form.validate_on_submit():
        try:
            closing.close(db.session, required_actor(), utc_now(), visit.id)
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("The visit is closed", "success")
            return redirect(url_for("steps.show", visit_id=visit.id))
    return (
        render_template(
            "officers/steps/close.html",
            visit=visit,
            kind=visit_words.kind_label(visit.kind),
            reason=reason_against(STEPS["close"], moment_of(case)),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )
