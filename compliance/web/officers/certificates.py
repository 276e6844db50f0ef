"""The certificates of a premises: whether one can be issued, the button, and those there were."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import certificates, documents
from compliance.services.lifecycle.certificates import Entitlement, Status
from compliance.store.engine import db
from compliance.store.models import Authority, Certificate, Premises
from compliance.web import form_errors
from compliance.web.dates import london_today, utc_now
from compliance.web.guard import permission
from compliance.web.officers.documents import STATUSES
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import office
from compliance.web.pdf import pdf_response
from compliance.web.signed_in import required_actor

bp = Blueprint("certificates", __name__, url_prefix="/premises")


@bp.route("/<int:premises_id>/certificate", methods=["GET", "POST"])
@permission("certificate.issue")
def show(premises_id: int) -> ResponseReturnValue:
    """Show whether a certificate can be issued now; POST issues it."""
    premises = _premises(premises_id)
    actor = required_actor()
    form = PressForm()
    if form.validate_on_submit():
        try:
            certificate = certificates.issue(
                db.session, actor, utc_now(), office(_authority()), premises_id
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("The certificate is issued", "success")
            return redirect(url_for("documents.show", reference=certificate.document.reference))
    entitled = certificates.entitled_for(db.session, actor, premises, london_today())
    earlier = certificates.of_premises(db.session, premises)
    return (
        render_template(
            "officers/steps/certificate.html",
            premises=premises,
            entitled=entitled,
            issued=_of_this_audit(entitled, earlier),
            refusal=certificates.REFUSAL,
            earlier=earlier,
            statuses=STATUSES,
            status_of=lambda each: documents.status_of(each.document, london_today()),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )


@bp.get("/<int:premises_id>/certificate-preview")
@permission("document.preview")
def preview(premises_id: int) -> ResponseReturnValue:
    """Show the certificate as it would be issued, marked SPECIMEN."""
    _premises(premises_id)
    try:
        made = certificates.preview(db.session, required_actor(), utc_now(), office(), premises_id)
    except Refused:
        return redirect(url_for("certificates.show", premises_id=premises_id))
    return pdf_response(made.pdf, "specimen-certificate.pdf")


def _of_this_audit(
    entitled: Entitlement | None, earlier: Sequence[Certificate]
) -> Certificate | None:
    """Return the certificate in force that rests on the very audit a new one would rest on."""
    if entitled is None:
        return None
    return next(
        (
            each
            for each in earlier
            if each.document.visit_id == entitled.case.visit.id
            and certificates.status_on(each, london_today()) is Status.VALID
        ),
        None,
    )


def _authority() -> Authority:
    return db.session.get_one(Authority, required_actor().authority_id)


def _premises(premises_id: int) -> Premises:
    """Return premises of the person's own area. Raises NotFound."""
    premises = db.session.get(Premises, premises_id)
    if premises is None or required_actor().authority_id not in (
        premises.police_authority_id,
        premises.ts_authority_id,
    ):
        raise NotFound
    return premises
