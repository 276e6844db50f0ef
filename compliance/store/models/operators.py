"""Who trades at a premises: legal persons, and the days between which they traded there."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.base import Base, one_of

if TYPE_CHECKING:
    from compliance.store.models.premises import Premises

LANGUAGES = ("en", "cy")


class Operator(Base):
    """A legal person that trades at one premises or many."""

    __tablename__ = "operators"
    __table_args__ = (CheckConstraint(one_of("language_preference", LANGUAGES), "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_name: Mapped[str]
    company_number: Mapped[str | None] = mapped_column(index=True)
    #: The name of the chain it belongs to, when it does.
    chain_name: Mapped[str | None]
    registered_office_line_1: Mapped[str | None]
    registered_office_line_2: Mapped[str | None]
    registered_office_line_3: Mapped[str | None]
    registered_office_line_4: Mapped[str | None]
    registered_office_postcode: Mapped[str | None]
    #: The Primary Authority partner, what its advice covers, and where a copy goes.
    primary_authority_name: Mapped[str | None]
    primary_authority_scope: Mapped[str | None]
    primary_authority_line_1: Mapped[str | None]
    primary_authority_line_2: Mapped[str | None]
    primary_authority_line_3: Mapped[str | None]
    primary_authority_line_4: Mapped[str | None]
    primary_authority_postcode: Mapped[str | None]
    primary_authority_email: Mapped[str | None]
    #: `en`, `cy`, or None: no preference recorded.
    language_preference: Mapped[str | None]
    created_at: Mapped[datetime]

    tenures: Mapped[list[Tenure]] = relationship(back_populates="operator")

    @property
    def registered_office_lines(self) -> list[str]:
        """The registered office, a line each, the postcode last; empty when not known."""
        lines = (
            self.registered_office_line_1,
            self.registered_office_line_2,
            self.registered_office_line_3,
            self.registered_office_line_4,
            self.registered_office_postcode,
        )
        return [line for line in lines if line]

    @property
    def has_registered_office(self) -> bool:
        """Enough of the registered office is known to write there."""
        return bool(self.registered_office_postcode) and len(self.registered_office_lines) > 1

    @property
    def primary_authority_lines(self) -> list[str]:
        """Where the Primary Authority copy goes, a line each; empty when not known."""
        lines = (
            self.primary_authority_line_1,
            self.primary_authority_line_2,
            self.primary_authority_line_3,
            self.primary_authority_line_4,
            self.primary_authority_postcode,
        )
        return [line for line in lines if line]


class Tenure(Base):
    """An operator at a premises from one day to another; without an end it still trades there."""

    __tablename__ = "tenures"
    __table_args__ = (
        CheckConstraint("to_date IS NULL OR to_date >= from_date", "dates"),
        # One operator at a time: letters and standing belong to the operator of the day.
        Index(
            "uq_tenures_open",
            "premises_id",
            unique=True,
            sqlite_where=text("to_date IS NULL"),
            postgresql_where=text("to_date IS NULL"),
        ),
        Index("ix_tenures_premises_id_from_date", "premises_id", "from_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"), index=True)
    #: First day; both days belong to the tenure. None: since before records began.
    from_date: Mapped[date | None]
    to_date: Mapped[date | None]

    operator: Mapped[Operator] = relationship(back_populates="tenures")
    premises: Mapped[Premises] = relationship(back_populates="tenures")
