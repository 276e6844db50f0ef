"""The code printed on a letter, twelve characters that are easy to type and hard to guess; and the
secret part of a certificate's link."""

from __future__ import annotations

import hashlib
import hmac
import secrets

#: Crockford's base 32: no I, L, O or U. Twelve of them are 60 random bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
#: 128 random bits: the public link of a certificate cannot be guessed.
LINK_BYTES = 16
_FORGIVEN = str.maketrans(
    {"O": "0", "I": "1", "L": "1"} | dict.fromkeys(" -\t\u00a0\u2010\u2011\u2012\u2013\u2014")
)
# Slow on purpose (some 20 ms): a stolen table of hashes is not worth guessing at.
_COST = {"n": 2**13, "r": 8, "p": 1, "dklen": 32}


def new_code() -> str:
    """Return a new code, twelve characters without separators."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_link() -> str:
    """Return the secret part of a new public link."""
    return secrets.token_urlsafe(LINK_BYTES)


def spaced(code: str) -> str:
    """Write a code as it is printed: `ABCD-EFGH-JKMN`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read(typed: str) -> str | None:
    """Return the code in what was typed, forgiving O/0, I/1/L, case, spaces and hyphens.

    None when it cannot be one.
    """
    code = typed[:64].upper().translate(_FORGIVEN)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def hashed(code: str) -> str:
    """Return the hash to keep of a code, with its own salt."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_stretch(code, salt)}"


def matches(typed: str, kept: str | None) -> bool:
    """Say whether what was typed is the code whose hash is `kept`.

    Takes the same time for a wrong code, something that is no code, and no hash at all.
    """
    code = read(typed)
    salt, _, stretched = (kept or "00" * 16 + "$" + "0" * 64).partition("$")
    same = hmac.compare_digest(_stretch(code or "", bytes.fromhex(salt)), stretched)
    return same and code is not None and kept is not None


def _stretch(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, **_COST).hex()
