"""Batches: many letters and certificates ordered at once, how far they are, and a hand on the brake.

Ordering writes a row for each in the commit of the order itself; workers (batch_work.py) then issue them
one by one. Nothing else is the queue: a row that waits is work, whoever was killed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from compliance.access import Actor
from compliance.documents import kinds
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.cases import case_of
from compliance.services.lifecycle.sorts import SORTS, Sort
from compliance.services.permission import require
from compliance.services.worklists import Filter, to_issue
from compliance.store.models import Batch, BatchLetter, Document, Visit

LONGEST_TITLE = 120
#: So many are shown to choose from; more are reached by narrowing the list.
SHOWN = 500
#: The time left is reckoned from so many letters just settled.
RECENT = 20


@dataclass(frozen=True)
class Sendable:
    """A letter or certificate that is due, and why it cannot go now (None: it can)."""

    visit: Visit
    sort: Sort
    reason: str | None

    @property
    def key(self) -> str:
        """What a form calls it: the step and the visit."""
        return f"{self.sort.step} {self.visit.id}"


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
        """All that the batch holds."""
        return self.waiting + self.issued + self.refused


def sendable(
    session: Session, actor: Actor, now: datetime, wanted: Filter, step: str | None = None
) -> list[Sendable]:
    """Return what is due from the actor's authority, the oldest visit first; of one step, if it is given.

    What waits in a batch already is left out.
    """
    require(actor, "batch.order")
    found = []
    for sort in SORTS.values() if step is None else [SORTS[step]]:
        for visit in to_issue(session, actor, wanted, sort.step, sort.may_be_due(), limit=SHOWN):
            case = case_of(visit)
            due = sort.due(session, actor, now, case) if case else None
            if due is not None:
                found.append(Sendable(visit, sort, due.reason))
    # What goes to one shop about one visit stands together, in the order of its sorts.
    found.sort(key=lambda each: (each.visit.visited_on, each.visit.created_at, each.visit.id))
    return found[:SHOWN]


def order(
    session: Session, actor: Actor, now: datetime, *, title: str, keys: Sequence[str]
) -> Batch:
    """Order the letters and certificates named by `keys` (`Sendable.key`); workers begin at once.

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
        raise Refused("Choose at least one letter or certificate", "letters")
    batch = Batch(
        authority_id=actor.authority_id,
        title=title,
        created_by_id=actor.user_id,
        created_at=now,
        state="running",
    )
    session.add(batch)
    session.flush()
    try:
        with session.begin_nested():
            _let_wait(session, actor, now, batch, wanted)
    except IntegrityError as taken:
        # Another order was committed between our look and our row.
        raise Refused("Some of these letters now wait in another batch", "letters") from taken
    return batch


def _let_wait(
    session: Session, actor: Actor, now: datetime, batch: Batch, keys: Sequence[str]
) -> None:
    """Put a row into the batch for each key, in their order. Raises what `order` raises."""
    for position, key in enumerate(keys, start=1):
        step, _, visit_id = key.partition(" ")
        visit = session.get(Visit, visit_id)
        if visit is None or visit.authority_id != actor.authority_id or step not in SORTS:
            raise NotFound
        what = f"{SORTS[step].title} ({visit.premises.trading_name})"
        case = case_of(visit)
        due = SORTS[step].due(session, actor, now, case) if case else None
        if due is None:
            raise Refused(f"{what} is no longer due", "letters")
        if due.reason:
            raise Refused(f"{what}: {due.reason}", "letters")
        if _waits(session, visit, step):
            raise Refused(f"{what} waits in another batch", "letters")
        session.add(BatchLetter(batch_id=batch.id, visit_id=visit.id, step=step, position=position))
    session.flush()


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
    """Begin nothing further of a batch; what is being printed is still issued."""
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
    if batch.state == "running":
        batch.print_run_fault = None
    session.flush()
    return batch


def join_again(session: Session, actor: Actor, batch_id: int) -> Batch:
    """Let workers try again to make the file for the printer."""
    batch = readable(session, actor, batch_id, lock=True)
    batch.print_run_fault = None
    session.flush()
    return batch


def cannot_join(session: Session, batch_id: int, reason: str) -> None:
    """Keep why the file for the printer could not be made: workers leave it until somebody asks again."""
    batch = session.get_one(Batch, batch_id, with_for_update=True)
    if batch.print_run is None:
        batch.print_run_fault = reason


def refused(session: Session, batch: Batch) -> Sequence[BatchLetter]:
    """Return the letters of a batch that could not go, in their order."""
    return session.scalars(
        select(BatchLetter)
        .where(BatchLetter.batch_id == batch.id, BatchLetter.state == "refused")
        .order_by(BatchLetter.position)
    ).all()


def issued(session: Session, batch: Batch) -> Sequence[Document]:
    """Return what was issued in a batch, in its order.

    What went out in two languages stands there in both, in the order in which they are shown.
    """
    kept = aliased(Document)
    return session.scalars(
        select(Document)
        .join(kept, kept.reference == Document.reference)
        .join(BatchLetter, BatchLetter.document_id == kept.id)
        .where(BatchLetter.batch_id == batch.id, BatchLetter.state == "issued")
        .order_by(BatchLetter.position, Document.id)
    ).all()


def is_posted(document: Document) -> bool:
    """Say whether a document is a letter for a window envelope. A certificate is not: it is for the wall,
    has no address on it, and its signed file stays as it is."""
    return kinds()[document.kind].letter


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
