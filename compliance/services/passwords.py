"""Passwords: which are strong enough, and how they are kept (argon2id)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from compliance.services.errors import Refused

SHORTEST = 12
#: A longer one would only cost time to hash.
LONGEST = 128

_HASHER = PasswordHasher()


def check_strength(password: str, *, email: str = "", field: str = "password") -> None:
    """Raise Refused, naming what to change, unless `password` may be used."""
    if len(password) < SHORTEST:
        raise Refused(f"Password must be {SHORTEST} characters or more", field)
    if len(password) > LONGEST:
        raise Refused(f"Password must be {LONGEST} characters or fewer", field)
    plain = password.casefold()
    name = email.casefold().partition("@")[0]
    if _is_common(plain) or (len(name) >= 4 and _letters(plain) == _letters(name)):
        raise Refused(
            "This password is easy to guess. Choose another, such as three random words", field
        )


def hashed(password: str) -> str:
    """Return the argon2id hash to keep."""
    return _HASHER.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Say whether `password` is the one kept. Takes as long when there is none to compare."""
    try:
        _HASHER.verify(kept or _nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_out_of_date(kept: str) -> bool:
    """Say whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(kept)


def _is_common(plain: str) -> bool:
    if len(set(plain)) < 5 or plain in _common():
        return True
    # "password2026!" and "!!letmein123" are the listed words with trimmings, "qwertyqwerty" twice.
    core = plain.strip("0123456789!?.,-_*#@$£%&+= ")
    if core in _common():
        return True
    repeated = re.fullmatch(r"(.{3,}?)\1+", core or plain)
    return repeated is not None and (repeated[1] in _common() or len(set(repeated[1])) <= 4)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


@cache
def _common() -> frozenset[str]:
    text = files("compliance.services").joinpath("data/common_passwords.txt").read_text("utf-8")
    return frozenset(
        line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")
    )


@cache
def _nobodys() -> str:
    return hashed("a hash to compare with when there is no such account")
