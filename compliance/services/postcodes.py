"""Postcodes: how one is written, and which nation its area lies in."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})")


def tidy(text: str) -> str | None:
    """Return a postcode in capitals with its space, None when `text` is not one."""
    found = _POSTCODE.fullmatch(re.sub(r"\s+", "", text).upper())
    return f"{found[1]} {found[2]}" if found else None


def nation_of(postcode: str | None) -> str | None:
    """Return the nation in which the postcode's whole area lies; None: a person must confirm."""
    tidied = tidy(postcode) if postcode else None
    if tidied is None:
        return None
    area = re.match(r"[A-Z]+", tidied)
    return _nations().get(area[0]) if area else None


def other_nation(nation: str | None, postcode: str | None) -> str | None:
    """Return the nation in which the postcode's whole area lies when it is not `nation`; else None."""
    found = nation_of(postcode)
    return found if nation and found != nation else None


def areas() -> dict[str, list[str]]:
    """Return the postcode areas that lie wholly in each nation."""
    found: dict[str, list[str]] = {}
    for area, nation in _nations().items():
        found.setdefault(nation, []).append(area)
    return found


@cache
def _nations() -> dict[str, str]:
    text = files("compliance.services").joinpath("data/postcode_areas.toml").read_text("utf-8")
    return {area: nation for nation, areas in tomllib.loads(text).items() for area in areas}
