"""Numbers of rows in an address: one that no row can have is a page that is not there, not a fault."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

#: The largest number both databases can look for.
LARGEST = 2**31 - 1


class RowId(IntegerConverter):
    """`<int:...>` of an address, at most `LARGEST`."""

    def __init__(self, map: Map, *args: Any, **named: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST, **named})


def row_id(text: str) -> int:
    """Read the number of a row from a query, for `request.args.get(..., type=row_id)`.

    Raises ValueError for anything but ASCII digits up to `LARGEST`.
    """
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= LARGEST and len(text) <= 12):
        raise ValueError(text)
    return int(text)


def init_app(app: Flask) -> None:
    """Let every `<int:...>` of the views be one."""
    app.url_map.converters["int"] = RowId
