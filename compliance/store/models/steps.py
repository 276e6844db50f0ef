"""What follows a recorded visit: review, decision, follow-up, and sharing with a partner."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of
from compliance.store.models.people import User
from compliance.store.models.visits import Assessment, Visit, VisitVersion

if TYPE_CHECKING:
    from compliance.store.models.documents import Certificate

REVIEW_OUTCOMES = ("agreed", "returned")
DECISION_STATES = ("awaiting_second_person", "made", "refused")
PRIMARY_AUTHORITY_STEPS = ("not_needed", "asked", "consented", "objected", "notified")


class Review(Base):
    """A second pair of eyes on one version of a record, never the recorder's."""

    __tablename__ = "reviews"
    __table_args__ = (CheckConstraint(one_of("outcome", REVIEW_OUTCOMES), "outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("visit_versions.id"))
    outcome: Mapped[str]
    #: What the reviewer wrote; a return says why.
    note: Mapped[str] = mapped_column(default="")
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(back_populates="reviews")
    version: Mapped[VisitVersion] = relationship()
    reviewed_by: Mapped[User] = relationship()


class Decision(Base):
    """The step an officer decided on, beside the usual one under the authority's policy."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint(one_of("state", DECISION_STATES), "state"),
        CheckConstraint(
            one_of("primary_authority_step", PRIMARY_AUTHORITY_STEPS), "primary_authority_step"
        ),
        CheckConstraint(
            "second_person_id IS NULL OR second_person_id <> decided_by_id", "second_person"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    step: Mapped[str]
    usual_step: Mapped[str]
    policy_version: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="made")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]
    second_person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    second_person_at: Mapped[datetime | None]
    second_person_note: Mapped[str | None]
    primary_authority_step: Mapped[str | None]
    primary_authority_on: Mapped[date | None]
    primary_authority_due_on: Mapped[date | None]
    primary_authority_reference: Mapped[str | None]
    #: Who took a proposed step back before it was confirmed, and when; why, where a correction did.
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]

    visit: Mapped[Visit] = relationship(back_populates="decisions")
    assessment: Mapped[Assessment] = relationship()
    decided_by: Mapped[User] = relationship(foreign_keys=[decided_by_id])
    second_person: Mapped[User | None] = relationship(foreign_keys=[second_person_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
    #: The certificates that fell with it.
    ended_certificates: Mapped[list[Certificate]] = relationship(
        back_populates="ended_by_decision", order_by="Certificate.id"
    )


class FollowUp(Base):
    """Something to do after a visit, by a day, and when it was done."""

    __tablename__ = "follow_ups"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    #: What is to be done: a code of the policy, such as a re-test or a re-visit.
    step: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None] = mapped_column(index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_by_visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"))
    done_note: Mapped[str | None]

    visit: Mapped[Visit] = relationship(back_populates="follow_ups", foreign_keys=[visit_id])
    done_by_visit: Mapped[Visit | None] = relationship(foreign_keys=[done_by_visit_id])
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])


class VisitShare(Base):
    """A visit that a partner authority may read."""

    __tablename__ = "visit_shares"
    __table_args__ = (UniqueConstraint("visit_id", "authority_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), index=True)
    shared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    shared_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(back_populates="shares")
    authority: Mapped[Authority] = relationship()
    shared_by: Mapped[User] = relationship()
