"""The button that sends a letter of a visit: the letter that is due, or the one that tells a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, url_for
from werkzeug import Response

from compliance.services.errors import Refused
from compliance.services.lifecycle import notifications
from compliance.services.lifecycle.ahead import print_ahead
from compliance.services.lifecycle.issue import NOTHING_ADDED, Overtaken
from compliance.store.engine import db, separate_session
from compliance.store.models import Document
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.officers.steps.forms import PressForm
from compliance.web.officers.steps.opened import office
from compliance.web.signed_in import required_actor

#: The step of a visit's life that sends each letter.
SENDS: Mapping[str, Callable[..., Document]] = {
    "notify": notifications.notify,
    "tell_decision": notifications.tell_decision,
}


def pressed(
    form: PressForm, step: str, visit_id: str, words: Mapping[str, str] = NOTHING_ADDED
) -> Response | None:
    """Send the letter of a step when the button was pressed, and lead to it.

    `words` is what the authority adds in its own, by language. None when the button was not pressed, or
    the letter was refused: then `form` says why.
    """
    if not form.validate_on_submit():
        return None
    actor, now = required_actor(), utc_now()
    more = {"added": words} if words else {}
    # The turn to write is given back while the letter is printed: nobody waits for that.
    db.session.rollback()
    try:
        printed = print_ahead(separate_session, actor, now, office(), visit_id, step, **more)
        document = SENDS[step](db.session, actor, now, office(), visit_id, printed, **more)
    except Overtaken:
        form.form_errors.append(
            "The record changed while its letter was printed. Look at it again, then send it."
        )
        return None
    except Refused as refused:
        form_errors.put(form, refused)
        return None
    flash(f"Letter {document.reference} is ready to print and post", "success")
    return redirect(url_for("documents.show", reference=document.reference))
