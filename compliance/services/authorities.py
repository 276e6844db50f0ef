"""Authorities: find one by name, or take a new one in."""

from __future__ import annotations

from datetime import datetime

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services.errors import NotFound, Refused
from compliance.services.spelling import fold
from compliance.store.models import Authority

_POLICE_WORDS = {"police", "constabulary"}
_EMPTY_WORDS = {"of", "the", "and", "council", "city", "county", "borough", "district"}


def get(session: Session, authority_id: int) -> Authority:
    """Return the authority. Raises NotFound."""
    authority = session.get(Authority, authority_id)
    if authority is None:
        raise NotFound
    return authority


def find(session: Session, name: str) -> Authority | None:
    """Return the authority of that name (case, accents and punctuation apart), or None."""
    wanted = fold(name)
    return next((each for each in _all(session) if fold(each.name) == wanted), None)


def nearest(session: Session, name: str) -> Authority | None:
    """Return the authority whose name is most like `name`, None when none is like it."""
    names = {each: fold(each.name) for each in _all(session)}
    best = process.extractOne(fold(name), names, scorer=fuzz.WRatio, score_cutoff=80)
    return best[2] if best else None


def add(
    session: Session, now: datetime, *, name: str, kind: str | None = None, **details: str | None
) -> Authority:
    """Take in a new authority.

    Without `kind` its name decides: a police force says so in its name. `details` are further
    columns: address lines, postcode, phone, email, website, complaints_text, complaints_text_cy, short_code. Raises
    Refused when the name is empty or taken.
    """
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter the name of the authority", "name")
    if find(session, name):
        raise Refused(f"There is an authority called {name} already", "name")
    details.setdefault("short_code", _short_code(session, name))
    authority = Authority(name=name, kind=kind or kind_of(name), created_at=now, **details)
    session.add(authority)
    session.flush()
    return authority


def kind_of(name: str) -> str:
    """Tell a police force from a council by its name."""
    return "police" if _POLICE_WORDS & set(fold(name).split()) else "council"


def _all(session: Session) -> list[Authority]:
    return list(session.scalars(select(Authority).order_by(Authority.name)))


def _short_code(session: Session, name: str) -> str:
    """Make a short code from a name: "Norfolk Constabulary" gives NORF, the next such NORF2."""
    words = [word for word in fold(name).split() if word not in _EMPTY_WORDS] or ["authority"]
    stem = words[0][:4].upper()
    taken = set(session.scalars(select(Authority.short_code)))
    number = 1
    while (code := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return code
