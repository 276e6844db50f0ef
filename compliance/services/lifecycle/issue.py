"""Issue a document: its number, its bytes, their hash and all that made them, in one transaction.

What is issued is kept and served as it was; the same thing asked for twice is issued once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import permutations
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents import DocumentData, DocumentRefused, Rendered, render
from compliance.documents.data_json import to_json
from compliance.documents.html_view import digest_of
from compliance.documents.proofs import Claim
from compliance.documents.render import Seal
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import access_codes, document_html
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import letter_sent
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.languages import languages_owed
from compliance.services.lifecycle.letters import Bearing, letter_data, without_code
from compliance.services.permission import require
from compliance.store.models import Authority, Decision, Document, DocumentFile, VisitShare
from compliance.store.series import next_number, use

SPECIMEN_REFERENCE = "SPECIMEN"
SPECIMEN_CODE = "X" * access_codes.LENGTH
#: What an authority adds to a decision in words of its own, by language: nothing.
NOTHING_ADDED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Office:
    """What an issuing office has at hand: the address of the service, the key that signs, and where
    its secrets come from (the demo's can be foretold)."""

    public_url: str
    seal: Seal | None = None
    #: Opens the seal for a moment and the name of who signs, where it is not open yet.
    opens: Callable[[datetime, str], Seal] | None = None
    new_code: Callable[[], str] = access_codes.new_code
    new_link: Callable[[], str] = access_codes.new_link

    def signing(self, now: datetime, authority: Authority) -> Office:
        """Return the office with its seal open, for what an authority signs now."""
        if self.seal is not None or self.opens is None:
            return self
        return replace(self, seal=self.opens(now, authority.name))

    def proof_url(self, claim: Claim) -> str:
        """Return the page that checks a proof and, after # (which never leaves the phone), the proof;
        empty without a key."""
        return f"{self.public_url}/proof#{self.seal.prove(claim)}" if self.seal else ""


@dataclass(frozen=True)
class Copy:
    """A document in one language: what it says, and its bytes."""

    data: DocumentData
    made: Rendered


@dataclass(frozen=True)
class Printed:
    """A document made outside the transaction that issues it, with a number reserved for it."""

    #: One for each language, in the order in which they are shown.
    copies: tuple[Copy, ...]
    #: What is printed in it and known to nobody else: the code of a letter, the link of a certificate.
    secret: str
    assessment_id: int
    #: The number, and for whom it is reserved.
    number: int
    holder: str


def print_letter(
    now: datetime,
    office: Office,
    case: Case,
    decision: Decision | None,
    *,
    number: int,
    holder: str,
    added: Mapping[str, str] = NOTHING_ADDED,
) -> Printed:
    """Make the letter of a case with a reserved number; nothing is kept, and nobody waits meanwhile.

    Raises Refused with the reason when it cannot be made.
    """
    code = office.new_code()
    reference = reference_of(case.visit.authority, now, number)
    bearing = Bearing(reference, code, local_day(now), office.public_url)
    copies = copies_in(office, _in_each(case, bearing, decision, added))
    return Printed(copies, code, case.assessment.id, number, holder)


def copies_in(office: Office, said: Iterable[DocumentData]) -> tuple[Copy, ...]:
    """Render a document in each of its languages. Raises Refused."""
    return tuple(Copy(data, rendered(data, office)) for data in said)


def _in_each(
    case: Case, bearing: Bearing, decision: Decision | None, added: Mapping[str, str]
) -> list[DocumentData]:
    """The letter in every language it is owed in; own words must be there in each, or in none."""
    languages = languages_owed(case.visit.nation, case.visit.operator)
    words = {language: added.get(language, "").strip() for language in languages}
    for language, other in permutations(languages, 2):
        if words[language] and not words[other]:
            raise Refused(
                "This letter goes out in Welsh and in English. Write what you add in both languages, "
                "or leave it out of both.",
                "added" if other == "en" else f"added_{other}",
            )
    return [
        letter_data(case, replace(bearing, language=each, added=words[each]), decision)
        for each in languages
    ]


def issue_letter(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    case: Case,
    decision: Decision | None = None,
    printed: Printed | None = None,
    *,
    added: Mapping[str, str] = NOTHING_ADDED,
) -> Document:
    """Issue the letter of a case, or of a decision on it; the one there is when it was issued.

    In several languages it is issued together, under one reference and one code.

    The visit must be locked (`opened`). With `printed` those bytes are issued; without, it is printed
    here. Raises Refused with the reason when it cannot be made (then no number is used up, for the
    transaction does not commit), Overtaken when the record or the number is no longer what `printed`
    was made from.
    """
    require(actor, "document.issue")
    there = letter_sent(case, decision)
    if there is not None:
        return there
    if printed is None:
        number = next_number(session, series_of(case.visit.authority, now), now)
        printed = print_letter(now, office, case, decision, number=number, holder="", added=added)
    else:
        use_up(session, now, case, printed)
    keep_letter(session, actor, now, case, printed, decision.id if decision else None)
    sent = letter_sent(case, decision)
    assert sent is not None
    return sent


def use_up(session: Session, now: datetime, case: Case, printed: Printed) -> None:
    """Use up the number of what was printed. Raises Overtaken when it, the record, the day or the
    languages are no longer those it was made from."""
    if (
        printed.assessment_id != case.assessment.id
        or printed.copies[0].data.issued_on != local_day(now)
        or [each.made.language for each in printed.copies]
        != list(languages_owed(case.visit.nation, case.visit.operator))
        or not use(session, series_of(case.visit.authority, now), printed.number, printed.holder)
    ):
        raise Overtaken


def keep_letter(
    session: Session,
    actor: Actor,
    now: datetime,
    case: Case,
    printed: Printed,
    decision_id: int | None,
) -> Document:
    """Keep a letter in each of its languages, with the hash of its one code; return the last."""
    code_hash = access_codes.hashed(printed.secret)
    for copy in printed.copies:
        document = keep(session, actor, now, copy.made, copy.data, case)
        document.decision_id = decision_id
        document.access_code_hash = code_hash
    session.flush()
    session.expire(case.visit, ["documents"])
    return document


class Overtaken(Exception):
    """What was printed is no longer what is due: print it again."""


def preview_letter(
    now: datetime,
    office: Office,
    case: Case,
    decision: Decision | None = None,
    *,
    added: Mapping[str, str] = NOTHING_ADDED,
    language: str = "en",
) -> Rendered:
    """Return the letter as it would go out in a language, marked SPECIMEN; nothing is kept.

    Raises Refused with the reason when it cannot be made.
    """
    words = added.get(language, "")
    bearing = Bearing(
        SPECIMEN_REFERENCE, SPECIMEN_CODE, local_day(now), office.public_url, words, language
    )
    return rendered(letter_data(case, bearing, decision), office, specimen=True)


def next_reference(session: Session, authority: Authority, now: datetime) -> str:
    """Take the next reference of an authority for the year, such as `NORF-2026-000417`.

    A series has no twin, and no hole while its year lasts: the number is the transaction's own until
    it commits.
    """
    return reference_of(authority, now, next_number(session, series_of(authority, now), now))


def series_of(authority: Authority, now: datetime) -> str:
    """Return the name of the series an authority's references of the year come from."""
    return f"documents/{authority.short_code}/{local_day(now).year}"


def reference_of(authority: Authority, now: datetime, number: int) -> str:
    """Return the reference that has a number of the series of the year."""
    return f"{authority.short_code}-{local_day(now).year}-{number:06}"


def rendered(data: DocumentData, office: Office, *, specimen: bool = False) -> Rendered:
    """Render and validate. Raises Refused for what a person can put right."""
    try:
        return render(data, specimen=specimen, seal=office.seal)
    except DocumentRefused as refused:
        raise Refused(refused.reason, refused.field) from refused


def keep(
    session: Session, actor: Actor, now: datetime, made: Rendered, data: DocumentData, case: Case
) -> Document:
    """Keep a document: bytes, hash, template and rulebook, and the inputs without the code."""
    visit = case.visit
    document = Document(
        reference=data.reference,
        kind=data.kind,
        language=made.language,
        authority_id=visit.authority_id,
        visit_id=visit.id,
        premises_id=visit.premises_id,
        operator_id=visit.operator_id,
        issued_on=data.issued_on,
        issued_by_id=actor.user_id,
        issued_at=now,
        inputs={
            "visit_version": case.version.number,
            "assessment": case.assessment.id,
            "data": to_json(without_code(data)),
            document_html.KEPT_AS: digest_of(data),
        },
        template_version=made.template_version,
        rulebook_sha256=case.assessment.rulebook_sha256,
        sha256=made.sha256,
    )
    document.file = DocumentFile(content=made.pdf)
    session.add(document)
    session.flush()
    return document


def document_to_read(
    session: Session, actor: Actor, reference: str, language: str | None = None
) -> Document:
    """Return a document of the actor's authority, or of a visit shared with it.

    English unless a `language` is named or there is none in English. Raises NotFound.
    """
    require(actor, "document.read")
    query = select(Document).where(Document.reference == reference)
    if language is not None:
        query = query.where(Document.language == language)
    document = session.scalar(query.order_by(Document.language.desc()).limit(1))
    if document is None:
        raise NotFound
    if document.authority_id != actor.authority_id and not _shared(session, actor, document):
        raise NotFound
    return document


def copies_of(session: Session, document: Document) -> Sequence[Document]:
    """Return a document in every language it was issued in, the one that is shown first first."""
    return session.scalars(
        select(Document).where(Document.reference == document.reference).order_by(Document.id)
    ).all()


def _shared(session: Session, actor: Actor, document: Document) -> bool:
    shared = select(VisitShare.id).where(
        VisitShare.visit_id == document.visit_id, VisitShare.authority_id == actor.authority_id
    )
    return session.scalar(shared) is not None


def file_name(document: Document) -> str:
    """Return the name under which a document is saved: kind and reference, nobody's name."""
    suffix = "" if document.language == "en" else f"-{document.language}"
    return f"{document.kind}-{document.reference}{suffix}.pdf"


def replace_code(session: Session, actor: Actor, now: datetime, reference: str) -> str:
    """Give a letter a new code, shown this once; the old one is dead from now on.

    Raises NotFound for another authority's letter, Refused for a document without a code.
    """
    require(actor, "document.replace_code")
    documents = session.scalars(
        select(Document)
        .where(Document.reference == reference, Document.authority_id == actor.authority_id)
        .with_for_update()
    ).all()
    if not documents:
        raise NotFound
    if any(each.access_code_hash is None for each in documents):
        raise Refused("This document has no code")
    code = access_codes.new_code()
    code_hash = access_codes.hashed(code)
    for each in documents:
        each.access_code_hash = code_hash
        each.access_code_replaced_at = now
    session.flush()
    return access_codes.spaced(code)
