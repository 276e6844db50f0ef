"""Photos of a visit: what each is of, who took it in and when, and the bytes that are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.store.models.base import Base
from compliance.store.models.people import User
from compliance.store.models.visits import Visit


class Photo(Base):
    """One photo of a visit, given for one question. Its bytes are in `photo_files` until it is taken out.

    While the visit is a draft it can be deleted with it; of a recorded visit the row stays.
    """

    __tablename__ = "photos"
    __table_args__ = (
        # The same photo sent again is the same photo.
        UniqueConstraint("visit_id", "question", "received_sha256"),
        CheckConstraint(
            "(taken_out_at IS NULL) = (taken_out_by_id IS NULL) "
            "AND (taken_out_at IS NULL) = (taken_out_reason IS NULL)",
            "taken_out",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    #: The id of a question of the rulebook that is answered with photos.
    question: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")
    #: When the camera says that it was taken: ISO and local, as the camera had it; None: it did not say.
    taken: Mapped[str | None]
    received_at: Mapped[datetime]
    received_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: SHA-256 of the bytes as they came, which are not kept.
    received_sha256: Mapped[str]
    received_bytes: Mapped[int]
    #: SHA-256 of the bytes that are kept, and of their small copy.
    sha256: Mapped[str]
    small_sha256: Mapped[str]
    #: Of what is kept, in pixels.
    width: Mapped[int]
    height: Mapped[int]
    #: The bytes were deleted, because they should not have been kept: when, by whom and why.
    taken_out_at: Mapped[datetime | None]
    taken_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_out_reason: Mapped[str | None]

    visit: Mapped[Visit] = relationship(back_populates="photos")
    received_by: Mapped[User] = relationship(foreign_keys=[received_by_id])
    taken_out_by: Mapped[User | None] = relationship(foreign_keys=[taken_out_by_id])
    file: Mapped[PhotoFile | None] = relationship(
        back_populates="photo", cascade="all, delete-orphan"
    )


class PhotoFile(Base):
    """The bytes of a photo, two JPEGs without anything beside their pixels. Never changed, only deleted."""

    __tablename__ = "photo_files"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    small: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    photo: Mapped[Photo] = relationship(back_populates="file")
