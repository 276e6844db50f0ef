"""Police forces and councils: who visits shops and whose name stands on the letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from compliance.store.models.base import Base, one_of

AUTHORITY_KINDS = ("police", "council")


class Authority(Base):
    """A police force or a council's Trading Standards service."""

    __tablename__ = "authorities"
    __table_args__ = (CheckConstraint(one_of("kind", AUTHORITY_KINDS), "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    #: Short and unique: begins the references of its letters.
    short_code: Mapped[str] = mapped_column(unique=True)
    address_line_1: Mapped[str | None]
    address_line_2: Mapped[str | None]
    address_line_3: Mapped[str | None]
    address_line_4: Mapped[str | None]
    postcode: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    website: Mapped[str | None]
    complaints_text: Mapped[str | None]
    #: The same in Welsh, for letters in Welsh.
    complaints_text_cy: Mapped[str | None]
    #: The enforcement policy as data; None: the service's usual one.
    policy: Mapped[dict[str, Any] | None]
    policy_version: Mapped[str | None]
    created_at: Mapped[datetime]

    @property
    def address_lines(self) -> list[str]:
        """The postal address, a line each, the postcode last; empty lines left out."""
        lines = (
            self.address_line_1,
            self.address_line_2,
            self.address_line_3,
            self.address_line_4,
            self.postcode,
        )
        return [line for line in lines if line]
