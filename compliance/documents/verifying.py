"""Is this PDF ours, and whole? The answer is worked out from the file alone, except for letters,
which are unsigned and known by the SHA-256 of their bytes.

"The signature is valid" is not "genuine": the signature must be the only one, lead to our own root,
cover every byte of the file but itself, and stand in the file exactly as we wrote it. Whether a
genuine certificate still holds is another question, asked of the database at that moment.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

MOST_BYTES = 8 * 1024 * 1024
# Our certificates have some 30 kB. What is larger is looked up by its hash and never opened: a
# small file can unpack into gigabytes.
MOST_BYTES_OPENED = 256 * 1024

UNCHANGED = "This document is ours, and no byte of it was changed."

_IDENTIFIER = re.compile(rb"<dc:identifier>([^<]{1,60})</dc:identifier>")
_SPECIMEN = re.compile(rb"<rdf:li[^>]*>\s*SPECIMEN:")


class Outcome(Enum):
    """What a file turned out to be."""

    GENUINE = "genuine"
    ALTERED = "altered"
    NOT_OURS = "not ours"
    SPECIMEN = "specimen"


@dataclass(frozen=True)
class Verdict:
    """The answer, its reason in plain English, and what the caller needs to look up the status."""

    outcome: Outcome
    reason: str
    sha256: str
    reference: str = ""  # as the genuine file states it; otherwise what the file claims, or ""


def verify_certificate(
    pdf: bytes,
    roots: Sequence[bytes],
    *,
    is_issued: Callable[[str], bool] = lambda _: False,
) -> Verdict:
    """Tell whether `pdf` is one of ours, byte for byte.

    `roots` are our root certificates (DER); `is_issued` tells whether a document with this SHA-256
    was issued, which is how a letter is known. Never raises for a bad file.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    issued = is_issued(digest)
    if not pdf.startswith(b"%PDF-"):
        return Verdict(Outcome.NOT_OURS, "This file is not a PDF.", digest)
    if len(pdf) > MOST_BYTES_OPENED:
        if issued:
            return Verdict(Outcome.GENUINE, UNCHANGED, digest)
        return Verdict(Outcome.NOT_OURS, "We did not issue this file.", digest)

    from compliance.documents import signatures  # slow to load, and seldom needed

    file = signatures.read(pdf)
    claimed = _claimed_reference(file.metadata)

    def verdict(outcome: Outcome, reason: str) -> Verdict:
        return Verdict(outcome, reason, digest, claimed)

    if not file.readable:
        return verdict(
            Outcome.ALTERED if claimed else Outcome.NOT_OURS,
            "This file is damaged: it cannot be read as a PDF.",
        )
    if not file.signatures:
        return verdict(*_unsigned(file.metadata, claimed, issued))
    if len(file.signatures) > 1:
        return verdict(Outcome.ALTERED, "This file has more than one signature; ours have one.")
    fault = signatures.fault(pdf, file.signatures[0], roots)
    if fault is signatures.Fault.FOREIGN:
        return verdict(Outcome.NOT_OURS, fault.value)
    if fault is not None:
        return verdict(Outcome.ALTERED, fault.value)
    return verdict(Outcome.GENUINE, "This certificate is ours, and no byte of it was changed.")


def _claimed_reference(metadata: bytes) -> str:
    found = _IDENTIFIER.search(metadata)
    return found.group(1).decode("utf-8", "replace") if found else ""


def _unsigned(metadata: bytes, claimed: str, issued: bool) -> tuple[Outcome, str]:
    if issued:
        return Outcome.GENUINE, UNCHANGED
    if _SPECIMEN.search(metadata):
        return Outcome.SPECIMEN, "This is a specimen: a preview that was never issued."
    if claimed:
        return (
            Outcome.ALTERED,
            "We did not issue this file. It looks like a document of ours that was changed.",
        )
    return Outcome.NOT_OURS, "We did not issue this file."
