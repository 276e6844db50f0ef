"""Released rulebooks: the one in use, and every one that made an assessment."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.rulebook import Pack, shipped_pack
from compliance.services.errors import NotFound
from compliance.store.models import Rulebook


def current() -> Pack:
    """Return the rulebook in use."""
    return shipped_pack()


def released(session: Session, sha256: str) -> Pack:
    """Return the rulebook with this hash: the one in use, or one that made an assessment.

    Raises NotFound for any other.
    """
    in_use = current()
    if in_use.sha256 == sha256:
        return in_use
    row = session.get(Rulebook, sha256)
    if row is None:
        raise NotFound(f"rulebook {sha256}")
    return Pack(row.content)


def on_record(session: Session) -> Sequence[Rulebook]:
    """Return every rulebook that made an assessment, the newest first."""
    return session.scalars(select(Rulebook).order_by(Rulebook.stored_at.desc())).all()
