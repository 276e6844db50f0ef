"""A document as a page: the words it was issued with, in ordinary or in large print, beside its PDF."""

from __future__ import annotations

import re

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from compliance.services.lifecycle.document_html import html_of
from compliance.store.models import Document
from compliance.web import languages

_BODY = re.compile(r"<body[^>]*>")


def document_page(
    document: Document, *, language: str, back: str, here: str, pdf: str
) -> ResponseReturnValue:
    """Answer with a document as HTML; with its PDF when the page would no longer read the same.

    `language` is that of its reader, in which the way back is told. `back`, `here` and `pdf` are addresses:
    where the reader came from, this page, the PDF. `?print=large` asks for large print.
    """
    html = html_of(document)
    if html is None:
        return redirect(pdf)
    large = request.args.get("print") == "large"
    head = render_template("components/document_head.html", large=large)
    navigation = languages.page(
        "components/document_navigation.html",
        language=language,
        says=None,
        large=large,
        back=back,
        pdf=pdf,
        other=here if large else f"{here}{'&' if '?' in here else '?'}print=large",
    )
    html = html.replace("</head>", f"{head}</head>", 1)
    if "<main" not in html:
        navigation, html = f"{navigation}<main>", html.replace("</body>", "</main></body>", 1)
    html = _BODY.sub(lambda body: f"{body.group()}{navigation}", html, count=1)
    if large:
        html = html.replace("<html ", '<html class="large" ', 1)
    response: Response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
