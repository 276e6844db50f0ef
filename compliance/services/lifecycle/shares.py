"""Sharing a visit with a partner authority, which may then read it and no more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.assessments import follow_history
from compliance.services.errors import Refused
from compliance.services.lifecycle.opened import opened
from compliance.store.models import Authority, Visit, VisitShare


def partners(visit: Visit) -> list[Authority]:
    """Return the authorities a visit may be shared with: those of its area and its operation."""
    premises, operation = visit.premises, visit.operation
    known = [premises.police_authority, premises.ts_authority]
    if operation is not None:
        known += [operation.lead_authority, operation.partner_authority]
    there = {each.id: each for each in known if each and each.id != visit.authority_id}
    return sorted(there.values(), key=lambda each: each.name)


def share(
    session: Session, actor: Actor, now: datetime, visit_id: str, authority_id: int
) -> VisitShare:
    """Let a partner read a reviewed visit; sharing twice is one share. Raises Refused for others."""
    case, _ = opened(session, actor, now, visit_id, "share")
    visit = case.visit
    there = next((each for each in visit.shares if each.authority_id == authority_id), None)
    if there is not None:
        return there
    if authority_id not in {each.id for each in partners(visit)}:
        raise Refused("Choose a partner of this area", "authority")
    shared = VisitShare(
        visit=visit, authority_id=authority_id, shared_by_id=actor.user_id, shared_at=now
    )
    session.add(shared)
    session.flush()
    follow_history(session, now, visit.premises)
    return shared


def stop_sharing(
    session: Session, actor: Actor, now: datetime, visit_id: str, authority_id: int
) -> None:
    """Take a partner's reading away again; letters already sent stay theirs."""
    case, _ = opened(session, actor, now, visit_id, "share")
    for each in list(case.visit.shares):
        if each.authority_id == authority_id:
            case.visit.shares.remove(each)
            session.delete(each)
    session.flush()
    follow_history(session, now, case.visit.premises)
