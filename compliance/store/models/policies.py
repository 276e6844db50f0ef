"""Every version of an authority's enforcement policy; decisions name the version they were made under."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base
from compliance.store.models.people import User


class PolicyVersion(Base):
    """A policy as an authority's administrator saved it. Written once; the newest one holds."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("authority_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"))
    #: 1, 2, 3 ...
    number: Mapped[int]
    #: What decisions call it.
    version: Mapped[str]
    #: As `services/lifecycle/policy.py` reads it.
    policy: Mapped[dict[str, Any]]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]

    authority: Mapped[Authority] = relationship()
    made_by: Mapped[User] = relationship()
