"""The second person: a proposed formal step is confirmed, or not."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.errors import Refused
from compliance.services.lifecycle import decisions
from compliance.services.lifecycle.conditions import reason_against, waiting_decision
from compliance.services.lifecycle.machine import STEPS
from compliance.services.lifecycle.timeline import step_words
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import ConfirmForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("confirm", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/confirm", methods=["GET", "POST"])
@permission("visit.confirm")
def show(visit_id: str) -> ResponseReturnValue:
    """Show what was proposed and take the second person's word on it."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    waiting = waiting_decision(case) if case else None
    if case is None or waiting is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = ConfirmForm()
    if form.validate_on_submit():
        confirming = form.outcome.data == "confirmed"
        act = decisions.confirm if confirming else decisions.refuse
        try:
            act(db.session, required_actor(), utc_now(), visit.id, note=form.note.data or "")
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(
                "The decision is confirmed" if confirming else "The step was not confirmed",
                "success",
            )
            return redirect(url_for("steps.show", visit_id=visit.id))
    moment = moment_of(case)
    return (
        render_template(
            "officers/steps/confirm.html",
            visit=visit,
            case=case,
            kind=visit_words.kind_label(visit.kind),
            waiting=waiting,
            step=step_words(case.policy, waiting),
            reason=reason_against(STEPS["refuse"], moment),
            not_yet=reason_against(STEPS["confirm"], moment),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )
