"""People who sign in, and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.access import Actor, Role
from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of


class User(Base):
    """A person with an account in one authority."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(one_of("role", tuple(Role)), "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), index=True)
    #: Kept in lower case.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]

    authority: Mapped[Authority] = relationship()

    @property
    def actor(self) -> Actor:
        """This person as services see them."""
        return Actor(self.id, self.authority_id, Role(self.role), self.name)


class UserSession(Base):
    """One signed-in browser. Only the SHA-256 of its token is kept."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    #: The latest end, however busy the session is.
    expires_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship()
