"""Batches: many letters ordered at once, how far they are, and a hand on the brake.

Ordering writes a row for each letter in the commit of the order itself; workers (batch_work.py) then
issue them one by one. Nothing else is the queue: a row that waits is work, whoever was killed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from compliance.access import Actor
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import (
    Moment,
    letter_sent,
    made_decision,
    reason_against,
)
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.machine import STEPS
from compliance.services.permission import require
from compliance.services.worklists import Filter, to_send
from compliance.store.models import Batch, BatchLetter, Decision, Document, Visit

#: The steps of a visit's life that send a letter, and what the letter is called.
SENDING = {"notify": "Letter after the visit", "tell_decision": "Letter of the decision"}
LONGEST_TITLE = 120
#: So many are shown to choose from; more are reached by narrowing the list.
SHOWN = 500
#: The time left is reckoned from so many letters just settled.
RECENT = 20


@dataclass(frozen=True)
class Sendable:
    """A letter that is due, and why it cannot go now (None: it can)."""

    visit: Visit
    step: str
    reason: str | None

    @property
    def key(self) -> str:
        """What a form calls it: the step and the visit."""
        return f"{self.step} {self.visit.id}"


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    waiting: int
    issued: int
    refused: int
    #: Seconds until the rest is done at the present pace; None while nothing tells the pace.
    seconds_left: int | None

    @property
    def total(self) -> int:
        """All letters of the batch."""
        return self.waiting + self.issued + self.refused


def sendable(session: Session, actor: Actor, now: datetime, wanted: Filter) -> list[Sendable]:
    """Return the letters that are due from the actor's authority, the oldest visit first.

    Those that wait in a batch already are left out.
    """
    require(actor, "batch.order")
    visits, _ = to_send(session, actor, wanted, limit=SHOWN)
    found = []
    for visit in visits:
        case = case_of(visit)
        step = step_due(case) if case else None
        if case is None or step is None:
            continue
        reason = reason_against(STEPS[step], Moment(case, actor, local_day(now)))
        found.append(Sendable(visit, step, reason))
    return found


def step_due(case: Case) -> str | None:
    """Return the step that would send the next letter of a visit; None when none is due."""
    if case.visit.state in STEPS["notify"].begins and case.letter is not None:
        return "notify"
    decision = made_decision(case)
    if case.visit.state in STEPS["tell_decision"].begins and decision is not None:
        told = letter_sent(case, decision) is not None
        return None if told or not _has_letter(case, decision) else "tell_decision"
    return None


def _has_letter(case: Case, decision: Decision) -> bool:
    step = case.policy.steps.get(decision.step)
    return step is not None and step.told


def order(
    session: Session, actor: Actor, now: datetime, *, title: str, keys: Sequence[str]
) -> Batch:
    """Order the letters named by `keys` (`Sendable.key`); workers begin at once.

    Raises Refused, naming the field, without a title or a letter, or when one cannot go now;
    NotFound for another authority's visit.
    """
    require(actor, "batch.order")
    title = " ".join(title.split())
    if not title:
        raise Refused("Enter a title, such as Week of action, May", "title")
    if len(title) > LONGEST_TITLE:
        raise Refused(f"Use at most {LONGEST_TITLE} characters for the title", "title")
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        raise Refused("Choose at least one letter", "letters")
    batch = Batch(
        authority_id=actor.authority_id,
        title=title,
        created_by_id=actor.user_id,
        created_at=now,
        state="running",
    )
    session.add(batch)
    session.flush()
    for position, key in enumerate(wanted, start=1):
        step, _, visit_id = key.partition(" ")
        visit = session.get(Visit, visit_id)
        if visit is None or visit.authority_id != actor.authority_id or step not in SENDING:
            raise NotFound
        case = case_of(visit)
        if case is None or step_due(case) != step:
            raise Refused(
                f"The letter to {visit.premises.trading_name} is no longer due", "letters"
            )
        if reason := reason_against(STEPS[step], Moment(case, actor, local_day(now))):
            raise Refused(f"The letter to {visit.premises.trading_name}: {reason}", "letters")
        if _waits(session, visit, step):
            raise Refused(
                f"The letter to {visit.premises.trading_name} waits in another batch", "letters"
            )
        session.add(BatchLetter(batch_id=batch.id, visit_id=visit.id, step=step, position=position))
    session.flush()
    return batch


def _waits(session: Session, visit: Visit, step: str) -> bool:
    waiting = select(BatchLetter.id).where(
        BatchLetter.visit_id == visit.id, BatchLetter.step == step, BatchLetter.state == "waiting"
    )
    return session.scalar(waiting) is not None


def readable(session: Session, actor: Actor, batch_id: int, *, lock: bool = False) -> Batch:
    """Return a batch of the actor's authority. Raises NotFound."""
    require(actor, "batch.order")
    batch = session.get(Batch, batch_id, with_for_update=lock)
    if batch is None or batch.authority_id != actor.authority_id:
        raise NotFound
    return batch


