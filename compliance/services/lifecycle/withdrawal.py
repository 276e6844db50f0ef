"""A proposed step is taken back before it is confirmed: kept with who, when and why."""

from __future__ import annotations

from datetime import datetime

from compliance.access import Actor
from compliance.store.models import Decision


def take_back(actor: Actor, now: datetime, decision: Decision, reason: str | None = None) -> None:
    """Take `decision`, which still waits, back; `reason` where something other than a change of
    mind brought it about. `now` is an aware UTC moment. The caller flushes.
    """
    decision.state = "refused"
    decision.withdrawn_by_id = actor.user_id
    decision.withdrawn_at = now
    decision.withdrawn_reason = reason
