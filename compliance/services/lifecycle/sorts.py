"""The sorts of documents that are issued about a visit: whether one is due, why it waits, how it is printed
ahead of the transaction that issues it, and how it is issued."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session, aliased

from compliance.access import Actor
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import certificate_letters, certificates, notifications
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.certificates import Entitlement
from compliance.services.lifecycle.conditions import (
    CERTIFICATE_ENDED,
    Moment,
    decision_letter,
    letter_sent,
    made_decision,
    reason_against,
)
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.issue import Office, Printed, print_letter
from compliance.services.lifecycle.machine import NOTIFIED, REVIEWED_STATES, STEPS
from compliance.store.models import Assessment, Certificate, Decision, Document, Visit

#: What issues a certificate itself is no step of a visit's life.
CERTIFICATE = "certificate"


@dataclass(frozen=True)
class Desk:
    """Where a document is made: in which transaction, for whom, when, and with what at hand."""

    session: Session
    actor: Actor
    now: datetime
    office: Office
    #: What the authority adds to a decision in words of its own, by language.
    added: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Slot:
    """A number that was reserved, and for whom."""

    number: int
    holder: str


@dataclass(frozen=True)
class Due:
    """A document is due; with a reason, why it cannot go now."""

    reason: str | None


@dataclass(frozen=True)
class Sort(ABC):
    """One sort of document, named by the step that issues it."""

    step: str
    #: What a list calls it.
    title: str

    @abstractmethod
    def may_be_due(self) -> ColumnElement[bool]:
        """Return which visits one may be due about, as far as the database can tell."""

    @abstractmethod
    def due(self, session: Session, actor: Actor, now: datetime, case: Case) -> Due | None:
        """Return whether the actor can issue one about a case now, and why not; None: none is due."""

    @abstractmethod
    def sent(self, case: Case) -> Document | None:
        """Return the one that went out already, when none is due besides it."""

    @abstractmethod
    def print(self, desk: Desk, case: Case, slot: Slot) -> Printed:
        """Make it with a reserved number; nothing is kept, and nobody waits meanwhile. Raises Refused."""

    @abstractmethod
    def issue(self, desk: Desk, visit_id: str, printed: Printed | None) -> Document:
        """Issue what was printed (None: print it here); asked for twice it is issued once.

        Raises Refused, NotFound for another authority's visit, Overtaken when something moved.
        """


class _Letter(Sort):
    """A letter that a step of a visit's life sends."""

    @abstractmethod
    def is_owed(self, case: Case) -> bool:
        """Return whether the business is owed this letter and has not had it."""

    def may_be_due(self) -> ColumnElement[bool]:
        return Visit.state.in_(STEPS[self.step].begins)

    def due(self, session: Session, actor: Actor, now: datetime, case: Case) -> Due | None:
        if case.visit.state not in STEPS[self.step].begins or not self.is_owed(case):
            return None
        return Due(reason_against(STEPS[self.step], Moment(case, actor, local_day(now))))


class _FirstLetter(_Letter):
    def is_owed(self, case: Case) -> bool:
        return case.letter is not None and letter_sent(case) is None

    def sent(self, case: Case) -> Document | None:
        return letter_sent(case)

    def print(self, desk: Desk, case: Case, slot: Slot) -> Printed:
        return print_letter(
            desk.now, desk.office, case, None, number=slot.number, holder=slot.holder
        )

    def issue(self, desk: Desk, visit_id: str, printed: Printed | None) -> Document:
        return notifications.notify(
            desk.session, desk.actor, desk.now, desk.office, visit_id, printed
        )


class _DecisionLetter(_Letter):
    def may_be_due(self) -> ColumnElement[bool]:
        told = exists().where(
            Document.decision_id == Decision.id, Document.kind != CERTIFICATE_ENDED
        )
        untold = exists().where(
            Decision.visit_id == Visit.id,
            Decision.state == "made",
            ~told.correlate(Decision),
        )
        return super().may_be_due() & untold.correlate(Visit)

    def is_owed(self, case: Case) -> bool:
        decision = made_decision(case)
        return decision_letter(case, decision) is not None and letter_sent(case, decision) is None

    def sent(self, case: Case) -> Document | None:
        decision = made_decision(case)
        return letter_sent(case, decision) if decision else None

    def print(self, desk: Desk, case: Case, slot: Slot) -> Printed:
        return print_letter(
            desk.now,
            desk.office,
            case,
            made_decision(case),
            number=slot.number,
            holder=slot.holder,
            added=desk.added,
        )

    def issue(self, desk: Desk, visit_id: str, printed: Printed | None) -> Document:
        return notifications.tell_decision(
            desk.session,
            desk.actor,
            desk.now,
            desk.office,
            visit_id,
            printed,
            added=desk.added,
        )


