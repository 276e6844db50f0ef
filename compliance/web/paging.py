"""One page of a long list, and the addresses of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for

PAGE_SIZE = 25


@dataclass(frozen=True)
class Page:
    """The rows of page `number` (from 1) of `pages`, out of `total`."""

    items: Sequence[Any]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def previous_href(self) -> str | None:
        """The address of the page before, None on the first."""
        return _href(self.number - 1) if self.number > 1 else None

    @property
    def next_href(self) -> str | None:
        """The address of the page after, None on the last."""
        return _href(self.number + 1) if self.number < self.pages else None

    @property
    def links(self) -> list[tuple[int | None, str | None]]:
        """First, last and the pages near this one, as (number, address); a gap is (None, None)."""
        wanted = sorted(
            {1, self.pages, *range(max(1, self.number - 1), min(self.pages, self.number + 1) + 1)}
        )
        shown: list[tuple[int | None, str | None]] = []
        for before, number in zip([0, *wanted], wanted, strict=False):
            if number - before > 1:
                shown.append((None, None))
            shown.append((number, _href(number)))
        return shown


def page_number() -> int:
    """Return the page asked for by `?page=`; 404 for what is not a page."""
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and 1 <= len(asked) <= 6 and int(asked)):
        abort(404)
    return int(asked)


def _href(number: int) -> str:
    # The filters stay as they are; only the page changes.
    kept: dict[str, Any] = {name: values for name, values in request.args.lists() if name != "page"}
    assert request.endpoint is not None
    return url_for(request.endpoint, **(request.view_args or {}), **kept, page=number)
