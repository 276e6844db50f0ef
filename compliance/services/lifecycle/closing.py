"""Closing: the end of a visit's life, never before the business was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.opened import opened


def close(session: Session, actor: Actor, now: datetime, visit_id: str) -> Case:
    """Close a visit. Raises Refused while the business was not told or something is still open."""
    case, step = opened(
        session, actor, now, visit_id, "close", again=lambda case: case.visit.state == "closed"
    )
    if step is not None:
        case.visit.state = step.leads_to or case.visit.state
        case.visit.closed_at = now
        case.visit.closed_by_id = actor.user_id
        session.flush()
    return case
