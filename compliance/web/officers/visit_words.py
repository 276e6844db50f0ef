"""The words for a visit's kind and state, and its address, for lists and headings."""

from __future__ import annotations

from compliance.rulebook.pack import text_of
from compliance.store.models import Visit
from compliance.web.in_use import rulebook_in_use

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


def kinds() -> dict[str, str]:
    """Return the rulebook's kinds of visit: code to words."""
    return _labels("kind")


def channels() -> dict[str, str]:
    """Return the rulebook's ways of selling: code to words."""
    return _labels("channel")


def _labels(dim: str) -> dict[str, str]:
    options = rulebook_in_use().by_id("dim")[dim]["options"]
    return {option["code"]: text_of(option["label"]) for option in options}


def kind_label(code: str) -> str:
    """Return the words of a kind; an older rulebook's code stands for itself."""
    return kinds().get(code, code)


def href(visit: Visit) -> str:
    """Return the address of a visit."""
    return f"/visits/{visit.id}"
