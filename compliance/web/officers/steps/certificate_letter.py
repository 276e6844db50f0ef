"""The letter that a decision ended a certificate: a preview, and the button that sends it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.errors import Refused
from compliance.services.lifecycle import certificate_letters
from compliance.services.lifecycle.conditions import reason_against, untold_certificate
from compliance.services.lifecycle.machine import STEPS
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import case_for, moment_of, office, own_visit
from compliance.web.pdf import pdf_response
from compliance.web.signed_in import required_actor

bp = Blueprint("certificate_letter", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/certificate-letter", methods=["GET", "POST"])
@permission("visit.notify")
def show(visit_id: str) -> ResponseReturnValue:
    """Send the letter that a decision on a visit ended a certificate."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    form = PressForm()
    if form.validate_on_submit():
        try:
            document = certificate_letters.tell_certificate(
                db.session, required_actor(), utc_now(), office(), visit.id
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"Letter {document.reference} is ready to print and post", "success")
            return redirect(url_for("documents.show", reference=document.reference))
    certificate = untold_certificate(case) if case else None
    if case is None or certificate is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    return (
        render_template(
            "officers/steps/certificate_letter.html",
            visit=visit,
            kind=visit_words.kind_label(visit.kind),
            certificate=certificate,
            reason=reason_against(STEPS["tell_certificate"], moment_of(case)),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )


@bp.get("/<visit_id>/certificate-letter-preview")
@permission("document.preview")
def preview(visit_id: str) -> ResponseReturnValue:
    """Show the letter as it would go out, marked SPECIMEN."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None or untold_certificate(case) is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    made = certificate_letters.preview_tell_certificate(utc_now(), office(), case)
    return pdf_response(made.pdf, "specimen-certificate-ended.pdf")
