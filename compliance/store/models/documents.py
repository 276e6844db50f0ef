"""What was issued: documents, their bytes, and certificates with the standing of their link."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base, one_of
from compliance.store.models.operators import LANGUAGES, Operator
from compliance.store.models.people import User
from compliance.store.models.premises import Premises
from compliance.store.models.steps import Decision
from compliance.store.models.visits import Visit

CERTIFICATE_STATUSES = ("valid", "replaced", "withdrawn")


class Document(Base):
    """A letter or certificate as issued, in one language, and all that made it."""

    __tablename__ = "documents"
    __table_args__ = (
        # One reference, a row per language: in Wales both are issued together.
        UniqueConstraint("reference", "language"),
        CheckConstraint(one_of("language", LANGUAGES), "language"),
        Index("ix_documents_authority_id_issued_on", "authority_id", "issued_on"),
        Index("ix_documents_premises_id_issued_on", "premises_id", "issued_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str]
    kind: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"))
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    #: The local day printed on it.
    issued_on: Mapped[date]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]
    inputs: Mapped[dict[str, Any]]
    template_version: Mapped[str]
    rulebook_sha256: Mapped[str | None] = mapped_column(ForeignKey("rulebooks.sha256"))
    #: SHA-256 of the PDF's bytes.
    sha256: Mapped[str] = mapped_column(index=True)
    #: Hash of the twelve-character code printed on it; None: the kind has none.
    access_code_hash: Mapped[str | None]
    access_code_replaced_at: Mapped[datetime | None]

    authority: Mapped[Authority] = relationship()
    visit: Mapped[Visit | None] = relationship(back_populates="documents")
    decision: Mapped[Decision | None] = relationship()
    premises: Mapped[Premises] = relationship()
    operator: Mapped[Operator | None] = relationship()
    issued_by: Mapped[User] = relationship()
    file: Mapped[DocumentFile] = relationship(back_populates="document")
    certificate: Mapped[Certificate | None] = relationship(
        back_populates="document", foreign_keys="Certificate.document_id"
    )

    @property
    def standing(self) -> Certificate | None:
        """The life of the certificate that this is, in whichever language; None for a letter."""
        session = object_session(self)
        if self.certificate is not None or self.access_code_hash is not None or session is None:
            return self.certificate
        return session.scalar(
            select(Certificate)
            .join(Document, Certificate.document_id == Document.id)
            .where(Document.reference == self.reference)
        )


class DocumentFile(Base):
    """The bytes of a document, served as they were issued and never rendered again."""

    __tablename__ = "document_files"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)

    document: Mapped[Document] = relationship(back_populates="file")


class Certificate(Base):
    """The life of a certificate: for one operator at one premises, until a day."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint(one_of("status", CERTIFICATE_STATUSES), "status"),
        CheckConstraint("valid_until >= valid_from", "dates"),
        Index("ix_certificates_premises_id_operator_id", "premises_id", "operator_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), unique=True)
    premises_id: Mapped[int] = mapped_column(ForeignKey("premises.id"))
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    #: At least 128 random bits: the public link.
    link_token: Mapped[str] = mapped_column(unique=True)
    valid_from: Mapped[date]
    #: The last day it holds. Expired is worked out from the day, never stored.
    valid_until: Mapped[date]
    status: Mapped[str] = mapped_column(default="valid")
    ended_at: Mapped[datetime | None]
    #: Which end by the business the letter about it tells of (a story of its kind); none for an end by
    #: a decision or by a newer certificate, nor for one from before this was kept.
    ended_because: Mapped[str | None]
    #: For our own people; the public line is neutral.
    ended_reason: Mapped[str | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_by_decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))

    document: Mapped[Document] = relationship(
        back_populates="certificate", foreign_keys=[document_id]
    )
    premises: Mapped[Premises] = relationship()
    operator: Mapped[Operator] = relationship()
    ended_by: Mapped[User | None] = relationship()
    ended_by_decision: Mapped[Decision | None] = relationship(back_populates="ended_certificates")
    replaced_by: Mapped[Certificate | None] = relationship(remote_side=[id])
