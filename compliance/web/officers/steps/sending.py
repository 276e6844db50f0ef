"""The button that sends a letter of a visit: the letter that is due, or the one that tells a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug import Response

from compliance.access import Actor
from compliance.services.errors import Refused
from compliance.services.lifecycle.issue import Office
from compliance.store.engine import db
from compliance.store.models import Document
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import office
from compliance.web.signed_in import required_actor

Send = Callable[[Session, Actor, datetime, Office, str], Document]


def pressed(form: PressForm, send: Send, visit_id: str) -> Response | None:
    """Send the letter when the button was pressed, and lead to it.

    None when it was not pressed, or was refused: then `form` says why.
    """
    if not form.validate_on_submit():
        return None
    try:
        document = send(db.session, required_actor(), utc_now(), office(), visit_id)
    except Refused as refused:
        form_errors.put(form, refused)
        return None
    flash(f"Letter {document.reference} is ready to print and post", "success")
    return redirect(url_for("documents.show", reference=document.reference))
