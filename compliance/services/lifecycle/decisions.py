"""Decisions: an officer takes the usual step or another and says why; a formal step waits for a
second person and for the Primary Authority."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.errors import Refused
from compliance.services.lifecycle import certificates, follow_ups
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import made_decision, waiting_decision
from compliance.services.lifecycle.deadlines import local_day, working_day_after
from compliance.services.lifecycle.opened import opened, visit_to_change
from compliance.services.lifecycle.policy import PolicyStep
from compliance.services.lifecycle.withdrawal import take_back
from compliance.store.models import Decision

WAITING = "awaiting_second_person"
MADE = "made"
REFUSED = "refused"
#: The rulebook's word for a visit that ends a certificate once it is decided on, never before.
ENDS_CERTIFICATE = "ends_with_decision"


def needs_reason(case: Case, step: PolicyStep) -> bool:
    """Say whether taking `step` has to be explained: everything beyond a plain pass."""
    return case.result.get("next_step") not in step.plain_for


def decide(
    session: Session,
    actor: Actor,
    now: datetime,
    visit_id: str,
    *,
    step: str,
    reason: str = "",
    primary_authority_on: date | None = None,
    primary_authority_reference: str = "",
) -> Decision:
    """Decide on a notified visit.

    A step that is not formal is made at once: the visit is then `decided`, what the step brings is
    planned, and a certificate it ends has ended. A formal one is proposed and waits for `confirm`.
    Deciding the same twice is one decision. Raises Refused, naming the field, for a step there is
    not or a reason that is missing; NotFound for another authority's visit.
    """
    current = case_of(visit_to_change(session, actor, visit_id))
    chosen = current.policy.steps.get(step) if current else None
    if chosen is None:
        raise Refused("Choose a step", "step")
    name = "propose" if chosen.formal else "decide"
    case, taken = opened(session, actor, now, visit_id, name, again=_same(actor, chosen))
    there = _newest_same(case, actor, chosen)
    if taken is None and there is not None:
        return there
    reason = reason.strip()
    if needs_reason(case, chosen) and not reason:
        raise Refused("Say why you decided on this step", "reason")
    usual = case.usual_step
    decision = Decision(
        visit=case.visit,
        assessment_id=case.assessment.id,
        step=chosen.id,
        usual_step=usual.id if usual else "",
        policy_version=case.policy.version,
        reason=reason,
        state=WAITING if chosen.formal else MADE,
        decided_by_id=actor.user_id,
        decided_at=now,
    )
    session.add(decision)
    if chosen.formal:
        decision.primary_authority_step = "asked" if _has_partner(case) else "not_needed"
        if primary_authority_on is not None and _has_partner(case):
            _told(case, decision, chosen, primary_authority_on, primary_authority_reference, now)
    else:
        _made(session, actor, now, case, decision, chosen)
    session.flush()
    return decision


def tell_primary_authority(
    session: Session, actor: Actor, now: datetime, visit_id: str, *, on: date, reference: str
) -> Decision:
    """Record that the Primary Authority was told in writing, on a day, with its reference.

    A council then waits until the period has passed; a police force records it and goes on
    (law.md 8: the stop binds qualifying regulators).
    """
    case, _ = opened(session, actor, now, visit_id, "primary_authority")
    decision = _waiting(case)
    if not _has_partner(case):
        raise Refused("This operator has no Primary Authority partner", "on")
    _told(case, decision, case.policy.steps[decision.step], on, reference, now)
    session.flush()
    return decision


def primary_authority_answered(
    session: Session, actor: Actor, now: datetime, visit_id: str, *, consented: bool
) -> Decision:
    """Record that the Primary Authority consented to the step, or objected."""
    case, _ = opened(session, actor, now, visit_id, "primary_authority")
    decision = _waiting(case)
    if decision.primary_authority_on is None:
        raise Refused("Record first when the Primary Authority was told")
    decision.primary_authority_step = "consented" if consented else "objected"
    session.flush()
    return decision


def confirm(
    session: Session, actor: Actor, now: datetime, visit_id: str, *, note: str = ""
) -> Decision:
    """Confirm a proposed formal step, as the second person; the visit is then `decided`.

    Confirming twice is one confirmation. Raises Refused for the person who proposed it, and while
    the Primary Authority's period runs.
    """
    case, taken = opened(session, actor, now, visit_id, "confirm", again=_confirmed_by(actor))
    if taken is None:
        made = made_decision(case)
        assert made is not None
        return made
    decision = _waiting(case)
    decision.state = MADE
    decision.second_person_id = actor.user_id
    decision.second_person_at = now
    decision.second_person_note = note.strip() or None
    _made(session, actor, now, case, decision, case.policy.steps[decision.step])
    session.flush()
    return decision


def refuse(session: Session, actor: Actor, now: datetime, visit_id: str, *, note: str) -> Decision:
    """Turn a proposed formal step down, as the second person; another can be proposed."""
    case, _ = opened(session, actor, now, visit_id, "refuse")
    if not note.strip():
        raise Refused("Say why you do not agree", "note")
    decision = _waiting(case)
    decision.state = REFUSED
    decision.second_person_id = actor.user_id
    decision.second_person_at = now
    decision.second_person_note = note.strip()
    session.flush()
    return decision


def withdraw(session: Session, actor: Actor, now: datetime, visit_id: str) -> Decision:
    """Take a proposed formal step back before it is confirmed; who did so and when is kept."""
    case, _ = opened(session, actor, now, visit_id, "withdraw")
    decision = _waiting(case)
    take_back(actor, now, decision)
    session.flush()
    return decision


def _made(
    session: Session, actor: Actor, now: datetime, case: Case, decision: Decision, step: PolicyStep
) -> None:
    """All that a made decision brings, in its own transaction."""
    session.flush()
    case.visit.state = "decided"
    case.visit.decided_at = now
    follow_ups.plan_from_step(session, actor, now, case, step)
    if case.value("certificate_effect") == ENDS_CERTIFICATE:
        certificates.fall(session, actor, now, case.visit, decision)


def _told(
    case: Case, decision: Decision, step: PolicyStep, on: date, reference: str, now: datetime
) -> None:
    if not case.visit.visited_on <= on <= local_day(now):
        raise Refused(
            "The day the Primary Authority was told must be after the visit and not in the future",
            "primary_authority_on",
        )
    decision.primary_authority_on = on
    decision.primary_authority_reference = reference.strip() or None
    if case.visit.authority.kind == "police":
        decision.primary_authority_step = "notified"
    else:
        decision.primary_authority_step = "asked"
        decision.primary_authority_due_on = working_day_after(
            on, step.primary_authority_days, case.visit.nation or ""
        )


def _has_partner(case: Case) -> bool:
    return bool(case.visit.operator and case.visit.operator.primary_authority_name)


def _waiting(case: Case) -> Decision:
    waiting = waiting_decision(case)
    if waiting is None:
        raise Refused("No decision is waiting for a second person.")
    return waiting


def _newest_same(case: Case, actor: Actor, step: PolicyStep) -> Decision | None:
    for each in reversed(case.visit.decisions):
        if each.assessment_id == case.assessment.id and each.state != REFUSED:
            return each if (each.step, each.decided_by_id) == (step.id, actor.user_id) else None
    return None


def _same(actor: Actor, step: PolicyStep) -> Callable[[Case], bool]:
    return lambda case: _newest_same(case, actor, step) is not None


def _confirmed_by(actor: Actor) -> Callable[[Case], bool]:
    def again(case: Case) -> bool:
        made = made_decision(case)
        return made is not None and made.second_person_id == actor.user_id

    return again
