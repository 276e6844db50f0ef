"""Print a single document ahead of the transaction that issues it, so that nobody waits while it is printed.

A number is reserved for it first. Whatever ends the work in between, that number is given again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.cases import case_of
from compliance.services.lifecycle.issue import NOTHING_ADDED, Office, Printed, series_of
from compliance.services.lifecycle.sorts import SORTS, Desk, Slot
from compliance.services.lifecycle.turns import turn_has_come
from compliance.store.models import Visit
from compliance.store.series import free, reserve
from compliance.store.sessions import Sessions

#: How long a number is kept for a document that is being printed.
LEASE = timedelta(minutes=2)
#: How long somebody at a screen waits for documents with lower numbers.
PATIENCE = 3.0
#: How often a document is printed at most because a lower number came free meanwhile.
ROUNDS = 3


def print_ahead(
    sessions: Sessions,
    actor: Actor,
    now: datetime,
    office: Office,
    visit_id: str,
    step: str,
    *,
    added: Mapping[str, str] = NOTHING_ADDED,
) -> Printed | None:
    """Print what a step would issue; None when the step may not be taken, or was.

    Who takes the step then hears why. Raises Refused when it cannot be made, NotFound for
    another authority's visit.
    """
    holder = f"{step} {visit_id} {secrets.token_hex(8)}"
    with sessions(writes=False) as session:
        if not _is_due(session, actor, now, visit_id, step):
            return None
    for left in reversed(range(ROUNDS)):
        with sessions() as session:
            series = series_of(session.get_one(Visit, visit_id).authority, now)
            slot = Slot(reserve(session, series, holder, now, now + LEASE), holder)
        try:
            with sessions(writes=False) as session:
                case = case_of(session.get_one(Visit, visit_id))
                if case is None:
                    raise Refused("This visit has no record that could be looked at yet.")
                printed = SORTS[step].print(Desk(session, actor, now, office, added), case, slot)
        except Exception:
            with sessions() as session:
                free(session, holder, now)
            raise
        if not left or turn_has_come(sessions, lambda: now, series, slot.number, patience=PATIENCE):
            break
        with sessions() as session:
            free(session, holder, now)
    return printed


def _is_due(session: Session, actor: Actor, now: datetime, visit_id: str, step: str) -> bool:
    visit = session.get(Visit, visit_id)
    if visit is None or visit.authority_id != actor.authority_id:
        raise NotFound
    case = case_of(visit)
    due = SORTS[step].due(session, actor, now, case) if case else None
    return due is not None and due.reason is None
