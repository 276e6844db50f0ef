"""The words for a visit's kind and state, and its address, for lists and headings."""

from __future__ import annotations

from functools import cache

from compliance.rulebook import shipped_pack
from compliance.rulebook.pack import text_of
from compliance.store.models import Visit

#: State: (words, tone of the tag).
STATES = {
    "draft": ("Draft", "grey"),
    "recorded": ("To review", "yellow"),
    "returned": ("Returned to officer", "orange"),
    "reviewed": ("To notify", "teal"),
    "notified": ("To decide", "purple"),
    "decided": ("Decided", "green"),
    "closed": ("Closed", "grey"),
}


@cache
def kinds() -> dict[str, str]:
    """Return the rulebook's kinds of visit: code to words."""
    dimension = next(each for each in shipped_pack().entries("dim") if each["id"] == "kind")
    return {option["code"]: text_of(option["label"]) for option in dimension["options"]}


@cache
def channels() -> dict[str, str]:
    """Return the rulebook's ways of selling: code to words."""
    dimension = next(each for each in shipped_pack().entries("dim") if each["id"] == "channel")
    return {option["code"]: text_of(option["label"]) for option in dimension["options"]}


def kind_label(code: str) -> str:
    """Return the words of a kind; an older rulebook's code stands for itself."""
    return kinds().get(code, code)


def href(visit: Visit) -> str:
    """Return the address of a visit."""
    return f"/visits/{visit.id}"
