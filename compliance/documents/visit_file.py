"""The officers' file of one visit, as plain facts: what was recorded, by which clock, what was found and
on what it rests, who changed, looked at and decided what, and what went out.

It names officers, for it is theirs; of a young volunteer it holds a code and an age. It goes into no
letter: the gates refuse it wherever a kind does not ask for it.
"""

from dataclasses import dataclass, field
from typing import Any, cast


def _text(longest: int = 400, default: str | None = None) -> str:
    if default is None:
        return cast("str", field(metadata={"longest": longest}))
    return field(default=default, metadata={"longest": longest})


def _many(most: int, longest: int = 0) -> tuple[Any, ...]:
    return field(default=(), metadata={"most": most, "longest": longest})


LONGEST_TEXT = 12_000
MOST = 2_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something recorded: what it is, and what was said of it, a paragraph an entry."""

    label: str = _text()
    text: tuple[str, ...] = _many(MOST, LONGEST_TEXT)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Lines that belong together, under one heading."""

    title: str = _text(200)
    lines: tuple[Line, ...] = _many(MOST)


@dataclass(frozen=True, kw_only=True)
class KeptPhoto:
    """A photo that the service keeps: what it shows, when it was taken and received, and its hashes."""

    number: int  # of the photos of this visit, from 1
    about: str = _text()
    caption: str = _text(default="")
    #: When the camera says that it was taken; empty where it does not say.
    taken: str = _text(80, "")
    received: str = _text(80)
    by: str = _text(120)
    late: bool = False  # received after the visit was recorded
    received_bytes: int
    received_sha256: str = _text(64)
    width: int  # pixels, as kept
    height: int
    sha256: str = _text(64)
    intact: bool = True  # whether the bytes that are kept still have that hash
    #: When, by whom and why it was taken out; empty where it was not.
    taken_out: str = _text(80, "")
    taken_out_by: str = _text(120, "")
    taken_out_reason: str = _text(LONGEST_TEXT, "")
    #: Its small copy, a JPEG in base64, while the file is printed; not kept among what made the file.
    picture: str = _text(400_000, "")


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A reference to a photo that is kept elsewhere: what it is of, where, and its SHA-256 where known."""

    about: str = _text()
    reference: str = _text(LONGEST_TEXT)
    sha256: str = _text(64, "")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A point of the rulebook: what came of it, what it rests on, and its source."""

    title: str = _text()
    outcome: str = _text(60)
    severity: str = _text(60)
    basis: str = _text(60)
    citation: str = _text(600)
    unverified: bool = False
    because: tuple[Line, ...] = _many(200)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a correction changed."""

    label: str = _text()
    before: str = _text(LONGEST_TEXT)
    after: str = _text(LONGEST_TEXT)


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of the record: when, by whom, why, its hash, and whether it still has that hash."""

    title: str = _text(60)
    at: str = _text(80)
    by: str = _text(120)
    reason: str = _text(LONGEST_TEXT, "")
    content_hash: str = _text(64)
    intact: bool = True
    changes: tuple[Change, ...] = _many(MOST)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that was done about the visit."""

    at: str = _text(80)
    what: str = _text(400)
    by: str = _text(120)
    note: str = _text(LONGEST_TEXT, "")


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A document that went out, and the SHA-256 of its bytes."""

    reference: str = _text(60)
    title: str = _text(200)
    on: str = _text(80)
    by: str = _text(120)
    sha256: str = _text(64)


@dataclass(frozen=True, kw_only=True)
class VisitFile:
    """The whole file of one visit. Texts are ready to read; moments say their zone."""

    number: int  # of the files made of this visit, from 1
    made_at: str = _text(80)
    about: tuple[Line, ...] = _many(60)
    clocks: tuple[Line, ...] = _many(20)
    buyer: tuple[Line, ...] = _many(10)
    record: tuple[Part, ...] = _many(100)
    arrangements: tuple[Part, ...] = _many(100)
    kept_photos: tuple[KeptPhoto, ...] = _many(100)
    photos: tuple[Photo, ...] = _many(MOST)
    verdict: tuple[Line, ...] = _many(60)
    conditions: tuple[Line, ...] = _many(100)
    findings: tuple[Finding, ...] = _many(MOST)
    rulebook: tuple[Line, ...] = _many(10)
    versions: tuple[Version, ...] = _many(200)
    steps: tuple[Step, ...] = _many(MOST)
    issued: tuple[Issued, ...] = _many(500)
    #: The record as it is kept, for a machine: one JSON object, embedded in the PDF.
    as_kept: str = field(default="{}", metadata={"longest": 4_000_000})
