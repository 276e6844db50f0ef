"""Notification: which letter is due, why it is held if it is, a preview, and the button that sends it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.lifecycle.conditions import letter_sent, reason_against
from compliance.services.lifecycle.languages import languages_owed
from compliance.services.lifecycle.letters import recipient_of
from compliance.services.lifecycle.machine import STEPS
from compliance.web import form_errors
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps import sending
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit

bp = Blueprint("notify", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/notify", methods=["GET", "POST"])
@permission("visit.notify")
def show(visit_id: str) -> ResponseReturnValue:
    """Send the letter that is due after a visit."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = PressForm()
    sent = sending.pressed(form, "notify", visit.id)
    if sent is not None:
        return sent
    operator = visit.operator
    return (
        render_template(
            "officers/steps/notify.html",
            visit=visit,
            case=case,
            kind=visit_words.kind_label(visit.kind),
            letter=case.pack.value_label("letter", case.letter)
            if case.letter
            else case.words("letter"),
            sent=letter_sent(case),
            languages=languages_owed(visit.nation, visit.operator),
            recipient=recipient_of(operator, visit.premises) if operator else None,
            reason=reason_against(STEPS["notify"], moment_of(case)),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )
