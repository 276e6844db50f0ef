"""Who changed what letters carry of an authority, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.base import Base
from compliance.store.models.people import User


class LetterheadChange(Base):
    """One change of a letterhead. Written once."""

    __tablename__ = "letterhead_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), index=True)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]
    #: What was changed: the entry's name to [what it said, what it says now].
    entries: Mapped[dict[str, Any]]

    changed_by: Mapped[User] = relationship()
