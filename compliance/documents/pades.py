"""One PAdES signature: ECDSA on P-256 over the whole file, into the empty field the finisher left.
The file keeps PDF/A and PDF/UA, so its metadata is not rewritten."""

import datetime
from io import BytesIO

from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
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
from pyhanko_certvalidator.registry import SimpleCertificateStore

from compliance.documents.conformance import nonconformities
from compliance.documents.keys import Keys
from compliance.documents.signature_field import SIGNATURE_FIELD
from compliance.documents.waiting import wait_for

DIGEST = "sha256"
RESERVED = 4096  # hex digits kept for the signature and its two certificates
TRIES = 4


class _PlainWriter(IncrementalPdfFileWriter):
    """An incremental writer that leaves the metadata alone: rewritten, it would break PDF/A."""

    def _update_meta(self) -> None:
        return


class DocumentSeal:
    """Signs with the service's key; kept open for as long as its owner likes."""

    def __init__(self, keys: Keys, *, at: datetime.datetime, signer_name: str = "") -> None:
        """`at` (aware) is the moment stated in the signature, `signer_name` who states it."""
        certificates = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        root = asn1_x509.Certificate.load(keys.root_certificate)
        certificates.register(root)
        self._signer = SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(keys.signing_certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(keys.signing_key),
            cert_registry=certificates,
        )
        self._at = at
        self._name = signer_name or None

    def sign(self, pdf: bytes) -> bytes:
        """Return the PDF with its empty signature field signed and no change allowed after.

        Raises SigningError when the file has no such field.
        """
        signed = b""
        for extra in range(TRIES):
            signed = self._signed(pdf, RESERVED + 2 * extra)
            # Once in a few hundred files a compressed stream ends with a carriage return and is
            # then misread by strict readers; another reservation shifts it.
            if not nonconformities(signed):
                break
        return signed

    def _signed(self, pdf: bytes, reserved: int) -> bytes:
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
                signed_attr_settings=PdfCMSSignedAttributes(),
            )
        )
        embedding.send(signature)
        result: bytes = output.getvalue()
        return result
