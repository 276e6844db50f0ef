"""What a person reads when something cannot be done: what happened and what to do next."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug import Response as BaseResponse
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from compliance.services.errors import NotFound, Refused
from compliance.web import languages, resend

#: Seconds after which a busy database is worth another try.
RETRY_AFTER = 10

#: A lock that another writer holds, a database that is away, and no connection left in the pool.
BUSY = (OperationalError, NoConnection)

#: The statuses that have words of their own; any other uses those of 400 or 500.
WORDED = frozenset({400, 403, 404, 405, 413, 415, 429, 500, 503})


def init_app(app: Flask) -> None:
    """Register a friendly page for every error."""
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(HTTPException, _http_error)
    for busy in BUSY:
        app.register_error_handler(busy, _busy)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(NotFound, _not_found)


def _page(status: int) -> Response:
    if status == 503:
        return resend.page("errors/503.html", status)
    worded = status if status in WORDED else (500 if status >= 500 else 400)
    return make_response(languages.trouble(f"errors/{worded}.html", status=status), status)


def _http_error(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return Response.force_type(error.get_response(request.environ), request.environ)
    if isinstance(error, SecurityError):
        # Under a stranger's name no address of ours can be built, so there is no page to show.
        return Response("This service does not answer to that name.", 400, mimetype="text/plain")
    # Whether a view or the commit at the end of the request met it, a busy database is no fault.
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, BUSY):
        return _busy(error.original_exception)
    response = _page(error.code)
    # Allow (405), Retry-After (429) and the like belong to the answer, whatever page it shows.
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _busy(error: SQLAlchemyError) -> Response:
    # Nothing was saved, so sending the same again can do nothing twice.
    current_app.logger.error("The database did not answer: %s", error)
    response = _page(503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _expired_form(error: CSRFError) -> Response:
    return resend.page("errors/expired_form.html", 400)


def _refused(error: Refused) -> Response:
    return make_response(render_template("errors/refused.html", message=str(error)), 409)


def _not_found(error: NotFound) -> Response:
    return _page(404)