class _EndLetter(_Letter):
    """The letter that a certificate ended: by a decision on the visit, or by the business."""

    def may_be_due(self) -> ColumnElement[bool]:
        ended = (
            exists().where(
                Decision.visit_id == Visit.id, Certificate.ended_by_decision_id == Decision.id
            )
            if self.step == "tell_certificate"
            else exists().where(
                Document.visit_id == Visit.id,
                Certificate.document_id == Document.id,
                Certificate.ended_because.is_not(None),
            )
        )
        letter, about = aliased(Document), aliased(Document)
        told = exists().where(
            letter.kind == CERTIFICATE_ENDED,
            letter.premises_id == Certificate.premises_id,
            about.id == Certificate.document_id,
            letter.inputs[("data", "follows", "reference")].as_string() == about.reference,
        )
        return super().may_be_due() & ended.where(~told.correlate(Certificate)).correlate(Visit)

    def is_owed(self, case: Case) -> bool:
        return certificate_letters.untold(case, self.step) is not None

    def sent(self, case: Case) -> Document | None:
        return certificate_letters.told(case, self.step)

    def print(self, desk: Desk, case: Case, slot: Slot) -> Printed:
        return certificate_letters.print_end(
            desk.now, desk.office, case, self.step, number=slot.number, holder=slot.holder
        )

    def issue(self, desk: Desk, visit_id: str, printed: Printed | None) -> Document:
        return certificate_letters.tell(
            desk.session, desk.actor, desk.now, desk.office, visit_id, self.step, printed
        )


class _Certificate(Sort):
    """The certificate of the audit that a visit is."""

    def may_be_due(self) -> ColumnElement[bool]:
        """An audit that was agreed to, has a score and no certificate, and is the last there with a score."""
        issued, later, scored = aliased(Document), aliased(Visit), aliased(Assessment)
        has_score = exists().where(
            Assessment.visit_id == Visit.id, Assessment.score_low.is_not(None)
        )
        has_one = exists().where(issued.visit_id == Visit.id, issued.kind == certificates.KIND)
        has_later = exists().where(
            later.premises_id == Visit.premises_id,
            later.visited_on > Visit.visited_on,
            later.state.in_(REVIEWED_STATES),
            scored.visit_id == later.id,
            scored.score_low.is_not(None),
        )
        return (
            Visit.state.in_(REVIEWED_STATES - {NOTIFIED})
            & has_score.correlate(Visit)
            & ~has_one.correlate(Visit)
            & ~has_later.correlate(Visit)
        )

    def due(self, session: Session, actor: Actor, now: datetime, case: Case) -> Due | None:
        entitled = certificates.offered(session, actor, local_day(now), case)
        return Due(certificates.reason_against(actor, entitled)) if entitled else None

    def sent(self, case: Case) -> Document | None:
        found = [each for each in case.visit.documents if each.kind == certificates.KIND]
        return found[-1] if found else None

    def print(self, desk: Desk, case: Case, slot: Slot) -> Printed:
        entitled = self._entitled(desk, case)
        if reason := certificates.reason_against(desk.actor, entitled):
            raise Refused(reason)
        return certificates.print_certificate(
            desk.now, desk.office, entitled, number=slot.number, holder=slot.holder
        )

    def issue(self, desk: Desk, visit_id: str, printed: Printed | None) -> Document:
        visit = desk.session.get(Visit, visit_id)
        if visit is None or visit.authority_id != desk.actor.authority_id:
            raise NotFound
        certificate = certificates.issue(
            desk.session, desk.actor, desk.now, desk.office, visit.premises_id, printed
        )
        return certificate.document

    @staticmethod
    def _entitled(desk: Desk, case: Case) -> Entitlement:
        entitled = certificates.offered(desk.session, desk.actor, local_day(desk.now), case)
        if entitled is None:
            raise Refused(certificates.REFUSAL)
        return entitled


#: Every sort by its step, in the order in which a shop gets them.
SORTS: Mapping[str, Sort] = {
    each.step: each
    for each in (
        _FirstLetter("notify", "Letter after the visit"),
        _DecisionLetter("tell_decision", "Letter of the decision"),
        _EndLetter("tell_certificate", "Letter about a certificate that ended"),
        _EndLetter("tell_end", "Letter about a certificate that ended"),
        _Certificate(CERTIFICATE, "Certificate"),
    )
}
