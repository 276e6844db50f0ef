"""Where to go next, when the address says so: only ever a page of our own."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(target: str | None) -> str | None:
    """Return `target` when it is a path of this service, otherwise None.

    Refused: another host, another scheme, `//host`, and the backslashes and control characters
    that browsers turn into one of these.
    """
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(character) < 0x21 or ord(character) == 0x7F for character in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
