"""Is this file ours, unchanged, and does it still hold? Looked up at the moment it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.documents.verifying import Outcome, verify_certificate
from compliance.services.lifecycle.certificates import Status, status_on
from compliance.services.lifecycle.deadlines import local_day
from compliance.store.models import Document

GENUINE = "genuine"


@dataclass(frozen=True)
class Checked:
    """What a file turned out to be: `genuine`, `altered`, `not ours`, `specimen`, or a genuine
    certificate that is `expired`, `replaced` or `withdrawn`."""

    outcome: str
    reason: str
    document: Document | None = None

    @property
    def holds(self) -> bool:
        """It is ours, unchanged, and nothing has ended it."""
        return self.outcome == GENUINE


#: One neutral line for every end of a certificate; why it ended is nobody else's business.
ENDED = {
    Status.EXPIRED: "This certificate is ours, and no byte of it was changed. It has expired.",
    Status.REPLACED: "This certificate is ours, and no byte of it was changed. "
    "A newer one has replaced it.",
    Status.WITHDRAWN: "This certificate is ours, and no byte of it was changed. "
    "It is no longer in force.",
}


def check(session: Session, now: datetime, pdf: bytes, roots: Sequence[bytes]) -> Checked:
    """Tell what a PDF is. `roots` are the root certificates of our own signing keys (DER).

    Never raises for a bad file; stores nothing of it.
    """
    verdict = verify_certificate(
        pdf, roots, is_issued=lambda sha256: _issued(session, sha256) is not None
    )
    document = _issued(session, verdict.sha256)
    if verdict.outcome is not Outcome.GENUINE:
        return Checked(verdict.outcome.value, verdict.reason)
    if document is None:
        # Signed by us and yet not in our books: nothing that is said of it can be vouched for.
        return Checked(Outcome.NOT_OURS.value, "We have no record that we issued this file.")
    certificate = document.standing
    if certificate is not None:
        status = status_on(certificate, local_day(now))
        if status is not Status.VALID:
            return Checked(status.value, ENDED[status], document)
    return Checked(GENUINE, verdict.reason, document)


def _issued(session: Session, sha256: str) -> Document | None:
    return session.scalar(select(Document).where(Document.sha256 == sha256).limit(1))
