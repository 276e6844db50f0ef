"""What a business may open with its letter's reference and code, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from compliance.documents import DocumentData
from compliance.documents.data_json import from_json
from compliance.services.lifecycle import access_codes
from compliance.services.lifecycle.cases import about_a_visit
from compliance.services.throttle import Door, Limits
from compliance.store.models import Certificate, Document

LIMITS = Limits("letter", per_pair=5, per_subject=10, per_address=20)
#: The parts of a reference, what looks like a digit among its digits: the authority, the year, the number.
_YEAR = re.compile(r"([A-Z0-9]+?)(2[0OIL1-9]{3})")
_NUMBER = re.compile(r"[0-9OIL]{1,6}")
_WHOLE = re.compile(r"([A-Z0-9]+?)(2[0OIL1-9]{3})([0-9OIL]{6})")
_LOOKS_LIKE = str.maketrans("OIL", "011")
#: The same words for an absent letter, a wrong code, and a code that was replaced.
WRONG = "The letter reference or the code is not right. Check both and try again."
WAIT = "There were too many tries. Wait 15 minutes and try again, or call the number on the letter."


@dataclass(frozen=True)
class Opened:
    """What came of a try: the letter, or the words for the person who tried."""

    document: Document | None
    problem: str | None = None


def open_letter(
    session: Session, now: datetime, *, reference: str, code: str, address: str, key: str
) -> Opened:
    """Open a letter by what was typed from a network `address`; every try is counted.

    Commit the session whatever comes of it. Absent and wrong look and take the same: the slow hash
    is always worked out. `key` is the service's secret key.
    """
    typed = read_reference(reference)
    door = Door.at(LIMITS, typed, address, key)
    if door.is_shut(session, now):
        return Opened(None, WAIT)
    document = session.scalar(
        select(Document)
        .where(Document.reference == typed, Document.access_code_hash.is_not(None))
        .order_by(Document.language.desc())
        .limit(1)
    )
    right = access_codes.matches(code, document.access_code_hash if document else None)
    door.record(session, now, succeeded=right)
    return Opened(document) if right else Opened(None, WRONG)


def read_reference(typed: str) -> str:
    """Return a reference as it is kept: capitals, hyphens in their places, the number's leading zeros.

    Small letters, spaces or any sign for a hyphen, and O, I or L for a digit are forgiven. What cannot be
    read so comes back as it was typed, in capitals with hyphens.
    """
    parts = [part for part in re.split(r"[^A-Z0-9]+", typed[:60].upper()) if part]
    if len(parts) > 1 and _NUMBER.fullmatch(parts[-1]):
        begins = _YEAR.fullmatch("".join(parts[:-1]))
        if begins:
            return _kept(begins[1], begins[2], parts[-1])
    whole = _WHOLE.fullmatch("".join(parts))
    return _kept(whole[1], whole[2], whole[3]) if whole else "-".join(parts)


def _kept(authority: str, year: str, number: str) -> str:
    year, number = (digits.translate(_LOOKS_LIKE) for digits in (year, number))
    return f"{authority}-{year}-{number:0>6}"


def letter_of(session: Session, document_id: int, mark: str) -> Document | None:
    """Return a letter opened before, as long as the code that opened it still holds."""
    document = session.get(Document, document_id)
    if document is None or document.access_code_hash is None or mark_of(document) != mark:
        return None
    return document


def mark_of(document: Document) -> str:
    """Return what a browser keeps of the code it gave: it dies when the code is replaced."""
    assert document.access_code_hash is not None
    return document.access_code_hash[-16:]


def said(document: Document) -> DocumentData:
    """Return what a document says, from the inputs kept with it."""
    return from_json(document.inputs["data"])


def in_language(document: Document, language: str) -> Document:
    """Return what was issued with a document, under its reference, in a language; else the document itself."""
    if document.language == language:
        return document
    session = object_session(document)
    assert session is not None  # it was read from the database
    other = session.scalar(
        select(Document).where(
            Document.reference == document.reference, Document.language == language
        )
    )
    return other or document


def newest_after(others: Sequence[Document], letter: Document) -> Document | None:
    """Return the newest letter among `others` that came after `letter`; None when it is the last.

    The same letter in the other language did not come after it.
    """
    later = [
        each
        for each in others
        if each.id > letter.id and each.reference != letter.reference and about_a_visit(each)
    ]
    return later[-1] if later else None


def downloads(session: Session, letter: Document) -> Sequence[Document]:
    """Return what the holder of a letter may download: the letter, a later one about the same
    visit, and a certificate that rests on it."""
    if letter.visit_id is None:
        return [letter]
    others = session.scalars(
        select(Document)
        .outerjoin(Certificate, Certificate.document_id == Document.id)
        .where(
            Document.visit_id == letter.visit_id,
            Document.id != letter.id,
            Document.operator_id == letter.operator_id,
            (Document.issued_at >= letter.issued_at) | Certificate.id.is_not(None),
        )
        .order_by(Document.id)
    )
    # A letter that went out in two languages stands first in both, in the order it was issued in.
    return sorted([letter, *others], key=lambda each: (each.reference != letter.reference, each.id))
