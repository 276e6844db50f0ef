"""What an authority says of itself on every letter: where it is, how to reach it, how to complain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents.characters import printable_text
from compliance.documents.gates import refuse_judging
from compliance.documents.refused import DocumentRefused
from compliance.services import authorities, postcodes
from compliance.services.errors import Refused
from compliance.services.permission import require
from compliance.store.models import Authority, LetterheadChange

#: Every entry of a letterhead (a column of `authorities`): how a person calls it and what fits on the letter.
ENTRIES: dict[str, tuple[str, int]] = {
    "address_line_1": ("Address line 1", 60),
    "address_line_2": ("Address line 2", 60),
    "address_line_3": ("Address line 3", 60),
    "address_line_4": ("Address line 4", 60),
    "postcode": ("Postcode", 10),
    "phone": ("Phone number", 40),
    "email": ("Email address", 90),
    "website": ("Website", 90),
    "complaints_text": ("How to complain, in English", 300),
    "complaints_text_cy": ("How to complain, in Welsh", 300),
}
#: What is said where an entry that every letter needs was left empty; the others may be.
MISSING: dict[str, str] = {
    "address_line_1": "Enter the first line of the address",
    "postcode": "Enter the postcode",
    "phone": "Enter a phone number",
    "email": "Enter an email address",
    "website": "Enter the address of the website",
    "complaints_text": "Say in English how to complain",
}
#: The entries that are sentences, and their language: no letter says there what none says elsewhere.
_SENTENCES = {"complaints_text": "en", "complaints_text_cy": "cy"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,}[0-9]")
_WEBSITE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", re.IGNORECASE)


def of(session: Session, actor: Actor) -> Authority:
    """Return the actor's authority with its letterhead. Raises Refused."""
    require(actor, "letterhead.change")
    return authorities.get(session, actor.authority_id)


def changes(session: Session, actor: Actor) -> Sequence[LetterheadChange]:
    """Return what was changed in the letterhead of the actor's authority, the newest first. Raises Refused."""
    authority = of(session, actor)
    return session.scalars(
        select(LetterheadChange)
        .where(LetterheadChange.authority_id == authority.id)
        .order_by(LetterheadChange.id.desc())
    ).all()


def change(session: Session, actor: Actor, now: datetime, entries: Mapping[str, str]) -> Authority:
    """Set the letterhead; letters issued from now on carry it, those issued before stay as they are.

    Who changed what, and when, is kept; saved without a change, nothing is. `entries` has a text for each of `ENTRIES`. Raises Refused, at its field, for one that is missing,
    too long, cannot be printed, says a word that no letter says of a business, or is no postcode, email address, phone number or website.
    """
    authority = of(session, actor)
    said = {name: _checked(name, " ".join(entries[name].split())) for name in ENTRIES}
    changed = {
        name: [getattr(authority, name) or "", text]
        for name, text in said.items()
        if text != (getattr(authority, name) or "")
    }
    for name, (_, text) in changed.items():
        setattr(authority, name, text or None)
    if changed:
        session.add(
            LetterheadChange(
                authority_id=authority.id,
                changed_by_id=actor.user_id,
                changed_at=now,
                entries=changed,
            )
        )
    session.flush()
    return authority


def _checked(name: str, text: str) -> str:
    title, longest = ENTRIES[name]
    if not text:
        if name in MISSING:
            raise Refused(MISSING[name], name)
        return ""
    if len(text) > longest:
        raise Refused(f"{title} must be {longest} characters or fewer", name)
    try:
        text = printable_text(text, title)
        if language := _SENTENCES.get(name):
            refuse_judging(text, title, name, language)
    except DocumentRefused as refused:
        raise Refused(refused.reason, name) from None
    if name == "postcode":
        if (tidied := postcodes.tidy(text)) is None:
            raise Refused("Enter a full UK postcode, like NR2 1NH", name)
        return tidied
    if name == "email" and not _EMAIL.fullmatch(text):
        raise Refused("Enter an email address in the correct format, like name@example.com", name)
    if name == "phone" and not _PHONE.fullmatch(text):
        raise Refused("Enter a phone number, like 01632 960001", name)
    if name == "website":
        # A shop is told to look it up: the address alone is what is read from paper.
        text = re.sub(r"^https?://", "", text, flags=re.IGNORECASE).rstrip("/")
        if not _WEBSITE.fullmatch(text):
            raise Refused("Enter the address of a website, like www.example.gov.uk", name)
    return text
