"""A PDF as an answer: shown in the browser, saved under its own name, kept by nobody on the way."""

from __future__ import annotations

from flask import Response


def pdf_response(content: bytes, name: str) -> Response:
    """Answer with the bytes of a PDF; `name` is what it is saved as (ASCII)."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
