"""Who is signed in on this request. The cookie holds a random token; everything else is on the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, current_app, g, request, session
from sqlalchemy.exc import OperationalError

from compliance.access import Actor
from compliance.services import users
from compliance.store.engine import separate_session
from compliance.web.dates import utc_now

#: The name of the token within the signed cookie.
TOKEN = "sign_in"  # noqa: S105 - a name, not a secret

#: Seconds that a page waits to write that its person is still there.
TOUCH_PATIENCE = 0.5


@dataclass(frozen=True)
class SignedIn:
    """The person of a request and the name of their authority."""

    actor: Actor
    authority_name: str


def actor() -> Actor | None:
    """Return the person of this request, None when nobody is signed in."""
    found = _signed_in()
    return found.actor if found else None


def required_actor() -> Actor:
    """Return the person of this request. For views that are not public: the guard saw them in."""
    person = actor()
    if person is None:
        abort(403)
    return person


def is_claimed() -> bool:
    """Say whether this browser holds a sign-in, good or not; the database is not asked."""
    return TOKEN in session


def network_address() -> str:
    """Return the address the request came from, as throttling counts it."""
    return request.remote_addr or "unknown"


def begin(token: str) -> None:
    """Sign this browser in. Nothing of an earlier session survives: its form tokens end too."""
    session.clear()
    session[TOKEN] = token
    g.pop("signed_in", None)


def end() -> str | None:
    """Sign this browser out and return the token that has to be ended on the server."""
    token = session.get(TOKEN)
    session.clear()
    g.pop("signed_in", None)
    return token


def init_app(app: Flask) -> None:
    """Let the layouts say who is signed in."""
    app.context_processor(_for_templates)


def _for_templates() -> dict[str, Any]:
    # An error page must be shown even when the database cannot say who is there.
    try:
        found = _signed_in()
    except OperationalError:
        found = None
    return {
        "actor": found.actor if found else None,
        "authority_name": found.authority_name if found else "",
    }


def _signed_in() -> SignedIn | None:
    if "signed_in" not in g:
        token = session.get(TOKEN)
        g.signed_in = _look_up(token) if token else None
    found: SignedIn | None = g.signed_in
    return found


def _look_up(token: str) -> SignedIn | None:
    now = utc_now()
    with separate_session(writes=False) as reading:
        found = users.find_session(reading, token, now)
        if found is None:
            return None
        person = SignedIn(found.user.actor, found.user.authority.name)
        touch = found.id if users.needs_touch(found, now) else None
    if touch is not None:
        _touch(touch)
    return person


def _touch(session_id: int) -> None:
    # A busy database is no reason to refuse a page: the next one writes it.
    try:
        with separate_session(patience=TOUCH_PATIENCE) as writing:
            users.touch(writing, session_id, utc_now())
    except OperationalError:
        current_app.logger.warning("The last use of a session could not be written")
