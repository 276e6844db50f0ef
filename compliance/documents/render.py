"""From data to a finished document: gates, words, layout, conformance, and the seal where a kind
has one."""

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

from compliance.documents.characters import printable
from compliance.documents.compose import compose, style_sheet
from compliance.documents.conformance import nonconformities
from compliance.documents.data import DocumentData
from compliance.documents.gates import refuse_said, refuse_unfit
from compliance.documents.geometry import MOST_BYTES
from compliance.documents.kinds import Kind, kind_called
from compliance.documents.phrases import phrase
from compliance.documents.press import Press, PrintingFailed, press
from compliance.documents.proofs import Claim
from compliance.documents.refused import TOO_MANY_PAGES, DocumentRefused


class Seal(Protocol):
    """What signs a finished PDF, and proves what it states."""

    def sign(self, pdf: bytes) -> bytes:
        """Return the PDF with its empty signature field signed."""
        ...

    def prove(self, claim: Claim) -> str:
        """Return the offline proof of a claim."""
        ...


@dataclass(frozen=True)
class Rendered:
    """A finished document and what must be kept with it."""

    pdf: bytes
    sha256: str
    pages: int
    template_version: str
    language: str


def render(
    data: DocumentData,
    *,
    specimen: bool = False,
    seal: Seal | None = None,
    using: Press | None = None,
) -> Rendered:
    """Make a document.

    A `specimen` carries the word on every page and is never signed; a kind that is signed needs a
    `seal` otherwise. `using` is another press than this process's own. Raises DocumentRefused with
    the reason, and PrintingFailed when the fault is ours.
    """
    kind = kind_called(data.kind)
    if data.language not in kind.languages:
        raise DocumentRefused(
            f"There is no text of {kind.name} in the language {data.language!r} yet.", "language"
        )
    signing = kind.signed and not specimen
    if signing and seal is None:
        raise DocumentRefused(f"A {kind.name} is only issued signed, and no key was given.")
    record = data.file.as_kept if data.file else ""  # as it is kept, not as it is printed
    data = printable(data)
    refuse_unfit(data, kind)
    job = {
        "css": style_sheet(),
        "letter": kind.letter,
        "most_pages": kind.most_pages,
        "signature_purpose": phrase("signature", data.language, name=data.authority.name)
        if signing
        else "",
        "record": record,
        "record_on": data.issued_on.isoformat(),
    }
    pdf, pages = _printed(data, kind, job, using or press(), specimen=specimen)
    if signing:
        assert seal is not None
        pdf = seal.sign(pdf)
        if faults := nonconformities(pdf):
            raise PrintingFailed("; ".join(faults[:5]))
    if kind.letter and len(pdf) > MOST_BYTES:
        raise DocumentRefused(f"The letter has {len(pdf)} bytes; the printer takes {MOST_BYTES}.")
    return Rendered(
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        pages=pages,
        template_version=kind.version(data.language),
        language=data.language,
    )


def _printed(
    data: DocumentData, kind: Kind, job: dict[str, Any], using: Press, *, specimen: bool
) -> tuple[bytes, int]:
    """Print in the largest size that keeps to the kind's pages. Raises DocumentRefused."""
    for size in range(kind.sizes):
        html = compose(data, kind, specimen=specimen, size=size)
        refuse_said(html, data, kind)
        try:
            return using.make({**job, "html": html})
        except DocumentRefused as refused:
            if refused.field != TOO_MANY_PAGES or size == kind.sizes - 1:
                raise
    raise AssertionError("a kind has at least one size")
