"""An offline proof states five things and is written one way; nothing else is believed."""

import base64
import dataclasses
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from compliance.documents.keys import proof_key_id, public_proof_key
from compliance.documents.proofs import Claim, NotProven, prove, read
from tests.documents.proof_forgeries import forgeries

KEY = bytes(range(32))
PUBLIC = public_proof_key(KEY)
KEYS = {proof_key_id(PUBLIC): PUBLIC}
CLAIM = Claim(
    operator="Siop Gyllyll Cyf. (Caerdydd) & Sons Ltd",
    postcode="NR3 1QZ",
    checked_on=date(2026, 9, 20),
    valid_until=date(2027, 9, 20),
)


def test_what_is_proved_is_what_is_read() -> None:
    proof = prove(CLAIM, KEY)
    assert read(proof, KEYS) == CLAIM
    assert prove(CLAIM, KEY) == proof  # Ed25519 has no chance in it
    content, signature = proof.split(".")
    assert base64.urlsafe_b64decode(content + "==").decode().split("\n") == [
        "CKS1",
        proof_key_id(PUBLIC),
        "Siop Gyllyll Cyf. (Caerdydd) & Sons Ltd",
        "NR3 1QZ",
        "2026-09-20",
        "no-issues-found",
        "2027-09-20",
    ]
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64


def test_spaces_and_line_ends_in_a_name_make_no_line() -> None:
    odd = dataclasses.replace(CLAIM, operator=" Knives\n& \u00a0Forks ", postcode="nr31qz")
    assert read(prove(odd, KEY), KEYS) == dataclasses.replace(
        CLAIM, operator="Knives & Forks", postcode="NR3 1QZ"
    )


def test_an_older_key_still_proves() -> None:
    newer = public_proof_key(bytes(32))
    assert read(prove(CLAIM, KEY), {**KEYS, proof_key_id(newer): newer}) == CLAIM


@pytest.mark.parametrize("name", forgeries(prove(CLAIM, KEY)))
def test_a_forged_proof_is_refused(name: str) -> None:
    with pytest.raises(NotProven):
        read(forgeries(prove(CLAIM, KEY))[name], KEYS)


def test_every_changed_character_is_seen() -> None:
    proof = prove(CLAIM, KEY)
    for at, character in enumerate(proof):
        for other in "Ab9-":
            if other != character:
                with pytest.raises(NotProven):
                    read(proof[:at] + other + proof[at + 1 :], KEYS)


def test_another_way_of_writing_the_same_is_refused_although_the_key_is_ours() -> None:
    """Even our own key signs one form only: a date, a space or a version written otherwise is none."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(KEY)
    content = base64.urlsafe_b64decode(prove(CLAIM, KEY).split(".")[0] + "==").decode()
    for old, new in (
        ("2026-09-20", "20260920"),
        ("NR3 1QZ", "NR31QZ"),
        ("Siop ", "Siop  "),
        ("CKS1", "CKS2"),
        ("2027-09-20", "2027-09-20\n"),
    ):
        other = content.replace(old, new).encode()
        written = ".".join(
            base64.urlsafe_b64encode(each).decode().rstrip("=") for each in (other, key.sign(other))
        )
        with pytest.raises(NotProven):
            read(written, KEYS)
