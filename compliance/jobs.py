"""The queue between the web and its workers: Huey on SQLite, or on PostgreSQL for many machines.

The queue only wakes: what is to be done stands in the database, written in the commit that decided on it.
So a message that is lost, doubled or late loses and doubles nothing, and every minute the workers look
for what waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Any

from flask import Flask
from huey import (
    Huey,
    PostgresHuey,
    SqliteHuey,
    crontab,
)
from sqlalchemy import and_, event, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from compliance.config import Settings
from compliance.documents.print_run import CannotJoin
from compliance.services import proofs
from compliance.services.lifecycle import batches
from compliance.services.lifecycle.batch_work import give_back, make_print_run, work_on
from compliance.services.lifecycle.office import office_of
from compliance.services.lifecycle.sorts import CERTIFICATE
from compliance.store.engine import db, separate_session
from compliance.store.models import Batch, BatchLetter
from compliance.worker_names import has_ended, own_name

#: Letters a worker issues before it lets another batch have its turn.
AT_ONCE = 10
#: So many workers are woken for a batch; one that finds nothing ends at once.
WOKEN = 2

_log = logging.getLogger(__name__)


class Jobs:
    """The queue of one application, and the work that its workers know how to do."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        """Prepare it. Nothing is opened before the first use."""
        self._app, self._settings = app, settings
        self._queue: Huey | None = None
        self._ending = Event()

    def end_soon(self) -> None:
        """Begin no further letter in this process; what waits is found by another worker."""
        self._ending.set()

    @property
    def queue(self) -> Huey:
        """The queue with its tasks, made at first use."""
        if self._queue is None:
            self._queue = _open(self._settings)
            self._print = self._queue.task()(self.print_letters)
            self._prove = self._queue.task()(self.prove)
            self._queue.periodic_task(crontab(minute="*"))(self.look)
            self._queue.on_startup()(self._begin)
        return self._queue

    def wake_after(self, session: Session, batch_id: int) -> None:
        """Wake the workers for a batch once the session's transaction is committed."""
        _once_committed(session, lambda: self.wake(batch_id))

    def prove_after(self, session: Session, proposal_id: int) -> None:
        """Wake a worker for the proof of a proposed rulebook once the session's transaction is committed."""
        _once_committed(session, lambda: self.wake_to_prove(proposal_id))

    def wake_to_prove(self, proposal_id: int) -> None:
        """Wake a worker for the proof of a proposed rulebook."""
        queue = self.queue
        queue.enqueue(self._prove.s(proposal_id))

    def wake(self, batch_id: int) -> None:
        """Wake the workers for a batch."""
        queue = self.queue
        for _ in range(WOKEN):
            queue.enqueue(self._print.s(batch_id))

    def look(self) -> None:
        """Wake for every batch and every proof that is not done: what a killed worker left goes on, before
        anybody takes a number that is higher than those it held."""
        issued = select(BatchLetter.id).where(
            BatchLetter.batch_id == Batch.id,
            BatchLetter.state == "issued",
            BatchLetter.step != CERTIFICATE,  # a certificate is in no print run
        )
        unjoined = and_(
            Batch.state == "finished",
            Batch.print_run_fault.is_(None),
            ~Batch.print_run.has(),
            issued.exists(),
        )
        with self._app.app_context():
            self._give_back()
        with self._app.app_context(), separate_session(writes=False) as session:
            undone = session.scalars(
                select(Batch.id).where(or_(Batch.state == "running", unjoined))
            ).all()
            unproved = proofs.waiting(session, _utc_now())
        for batch_id in undone:
            self.wake(batch_id)
        for proposal_id in unproved:
            self.wake_to_prove(proposal_id)

    def _begin(self) -> None:
        """Begin in a worker's own process: no connection of the one it came from, and whatever waits."""
        with self._app.app_context():
            db.engine.dispose(close=False)
        self.look()

    def prove(self, proposal_id: int) -> None:
        """Make the gatekeeper's proof of a proposed rulebook."""
        with self._app.app_context():
            proofs.prove(separate_session, _utc_now, proposal_id)

    def print_letters(self, batch_id: int) -> None:
        """Issue some letters of a batch, then queue up again behind other work."""
        office = office_of(self._app.config["PUBLIC_URL"], self._settings)
        with self._app.app_context():
            for _ in range(AT_ONCE):
                if self._ending.is_set():
                    return
                if work_on(separate_session, _utc_now, office, batch_id, own_name()):
                    continue
                if not self._give_back():
                    self._join(batch_id)
                    return
        self.queue.enqueue(self._print.s(batch_id))

    @staticmethod
    def _join(batch_id: int) -> None:
        try:
            make_print_run(separate_session, _utc_now, batch_id)
        except SQLAlchemyError:
            raise  # a busy database says nothing about the letters: they are tried again in a minute
        except Exception as failed:
            # What it says may be no plain English: only our own words are shown.
            _log.error("The print run of batch %d: %s", batch_id, type(failed).__name__)
            known = isinstance(failed, CannotJoin)
            reason = str(failed) if known else "The service could not finish the file."
            with separate_session() as session:
                batches.cannot_join(session, batch_id, reason)

    @staticmethod
    def _give_back() -> int:
        with separate_session() as session:
            return give_back(session, _utc_now(), has_ended)


def _once_committed(session: Session, act: Callable[[], None]) -> None:
    @event.listens_for(session, "after_commit", once=True)
    def committed(_: Session) -> None:
        act()


def init_app(app: Flask, settings: Settings) -> None:
    """Give `app` its queue."""
    app.extensions["jobs"] = Jobs(app, settings)


def jobs_of(app: Flask) -> Jobs:
    """Return the queue of an application."""
    found: Jobs = app.extensions["jobs"]
    return found


def _open(settings: Settings) -> Huey:
    # No result is kept: what became of a letter stands in the database.
    kept: dict[str, Any] = {"results": False, "utc": True}
    if settings.database_url.startswith("sqlite"):
        path = settings.ensure_data_dir() / "queue.db"
        return SqliteHuey("letters", filename=str(path), timeout=20, **kept)
    dsn = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    return PostgresHuey("letters", dsn=dsn, **kept)


def _utc_now() -> datetime:
    return datetime.now(UTC)
