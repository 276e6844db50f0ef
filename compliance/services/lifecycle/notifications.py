"""Notification: the business is told what happened, promptly and neutrally, pass or sale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import letter_sent, made_decision
from compliance.services.lifecycle.issue import NOTHING_ADDED, Office, Printed, issue_letter
from compliance.services.lifecycle.opened import opened
from compliance.store.models import Document


def notify(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    visit_id: str,
    printed: Printed | None = None,
) -> Document:
    """Issue the letter that is due after a reviewed visit; the visit is then `notified`.

    `printed` is the letter made beforehand, if it was. Notifying twice gives the same letter. Raises
    Refused with the reason while the letter is held, NotFound for another authority's visit, Overtaken
    when `printed` is no longer what is due.
    """
    case, step = opened(session, actor, now, visit_id, "notify", again=_was_sent)
    if step is None:
        sent = letter_sent(case)
        assert sent is not None
        return sent
    document = issue_letter(session, actor, now, office, case, printed=printed)
    visit = case.visit
    visit.state = step.leads_to or visit.state
    visit.notified_at = now
    visit.notified_by_id = actor.user_id
    session.flush()
    return document


def tell_decision(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    visit_id: str,
    printed: Printed | None = None,
    *,
    added: Mapping[str, str] = NOTHING_ADDED,
) -> Document:
    """Issue the letter that tells the decision on a visit; twice gives the same letter.

    `added` is what the authority adds in words of its own, by language.
    Raises Refused when the decision has no letter or it is held.
    """
    case, _ = opened(session, actor, now, visit_id, "tell_decision")
    decision = made_decision(case)
    return issue_letter(session, actor, now, office, case, decision, printed, added=added)


def _was_sent(case: Case) -> bool:
    return letter_sent(case) is not None
