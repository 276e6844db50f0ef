"""Anybody checks what a certificate says without a network: the page carries our public keys, and the
proof itself stands after the # of its address, which no browser sends."""

from __future__ import annotations

import base64

from flask import Blueprint, current_app, render_template

from compliance.access import PUBLIC
from compliance.documents.keys import proof_keys
from compliance.web.guard import permission

bp = Blueprint("proof", __name__, url_prefix="/proof")


@bp.get("")
@permission(PUBLIC)
def show() -> str:
    """Show the page that checks proofs; from here on nothing leaves the browser."""
    keys = proof_keys(current_app.settings.data_dir / "keys")  # type: ignore[attr-defined]
    return render_template(
        "public/proof.html",
        keys={name: base64.b64encode(public).decode() for name, public in keys.items()},
    )