def listed(session: Session, actor: Actor, *, offset: int = 0, limit: int = 25) -> Sequence[Batch]:
    """Return the batches of the actor's authority, the newest first."""
    require(actor, "batch.order")
    query = select(Batch).where(Batch.authority_id == actor.authority_id)
    return session.scalars(query.order_by(Batch.id.desc()).offset(offset).limit(limit)).all()


def pause(session: Session, actor: Actor, batch_id: int) -> Batch:
    """Begin no further letter of a batch; the one that is being printed is still issued."""
    batch = readable(session, actor, batch_id, lock=True)
    if batch.state == "running":
        batch.state = "paused"
        session.flush()
    return batch


def resume(session: Session, actor: Actor, batch_id: int) -> Batch:
    """Go on with a batch that was paused."""
    batch = readable(session, actor, batch_id, lock=True)
    if batch.state == "paused":
        batch.state = "running"
        session.flush()
    return batch


def try_again(session: Session, actor: Actor, batch_id: int) -> Batch:
    """Let the refused letters of a batch wait again: what held them may be mended."""
    batch = readable(session, actor, batch_id, lock=True)
    for letter in refused(session, batch):
        letter.state, letter.reason, letter.attempts, letter.settled_at = "waiting", None, 0, None
        batch.state, batch.finished_at = "running", None
    if batch.state == "running" and batch.print_run is not None:
        session.delete(batch.print_run)
    session.flush()
    return batch


def refused(session: Session, batch: Batch) -> Sequence[BatchLetter]:
    """Return the letters of a batch that could not go, in their order."""
    return session.scalars(
        select(BatchLetter)
        .where(BatchLetter.batch_id == batch.id, BatchLetter.state == "refused")
        .order_by(BatchLetter.position)
    ).all()


def issued(session: Session, batch: Batch) -> Sequence[Document]:
    """Return the letters of a batch that were issued, in its order: a print run.

    A letter that went out in two languages stands there in both, in the order in which they are shown.
    """
    kept = aliased(Document)
    return session.scalars(
        select(Document)
        .join(kept, kept.reference == Document.reference)
        .join(BatchLetter, BatchLetter.document_id == kept.id)
        .where(BatchLetter.batch_id == batch.id, BatchLetter.state == "issued")
        .order_by(BatchLetter.position, Document.id)
    ).all()


def name_in_run(document: Document) -> str:
    """Return what tells a letter from the others of a print run."""
    suffix = "" if document.language == "en" else f" ({document.language})"
    return f"{document.reference}{suffix}"


def progress(session: Session, batch: Batch) -> Progress:
    """Return how far a batch is, with the time left at the pace of the letters just settled."""
    rows = session.execute(
        select(BatchLetter.state, func.count().label("letters"))
        .where(BatchLetter.batch_id == batch.id)
        .group_by(BatchLetter.state)
    )
    counted = {row.state: row.letters for row in rows}
    waiting = counted.get("waiting", 0)
    return Progress(
        waiting,
        counted.get("issued", 0),
        counted.get("refused", 0),
        _seconds_left(session, batch, waiting),
    )


def _seconds_left(session: Session, batch: Batch, waiting: int) -> int | None:
    if batch.state != "running" or not waiting:
        return None
    moments = session.scalars(
        select(BatchLetter.settled_at)
        .where(BatchLetter.batch_id == batch.id, BatchLetter.settled_at.is_not(None))
        .order_by(BatchLetter.settled_at.desc())
        .limit(RECENT)
    ).all()
    if len(moments) < 2 or moments[0] is None or moments[-1] is None:
        return None
    spent: timedelta = moments[0] - moments[-1]
    return round(spent.total_seconds() / (len(moments) - 1) * waiting)
