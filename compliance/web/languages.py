"""In which language a page for shops or the public is shown: what was asked for, kept for the session, else English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, has_app_context, render_template, request

from compliance.services import page_texts, translations
from compliance.services.page_texts import DRAFT
from compliance.services.translations import Said
from compliance.store.engine import db
from compliance.web import dates, signed_in
from compliance.web.template_words import LanguageLoader

FIRST = "en"
#: Every language a page is shown in, as its readers call it.
LANGUAGES = {"en": "English", "cy": "Cymraeg"}
#: What an address asks with (`?lang=cy`), and the cookie that remembers it until the browser closes.
ASKED = "lang"
COOKIE = "language"


def asked() -> str | None:
    """Return the language this browser asked for, now or earlier in its session; None: it did not."""
    for wanted in (request.args.get(ASKED), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return None


def shown() -> str:
    """Return the language of the page being made; English outside `page`."""
    language: str = g.get("language", FIRST) if has_app_context() else FIRST
    return language


def told(english: str) -> str:
    """Return a text of ours in the language of the page; as it is where there is no other."""
    return page_texts.page_texts(shown()).get(str(english), english)


def begin(language: str | None = None) -> str:
    """Settle the language of the page: `language`, else what was asked for, else English; return it."""
    g.language = language or asked() or FIRST
    return shown()


def page(
    template: str,
    *,
    language: str | None = None,
    switch: bool = True,
    says: Sequence[Said] | None = (),
    **context: Any,
) -> str:
    """Render a page in the language asked for, or in `language` where only that will do.

    `switch`: the reader can have it in the other language too. `says`: what it says beside its own words;
    None: whether the words are a draft is not looked up.
    """
    begin(language)
    own = translations.page_words(shown())
    prefix = "" if shown() == FIRST else f"{shown()}/"
    return render_template(
        f"{prefix}{template}",
        page_language=shown(),
        languages=[(code, name, _here(code)) for code, name in LANGUAGES.items()] if switch else [],
        draft=told(DRAFT) if says is not None and is_draft([*own, *says]) else "",
        **context,
    )


def trouble(template: str, *, status: int, switch: bool = True, **context: Any) -> str:
    """Render a page that says what could not be done, in the language asked for; officers read English.

    Where the fault is ours (5xx) the database is not asked whether the Welsh is a draft: it may be the trouble.
    """
    language = FIRST if signed_in.is_claimed() else asked() or shown()
    return page(
        template,
        language=language,
        switch=switch and not signed_in.is_claimed() and request.method == "GET",
        says=() if status < 500 else None,
        **context,
    )


def init_app(app: Flask) -> None:
    """Let templates be loaded in a language, write days in it, and remember what was asked for."""
    assert app.jinja_env.loader is not None
    loader = LanguageLoader(
        app.jinja_env.loader,
        {code: page_texts.page_texts(code) for code in LANGUAGES if code != FIRST},
    )
    app.jinja_env.loader = loader
    app.jinja_env.filters.update(told=told, long_date=_long_date, local_moment=_local_moment)
    app.after_request(_remember)


def _here(language: str) -> str:
    """This page's address in a language; what was posted to it is not sent again."""
    kept = request.args.to_dict(flat=False) if request.method == "GET" else {}
    return f"{request.path}?{urlencode({**kept, ASKED: language}, doseq=True)}"


def is_draft(says: Sequence[Said]) -> bool:
    """Say whether nobody has confirmed some of what is said in the language of the page."""
    return shown() != FIRST and bool(translations.drafts(db.session, shown(), says))


def _long_date(value: date | datetime) -> str:
    return dates.long_date(value, shown())


def _local_moment(value: datetime) -> str:
    return dates.local_moment(value, shown())


def _remember(response: Response) -> Response:
    if "language" not in g:
        return response
    response.vary.add("Cookie")
    wanted = request.args.get(ASKED)
    if wanted in LANGUAGES:
        response.set_cookie(
            COOKIE,
            wanted,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
