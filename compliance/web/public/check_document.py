"""Anybody checks a file: is it ours, unchanged, and does it still hold? The file is not kept."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from compliance.access import PUBLIC
from compliance.documents.keys import root_certificates
from compliance.services.lifecycle import checking, portal
from compliance.store.engine import db
from compliance.web import languages, limits
from compliance.web.application import settings_in_use
from compliance.web.dates import utc_now
from compliance.web.guard import permission

bp = Blueprint("check_document", __name__, url_prefix="/check-a-document")

#: Outcome: what the page says first.
WORDS = {
    "genuine": "This document is genuine",
    "altered": "This file was changed",
    "not ours": "This file is not from this service",
    "specimen": "This is a specimen, not an issued document",
    "expired": "This certificate has expired",
    "replaced": "This certificate was replaced by a newer one",
    "withdrawn": "This certificate has been withdrawn",
}


@bp.route("", methods=["GET", "POST"])
@permission(PUBLIC)
@limits.tries("30 per 15 minutes")
def upload() -> ResponseReturnValue:
    """Ask for a PDF and say what it is."""
    if request.method == "GET":
        return _page()
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    if not content:
        return _page(error="Choose a PDF file"), 422
    roots = root_certificates(settings_in_use().data_dir / "keys")
    checked = checking.check(db.session, utc_now(), content, roots)
    return _page(checked=checked)


def _page(*, checked: checking.Checked | None = None, error: str = "") -> str:
    document = checked.document if checked else None
    # A letter is between an authority and a shop: of it, only that it is genuine is told.
    public = document is not None and document.standing is not None
    return languages.page(
        "public/check_document.html",
        checked=checked,
        title=WORDS[checked.outcome] if checked else "",
        document=document,
        d=portal.said(document) if document is not None and public else None,
        error=error,
        now=utc_now(),
    )
