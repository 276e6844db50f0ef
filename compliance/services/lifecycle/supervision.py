"""A supervisor's word on a test that departs from good procedure: a new version of the record, which
another reviewer then agrees with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services import visit_content, visits
from compliance.services.errors import Refused
from compliance.services.lifecycle.opened import opened
from compliance.store.models import VisitVersion

REASON = "A supervisor looked at what departs from good procedure"


def supervise(
    session: Session, actor: Actor, now: datetime, visit_id: str, facts: Mapping[str, Any]
) -> VisitVersion:
    """Add the supervisor's facts to a held test, as the rulebook asks them.

    The visit goes back to review: who gave the word cannot agree with the record too. Raises
    Refused when nothing waits for a supervisor, or the word was not given.
    """
    case, _ = opened(session, actor, now, visit_id, "supervise")
    given = {name: value for name, value in facts.items() if value is not None}
    if not given:
        raise Refused("Say whether the test may be relied on")
    version = case.version
    return visits.correct(
        session,
        actor,
        now,
        case.visit,
        visit_content.Record(
            answers=version.answers,
            operation_facts={**version.operation_facts, **given},
            why_not_observed=version.particulars.get("why_not_observed", {}),
        ),
        reason=REASON,
    )
