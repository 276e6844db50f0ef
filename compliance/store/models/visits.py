"""Visits, every version of their record, and the assessments made of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of
from compliance.store.models.operations import Operation
from compliance.store.models.operators import Operator
from compliance.store.models.people import User
from compliance.store.models.premises import NATIONS, Premises

if TYPE_CHECKING:
    from compliance.store.models.documents import Document
    from compliance.store.models.photos import Photo
    from compliance.store.models.steps import Decision, FollowUp, Review, VisitShare

VISIT_STATES = ("draft", "recorded", "returned", "reviewed", "notified", "decided", "closed")
VISIT_PURPOSES = (
    "first",
    "re_test",
    "after_challenge_25",
    "complaint",
    "intelligence",
    "follow_up",
)


class Visit(Base):
    """One visit to one premises. Its facts are in versions; its steps have their own dates."""

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint(one_of("state", VISIT_STATES), "state"),
        CheckConstraint(one_of("purpose", VISIT_PURPOSES), "purpose"),
        CheckConstraint(one_of("nation", NATIONS), "nation"),
        Index("ix_visits_authority_id_state_visited_on", "authority_id", "state", "visited_on"),
        Index("ix_visits_authority_id_visited_on_kind", "authority_id", "visited_on", "kind"),
        Index("ix_visits_premises_id_visited_on_id", "premises_id", "visited_on", "id"),
        Index("ix_visits_officer_id_state", "officer_id", "state"),
    )

    #: A UUID made when the visit begins, so that a later replay of it is known.
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: str(uuid.uuid4()))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"))
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    #: Who traded there that day; letters, certificates and standing belong to them.
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"), index=True)
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operations.id"), index=True)
    #: A code of the rulebook's dimension `kind`.
    kind: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="first")
    #: The nation whose law applied; None while the premises' nation is to confirm.
    nation: Mapped[str | None]
    channels: Mapped[list[str]] = mapped_column(default=list)
    #: The local day of the visit.
    visited_on: Mapped[date]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    officer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(default="draft")
    #: What was typed so far, as typed.
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    draft_saved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    recorded_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    notified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    follow_up_due_on: Mapped[date | None] = mapped_column(index=True)
    followed_up_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    authority: Mapped[Authority] = relationship()
    premises: Mapped[Premises] = relationship()
    operator: Mapped[Operator | None] = relationship()
    operation: Mapped[Operation | None] = relationship()
    officer: Mapped[User] = relationship(foreign_keys=[officer_id])
    notified_by: Mapped[User | None] = relationship(foreign_keys=[notified_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    versions: Mapped[list[VisitVersion]] = relationship(
        back_populates="visit", order_by="VisitVersion.number"
    )
    assessments: Mapped[list[Assessment]] = relationship(
        back_populates="visit", order_by="Assessment.id"
    )
    reviews: Mapped[list[Review]] = relationship(back_populates="visit", order_by="Review.id")
    decisions: Mapped[list[Decision]] = relationship(back_populates="visit", order_by="Decision.id")
    follow_ups: Mapped[list[FollowUp]] = relationship(
        back_populates="visit", order_by="FollowUp.id", foreign_keys="FollowUp.visit_id"
    )
    shares: Mapped[list[VisitShare]] = relationship(back_populates="visit")
    documents: Mapped[list[Document]] = relationship(back_populates="visit", order_by="Document.id")
    #: They go with a draft that is discarded.
    photos: Mapped[list[Photo]] = relationship(
        back_populates="visit", order_by="Photo.id", cascade="all, delete-orphan"
    )

    @property
    def latest_version(self) -> VisitVersion | None:
        """The record as it now stands; None while it is a draft."""
        return self.versions[-1] if self.versions else None

    @property
    def latest_assessment(self) -> Assessment | None:
        """The newest assessment, None before the first."""
        return self.assessments[-1] if self.assessments else None


class VisitVersion(Base):
    """A locked record of a visit. A correction is a new version.

    The database itself refuses to change or delete a row (a trigger, made by the migration), as
    it does for `rulebooks`, `assessments` and `document_files`: they are evidence.
    """

    __tablename__ = "visit_versions"
    __table_args__ = (UniqueConstraint("visit_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    #: 1, 2, 3 ...
    number: Mapped[int]
    #: Kind, purpose, nation, channels, day, times, premises and operator as they then stood.
    particulars: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answers: Mapped[dict[str, Any]]
    facts_text: Mapped[str] = mapped_column(default="")
    opinion_text: Mapped[str] = mapped_column(default="")
    operation_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    #: Why it was corrected; None for the first version.
    reason: Mapped[str | None]
    #: SHA-256 of the version's canonical JSON.
    content_hash: Mapped[str]

    visit: Mapped[Visit] = relationship(back_populates="versions")
    recorded_by: Mapped[User] = relationship()


class Rulebook(Base):
    """A rulebook that made an assessment, whole, so that the assessment can be made again."""

    __tablename__ = "rulebooks"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    rulebook_id: Mapped[str]
    version: Mapped[str]
    #: A large thing that is kept prepared by its hash: read when it is asked for, not with the row.
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    stored_at: Mapped[datetime]


class Assessment(Base):
    """What a rulebook made of one version of a visit. A new assessment is a new row."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index("ix_assessments_visit_id_id", "visit_id", "id"),
        Index("ix_assessments_version_id", "version_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("visit_versions.id"))
    rulebook_id: Mapped[str]
    rulebook_version: Mapped[str]
    rulebook_sha256: Mapped[str] = mapped_column(ForeignKey("rulebooks.sha256"))
    #: The result as `assess` gives it.
    result: Mapped[dict[str, Any]]
    #: The day the standing was worked out for.
    as_of: Mapped[date]
    grade: Mapped[str | None]
    score_low: Mapped[int | None]
    score_high: Mapped[int | None]
    validity: Mapped[str | None]
    may_allege: Mapped[bool | None]
    counts: Mapped[bool | None]
    standing: Mapped[str | None]
    next_step: Mapped[str | None]
    made_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(back_populates="assessments")
    version: Mapped[VisitVersion] = relationship()
    rulebook: Mapped[Rulebook] = relationship()
