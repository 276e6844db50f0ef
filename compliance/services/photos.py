"""Photos of a visit: taken in once, kept without anything beside their pixels, and shown only while the
bytes are those that were kept.

A draft's photos can be deleted, by its officer. Of a recorded visit a photo is evidence: it can be added,
with its date, and only taken out by a reviewer who says why; the row and its hashes stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents.dates import day_in_words
from compliance.pictures import Picture, PictureRefused, developed
from compliance.rulebook import Pack
from compliance.rulebook.pack import Entry, dims_match
from compliance.services import visits
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.visit_content import clean_text, dims_of
from compliance.store.models import Photo, PhotoFile, Visit

#: Photos of one visit.
MOST = 60
LONGEST_CAPTION = 200
LONGEST_REASON = 1_000
FULL = f"A visit can have {MOST} photos, and this one has them."


class Damaged(Exception):
    """The bytes of a photo are no longer those that were kept; the message names the photo."""


@dataclass(frozen=True)
class Received:
    """A photo as it came, decoded, and not yet part of any visit."""

    sha256: str
    bytes: int
    picture: Picture


def received(name: str, content: bytes) -> Received:
    """Decode what was sent under a file name; without a session, because it takes a moment.

    Raises Refused, with the file's name, for what is no photo that can be taken.
    """
    try:
        picture = developed(content)
    except PictureRefused as refused:
        called = clean_text(name)[:60] or "A file"
        raise Refused(f"{called} {refused}", "files") from None
    return Received(hashlib.sha256(content).hexdigest(), len(content), picture)


def questions(visit: Visit, pack: Pack) -> list[Entry]:
    """Return the questions of a visit that are answered with photos, in the order of asking."""
    dims = dims_of(visit, pack)
    return [
        entry
        for entry in pack.entries("question")
        if entry["type"] == "photos" and dims_match(entry.get("dims"), dims)
    ]


def readable(session: Session, actor: Actor, visit_id: str) -> Visit:
    """Return a visit whose photos the actor may see: who may read it; of a draft its officer alone.

    Raises NotFound.
    """
    visit = visits.readable(session, actor, visit_id)
    if visit.state == "draft" and visit.officer_id != actor.user_id:
        raise NotFound
    return visit


def may_add(actor: Actor, visit: Visit) -> bool:
    """Whether a person who may read a visit's photos may add one: of a recorded visit all its authority."""
    return visit.authority_id == actor.authority_id


def add(
    session: Session,
    actor: Actor,
    now: datetime,
    visit_id: str,
    question: str,
    one: Received,
    *,
    pack: Pack,
    caption: str = "",
) -> tuple[Photo, bool]:
    """Add a photo to a visit, and say whether it is new: the same bytes for the same question are kept once.

    Raises NotFound for a visit that is not the actor's to add to, Refused when it is full, the question
    is not answered with photos, or the photo was taken out before.
    """
    visit = _to_change(session, actor, visit_id)
    if question not in {entry["id"] for entry in questions(visit, pack)}:
        raise NotFound
    there = session.scalar(
        select(Photo).where(
            Photo.visit_id == visit.id,
            Photo.question == question,
            Photo.received_sha256 == one.sha256,
        )
    )
    if there is not None:
        if there.taken_out_at is not None:
            raise Refused("This photo was taken out of the visit before.", "files")
        return there, False
    count = session.scalar(select(func.count(Photo.id)).where(Photo.visit_id == visit.id))
    if (count or 0) >= MOST:
        raise Refused(FULL, "files")
    picture = one.picture
    photo = Photo(
        visit=visit,
        question=question,
        caption=clean_text(caption)[:LONGEST_CAPTION],
        taken=picture.taken,
        received_at=now,
        received_by_id=actor.user_id,
        received_sha256=one.sha256,
        received_bytes=one.bytes,
        sha256=hashlib.sha256(picture.jpeg).hexdigest(),
        small_sha256=hashlib.sha256(picture.small).hexdigest(),
        width=picture.width,
        height=picture.height,
        file=PhotoFile(content=picture.jpeg, small=picture.small),
    )
    session.add(photo)
    session.flush()
    return photo, True


def describe(session: Session, actor: Actor, visit_id: str, photo_id: int, caption: str) -> Photo:
    """Change what a photo of the actor's draft is said to show. Raises NotFound, Refused once recorded."""
    photo = _of_draft(session, actor, visit_id, photo_id)
    photo.caption = clean_text(caption)[:LONGEST_CAPTION]
    session.flush()
    return photo


