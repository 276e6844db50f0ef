"""What anybody sees who scans a certificate: which shop, which day, and whether it still holds now."""

from __future__ import annotations

import re

from flask import Blueprint, Response, make_response

from compliance.access import PUBLIC
from compliance.services.lifecycle import certificates, portal
from compliance.services.lifecycle.certificates import Status
from compliance.services.lifecycle.documents import ended_line
from compliance.store.engine import db
from compliance.web import languages, limits
from compliance.web.dates import london_today, utc_now
from compliance.web.guard import permission

bp = Blueprint("certificate", __name__, url_prefix="/c")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@bp.get("/<token>")
@permission(PUBLIC)
@limits.looks("120 per 15 minutes")
def show(token: str) -> Response:
    """Look the certificate up at this moment; one that is not there gets a page that says so."""
    certificate = certificates.by_token(db.session, token) if _TOKEN.fullmatch(token) else None
    status = certificates.status_on(certificate, london_today()) if certificate else None
    language = languages.begin()
    said = portal.said(portal.in_language(certificate.document, language)) if certificate else None
    response = make_response(
        languages.page(
            "public/certificate.html",
            certificate=certificate,
            d=said,
            lines=said.language if said else language,
            status=status.value if status else "not found",
            ended=ended_line(status) if status not in (None, Status.VALID) else "",
            now=utc_now(),
        )
    )
    response.status_code = 200 if certificate else 404
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
