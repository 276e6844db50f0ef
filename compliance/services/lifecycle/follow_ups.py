"""Follow-ups: what is to be done after a visit, by a day, and that it was done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.rulebook.months import add_months
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.opened import opened
from compliance.services.lifecycle.policy import PolicyStep
from compliance.services.visits import readable
from compliance.store.models import FollowUp, Visit

#: A follow-up that a person added, not one that a decision brought.
ADDED = "added"


def plan(
    session: Session,
    actor: Actor,
    now: datetime,
    visit_id: str,
    *,
    note: str,
    due_on: date | None,
) -> FollowUp:
    """Add something to do after a visit. Raises Refused without words or with a day gone by."""
    case, _ = opened(session, actor, now, visit_id, "plan_follow_up")
    if not note.strip():
        raise Refused("Say what is to be done", "note")
    if due_on is not None and due_on < local_day(now):
        raise Refused("The day must be today or later", "due_on")
    return _add(session, actor, now, case.visit, ADDED, note.strip(), due_on)


def plan_from_step(
    session: Session, actor: Actor, now: datetime, case: Case, step: PolicyStep
) -> FollowUp | None:
    """Add what the decided step brings with it; None when it brings nothing."""
    if step.follow_up is None:
        return None
    due_on = add_months(local_day(now), step.within_months) if step.within_months else None
    return _add(session, actor, now, case.visit, step.id, step.follow_up, due_on)


def finish(
    session: Session,
    actor: Actor,
    now: datetime,
    visit_id: str,
    follow_up_id: int,
    *,
    note: str = "",
    done_by_visit_id: str | None = None,
) -> FollowUp:
    """Say that a follow-up is done, by a later visit or for a reason. Twice is once.

    Raises Refused without either, NotFound for a follow-up of another visit.
    """
    case, _ = opened(session, actor, now, visit_id, "finish_follow_up")
    found = next((each for each in case.visit.follow_ups if each.id == follow_up_id), None)
    if found is None:
        raise NotFound
    if found.done_at is not None:
        return found
    if done_by_visit_id:
        other = readable(session, actor, done_by_visit_id)
        if other.premises_id != case.visit.premises_id or other.id == case.visit.id:
            raise Refused("Choose a later visit to the same premises", "done_by")
        if other.state == "draft" or other.visited_on < case.visit.visited_on:
            raise Refused("Choose a recorded visit that was made after this one", "done_by")
        found.done_by_visit_id = other.id
    elif not note.strip():
        raise Refused("Say how it was done, or why it is not needed", "note")
    found.done_note = note.strip() or None
    found.done_at = now
    found.done_by_id = actor.user_id
    _settle(case.visit, now)
    session.flush()
    return found


def _add(
    session: Session,
    actor: Actor,
    now: datetime,
    visit: Visit,
    step: str,
    note: str,
    due_on: date | None,
) -> FollowUp:
    follow_up = FollowUp(
        step=step, note=note, due_on=due_on, created_by_id=actor.user_id, created_at=now
    )
    visit.follow_ups.append(follow_up)
    _settle(visit, now)
    session.flush()
    return follow_up


def _settle(visit: Visit, now: datetime) -> None:
    """Keep on the visit the next day on which something is due, and when the last was done."""
    open_ones = [each for each in visit.follow_ups if each.done_at is None]
    visit.follow_up_due_on = min(
        (each.due_on for each in open_ones if each.due_on is not None), default=None
    )
    visit.followed_up_at = None if open_ones or not visit.follow_ups else now
