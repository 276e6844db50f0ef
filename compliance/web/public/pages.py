"""The open pages that belong to the service itself: start, privacy, accessibility, health."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from compliance.access import PUBLIC
from compliance.store.engine import db
from compliance.web import languages
from compliance.web.guard import permission

bp = Blueprint("public", __name__)


@bp.get("/")
@permission(PUBLIC)
def start() -> str:
    """Show what the service is and the ways in."""
    return languages.page("public/start.html")


@bp.get("/privacy")
@permission(PUBLIC)
def privacy() -> str:
    """Show what is kept about whom, why, and for how long."""
    return languages.page("public/privacy.html")


@bp.get("/accessibility")
@permission(PUBLIC)
def accessibility() -> str:
    """Show how accessible the service is and whom to tell when it is not."""
    return languages.page("public/accessibility.html")


@bp.get("/health")
@permission(PUBLIC)
def health() -> ResponseReturnValue:
    """Say whether the service can reach its database: 200, or 503 when it cannot."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return _state("unavailable"), 503
    return _state("ok")


def _state(database: str) -> Response:
    return jsonify(status="ok" if database == "ok" else "unavailable", database=database)
