"""One commit a request, at the edge, after the view succeeded; anything else is rolled back.

A view that shows a form again because something was wrong answers 422, so nothing half done is
kept. A GET never commits.
"""

from __future__ import annotations

from flask import Flask, Response, request

from compliance.store.engine import db

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Register it. The answer leaves only after the commit: what is acknowledged is kept."""
    app.after_request(_commit_or_roll_back)


def _commit_or_roll_back(response: Response) -> Response:
    if request.method in READING or response.status_code >= 400:
        db.session.rollback()
    else:
        db.session.commit()
    return response
