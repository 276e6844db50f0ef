"""Open a visit for one step: found, locked, and checked against the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import Moment, require
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.machine import STEPS, Step
from compliance.store.models import Visit


def opened(
    session: Session,
    actor: Actor,
    now: datetime,
    visit_id: str,
    step: str,
    *,
    again: Callable[[Case], bool] | None = None,
) -> tuple[Case, Step | None]:
    """Return the case of a visit and the step the person may now take, the visit locked.

    The step is None when it was taken already: the visit is past the step's beginning and `again`
    says that this person just did the same (a double press). Raises Refused with the reason when
    the step may not be taken, NotFound for another authority's visit.
    """
    visit = visit_to_change(session, actor, visit_id)
    case = case_of(visit)
    if case is None:
        raise Refused("This visit has no record that could be looked at yet.")
    if visit.state not in STEPS[step].begins and again is not None and again(case):
        return case, None
    return case, require(step, Moment(case, actor, local_day(now)))


def visit_to_change(session: Session, actor: Actor, visit_id: str) -> Visit:
    """Return the visit, locked until the transaction ends. Raises NotFound for another's."""
    visit = session.scalar(
        select(Visit)
        .where(Visit.id == visit_id, Visit.authority_id == actor.authority_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if visit is None or visit.state == "draft":
        raise NotFound
    return visit
