"""The letter that a certificate ended, by a decision or by the business: a preview, and the button that sends it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.services.lifecycle import certificate_letters
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import reason_against
from compliance.services.lifecycle.languages import languages_owed
from compliance.services.lifecycle.letters import recipient_of
from compliance.services.lifecycle.machine import STEPS
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps import sending
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import case_for, moment_of, office, own_visit
from compliance.web.pdf import pdf_response

bp = Blueprint("certificate_letter", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/certificate-letter", methods=["GET", "POST"])
@permission("visit.notify")
def show(visit_id: str) -> ResponseReturnValue:
    """Send the letter that a certificate ended."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    step = _step(case)
    if case is None or step is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = PressForm()
    sent = sending.pressed(form, step, visit.id)
    if sent is not None:
        return sent
    certificate = certificate_letters.untold(case, step)
    assert certificate is not None
    return (
        render_template(
            "officers/steps/certificate_letter.html",
            visit=visit,
            kind=visit_words.kind_label(visit.kind),
            certificate=certificate,
            step=step,
            languages=languages_owed(visit.nation, visit.operator),
            recipient=recipient_of(certificate.operator, visit.premises),
            reason=reason_against(STEPS[step], moment_of(case)),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )


@bp.get("/<visit_id>/certificate-letter-preview")
@permission("document.preview")
def preview(visit_id: str) -> ResponseReturnValue:
    """Show the letter as it would go out, marked SPECIMEN.

    `?language` is one of those it is owed in; English unless given or not among them.
    """
    visit = own_visit(visit_id)
    case = case_for(visit)
    step = _step(case)
    if case is None or step is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    made = certificate_letters.preview(
        utc_now(), office(), case, step, request.args.get("language")
    )
    return pdf_response(made.pdf, "specimen-certificate-ended.pdf")


def _step(case: Case | None) -> str | None:
    """The step asked for (`?step`) if it has something to tell, else the first that has; None without."""
    steps = certificate_letters.steps_of(case) if case else []
    asked = request.args.get("step")
    return asked if asked in steps else next(iter(steps), None)
