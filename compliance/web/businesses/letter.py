"""A shop reads its letter: reference and code, then what was found, what to do first, and the PDFs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from compliance.access import PUBLIC
from compliance.documents.dates import on_day
from compliance.documents.law import law_book
from compliance.services.errors import NotFound
from compliance.services.lifecycle import issue, portal
from compliance.services.lifecycle.documents import status_of, title_of
from compliance.store.engine import db, separate_session
from compliance.store.models import Document
from compliance.web import form_errors, languages, limits, signed_in
from compliance.web.application import settings_in_use
from compliance.web.dates import london_today, utc_now
from compliance.web.document_page import document_page
from compliance.web.forms import fields
from compliance.web.guard import permission
from compliance.web.pdf import pdf_response

bp = Blueprint("letter", __name__, url_prefix="/letter")

#: The name of the opened letter within the signed cookie, and how long it stays open.
_OPENED = "letter"
_OPEN_FOR = timedelta(minutes=30)
#: Longer than either can be with all the spaces and hyphens a person types between.
_LONGEST = 60


class LetterForm(FlaskForm):
    """What is printed on the letter."""

    reference = fields.line(
        "Letter reference",
        longest=_LONGEST,
        missing="Enter the letter reference",
        hint="For example NORF-2026-000417. It is at the top of the letter.",
    )
    code = fields.line(
        "Code",
        longest=_LONGEST,
        missing="Enter the code",
        hint="12 letters and numbers, such as 7K3M-9QXT-W2PD.",
    )


@bp.route("", methods=["GET", "POST"])
@permission(PUBLIC)
@limits.tries("60 per 15 minutes")
def enter() -> ResponseReturnValue:
    """Ask for the reference and the code; a wrong and an absent letter look and take the same."""
    form = LetterForm()
    if not form.validate_on_submit():
        return _enter_page(form, 422 if form.is_submitted() else 200)
    # Apart from the request's own transaction: a wrong try counts although the page is refused.
    with separate_session() as counting:
        opened = portal.open_letter(
            counting,
            utc_now(),
            reference=form.reference.data or "",
            code=form.code.data or "",
            address=signed_in.network_address(),
            key=settings_in_use().secret_key,
        )
        if opened.document is not None:
            session[_OPENED] = [
                opened.document.id,
                portal.mark_of(opened.document),
                int(utc_now().timestamp()),
            ]
    if opened.document is None:
        form.code.data = ""
        form.form_errors.append(opened.problem)
        return _enter_page(form, 429 if opened.problem == portal.WAIT else 422)
    return redirect(url_for("letter.view"))


@bp.get("/view")
@permission(PUBLIC)
def view() -> ResponseReturnValue:
    """Show what the letter says, shortest first."""
    letter = _opened()
    if letter is None:
        return redirect(url_for("letter.enter"))
    # The page is in a language that the letter is in: what was found is never told in two.
    letter = portal.in_language(letter, languages.asked() or languages.FIRST)
    language = languages.begin(letter.language)
    data = portal.said(letter)
    others = portal.downloads(db.session, letter)
    return _private(
        languages.page(
            "businesses/view.html",
            language=language,
            switch=any(
                each.reference == letter.reference and each.language != language for each in others
            ),
            letter=letter,
            words=_words(data.kind),
            d=data,
            when=on_day(data.visit.day, language) if data.visit.day else data.visit.period,
            law=lambda name: law_book().sentence(name, data.nation, data.law_on).text[language],
            downloads=[
                (each, title_of(each, language), len(each.file.content), _status(each))
                for each in others
            ],
            newer=portal.newest_after(others, letter),
        )
    )


@bp.get("/file/<reference>")
@permission(PUBLIC)
def file(reference: str) -> ResponseReturnValue:
    """Give a PDF that belongs to the letter that is open."""
    letter = _opened()
    if letter is None:
        return redirect(url_for("letter.enter"))
    language = request.args.get("language", letter.language)
    for each in portal.downloads(db.session, letter):
        if (each.reference, each.language) == (reference, language):
            return _private(pdf_response(each.file.content, issue.file_name(each)))
    raise NotFound


@bp.get("/page/<reference>")
@permission(PUBLIC)
def page(reference: str) -> ResponseReturnValue:
    """Show a document that belongs to the open letter as a page, with `?print=large` in large print."""
    letter = _opened()
    if letter is None:
        return redirect(url_for("letter.enter"))
    language = request.args.get("language", letter.language)
    address: dict[str, Any] = {"reference": reference, "language": language}
    for each in portal.downloads(db.session, letter):
        if (each.reference, each.language) == (reference, language):
            return document_page(
                each,
                language=languages.asked() or each.language,
                back=url_for("letter.view"),
                here=url_for("letter.page", **address),
                pdf=url_for("letter.file", **address),
            )
    raise NotFound


@bp.post("/close")
@permission(PUBLIC)
def close() -> ResponseReturnValue:
    """Forget the letter in this browser."""
    session.pop(_OPENED, None)
    flash("Your letter is closed on this device", "success")
    return redirect(url_for("letter.enter"))


def _words(kind: str) -> str:
    """The template that says what a kind of letter found."""
    names = [f"businesses/kinds/{kind}.html", "businesses/kinds/other.html"]
    name: str | None = current_app.jinja_env.select_template(names).name
    assert name is not None
    return name


def _opened() -> Document | None:
    kept = session.get(_OPENED)
    if not (isinstance(kept, list) and len(kept) == 3):
        return None
    document_id, mark, at = kept
    if utc_now() - datetime.fromtimestamp(at, UTC) > _OPEN_FOR:
        session.pop(_OPENED, None)
        return None
    return portal.letter_of(db.session, document_id, mark)


def _status(document: Document) -> str:
    return status_of(document, london_today())


def _enter_page(form: LetterForm, status: int) -> ResponseReturnValue:
    return _private(
        languages.page("businesses/enter.html", form=form, errors=form_errors.listed(form)),
        status,
    )


def _private(answer: str | Response, status: int = 200) -> Response:
    """No copy in a cache, nothing to a search engine, no address to the next site."""
    response = make_response(answer)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
