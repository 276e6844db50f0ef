"""Many letters at once: a batch that a person ordered, and each letter of it, waiting until it is issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of
from compliance.store.models.documents import Document
from compliance.store.models.people import User
from compliance.store.models.visits import Visit
from compliance.store.types import Json

BATCH_STATES = ("running", "paused", "finished")
LETTER_STATES = ("waiting", "issued", "refused")


class Batch(Base):
    """Letters ordered together: the decision and the work it asks for are one commit."""

    __tablename__ = "batches"
    __table_args__ = (CheckConstraint(one_of("state", BATCH_STATES), "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), index=True)
    title: Mapped[str]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="running", index=True)
    finished_at: Mapped[datetime | None]
    #: Why its letters could not be joined into one file, in plain English; None while nothing hinders it.
    print_run_fault: Mapped[str | None]

    authority: Mapped[Authority] = relationship()
    created_by: Mapped[User] = relationship()
    print_run: Mapped[PrintRun | None] = relationship()
    letters: Mapped[list[BatchLetter]] = relationship(
        back_populates="batch", order_by="BatchLetter.position"
    )


class PrintRun(Base):
    """The letters of a batch in one file for the printer, made once all of them are settled."""

    __tablename__ = "print_runs"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    made_at: Mapped[datetime]
    #: For each letter in its order: [its reference, its first page, how many pages].
    letters: Mapped[list[Any]] = mapped_column(Json)
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class BatchLetter(Base):
    """One letter of a batch: about which visit, at which step, and what became of it."""

    __tablename__ = "batch_letters"
    __table_args__ = (
        CheckConstraint(one_of("state", LETTER_STATES), "state"),
        UniqueConstraint("batch_id", "visit_id", "step"),
        # The same letter never waits in two batches.
        Index(
            "ix_batch_letters_waiting",
            "visit_id",
            "step",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_batch_letters_batch_id_state_position", "batch_id", "state", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    #: The step of the visit's life that sends it (services/lifecycle/machine.py).
    step: Mapped[str]
    position: Mapped[int]
    state: Mapped[str] = mapped_column(default="waiting")
    #: Why it was refused, in plain English.
    reason: Mapped[str | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    settled_at: Mapped[datetime | None]
    #: How often a worker began it. One that ends its worker every time is refused in the end.
    attempts: Mapped[int] = mapped_column(default=0)
    #: Who works on it now (a worker, and a random word), and until when that is believed.
    taken_by: Mapped[str | None]
    taken_until: Mapped[datetime | None]

    batch: Mapped[Batch] = relationship(back_populates="letters")
    visit: Mapped[Visit] = relationship()
    document: Mapped[Document | None] = relationship()