def remove(session: Session, actor: Actor, visit_id: str, photo_id: int) -> None:
    """Delete a photo of the actor's draft. Raises NotFound, Refused once the visit is recorded."""
    photo = _of_draft(session, actor, visit_id, photo_id)
    photo.visit.photos.remove(photo)
    session.flush()


def take_out(
    session: Session, actor: Actor, now: datetime, visit_id: str, photo_id: int, reason: str
) -> Photo:
    """Delete the bytes of a photo that a recorded visit should not have; who, when and why stay.

    Again is success. Raises NotFound, Refused without a reason, for a draft, or without the permission.
    """
    require(actor, "visit.take_out_photo")
    photo = _photo(_to_change(session, actor, visit_id), photo_id)
    if photo.visit.state == "draft":
        raise Refused("This visit is not recorded yet. Its officer can remove the photo.")
    if photo.taken_out_at is not None:
        return photo
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say why the photo is taken out", "reason")
    photo.file = None
    photo.taken_out_at, photo.taken_out_by_id, photo.taken_out_reason = now, actor.user_id, reason
    session.flush()
    return photo


def found(session: Session, actor: Actor, visit_id: str, photo_id: int) -> Photo:
    """Return a photo that the actor may see. Raises NotFound."""
    return _photo(readable(session, actor, visit_id), photo_id)


def content(photo: Photo, *, small: bool = False) -> bytes:
    """Return the JPEG that is kept, or its small copy, after looking whether it still has its hash.

    Raises Damaged where it has not, NotFound where the photo was taken out.
    """
    if photo.file is None:
        raise NotFound
    kept = photo.file.small if small else photo.file.content
    if hashlib.sha256(kept).hexdigest() != (photo.small_sha256 if small else photo.sha256):
        raise Damaged(
            f"Photo {number(photo)} of this visit no longer has the bytes that were kept. It is not shown."
        )
    return kept


def intact(photo: Photo) -> bool:
    """Whether the bytes of a photo that was not taken out are still those that were kept."""
    try:
        return bool(content(photo) and content(photo, small=True))
    except Damaged:
        return False


def number(photo: Photo) -> int:
    """Return which photo of its visit this is, from 1, in the order they came in."""
    return photo.visit.photos.index(photo) + 1


def taken_in_words(photo: Photo, language: str = "en") -> str:
    """Return when the camera says that it was taken, in words; empty where it does not say."""
    if photo.taken is None:
        return ""
    at = datetime.fromisoformat(photo.taken)
    zone = f" (UTC{photo.taken[-6:]})" if at.tzinfo else ""
    return f"{day_in_words(at.date(), language)}, {at:%H:%M:%S}{zone}"


def is_late(photo: Photo) -> bool:
    """Whether a photo was added after the visit was recorded."""
    recorded_at = photo.visit.recorded_at
    return recorded_at is not None and photo.received_at > recorded_at


def counts(visit: Visit) -> dict[str, int]:
    """Return how many photos each question of a visit has; those without any are left out."""
    kept: dict[str, int] = {}
    for photo in standing(visit):
        kept[photo.question] = kept.get(photo.question, 0) + 1
    return kept


def standing(visit: Visit) -> Sequence[Photo]:
    """Return the photos of a visit that were not taken out, in the order they came in."""
    return [photo for photo in visit.photos if photo.taken_out_at is None]


def _to_change(session: Session, actor: Actor, visit_id: str) -> Visit:
    """The visit, held until the transaction ends."""
    readable(session, actor, visit_id)
    visit = session.get(Visit, visit_id, with_for_update={"of": Visit}, populate_existing=True)
    if visit is None or not may_add(actor, visit):
        raise NotFound
    return visit


def _of_draft(session: Session, actor: Actor, visit_id: str, photo_id: int) -> Photo:
    photo = _photo(visits.editable(session, actor, visit_id, hold=True), photo_id)
    if photo.visit.state != "draft":
        raise Refused("This visit is recorded: its photos stay as they are.")
    return photo


def _photo(visit: Visit, photo_id: int) -> Photo:
    for photo in visit.photos:
        if photo.id == photo_id:
            return photo
    raise NotFound
