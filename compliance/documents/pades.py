"""One PAdES signature: ECDSA on P-256 over the whole file, into the empty field the finisher left.
The file keeps PDF/A and PDF/UA, so its metadata is not rewritten."""

import datetime
import logging
from functools import lru_cache
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from compliance.documents import signatures
from compliance.documents.conformance import nonconformities
from compliance.documents.keys import Keys
from compliance.documents.proofs import Claim, prove
from compliance.documents.refused import DocumentRefused
from compliance.documents.signature_field import SIGNATURE_FIELD
from compliance.documents.waiting import wait_for

DIGEST = "sha256"
RESERVED = 4096  # hex digits kept for the signature and its two certificates
RESERVED_FOR_TIMESTAMP = 24_576  # a service sends its own certificates along
TRIES = 4

_log = logging.getLogger(__name__)


class _PlainWriter(IncrementalPdfFileWriter):
    """An incremental writer that leaves the metadata alone: rewritten, it would break PDF/A."""

    def _update_meta(self) -> None:
        return


@lru_cache(maxsize=8)
def _signer(keys: Keys) -> SimpleSigner:
    """The signer of a set of keys, read once and held open by this process."""
    certificates = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    certificates.register(asn1_x509.Certificate.load(keys.root_certificate))
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(keys.signing_certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(keys.signing_key),
        cert_registry=certificates,
    )


class DocumentSeal:
    """Signs and proves with the service's keys; kept open for as long as its owner likes."""

    def __init__(
        self,
        keys: Keys,
        *,
        at: datetime.datetime,
        signer_name: str = "",
        timestamps: TimeStamper | None = None,
    ) -> None:
        """`at` (aware) is the moment stated in the signature, `signer_name` who states it;
        `timestamps` is a service that vouches for the moment."""
        self._signer = _signer(keys)
        self._root = keys.root_certificate
        self._signing_certificate = keys.signing_certificate
        self._proof_key = keys.proof_key
        self._at = at
        self._name = signer_name or None
        self._timestamps = timestamps

    def prove(self, claim: Claim) -> str:
        """Return the offline proof of a claim."""
        return prove(claim, self._proof_key)

    def sign(self, pdf: bytes) -> bytes:
        """Return the PDF with its empty signature field signed and no change allowed after.

        Where the timestamp service does not answer, the signature goes without: it states its
        moment itself. Raises DocumentRefused when the signing certificate does not hold at that
        moment, SigningError when the file has no such field.
        """
        certificate = asn1_x509.Certificate.load(self._signing_certificate)
        if not certificate.not_valid_before <= self._at <= certificate.not_valid_after:
            raise DocumentRefused(
                "The key that signs certificates holds from "
                f"{certificate.not_valid_before:%d %B %Y} to {certificate.not_valid_after:%d %B %Y}. "
                "Whoever runs this service can make a new one."
            )
        if self._timestamps is not None:
            try:
                stamped = self._signed_in_format(pdf, self._timestamps)
                if self._is_genuine(stamped):
                    return stamped
                _log.warning("Signed without a timestamp: the service writes it in another way")
            except TimestampRequestError as error:
                _log.warning("Signed without a timestamp: %s", error)
        return self._signed_in_format(pdf, None)

    def _is_genuine(self, signed: bytes) -> bool:
        """Whether a file passes our own test: what somebody else's service put in must not break it."""
        (signature,) = signatures.read(signed).signatures
        return signatures.fault(signed, signature, [self._root]) is None

    def _signed_in_format(self, pdf: bytes, timestamps: TimeStamper | None) -> bytes:
        signed = b""
        room = RESERVED + (RESERVED_FOR_TIMESTAMP if timestamps else 0)
        for extra in range(TRIES):
            signed = self._signed(pdf, room + 2 * extra, timestamps)
            # Once in a few hundred files a compressed stream ends with a carriage return and is
            # then misread by strict readers; another reservation shifts it.
            if not nonconformities(signed):
                break
        return signed

    def _signed(self, pdf: bytes, reserved: int, timestamps: TimeStamper | None) -> bytes:
        writer = _PlainWriter(BytesIO(pdf))
        embedding = PdfCMSEmbedder().write_cms(
            field_name=SIGNATURE_FIELD, writer=writer, existing_fields_only=True
        )
        next(embedding)
        embedding.send(
            SigObjSetup(
                sig_placeholder=SignatureObject(
                    subfilter=SigSeedSubFilter.PADES,
                    timestamp=self._at,
                    name=self._name,
                    bytes_reserved=reserved,
                ),
                mdp_setup=SigMDPSetup(
                    md_algorithm=DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES
                ),
            )
        )
        prepared, output = embedding.send(SigIOSetup(md_algorithm=DIGEST, in_place=False))
        signature = wait_for(
            self._signer.async_sign(
                prepared.document_digest,
                DIGEST,
                use_pades=True,
                timestamper=timestamps,
                signed_attr_settings=PdfCMSSignedAttributes(),
            )
        )
        embedding.send(signature)
        result: bytes = output.getvalue()
        return result
