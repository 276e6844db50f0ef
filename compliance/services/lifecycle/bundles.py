"""The officers' file of a visit: made on demand, kept as it was made, numbered as the file grows.

A file is kept beside the letters of the visit, not among them: it bears no visit of its own, so that
neither the shop's page, nor a partner, nor a step that looks for a letter can ever meet it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents import kinds
from compliance.documents.data_json import to_json
from compliance.documents.html_view import digest_of
from compliance.services import assessments
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import document_html
from compliance.services.lifecycle.bundle_data import KIND, bundle_data
from compliance.services.lifecycle.bundle_photos import with_pictures
from compliance.services.lifecycle.issue import Office, next_reference, rendered
from compliance.services.permission import require
from compliance.store.models import Document, DocumentFile, Visit


def make(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    visit_id: str,
    *,
    language: str = "en",
) -> Document:
    """Make the file of a recorded visit as it stands, in a language; the newest one there is in that
    language when nothing was added.

    Raises NotFound for another authority's visit and for a draft, Refused when it cannot be printed or
    there is no such language.
    """
    require(actor, "document.bundle")
    if language not in kinds()[KIND].languages:
        raise Refused("Choose one of the languages", "language")
    visit = _own(session, actor, visit_id)
    made = of_visit(session, actor, visit)
    data = bundle_data(
        session,
        visit,
        reader=actor.authority_id,
        number=len(made) + 1,
        reference="",
        now=now,
        language=language,
    )
    newest = next((each for each in made if each.language == language), None)
    if newest is not None and _content(to_json(data)) == _content(newest.inputs["data"]):
        return newest
    row = assessments.latest_assessment(session, visit)
    data = replace(data, reference=next_reference(session, visit.authority, now))
    # The pictures are for print alone: they would make every list of documents heavy.
    printed = rendered(with_pictures(data, visit), office)
    document = Document(
        reference=data.reference,
        kind=KIND,
        language=printed.language,
        authority_id=visit.authority_id,
        premises_id=visit.premises_id,
        operator_id=visit.operator_id,
        issued_on=data.issued_on,
        issued_by_id=actor.user_id,
        issued_at=now,
        inputs={
            "of_visit": visit.id,
            "visit_version": visit.versions[-1].number,
            "assessment": row.id if row else None,
            "data": to_json(data),
            document_html.KEPT_AS: digest_of(data),
        },
        template_version=printed.template_version,
        rulebook_sha256=row.rulebook_sha256 if row else None,
        sha256=printed.sha256,
    )
    document.file = DocumentFile(content=printed.pdf)
    session.add(document)
    session.flush()
    return document


def of_visit(session: Session, actor: Actor, visit: Visit) -> Sequence[Document]:
    """Return the files made of a visit of the actor's own authority, the newest first."""
    require(actor, "document.bundle")
    files = session.scalars(
        select(Document)
        .where(
            Document.kind == KIND,
            Document.premises_id == visit.premises_id,
            Document.authority_id == actor.authority_id,
        )
        .order_by(Document.id.desc())
    )
    return [each for each in files if each.inputs["of_visit"] == visit.id]


def _own(session: Session, actor: Actor, visit_id: str) -> Visit:
    query = select(Visit).where(Visit.id == visit_id, Visit.authority_id == actor.authority_id)
    visit = session.scalar(query.with_for_update())
    if visit is None or not visit.versions:
        raise NotFound
    return visit


_ITS_OWN = ("number", "made_at")


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """What a file says but for what each printing has of its own: number, moment and reference."""
    file = {name: value for name, value in data["file"].items() if name not in _ITS_OWN}
    return {**data, "reference": "", "issued_on": "", "file": file}
