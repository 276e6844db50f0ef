"""A past visit judged again by the rulebook now adopted for its day: asked for by a person, with a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.services import assessments, rulebooks, visits
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.visit_content import clean_text
from compliance.store.models import Assessment, Reassessment, Visit

LONGEST_REASON = 1_000


def newer_rulebook(session: Session, visit: Visit) -> Pack | None:
    """Return the rulebook that judges visits of that day now, where another one made the assessment."""
    row = assessments.latest_assessment(session, visit)
    if row is None:
        return None
    pack = rulebooks.for_visit(session, visit)
    return pack if pack.sha256 != row.rulebook_sha256 else None


def reassess(
    session: Session, actor: Actor, now: datetime, visit_id: str, reason: str
) -> Assessment:
    """Assess a visit again and keep the result as a new row; the old one stays, and what was sent.

    Raises Refused for a person who recorded the visit, without a reason, and where the rulebook is the
    same; NotFound for another authority's visit.
    """
    require(actor, "visit.reassess")
    visit = own(session, actor, visit_id)
    session.refresh(visit, with_for_update=True)
    if actor.user_id in {visit.officer_id, *(one.recorded_by_id for one in visit.versions)}:
        raise Refused("You recorded this visit. Another reviewer has to assess it again.")
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say why it is assessed again", "reason")
    before = assessments.latest_assessment(session, visit)
    pack = newer_rulebook(session, visit)
    if before is None or pack is None:
        raise Refused("The rulebook that judges visits of that day has judged this one already")
    made = assessments.assess_visit(session, now, visit, pack)
    assert made is not None  # it was assessed before, so its nation is known
    session.add(
        Reassessment(
            assessment_id=made.id,
            before_id=before.id,
            reason=reason,
            made_by_id=actor.user_id,
            made_at=now,
        )
    )
    session.flush()
    return made


def of_visit(session: Session, visit: Visit) -> list[Reassessment]:
    """Return who asked for a visit to be assessed again, the oldest first."""
    return list(
        session.scalars(
            select(Reassessment)
            .join(Assessment, Assessment.id == Reassessment.assessment_id)
            .where(Assessment.visit_id == visit.id)
            .order_by(Reassessment.assessment_id)
        )
    )


def own(session: Session, actor: Actor, visit_id: str) -> Visit:
    """Return a visit of the actor's own authority; raises NotFound for any other."""
    visit = visits.readable(session, actor, visit_id)
    if visit.authority_id != actor.authority_id:
        raise NotFound
    return visit
