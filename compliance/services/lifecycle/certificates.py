"""Certificates: who may have one, for how long, and how one ends.

Eligibility is the rulebook's: worked out from agreed visits on the day it is asked, beside the
question whether anything at the premises still waits for a person. A refusal is always the same
sentence: it never tells whether something waits, or what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor, allows
from compliance.documents import Rendered
from compliance.services import assessments
from compliance.services.errors import NotFound, Refused
from compliance.services.history import agreed_versions
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.certificate_data import certificate_data
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.issue import (
    SPECIMEN_REFERENCE,
    Office,
    Overtaken,
    Printed,
    copies_in,
    keep,
    reference_of,
    rendered,
    series_of,
    use_up,
)
from compliance.services.lifecycle.languages import (
    held_for_language,
    languages_owed,
    owed_one,
)
from compliance.services.lifecycle.machine import AWAITING
from compliance.services.permission import require
from compliance.store.models import Certificate, Decision, Document, Operator, Premises, Visit
from compliance.store.series import next_number

KIND = "certificate"
#: How a business ends its own certificate, in the words of the person who records it. The codes are the
#: stories that the letter about it tells.
TRADE_ENDED = "trade-ended"
ENDS = {
    "given-back": "The business gave it back",
    TRADE_ENDED: "The shop closed or moved, or somebody else trades there",
}
REFUSAL = (
    "A certificate cannot be issued for these premises now. It needs a recent store audit that was "
    "reviewed, with nothing left to put right, and nothing at the premises that still waits."
)


class Status(StrEnum):
    """What anybody is told about a certificate."""

    VALID = "valid"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Entitlement:
    """A certificate that could be issued today: for whom, on which audit, until when."""

    case: Case
    operator: Operator
    valid_until: date


def status_on(certificate: Certificate, today: date) -> Status:
    """Return what a certificate is worth on a day.

    Both days of its life belong to it. Where somebody else trades, or nobody, it has ended,
    whether or not anybody has written that down yet.
    """
    if certificate.status != Status.VALID:
        return Status(certificate.status)
    if certificate.valid_until < today:
        return Status.EXPIRED
    premises = certificate.premises
    trading = premises.operator_on(today)
    if premises.status != "open" or trading is None or trading.id != certificate.operator_id:
        return Status.WITHDRAWN
    return Status.VALID


def entitlement(session: Session, premises: Premises, today: date) -> Entitlement | None:
    """Return the certificate that could be issued for the operator of the day; None: none now."""
    operator = premises.operator_on(today)
    if operator is None or premises.status != "open" or something_waits(session, premises):
        return None
    result = assessments.standing_on(session, premises, operator, today)
    values = result["values"] if result else {}
    if values.get("certificate_eligible") != "yes":
        return None
    valid_until = date.fromisoformat(values["certificate_valid_until"])
    case = _audit(session, premises, operator, today)
    if case is None or valid_until < today:
        return None
    return Entitlement(case, operator, valid_until)


def something_waits(session: Session, premises: Premises) -> bool:
    """Say whether a visit of any authority at the premises waits for a review or a decision."""
    waiting = session.scalars(
        select(Visit).where(Visit.premises_id == premises.id, Visit.state.in_(AWAITING))
    )
    for visit in waiting:
        case = case_of(visit)
        if visit.state != "reviewed" or case is None or case.letter is not None:
            return True
    return False


def preview(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    premises_id: int,
    language: str | None = None,
) -> Rendered:
    """Return the certificate as it would be issued in a language that it is owed in, marked SPECIMEN.

    Raises Refused; NotFound for a language that it is not owed in.
    """
    require(actor, "document.preview")
    premises = _premises(session, actor, premises_id)
    entitled = _entitled(session, actor, premises, local_day(now))
    data = certificate_data(
        entitled.case,
        reference=SPECIMEN_REFERENCE,
        issued_on=local_day(now),
        valid_until=entitled.valid_until,
        status_url=f"{office.public_url}/c/{SPECIMEN_REFERENCE}",
        proof_url=lambda _: f"{office.public_url}/proof#{SPECIMEN_REFERENCE}",
        language=owed_one(entitled.case, language),
    )
    return rendered(data, office, specimen=True)


def offered(session: Session, actor: Actor, today: date, case: Case) -> Entitlement | None:
    """Return the certificate that the actor's authority could issue today and that rests on this audit.

    None where there is none, or one was issued: what was given back is not offered again.
    """
    if any(each.kind == KIND for each in case.visit.documents):
        return None
    entitled = entitled_for(session, actor, case.visit.premises, today)
    return entitled if entitled and entitled.case.visit.id == case.visit.id else None


def reason_against(actor: Actor, entitled: Entitlement) -> str | None:
    """Return why a certificate that could be issued waits, in plain English; None when it does not."""
    if not allows(actor, "certificate.issue"):
        return "Your role does not allow this step."
    return held_for_language(entitled.case, KIND)


def print_certificate(
    now: datetime, office: Office, entitled: Entitlement, *, number: int, holder: str
) -> Printed:
    """Make and sign a certificate with a reserved number; nothing is kept, and nobody waits meanwhile.

    Raises Refused with the reason when it cannot be made.
    """
    case, token = entitled.case, office.new_link()
    office = office.signing(now, case.visit.authority)
    # One certificate in every language it is owed in, the English last: that one stands for all.
    said = (
        certificate_data(
            case,
            reference=reference_of(case.visit.authority, now, number),
            issued_on=local_day(now),
            valid_until=entitled.valid_until,
            status_url=f"{office.public_url}/c/{token}",
            proof_url=office.proof_url,
            language=language,
        )
        for language in languages_owed(case.visit.nation, entitled.operator)
    )
    return Printed(copies_in(office, said), token, case.assessment.id, number, holder)


def issue(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    premises_id: int,
    printed: Printed | None = None,
) -> Certificate:
    """Issue a certificate for the operator of the day; one of the same audit is issued once.

    An older one of the same operator is then replaced. `printed` is the certificate made beforehand, if
    it was. Raises Refused, always with the same sentence, when there is none to issue; NotFound for
    premises outside the actor's area; Overtaken when `printed` is no longer what is due.
    """
    require(actor, "certificate.issue")
    premises = _premises(session, actor, premises_id)
    today = local_day(now)
    entitled = _entitled(session, actor, premises, today)
    visit = entitled.case.visit
    older = _valid(session, premises, today)
    for each in older:
        if each.document.visit_id == visit.id:
            return each
    if held := held_for_language(entitled.case, KIND):
        raise Refused(held)
    if printed is None:
        number = next_number(session, series_of(visit.authority, now), now)
        printed = print_certificate(now, office, entitled, number=number, holder="")
    elif printed.copies[0].data.valid_until != entitled.valid_until:
        raise Overtaken
    else:
        use_up(session, now, entitled.case, printed)
    for copy in printed.copies:
        document = keep(session, actor, now, copy.made, copy.data, entitled.case)
    certificate = Certificate(
        document=document,
        premises_id=premises.id,
        operator_id=entitled.operator.id,
        link_token=printed.secret,
        valid_from=today,
        valid_until=entitled.valid_until,
        status=Status.VALID,
    )
    session.add(certificate)
    session.flush()
    session.expire(visit, ["documents"])
    for each in older:
        _end(each, Status.REPLACED, now, "A newer certificate was issued", actor)
        each.replaced_by_id = certificate.id
    session.flush()
    return certificate


def fall(
    session: Session, actor: Actor, now: datetime, visit: Visit, decision: Decision
) -> list[Certificate]:
    """End what a decision ends: every valid certificate of the visit's operator at its premises.

    Called in the transaction of the decision, never before it.
    """
    fallen = [
        each
        for each in _valid(session, visit.premises, local_day(now))
        if each.operator_id == visit.operator_id
    ]
    for each in fallen:
        _end(each, Status.WITHDRAWN, now, "A decision on a later visit", actor)
        each.ended_by_decision_id = decision.id
    session.flush()
    return fallen


def end(
    session: Session,
    actor: Actor,
    now: datetime,
    reference: str,
    reason: str,
    because: str = "given-back",
) -> Certificate:
    """End a certificate for a reason of the business: one of `ENDS`, and why in words of our own.

    Raises Refused without a reason, NotFound for another authority's.
    """
    require(actor, "certificate.issue")
    certificate = session.scalar(
        select(Certificate)
        .join(Document, Certificate.document_id == Document.id)
        .where(Document.reference == reference, Document.authority_id == actor.authority_id)
        .with_for_update()
    )
    if certificate is None:
        raise NotFound
    if because not in ENDS:
        raise Refused("Select what ended the certificate", "because")
    if not reason.strip():
        raise Refused("Say why the certificate ends", "reason")
    if certificate.status == Status.VALID:
        _end(certificate, Status.WITHDRAWN, now, reason.strip(), actor)
        certificate.ended_because = because
        session.flush()
    return certificate


def end_where_nobody_trades(
    session: Session, actor: Actor, now: datetime, premises: Premises
) -> None:
    """Write down the end of certificates after a new operator or a closure (both show at once)."""
    today = local_day(now)
    for each in _valid(session, premises, today):
        if status_on(each, today) == Status.WITHDRAWN:
            _end(each, Status.WITHDRAWN, now, "A new operator, or the shop closed", actor)
            each.ended_because = TRADE_ENDED
    session.flush()


def by_token(session: Session, token: str) -> Certificate | None:
    """Return the certificate behind a public link; None when there is none."""
    return session.scalar(select(Certificate).where(Certificate.link_token == token))


def of_premises(session: Session, premises: Premises) -> Sequence[Certificate]:
    """Return every certificate of a premises, the newest first."""
    return session.scalars(
        select(Certificate)
        .where(Certificate.premises_id == premises.id)
        .order_by(Certificate.id.desc())
    ).all()


def _premises(session: Session, actor: Actor, premises_id: int) -> Premises:
    premises = session.scalar(select(Premises).where(Premises.id == premises_id).with_for_update())
    if premises is None or actor.authority_id not in (
        premises.police_authority_id,
        premises.ts_authority_id,
    ):
        raise NotFound
    return premises


def entitled_for(
    session: Session, actor: Actor, premises: Premises, today: date
) -> Entitlement | None:
    """Return what the actor's authority could issue today; None: none now, for whatever reason."""
    entitled = entitlement(session, premises, today)
    if entitled is None or entitled.case.visit.authority_id != actor.authority_id:
        return None
    return entitled


def _entitled(session: Session, actor: Actor, premises: Premises, today: date) -> Entitlement:
    entitled = entitled_for(session, actor, premises, today)
    if entitled is None:
        raise Refused(REFUSAL)
    return entitled


def _audit(session: Session, premises: Premises, operator: Operator, today: date) -> Case | None:
    """The case of the newest scored visit: the audit that the certificate rests on."""
    for version in reversed(agreed_versions(session, premises, operator, today)):
        case = case_of(version.visit)
        if case is not None and case.version.id == version.id and case.result["score"] is not None:
            return case
    return None


def _valid(session: Session, premises: Premises, today: date) -> list[Certificate]:
    return list(
        session.scalars(
            select(Certificate)
            .where(
                Certificate.premises_id == premises.id,
                Certificate.status == Status.VALID,
                Certificate.valid_until >= today,
            )
            .order_by(Certificate.id)
            .with_for_update()
        )
    )


def _end(
    certificate: Certificate, status: Status, now: datetime, reason: str, actor: Actor
) -> None:
    certificate.status = status.value
    certificate.ended_at = now
    certificate.ended_reason = reason
    certificate.ended_by_id = actor.user_id
