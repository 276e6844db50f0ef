"""The button that issues a document about a visit: a letter that is due, or a certificate."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, url_for
from werkzeug import Response

from compliance.documents import kinds
from compliance.services.errors import Refused
from compliance.services.lifecycle.ahead import print_ahead
from compliance.services.lifecycle.issue import NOTHING_ADDED, Overtaken
from compliance.services.lifecycle.sorts import SORTS, Desk
from compliance.store.engine import db, separate_session
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import office
from compliance.web.signed_in import required_actor


def pressed(
    form: PressForm, step: str, visit_id: str, words: Mapping[str, str] = NOTHING_ADDED
) -> Response | None:
    """Issue the document of a step (`SORTS`) when the button was pressed, and lead to it.

    `words` is what the authority adds in its own, by language. None when the button was not pressed, or
    it was refused: then `form` says why.
    """
    if not form.validate_on_submit():
        return None
    actor, now = required_actor(), utc_now()
    # The turn to write is given back while it is printed: nobody waits for that.
    db.session.rollback()
    try:
        printed = print_ahead(separate_session, actor, now, office(), visit_id, step, added=words)
        desk = Desk(db.session, actor, now, office(), words)
        document = SORTS[step].issue(desk, visit_id, printed)
    except Overtaken:
        form.form_errors.append(
            "Something changed while this was printed. Look at it again, then send it."
        )
        return None
    except Refused as refused:
        form_errors.put(form, refused)
        return None
    letter = kinds()[document.kind].letter
    flash(
        f"Letter {document.reference} is ready to print and post"
        if letter
        else f"Certificate {document.reference} is issued",
        "success",
    )
    return redirect(url_for("documents.show", reference=document.reference))
