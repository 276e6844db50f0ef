"""The kinds of shop, in the order they are offered."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def labels() -> dict[str, str]:
    """Return every code with its label."""
    text = files("compliance.services").joinpath("data/shop_kinds.toml").read_text("utf-8")
    return tomllib.loads(text)


def label(code: str | None) -> str:
    """Return the label of a code, "Not known" for None."""
    return labels().get(code, code) if code else "Not known"
