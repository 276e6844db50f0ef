"""How a service says no: refused with a reason a person can act on, or not there for them."""

from __future__ import annotations


class Refused(Exception):
    """Something that may not be done, or not yet; the message says why and what to do."""

    def __init__(self, message: str, field: str | None = None) -> None:
        """Keep the reason in plain English and, where there is one, the form field it is about."""
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(Exception):
    """There is no such thing, or it belongs to another authority: the two look the same."""
