"""Anybody checks what a certificate says without a network: the page carries our public keys, and the
proof itself stands after the # of its address, which no browser sends."""

from __future__ import annotations

import base64

from flask import Blueprint

from compliance.access import PUBLIC
from compliance.documents.keys import proof_keys
from compliance.web import languages
from compliance.web.application import settings_in_use
from compliance.web.guard import permission

bp = Blueprint("proof", __name__, url_prefix="/proof")


#: What the script says, letter for letter (`static/js/proof.js`): it gets them in the language of the page.
SAID = (
    "On {1}, no issues were found on the points that were checked.",
    "This is not a proof.",
    "This browser is too old to check a proof.",
    "This proof is of a kind that is not known here.",
    "This proof was not made with a key of ours.",
    "This proof was changed, or was not made by us.",
    "This proof is ours",
    "This certificate has expired",
    "The certificate ended on {1}, by the clock of this device. Do not rely on it.",
    "It may hold until {1}, that day included.",
    "The clock of this device is wrong: it is before the day of the check.",
    "The paper must say the same. Whether the certificate has ended since cannot be seen here: "
    "scan the small square code when you have a signal.",
    "We cannot check this here",
    "Use a newer browser, or scan the small square code on the certificate instead.",
    "This proof is not ours",
    "Do not rely on it.",
    "We found no code in this photo",
    "Go nearer, so that the large code fills the picture.",
)


@bp.get("")
@permission(PUBLIC)
def show() -> str:
    """Show the page that checks proofs; from here on nothing leaves the browser."""
    languages.begin()
    keys = proof_keys(settings_in_use().data_dir / "keys")
    return languages.page(
        "public/proof.html",
        keys={name: base64.b64encode(public).decode() for name, public in keys.items()},
        words={english: languages.told(english) for english in SAID},
    )
