"""Offline proofs: what a certificate states, in a few signed lines that anybody can check without
asking us, from a square code and our public key alone.

A proof is `base64url(lines).base64url(signature)`. The lines are UTF-8, parted by a line feed: the
version, the id of the key, the operator, the postcode, the day of the check, the result, and the last
day the certificate may hold. The signature is Ed25519 over exactly those bytes. There is one way to
write a proof: `static/js/proof.js` and `read` refuse every other.

A proof tells what we stated when the certificate was issued. Whether it was ended since, only its
status page can tell.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from compliance.documents.addresses import spaced_postcode
from compliance.documents.keys import proof_key_id, public_proof_key

VERSION = "CKS1"
#: The one result a certificate states: no issues were found on the points that were checked.
NO_ISSUES_FOUND = "no-issues-found"
SIGNATURE_BYTES = 64
MOST_CHARACTERS = 900
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a proof states; both days are days of London."""

    operator: str
    postcode: str
    checked_on: date
    valid_until: date
    result: str = NO_ISSUES_FOUND


class NotProven(ValueError):
    """A text that is no proof of ours; the message says why in plain English."""


def prove(claim: Claim, proof_key: bytes) -> str:
    """Return the proof of a claim, signed with a proof key (32 bytes)."""
    content = _lines(claim, proof_key_id(public_proof_key(proof_key)))
    signature = ed25519.Ed25519PrivateKey.from_private_bytes(proof_key).sign(content)
    return f"{_encoded(content)}.{_encoded(signature)}"


def read(proof: str, keys: Mapping[str, bytes]) -> Claim:
    """Return what a proof states. `keys` are our public keys by their id.

    Raises NotProven for anything but a proof of ours, written the one way we write it.
    """
    parts = proof.split(".")
    if len(proof) > MOST_CHARACTERS or len(parts) != 2:
        raise NotProven("This is not a proof.")
    content, signature = (_decoded(part) for part in parts)
    try:
        version, key_id, operator, postcode, checked_on, result, valid_until = content.decode(
            "utf-8"
        ).split("\n")
        claim = Claim(
            operator=operator,
            postcode=postcode,
            checked_on=date.fromisoformat(checked_on),
            valid_until=date.fromisoformat(valid_until),
            result=result,
        )
    except ValueError:
        raise NotProven("This is not a proof.") from None
    if version != VERSION:
        raise NotProven("This proof is of a kind that is not known here.")
    if key_id not in keys:
        raise NotProven("This proof was not made with a key of ours.")
    if len(signature) != SIGNATURE_BYTES or _lines(claim, key_id) != content:
        raise NotProven("This is not a proof.")
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(keys[key_id]).verify(signature, content)
    except InvalidSignature:
        raise NotProven("This proof was changed, or was not made by us.") from None
    return claim


def _lines(claim: Claim, key_id: str) -> bytes:
    lines = (
        VERSION,
        key_id,
        _one_line(claim.operator),
        spaced_postcode(claim.postcode),
        claim.checked_on.isoformat(),
        claim.result,
        claim.valid_until.isoformat(),
    )
    return "\n".join(lines).encode()


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise NotProven("This is not a proof.")
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise NotProven("This is not a proof.") from None
    if _encoded(content) != text:  # the last character has bits to spare
        raise NotProven("This is not a proof.")
    return content
