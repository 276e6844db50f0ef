"""Which released texts a named translator has confirmed, by the hash of the text and its English."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.base import Base
from compliance.store.models.people import User


class TextConfirmation(Base):
    """A translator stands by one text in one language. Never changed: a changed text has another hash."""

    __tablename__ = "text_confirmations"
    __table_args__ = (UniqueConstraint("language", "text_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    #: SHA-256 of the language, the English and the text.
    text_sha256: Mapped[str]
    #: The translator's name, as entered by who recorded it.
    translator: Mapped[str]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime]

    confirmed_by: Mapped[User] = relationship()
