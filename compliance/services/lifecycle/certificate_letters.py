"""The letter that a decision ended a certificate: neutral, once for each certificate."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents import Rendered
from compliance.services.errors import Refused
from compliance.services.lifecycle import access_codes
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import CERTIFICATE_ENDED, untold_certificate
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.issue import (
    SPECIMEN_CODE,
    SPECIMEN_REFERENCE,
    Office,
    keep,
    next_reference,
    rendered,
)
from compliance.services.lifecycle.languages import languages_owed
from compliance.services.lifecycle.letters import Bearing, certificate_ended_data
from compliance.services.lifecycle.opened import opened, visit_to_change
from compliance.services.permission import require
from compliance.store.models import Document


def tell_certificate(
    session: Session, actor: Actor, now: datetime, office: Office, visit_id: str
) -> Document:
    """Issue the letter that a decision on a visit ended a certificate; twice gives the same letter.

    Raises Refused when no certificate ended or the letter cannot be made, NotFound for another
    authority's visit.
    """
    require(actor, "document.issue")
    before = case_of(visit_to_change(session, actor, visit_id))
    if before and untold_certificate(before) is None and (sent := _letters(before)):
        return sent[-1]
    case, _ = opened(session, actor, now, visit_id, "tell_certificate")
    certificate = untold_certificate(case)
    assert certificate is not None
    code = office.new_code()
    reference, code_hash = (
        next_reference(session, case.visit.authority, now),
        access_codes.hashed(code),
    )
    for language in languages_owed(case.visit.nation, case.visit.operator):
        bearing = Bearing(reference, code, local_day(now), office.public_url, language=language)
        data = certificate_ended_data(case, bearing, certificate)
        document = keep(session, actor, now, rendered(data, office), data, case)
        document.decision_id = certificate.ended_by_decision_id
        document.access_code_hash = code_hash
    session.flush()
    session.expire(case.visit, ["documents"])
    return document


def preview_tell_certificate(now: datetime, office: Office, case: Case) -> Rendered:
    """Return the letter as it would go out, marked SPECIMEN; nothing is kept.

    Raises Refused when no certificate ended, or the letter cannot be made.
    """
    certificate = untold_certificate(case)
    if certificate is None:
        raise Refused("No certificate ended with this decision, or the business was told already.")
    bearing = Bearing(SPECIMEN_REFERENCE, SPECIMEN_CODE, local_day(now), office.public_url)
    data = certificate_ended_data(case, bearing, certificate)
    return rendered(data, office, specimen=True)


def _letters(case: Case) -> list[Document]:
    return [each for each in case.visit.documents if each.kind == CERTIFICATE_ENDED]
