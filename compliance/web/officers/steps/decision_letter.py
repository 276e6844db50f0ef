"""The letter that tells a decision: a preview, and the button that sends it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.lifecycle import notifications
from compliance.services.lifecycle.conditions import made_decision, reason_against
from compliance.services.lifecycle.machine import STEPS
from compliance.services.lifecycle.timeline import step_words
from compliance.web import form_errors
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps import sending
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit

bp = Blueprint("decision_letter", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/decision-letter", methods=["GET", "POST"])
@permission("visit.notify")
def show(visit_id: str) -> ResponseReturnValue:
    """Send the letter that tells the decision on a visit."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    decision = made_decision(case) if case else None
    if case is None or decision is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = PressForm()
    sent = sending.pressed(form, notifications.tell_decision, visit.id)
    if sent is not None:
        return sent
    return (
        render_template(
            "officers/steps/decision_letter.html",
            visit=visit,
            kind=visit_words.kind_label(visit.kind),
            decision=decision,
            step=step_words(case, decision),
            says=case.policy.steps[decision.step].says,
            reason=reason_against(STEPS["tell_decision"], moment_of(case)),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )
