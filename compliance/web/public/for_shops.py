"""Ready pages for a shop: to read here, to print, to download. No account, and nothing is asked."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from compliance.access import PUBLIC
from compliance.documents.ready import ReadyPage, printed, ready_pages
from compliance.services import translations
from compliance.services.page_texts import DRAFT
from compliance.web import languages
from compliance.web.guard import permission
from compliance.web.pdf import pdf_response

bp = Blueprint("for_shops", __name__, url_prefix="/for-shops")


@bp.get("")
@permission(PUBLIC)
def index() -> str:
    """List the pages a shop can print."""
    language = languages.begin()
    pages = ready_pages().values()
    return languages.page(
        "public/for_shops/index.html",
        language=language,
        pages=pages,
        says=[translations.ready_words(page, language) for page in pages],
    )


@bp.get("/<name>")
@permission(PUBLIC)
def show(name: str) -> str:
    """Show one page as it is printed."""
    page = _page(name)
    language = languages.begin()
    return languages.page(
        "public/for_shops/show.html",
        page=page,
        language=language,
        words=f"documents/{page.template(language)}",
        says=[translations.ready_words(page, language)],
    )


@bp.get("/<name>.pdf")
@permission(PUBLIC)
def file(name: str) -> Response:
    """Give one page as a PDF."""
    page = _page(name)
    language = languages.begin()
    draft = languages.is_draft([translations.ready_words(page, language)])
    pdf = printed(page, language, languages.told(DRAFT) if draft else "")
    return pdf_response(pdf, f"{name}{'' if language == languages.FIRST else f'-{language}'}.pdf")


def _page(name: str) -> ReadyPage:
    page = ready_pages().get(name)
    if page is None:
        abort(404)
    return page
