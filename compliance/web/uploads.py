"""Views that take in more than the ordinary request may hold: the size stands beside the view.

It is settled before anything reads the form, and after who may come in was settled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def takes(most_bytes: int) -> Callable[[View], View]:
    """Let the requests of a view be of up to `most_bytes`; files wait on disk, not in memory."""

    def mark(view: View) -> View:
        vars(view)["most_bytes"] = most_bytes
        return view

    return mark


def init_app(app: Flask) -> None:
    """Set the size of each request before its form is read."""
    app.before_request(_set_size)


def _set_size() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "most_bytes", None)
    if most is not None:
        request.max_content_length = most
