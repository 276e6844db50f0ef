"""What a worker does with a batch: take a letter or certificate, print it while nobody waits, issue it in one
commit.

Each part is a transaction of its own. Killed anywhere, a worker leaves a letter that waits (its turn is
taken over once its lease has run out) or one that is issued: never half of one, and never two.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from compliance.documents.dates import day_in_words
from compliance.documents.print_run import CannotJoin, print_run
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import batches
from compliance.services.lifecycle.cases import case_of
from compliance.services.lifecycle.issue import Office, Overtaken, Printed, series_of
from compliance.services.lifecycle.sorts import SORTS, Desk, Slot
from compliance.services.lifecycle.turns import turn_has_come
from compliance.store.models import Batch, BatchLetter, Document, PrintRun, Visit
from compliance.store.series import free, reserve
from compliance.store.sessions import Sessions

#: How long a letter is believed to be in the hands of the worker that took it.
LEASE = timedelta(minutes=2)
#: A letter that was begun so often is refused, so that the rest goes on. Most workers end for a reason of
#: their own (a restart, a kill), so that a letter may see many of them end.
MOST_ATTEMPTS = 15
#: What an attempt counts for whose printing broke: nothing but the letter explains that.
BREAK = 5
#: How long a letter waits for those with lower numbers: longer than one document may take to print, and
#: shorter than what is believed of a worker that ended on another machine.
PATIENCE = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A letter or certificate in a worker's hands."""

    letter_id: int
    visit_id: str
    step: str
    token: str
    #: The number that is reserved for it, and of which series.
    slot: Slot
    series: str


