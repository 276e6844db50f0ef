"""Review: a second pair of eyes on a record, before anything rests on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.assessments import follow_history
from compliance.services.errors import Refused
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.opened import opened
from compliance.store.models import Review


def agree(
    session: Session, actor: Actor, now: datetime, visit_id: str, *, version: int, note: str = ""
) -> Case:
    """Agree version number `version` of the record: the visit is then `reviewed`.

    Raises Refused when the reviewer wrote any version, or another version has come since; NotFound
    for another authority's visit. Agreeing twice is one review.
    """
    case, step = opened(session, actor, now, visit_id, "agree", again=_is_mine(actor, "agreed"))
    if step is not None:
        _require_seen(case, version)
        _keep(session, case, actor, now, "agreed", note)
        case.visit.state = step.leads_to or case.visit.state
        case.visit.reviewed_at = now
        session.flush()
        follow_history(session, now, case.visit.premises)
    return case


def send_back(
    session: Session, actor: Actor, now: datetime, visit_id: str, *, version: int, note: str
) -> Case:
    """Return the record to its officer with a note that says what to look at again.

    Raises Refused without a note, and as `agree` does.
    """
    case, step = opened(session, actor, now, visit_id, "return", again=_is_mine(actor, "returned"))
    if step is not None:
        _require_seen(case, version)
        if not note.strip():
            raise Refused("Say what the officer should look at again", "note")
        _keep(session, case, actor, now, "returned", note)
        case.visit.state = step.leads_to or case.visit.state
        case.visit.returned_at = now
        session.flush()
    return case


def _require_seen(case: Case, version: int) -> None:
    if case.version.number != version:
        raise Refused("The record was corrected while you read it. Read the new version first.")


def _keep(
    session: Session, case: Case, actor: Actor, now: datetime, outcome: str, note: str
) -> None:
    session.add(
        Review(
            visit=case.visit,
            version=case.version,
            outcome=outcome,
            note=note.strip(),
            reviewed_by_id=actor.user_id,
            reviewed_at=now,
        )
    )


def _is_mine(actor: Actor, outcome: str) -> Callable[[Case], bool]:
    def again(case: Case) -> bool:
        last = case.visit.reviews[-1] if case.visit.reviews else None
        return (
            last is not None
            and last.outcome == outcome
            and last.reviewed_by_id == actor.user_id
            and last.version_id == case.version.id
        )

    return again
