"""Tries at a secret (a password, a letter's code), counted so that guessing is slow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from compliance.store.models.base import Base


class Attempt(Base):
    """One try. Subject and address are kept as keyed hashes: they are personal data."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_subject", "scope", "subject_hash", "at"),
        Index("ix_attempts_address", "scope", "address_hash", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What was tried: `sign_in`, `letter`.
    scope: Mapped[str]
    subject_hash: Mapped[str]
    address_hash: Mapped[str]
    succeeded: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)
