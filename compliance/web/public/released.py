"""The rule data itself, for a browser's own engine: the address names the content, so it never changes."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache

from flask import Blueprint, Response, abort, request

from compliance.access import PUBLIC
from compliance.rulebook import Pack
from compliance.rulebook.language import LANGUAGE
from compliance.services import rulebooks
from compliance.store.engine import db
from compliance.web import limits
from compliance.web.guard import permission

bp = Blueprint("released", __name__)


@bp.get("/rulebook/<sha256>.json")
@permission(PUBLIC)
@limits.looks("240 per 15 minutes")
def data(sha256: str) -> Response:
    """Give a released rulebook as `{id, version, sha256, language, content}`; 404 for one that is not released."""
    if len(sha256) != 64:
        abort(404)
    body = _packed(sha256)
    if request.accept_encodings["gzip"] > 0:
        response = Response(body, mimetype="application/json")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(gzip.decompress(body), mimetype="application/json")
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def release(pack: Pack) -> dict[str, object]:
    """Return what is published of a rulebook."""
    return {
        "id": pack.id,
        "version": pack.version,
        "sha256": pack.sha256,
        "language": LANGUAGE,
        "content": pack.content,
    }


@lru_cache(maxsize=4)
def _packed(sha256: str) -> bytes:
    text = json.dumps(
        release(rulebooks.released(db.session, sha256)), ensure_ascii=False, separators=(",", ":")
    )
    return gzip.compress(text.encode(), 9, mtime=0)
