"""Places that may sell knives, and rows of an import that may be a place already kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of
from compliance.store.models.operators import Operator, Tenure

NATIONS = ("england", "wales", "scotland", "northern_ireland")
#: How the nation was found. It decides the law, so its origin is kept beside it.
NATION_ORIGINS = ("column", "option", "postcode", "person", "to_confirm")
SELLS_KNIVES = ("yes", "no", "unknown")
PREMISES_STATUSES = ("open", "closed", "moved")
DUPLICATE_STATES = ("waiting", "same", "different")


class Premises(Base):
    """A place: a shop, a stall, a warehouse."""

    __tablename__ = "premises"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(one_of("nation", NATIONS), "nation"),
        CheckConstraint(one_of("nation_origin", NATION_ORIGINS), "nation_origin"),
        CheckConstraint("(nation IS NULL) = (nation_origin = 'to_confirm')", "nation_known"),
        CheckConstraint(one_of("sells_knives", SELLS_KNIVES), "sells_knives"),
        CheckConstraint(one_of("status", PREMISES_STATUSES), "status"),
        Index(
            "ix_premises_police_authority_id_trading_name", "police_authority_id", "trading_name"
        ),
        Index("ix_premises_ts_authority_id_trading_name", "ts_authority_id", "trading_name"),
        Index("ix_premises_postcode", "postcode"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trading_name: Mapped[str]
    address_line_1: Mapped[str]
    address_line_2: Mapped[str | None]
    address_line_3: Mapped[str | None]
    address_line_4: Mapped[str | None]
    postcode: Mapped[str | None]
    #: An import gave no postcode: letters need one, so somebody should find it.
    postcode_missing: Mapped[bool] = mapped_column(default=False)
    uprn: Mapped[str | None]
    nation: Mapped[str | None]
    nation_origin: Mapped[str] = mapped_column(default="to_confirm")
    nation_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    nation_confirmed_at: Mapped[datetime | None]
    police_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))
    ts_authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))
    channels: Mapped[list[str]] = mapped_column(default=list)
    shop_kind: Mapped[str | None]
    sells_knives: Mapped[str] = mapped_column(default="unknown")
    sells_knives_seen_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="open")
    status_since: Mapped[date | None]
    #: Whose list it came from (`fsa`, `list:<authority>`), and its id there.
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    #: The line of the list as last read, so that a person's edit outlives the next import.
    imported: Mapped[dict[str, Any] | None]
    #: Name, address and postcode folded for searching.
    search_text: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    police_authority: Mapped[Authority | None] = relationship(foreign_keys=[police_authority_id])
    ts_authority: Mapped[Authority | None] = relationship(foreign_keys=[ts_authority_id])
    tenures: Mapped[list[Tenure]] = relationship(
        back_populates="premises", order_by="Tenure.from_date.nulls_first(), Tenure.id"
    )

    @property
    def address_lines(self) -> list[str]:
        """The address, a line each, the postcode last; empty lines left out."""
        lines = (
            self.address_line_1,
            self.address_line_2,
            self.address_line_3,
            self.address_line_4,
            self.postcode,
        )
        return [line for line in lines if line]

    @property
    def nation_confirmed(self) -> bool:
        """Whether the nation, and so the law, is known."""
        return self.nation is not None

    def operator_on(self, day: date) -> Operator | None:
        """Return who traded here on `day`, None when nobody is recorded for it."""
        for tenure in reversed(self.tenures):
            began = tenure.from_date is None or tenure.from_date <= day
            if began and (tenure.to_date is None or day <= tenure.to_date):
                return tenure.operator
        return None


class PossibleDuplicate(Base):
    """A line of an import that may be a premises already kept; a person decides."""

    __tablename__ = "possible_duplicates"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint(one_of("state", DUPLICATE_STATES), "state"),
        Index("ix_possible_duplicates_authority_id_state", "authority_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"))
    source: Mapped[str]
    external_id: Mapped[str]
    #: The line as read: field names of `premises` to values.
    incoming: Mapped[dict[str, Any]]
    #: Plain English: what the two have in common.
    reason: Mapped[str]
    candidate_id: Mapped[int] = mapped_column(ForeignKey("premises.id"), index=True)
    state: Mapped[str] = mapped_column(default="waiting")
    created_at: Mapped[datetime]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None]

    authority: Mapped[Authority] = relationship()
    candidate: Mapped[Premises] = relationship()
