"""Operations: one team, one afternoon, several shops; entered once, visits point to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base
from compliance.store.models.people import User


class Operation(Base):
    """What was arranged for a day of visits. The volunteer is a code: no identity anywhere."""

    __tablename__ = "operations"
    __table_args__ = (
        CheckConstraint(
            "partner_authority_id IS NULL OR partner_authority_id <> lead_authority_id", "partner"
        ),
        Index("ix_operations_lead_authority_id_held_on", "lead_authority_id", "held_on"),
        Index("ix_operations_partner_authority_id_held_on", "partner_authority_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Counted once, for the lead.
    lead_authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"))
    partner_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))
    held_on: Mapped[date]
    title: Mapped[str]
    #: Ids of the rulebook's facts to their values.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Where the papers are kept: references only, never the papers.
    references: Mapped[dict[str, Any]] = mapped_column(default=dict)
    volunteer_code: Mapped[str | None]
    checklist_done_at: Mapped[datetime | None]
    checklist_done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lead_authority: Mapped[Authority] = relationship(foreign_keys=[lead_authority_id])
    partner_authority: Mapped[Authority | None] = relationship(foreign_keys=[partner_authority_id])
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
