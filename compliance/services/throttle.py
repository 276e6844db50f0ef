"""Slow down whoever guesses a secret, without locking out the one it belongs to."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from compliance.store.models import Attempt

#: Wrong tries older than this no longer count.
WINDOW = timedelta(minutes=15)
#: An address from which the subject's secret was given rightly is trusted for so long.
TRUST = timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """How many wrong tries within the window are let through."""

    scope: str
    #: At one subject from one address.
    per_pair: int = 5
    #: At one subject from all addresses that never gave its secret rightly.
    per_subject: int = 10
    #: From one address at all subjects.
    per_address: int = 20


SIGN_IN = Limits("sign_in")


@dataclass(frozen=True)
class Door:
    """One subject (an account, a letter) tried from one network address."""

    limits: Limits
    subject_hash: str
    address_hash: str

    @classmethod
    def at(cls, limits: Limits, subject: str, address: str, key: str) -> Door:
        """Make one; `key` is the service's secret key, so the hashes tell nothing by themselves."""
        return cls(limits, _hash(key, "subject", subject), _hash(key, "address", address))

    def is_shut(self, session: Session, now: datetime) -> bool:
        """Say whether a try must wait. Strangers' tries never shut out a known address."""
        wrong = self._wrong_since(now - WINDOW)
        here = Attempt.address_hash == self.address_hash
        this = Attempt.subject_hash == self.subject_hash
        if _count(session, wrong.where(here)) >= self.limits.per_address:
            return True
        if _count(session, wrong.where(here, this)) >= self.limits.per_pair:
            return True
        known = select(Attempt.address_hash).where(
            Attempt.scope == self.limits.scope, this, Attempt.succeeded, Attempt.at > now - TRUST
        )
        if session.scalar(known.where(here).limit(1)):
            return False
        strangers = wrong.where(this, Attempt.address_hash.not_in(known))
        return _count(session, strangers) >= self.limits.per_subject

    def record(self, session: Session, now: datetime, *, succeeded: bool) -> None:
        """Keep a try. Commit it even when the request is refused, or nothing is counted."""
        session.execute(delete(Attempt).where(Attempt.at < now - TRUST))
        session.add(
            Attempt(
                scope=self.limits.scope,
                subject_hash=self.subject_hash,
                address_hash=self.address_hash,
                succeeded=succeeded,
                at=now,
            )
        )
        session.flush()

    def _wrong_since(self, since: datetime) -> Select[int]:
        return (
            select(func.count())
            .select_from(Attempt)
            .where(
                Attempt.scope == self.limits.scope, Attempt.succeeded.is_(False), Attempt.at > since
            )
        )


def _count(session: Session, query: Select[int]) -> int:
    return int(session.scalar(query) or 0)


def _hash(key: str, label: str, value: str) -> str:
    text = f"{label}:{value.strip().casefold()}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