def work_on(
    sessions: Sessions,
    clock: Callable[[], datetime],
    office: Office,
    batch_id: int,
    worker: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Settle one letter or certificate of a batch; says False when there is none to take now."""
    with sessions() as session:
        taken = take(session, clock(), batch_id, worker)
    if taken is None:
        return False
    try:
        with sessions(writes=False) as session:
            printed = _print(session, clock(), office, taken)
        if not turn_has_come(
            sessions, clock, taken.series, taken.slot.number, patience=PATIENCE, pause=pause
        ):
            with sessions() as session:
                _put_back(session, clock(), taken, counts=0)
            return True
        with sessions() as session:
            _issue(session, clock(), office, taken, printed)
    except (Refused, NotFound) as refused:
        reason = getattr(refused, "message", "The visit is not there any more.")
        with sessions() as session:
            _refuse(session, clock(), taken, reason)
    except Overtaken:
        # The record changed while it was printed: its next turn may do.
        with sessions() as session:
            _put_back(session, clock(), taken, counts=1)
    except Exception as failed:
        # Whatever broke over this letter, the others go on. What it says may name people: it is not logged.
        _log.error("Letter %d of a batch: %s", taken.letter_id, type(failed).__name__)
        with sessions() as session:
            _put_back(session, clock(), taken, counts=BREAK)
    return True


def make_print_run(sessions: Sessions, clock: Callable[[], datetime], batch_id: int) -> bool:
    """Join the letters of a finished batch into one file for the printer; says whether it made one.

    Made again when letters were issued after it was made. Certificates stay files of their own.
    """
    with sessions(writes=False) as session:
        batch = session.get(Batch, batch_id)
        if batch is None or batch.state != "finished":
            return False
        letters = [
            (batches.name_in_run(each), _unchanged(each))
            for each in batches.issued(session, batch)
            if batches.is_posted(each)
        ]
        made = [each[0] for each in batch.print_run.letters] if batch.print_run else []
        title = f"{batch.authority.name}: {batch.title}"
    if not letters or made == [reference for reference, _ in letters]:
        return False
    run = print_run(letters, title)
    with sessions() as session:
        batch = session.get_one(Batch, batch_id, with_for_update=True)
        if batch.state != "finished":
            return False  # what was refused waits again meanwhile: it belongs in the file too
        if batch.print_run is not None:
            session.delete(batch.print_run)
            session.flush()
        session.add(
            PrintRun(
                batch_id=batch_id,
                made_at=clock(),
                letters=[
                    [reference, first, pages]
                    for (reference, _), (first, pages) in zip(letters, run.pages, strict=True)
                ],
                sha256=sha256(run.pdf).hexdigest(),
                content=run.pdf,
            )
        )
    return True


def _unchanged(document: Document) -> bytes:
    """The bytes of a letter as they were issued. Raises CannotJoin when they are others."""
    content = document.file.content
    if sha256(content).hexdigest() != document.sha256:
        raise CannotJoin(f"The file of the letter {document.reference} is damaged.")
    return content


def give_back(session: Session, now: datetime, gone: Callable[[str], bool]) -> int:
    """Let wait again what workers hold of whom `gone` says that they have ended; gives how many."""
    held = session.scalars(
        select(BatchLetter)
        .where(BatchLetter.state == "waiting", BatchLetter.taken_by.is_not(None))
        .with_for_update(skip_locked=True)
    )
    given = 0
    for letter in held:
        if gone((letter.taken_by or "").rpartition("/")[0]):
            _let_wait(session, now, letter)
            given += 1
    session.flush()
    return given


def take(session: Session, now: datetime, batch_id: int, worker: str = "") -> Taken | None:
    """Take the next letter that waits in a running batch, with a number reserved for it.

    `worker` names who takes it, so that others can tell when they have ended (`give_back`).
    """
    while True:
        letter = session.scalar(
            select(BatchLetter)
            .join(Batch)
            .where(
                Batch.id == batch_id,
                Batch.state == "running",
                BatchLetter.state == "waiting",
                or_(BatchLetter.taken_until.is_(None), BatchLetter.taken_until <= now),
            )
            .order_by(BatchLetter.attempts, BatchLetter.position)
            .limit(1)
            .with_for_update(of=BatchLetter, skip_locked=True)
        )
        if letter is None:
            return None
        if letter.attempts < MOST_ATTEMPTS:
            break
        _settle(session, now, letter, "refused")
        letter.reason = "Printing broke off again and again over this letter."
    letter.attempts += 1
    letter.taken_by, letter.taken_until = f"{worker}/{secrets.token_hex(8)}", now + LEASE
    series = series_of(letter.visit.authority, now)
    holder = _holder(letter.id)
    slot = Slot(reserve(session, series, holder, now, now + LEASE), holder)
    return Taken(letter.id, letter.visit_id, letter.step, letter.taken_by, slot, series)


def _print(session: Session, now: datetime, office: Office, taken: Taken) -> Printed:
    case = case_of(session.get_one(Visit, taken.visit_id))
    if case is None:
        raise Refused("The record has no result any more.")
    if sent := SORTS[taken.step].sent(case):
        raise Refused(_sent_already(sent))
    orderer = session.get_one(BatchLetter, taken.letter_id).batch.created_by.actor
    return SORTS[taken.step].print(Desk(session, orderer, now, office), case, taken.slot)


def _issue(session: Session, now: datetime, office: Office, taken: Taken, printed: Printed) -> None:
    letter = _mine(session, taken)
    if letter is None:
        return
    desk = Desk(session, letter.batch.created_by.actor, now, office)
    document = SORTS[taken.step].issue(desk, taken.visit_id, printed)
    if document.reference == printed.copies[0].data.reference:
        letter.document_id = document.id
        _settle(session, now, letter, "issued")
    else:
        # Somebody sent it by hand: in the print run it would be posted a second time.
        letter.reason = _sent_already(document)
        _settle(session, now, letter, "refused")


def _sent_already(document: Document) -> str:
    day = day_in_words(document.issued_on)
    return f"It was issued on {day} as {document.reference}, not in this batch."


def _refuse(session: Session, now: datetime, taken: Taken, reason: str) -> None:
    letter = _mine(session, taken)
    if letter is not None:
        letter.reason = reason
        _settle(session, now, letter, "refused")


def _put_back(session: Session, now: datetime, taken: Taken, *, counts: int) -> None:
    """Let a letter wait again; `counts` is what this attempt counts for."""
    letter = _mine(session, taken)
    if letter is not None:
        letter.attempts += counts - 1
        _let_wait(session, now, letter)


def _let_wait(session: Session, now: datetime, letter: BatchLetter) -> None:
    letter.taken_by = letter.taken_until = None
    # Its number goes to whoever is next, so that a letter that never succeeds leaves no hole.
    free(session, _holder(letter.id), now)


def _mine(session: Session, taken: Taken) -> BatchLetter | None:
    """The letter, locked; None when its lease ran out and another worker has it."""
    letter = session.get(BatchLetter, taken.letter_id, with_for_update=True)
    if letter is None or letter.state != "waiting" or letter.taken_by != taken.token:
        return None
    return letter


def _settle(session: Session, now: datetime, letter: BatchLetter, state: str) -> None:
    """Keep what became of a letter; the last one finishes its batch."""
    letter.state, letter.settled_at = state, now
    letter.taken_by = letter.taken_until = None
    free(session, _holder(letter.id), now)
    session.flush()
    # Locked before it is asked: of two workers that settle the last two at once, one sees the other's.
    batch = session.get_one(Batch, letter.batch_id, with_for_update=True)
    waits = select(BatchLetter.id).where(
        BatchLetter.batch_id == letter.batch_id, BatchLetter.state == "waiting"
    )
    if session.scalar(waits.limit(1)) is None:
        batch.state, batch.finished_at = "finished", now
        session.flush()


def _holder(letter_id: int) -> str:
    return f"batch letter {letter_id}"
