"""Reading the signatures of a PDF, and what can be wrong with one.

"The signature is valid" is not "genuine": it must lead to our own root, cover every byte of the
file but itself, and stand in the file exactly as we write it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from compliance.documents.waiting import wait_for


class Fault(Enum):
    """What is wrong with a signature, in plain English."""

    DAMAGED = "The signature of this file is damaged."
    FOREIGN = "This file is signed, but not by us."
    CONTENT = "This file was changed after we signed it."
    ADDED = "Something was added to this file after we signed it."
    REWRITTEN = "The signature of this file was changed after we made it."


@dataclass(frozen=True)
class File:
    """What could be read of a PDF: its metadata (all its bytes, when it cannot be read)."""

    readable: bool
    metadata: bytes
    signatures: Sequence[EmbeddedPdfSignature]


def read(pdf: bytes) -> File:
    """Read a PDF's metadata and signatures. Never raises."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = reader.embedded_signatures
    except Exception:  # a damaged file breaks the reader in a hundred ways
        return File(False, pdf, ())
    try:
        metadata: bytes = reader.root["/Metadata"].data
    except Exception:
        metadata = b""
    return File(True, metadata, signatures)


def fault(pdf: bytes, signature: EmbeddedPdfSignature, roots: Sequence[bytes]) -> Fault | None:
    """What is wrong with a file's only signature; None: it is ours and whole.

    `roots` are our root certificates (DER). Never raises.
    """
    known = [asn1_x509.Certificate.load(root) for root in roots]
    try:
        signer = signature.signer_cert
        issuing = next((root for root in known if _issued_by(signer, root)), None)
        moment = signature.self_reported_timestamp
        status = wait_for(
            async_validate_pdf_signature(
                signature,
                signer_validation_context=ValidationContext(
                    trust_roots=known,
                    allow_fetching=False,
                    moment=moment,
                    best_signature_time=moment,
                ),
                key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
            )
        )
    except Exception:  # as above: whatever breaks on it is not our signature
        return Fault.DAMAGED
    if issuing is None:
        return Fault.FOREIGN
    if not status.intact or not status.valid:
        return Fault.CONTENT
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE or not _covers_all(pdf, signature):
        return Fault.ADDED
    if not status.trusted:
        return Fault.FOREIGN
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid):
        return Fault.REWRITTEN
    if not _written_as_ours(pdf, signature, issuing.dump()):
        return Fault.REWRITTEN
    return None


def _issued_by(certificate: asn1_x509.Certificate, root: asn1_x509.Certificate) -> bool:
    """Whether `root`'s own key signed the certificate (its name alone proves nothing)."""
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


def _unsigned(signer: asn1_cms.SignerInfo) -> list[asn1_cms.CMSAttribute]:
    """The attributes that no signature of ours covers: at most somebody else's timestamp on it."""
    attributes = signer["unsigned_attrs"]
    return list(attributes) if isinstance(attributes, asn1_cms.CMSAttributes) else []


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
            and [each["type"].native for each in _unsigned(signer)]
            in ([], ["signature_time_stamp_token"])
        )
    except (ValueError, TypeError, KeyError):
        return False
    return fixed and digits == der.hex().upper().encode().ljust(len(digits), b"0")
