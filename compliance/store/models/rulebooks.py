"""Which rulebook is in force and why: adoptions, what administrators switched, and what two people asked for."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.base import Base, one_of
from compliance.store.models.people import User
from compliance.store.models.proposals import Proposal
from compliance.store.models.visits import Assessment, Rulebook

SWITCHES = ("commencement", "confirmation")
ANSWERS = ("agreed", "declined")


class Switch(Base):
    """One thing an administrator entered about the law, laid over every rulebook in use.

    Never changed: the newest row about a provision (a row of the law, and for a commencement its
    places) is what holds, and one that was taken back holds nothing.
    """

    __tablename__ = "rulebook_switches"
    __table_args__ = (CheckConstraint(one_of("kind", SWITCHES), "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    #: The row of the law that it is about, and where it commences: dimension to codes.
    law: Mapped[str]
    places: Mapped[dict[str, Any]] = mapped_column(default=dict)
    taken_back: Mapped[bool] = mapped_column(default=False)
    #: The instrument that commences it, or the source in which it was read.
    source: Mapped[str]
    #: The first day in force, or the day on which the source was read; None where it was taken back.
    on: Mapped[date | None]
    #: What the row of the law says from now on.
    text: Mapped[str]
    #: The name the administrator entered.
    name: Mapped[str]
    #: Why it was taken back.
    reason: Mapped[str] = mapped_column(default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]

    made_by: Mapped[User] = relationship()

    @property
    def about(self) -> tuple[str, str, str]:
        """The provision: what tells this switch from those about something else."""
        return self.kind, self.law, json.dumps(self.places, sort_keys=True)


class AdoptionRequest(Base):
    """Somebody asks that a proposed rulebook be adopted; another person answers."""

    __tablename__ = "rulebook_adoption_requests"
    __table_args__ = (CheckConstraint(one_of("answer", ANSWERS), "answer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("rulebook_proposals.id"), index=True)
    #: Visits on or after this day are to be assessed with it.
    effective_from: Mapped[date]
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answer_reason: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])


class Adoption(Base):
    """A rulebook came into use: for visits of a day, the newest row that has begun by then holds.

    Written once, like the rulebooks themselves.
    """

    __tablename__ = "rulebook_adoptions"
    __table_args__ = (Index("ix_rulebook_adoptions_effective_from_id", "effective_from", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("rulebooks.sha256"))
    #: The rulebook as it was released or proposed, before what administrators switched.
    base_sha256: Mapped[str] = mapped_column(ForeignKey("rulebooks.sha256"))
    #: Visits from this day on; None: of any day.
    effective_from: Mapped[date | None]
    #: The request that two people agreed on; None where it came with a release.
    request_id: Mapped[int | None] = mapped_column(ForeignKey("rulebook_adoption_requests.id"))
    #: The switch that made this version of it; None where it came by itself.
    switch_id: Mapped[int | None] = mapped_column(ForeignKey("rulebook_switches.id"))
    adopted_at: Mapped[datetime]

    rulebook: Mapped[Rulebook] = relationship(foreign_keys=[sha256])
    base: Mapped[Rulebook] = relationship(foreign_keys=[base_sha256])
    request: Mapped[AdoptionRequest | None] = relationship()
    switch: Mapped[Switch | None] = relationship()


class Reassessment(Base):
    """Who asked that a past visit be judged again by the rulebook now adopted for its day, and why."""

    __tablename__ = "reassessments"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    #: The assessment that stood before; it is kept.
    before_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]

    assessment: Mapped[Assessment] = relationship(foreign_keys=[assessment_id])
    before: Mapped[Assessment] = relationship(foreign_keys=[before_id])
    made_by: Mapped[User] = relationship()
