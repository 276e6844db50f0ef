"""A rulebook that somebody proposes, and what it would change about visits that were reviewed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of
from compliance.store.models.people import User
from compliance.store.models.premises import Premises
from compliance.store.models.visits import Visit

CHANGED = (
    "finding",
    "score",
    "grade",
    "validity",
    "standing",
    "next_step",
    "certificate",
    "unreadable",
)


class Proposal(Base):
    """A proposed rulebook and how far it has been tried. It judges nothing and changes no visit."""

    __tablename__ = "rulebook_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    rulebook_id: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[dict[str, Any]]
    #: The zip as it was sent, until it is proved: what stands against it is named by file and line.
    sent: Mapped[bytes | None] = mapped_column(deferred=True)
    #: When the gatekeeper's proof was begun, and ended.
    proof_begun_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    #: What the proof found against it, in words; None before, empty when it is good.
    proof_problems: Mapped[list[str] | None]
    #: The rulebook in use that it is compared with.
    against_sha256: Mapped[str]
    #: Visits before this day are left out; None: none is.
    since: Mapped[date | None]
    #: The day on which standing and certificates are compared.
    as_of: Mapped[date]
    #: Shops (an operator at a premises) to try and tried, and the last one tried.
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    last_premises_id: Mapped[int] = mapped_column(default=0)
    last_operator_id: Mapped[int] = mapped_column(default=0)
    visits: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]

    @property
    def is_proved(self) -> bool:
        """Whether the gatekeeper's proof was made and found nothing against it."""
        return self.proved_at is not None and not self.proof_problems

    authority: Mapped[Authority] = relationship()
    proposed_by: Mapped[User] = relationship()
    changes: Mapped[list[ReplayChange]] = relationship(
        back_populates="proposal", order_by="ReplayChange.id"
    )


class ReplayChange(Base):
    """One thing that a proposed rulebook would change."""

    __tablename__ = "replay_changes"
    __table_args__ = (
        CheckConstraint(one_of("what", CHANGED), "what"),
        Index("ix_replay_changes_proposal_id_what", "proposal_id", "what"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("rulebook_proposals.id"))
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    #: None where it is about the shop as it stands, not about one visit.
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"), index=True)
    #: The postcode district, and a code of the kinds of shop.
    area: Mapped[str]
    shop_kind: Mapped[str | None]
    what: Mapped[str]
    #: The rule of a finding; empty otherwise.
    rule: Mapped[str] = mapped_column(default="")
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
    #: What causes it: entries of the rulebook, `rule:age_policy_written`.
    causes: Mapped[list[str]] = mapped_column(default=list)

    proposal: Mapped[Proposal] = relationship(back_populates="changes")
    premises: Mapped[Premises] = relationship()
    visit: Mapped[Visit | None] = relationship()
