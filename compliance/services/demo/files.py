"""What the demo is made of, read from the files in `data/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from compliance.services.photos import Received, received

Entry = Mapping[str, Any]


@cache
def read(name: str) -> Entry:
    """Return the content of `data/<name>.toml`."""
    return tomllib.loads(_bytes(f"{name}.toml").decode())


def late_list() -> bytes:
    """Return a council's list of shops that came in late: some may be kept already."""
    return _bytes("late_list.csv")


def shops() -> list[Entry]:
    """Return every shop, each with the visits of its life."""
    ordinary = [{**shop, "visits": _told(shop)} for shop in read("shops")["shops"]]
    return [*ordinary, *read("cases")["shop"]]


def _told(shop: Entry) -> list[Entry]:
    """The visits of a shop's story, moved by the shop's own days."""
    shift = shop.get("shift", 0)
    return [
        {**visit, "days_ago": visit["days_ago"] + shift}
        for visit in read("stories")[shop["story"]]["visits"]
    ]


def sheet(name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an answer sheet: its answers, and why something was not observed."""
    entry = read("sheets")[name]
    answers, why = sheet(entry["like"]) if "like" in entry else ({}, {})
    return {**answers, **entry["answers"]}, {**why, **entry.get("why", {})}


@cache
def photo(name: str) -> Received:
    """Return a drawn photo of `data/`, taken in as one that an officer sends."""
    return received(name, _bytes(name))


def password() -> str:
    """Return the password that every person of the demo has."""
    return str(read("authorities")["password"])


def _bytes(name: str) -> bytes:
    return files("compliance.services.demo").joinpath(f"data/{name}").read_bytes()
