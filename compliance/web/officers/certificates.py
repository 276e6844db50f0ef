"""The certificates of a premises: whether one can be issued, the button, and those there were."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import certificate_letters, certificates, documents
from compliance.services.lifecycle.certificate_letters import Told
from compliance.services.lifecycle.certificates import Entitlement, Status
from compliance.services.lifecycle.languages import languages_owed
from compliance.services.lifecycle.sorts import CERTIFICATE
from compliance.store.engine import db
from compliance.store.models import Certificate, Premises
from compliance.web import form_errors
from compliance.web.dates import london_today, utc_now
from compliance.web.guard import permission
from compliance.web.officers.documents import STATUSES
from compliance.web.officers.steps import sending
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
    entitled = certificates.entitled_for(db.session, actor, premises, london_today())
    if entitled is not None:
        issued = sending.pressed(form, CERTIFICATE, entitled.case.visit.id)
        if issued is not None:
            return issued
    elif form.validate_on_submit():
        form.form_errors.append(certificates.REFUSAL)
    earlier = certificates.of_premises(db.session, premises)
    return (
        render_template(
            "officers/steps/certificate.html",
            premises=premises,
            entitled=entitled,
            reason=certificates.reason_against(actor, entitled) if entitled else None,
            languages=languages_owed(entitled.case.visit.nation, entitled.operator)
            if entitled
            else (),
            issued=_of_this_audit(entitled, earlier),
            refusal=certificates.REFUSAL,
            earlier=earlier,
            statuses=STATUSES,
            untold=_untold,
            status_of=lambda each: documents.status_of(each.document, london_today()),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )


@bp.get("/<int:premises_id>/certificate-preview")
@permission("document.preview")
def preview(premises_id: int) -> ResponseReturnValue:
    """Show the certificate as it would be issued, marked SPECIMEN.

    `?language` is one of those it is owed in; English unless given or not among them.
    """
    _premises(premises_id)
    language = request.args.get("language")
    try:
        made = certificates.preview(
            db.session, required_actor(), utc_now(), office(), premises_id, language
        )
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


def _untold(certificate: Certificate) -> Told | None:
    """Where the person can tell the business that its certificate ended; None when nowhere (any more)."""
    told = certificate_letters.told_of(certificate)
    own = told is not None and told.visit.authority_id == required_actor().authority_id
    return told if told and own and told.letter is None and told.can_be else None


def _premises(premises_id: int) -> Premises:
    """Return premises of the person's own area. Raises NotFound."""
    premises = db.session.get(Premises, premises_id)
    if premises is None or required_actor().authority_id not in (
        premises.police_authority_id,
        premises.ts_authority_id,
    ):
        raise NotFound
    return premises
