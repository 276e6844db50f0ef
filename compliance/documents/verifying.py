"""Is this PDF ours, and whole? The answer is worked out from the file alone, except for letters,
which are unsigned and known by the SHA-256 of their bytes.

"The signature is valid" is not "genuine": the signature must be the only one, lead to our own root,
cover every byte of the file but itself, and stand in the file exactly as we wrote it. Whether a
genuine certificate still holds is another question, asked of the database at that moment.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

MOST_BYTES = 8 * 1024 * 1024

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
    claimed = _claimed_reference(_metadata(pdf))

    def verdict(outcome: Outcome, reason: str) -> Verdict:
        return Verdict(outcome, reason, digest, claimed)

    if not pdf.startswith(b"%PDF-"):
        return verdict(Outcome.NOT_OURS, "This file is not a PDF.")
    if len(pdf) > MOST_BYTES:
        return verdict(Outcome.NOT_OURS, "This file is larger than any document of ours.")
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
    except Exception:  # a damaged file breaks the reader in a hundred ways
        return verdict(
            Outcome.ALTERED if claimed else Outcome.NOT_OURS,
            "This file is damaged: it cannot be read as a PDF.",
        )
    if not signatures:
        return _unsigned(pdf, digest, claimed, is_issued)
    if len(signatures) > 1:
        return verdict(Outcome.ALTERED, "This file has more than one signature; ours have one.")
    if fault := _signature_fault(pdf, signatures[0], roots):
        return verdict(*fault)
    return verdict(Outcome.GENUINE, "This certificate is ours, and no byte of it was changed.")


def _metadata(pdf: bytes) -> bytes:
    """The metadata of a file, as it says; of a file that cannot be read, all its bytes."""
    try:
        metadata: bytes = PdfFileReader(BytesIO(pdf)).root["/Metadata"].data
    except Exception:  # a damaged file breaks the reader in a hundred ways
        return pdf
    return metadata


def _claimed_reference(metadata: bytes) -> str:
    found = _IDENTIFIER.search(metadata)
    return found.group(1).decode("utf-8", "replace") if found else ""


def _unsigned(pdf: bytes, digest: str, claimed: str, is_issued: Callable[[str], bool]) -> Verdict:
    if is_issued(digest):
        reason = "This document is ours, and no byte of it was changed."
        return Verdict(Outcome.GENUINE, reason, digest, claimed)
    if _SPECIMEN.search(_metadata(pdf)):
        reason = "This is a specimen: a preview that was never issued."
        return Verdict(Outcome.SPECIMEN, reason, digest, claimed)
    if claimed:
        reason = "We did not issue this file. It looks like a document of ours that was changed."
        return Verdict(Outcome.ALTERED, reason, digest, claimed)
    return Verdict(Outcome.NOT_OURS, "We did not issue this file.", digest, claimed)


def _signature_fault(
    pdf: bytes, signature: EmbeddedPdfSignature, roots: Sequence[bytes]
) -> tuple[Outcome, str] | None:
    """What is wrong with a file's only signature, or None."""
    known = [asn1_x509.Certificate.load(root) for root in roots]
    try:
        signer = signature.signer_cert
        issuing = next((root for root in known if _issued_by(signer, root)), None)
        status = asyncio.run(
            async_validate_pdf_signature(
                signature,
                signer_validation_context=ValidationContext(
                    trust_roots=known,
                    allow_fetching=False,
                    moment=signature.self_reported_timestamp,
                    best_signature_time=signature.self_reported_timestamp,
                ),
                key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
            )
        )
    except Exception:  # the signature itself is damaged
        return Outcome.ALTERED, "The signature of this file is damaged."
    if issuing is None:
        return Outcome.NOT_OURS, "This file is signed, but not by us."
    if not status.intact or not status.valid:
        return Outcome.ALTERED, "This file was changed after we signed it."
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or not _covers_all(pdf, signature):
        return Outcome.ALTERED, "Something was added to this file after we signed it."
    if not status.trusted:
        return Outcome.NOT_OURS, "The signature does not lead to our own key."
    if not _written_as_ours(pdf, signature, issuing.dump()):
        return Outcome.ALTERED, "The signature of this file was changed after we made it."
    return None


def _issued_by(certificate: asn1_x509.Certificate, root: asn1_x509.Certificate) -> bool:
    """Whether `root`'s own key signed the certificate (its name alone proves nothing)."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        x509.load_der_x509_certificate(certificate.dump()).verify_directly_issued_by(
            x509.load_der_x509_certificate(root.dump())
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _covers_all(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether the signed ranges are the whole file but the signature's own hex digits."""
    start, first, second, rest = (int(each) for each in signature.byte_range)
    return (
        start == 0
        and second + rest == len(pdf)
        and pdf[first : first + 1] == b"<"
        and pdf[second - 1 : second] == b">"
    )


def _written_as_ours(pdf: bytes, signature: EmbeddedPdfSignature, root: bytes) -> bool:
    """Whether the gap that no signature can cover holds ours in the one way we write it.

    The gap is upper-case hex of canonical DER, then zeroes; whatever in it is not signed itself has
    the only value we give it.
    """
    _, first, second, _ = (int(each) for each in signature.byte_range)
    digits = pdf[first + 1 : second - 1]
    try:
        content = asn1_cms.ContentInfo.load(signature.pkcs7_content)
        der = content.dump(force=True)
        signed = content["content"]
        (signer,) = signed["signer_infos"]
        issuer = signer["sid"].chosen
        fixed = (
            signed["version"].native == "v1"
            and [each["algorithm"].native for each in signed["digest_algorithms"]] == ["sha256"]
            and signed["encap_content_info"]["content_type"].native == "data"
            and signed["encap_content_info"]["content"].native is None
            and not signed["crls"].native
            and {each.chosen.dump() for each in signed["certificates"]}
            == {signature.signer_cert.dump(), root}
            and signer["version"].native == "v1"
            and issuer["issuer"].dump() == signature.signer_cert.issuer.dump()
            and issuer["serial_number"].native == signature.signer_cert.serial_number
            and signer["digest_algorithm"]["algorithm"].native == "sha256"
            and signer["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
            and not signer["unsigned_attrs"].native
        )
    except (ValueError, TypeError, KeyError):
        return False
    return fixed and digits == der.hex().upper().encode().ljust(len(digits), b"0")
