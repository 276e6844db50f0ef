"""What was issued: the list an authority keeps, and one document with its standing today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from compliance.access import Actor
from compliance.documents import kinds
from compliance.services.lifecycle.certificates import Status, status_on
from compliance.services.page_texts import said
from compliance.services.permission import require
from compliance.services.spelling import fold
from compliance.store.models import Document, Premises, VisitShare

#: What a letter is: sent, and never anything else.
SENT = "sent"
#: What the officers' own file of a visit is: made, and sent to nobody by the service.
MADE = "made"


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; None and empty narrow nothing."""

    text: str = ""
    kind: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def narrows(self) -> bool:
        """Something is left out."""
        return bool(self.text or self.kind or self.since or self.until)


def status_of(document: Document, today: date) -> str:
    """Return what a document is worth on a day: a certificate's status, else `sent` or `made`."""
    certificate = document.standing
    if certificate is None:
        return MADE if document.inputs["data"].get("file") else SENT
    return status_on(certificate, today).value


#: What a language is called in another.
_LANGUAGE_NAMES = {"en": {"cy": "Welsh"}, "cy": {"en": "Saesneg"}}


def title_of(document: Document, language: str = "en") -> str:
    """Return what a kind of document is called in a language, and the document's own where it is another."""
    kind = kinds().get(document.kind)
    if kind is None:
        return document.kind
    title = kind.title.get(language, kind.title["en"])
    if document.language == language:
        return title
    return f"{title} ({_LANGUAGE_NAMES[language][document.language]})"


def title_on_file(document: Document, language: str = "en") -> str:
    """Return what a document is called among several of one visit, corrections told apart too."""
    version = document.inputs.get("visit_version", 1)
    title = title_of(document, language)
    return (
        said("{1} (version {2} of the record)", language, title, version) if version > 1 else title
    )


def issued(
    session: Session, actor: Actor, wanted: Filter, *, offset: int = 0, limit: int | None = None
) -> tuple[Sequence[Document], int]:
    """Return what the actor's authority issued or a partner shared, the newest first, and how many."""
    require(actor, "document.read")
    query = _query(actor, wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Document.issued_at.desc(), Document.id.desc())
    return list(session.scalars(ordered.offset(offset).limit(limit))), total


def every(session: Session) -> Sequence[Document]:
    """Return every document of the service, the oldest first (for the command line)."""
    return session.scalars(
        select(Document).options(joinedload(Document.certificate)).order_by(Document.id)
    ).all()


def ended_line(status: Status) -> str:
    """Return the one neutral line that anybody is told about a certificate that does not hold."""
    return {
        Status.EXPIRED: "This certificate has expired.",
        Status.REPLACED: "This certificate has been replaced by a newer one.",
        Status.WITHDRAWN: "This certificate has been withdrawn.",
    }[status]


def _query(actor: Actor, wanted: Filter) -> Select[Document]:
    shared = select(VisitShare.visit_id).where(VisitShare.authority_id == actor.authority_id)
    query = (
        select(Document)
        .join(Document.premises)
        .options(
            contains_eager(Document.premises),
            joinedload(Document.certificate),
            joinedload(Document.issued_by),
        )
        .where(or_(Document.authority_id == actor.authority_id, Document.visit_id.in_(shared)))
    )
    for word in fold(wanted.text).split():
        query = query.where(
            or_(
                Premises.search_text.contains(word, autoescape=True),
                func.lower(Document.reference).contains(word, autoescape=True),
            )
        )
    if wanted.kind:
        query = query.where(Document.kind == wanted.kind)
    if wanted.since:
        query = query.where(Document.issued_on >= wanted.since)
    if wanted.until:
        query = query.where(Document.issued_on <= wanted.until)
    return query
