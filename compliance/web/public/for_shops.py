"""Ready pages for a shop: to read here, to print, to download. No account, and nothing is asked."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from compliance.access import PUBLIC
from compliance.documents.ready import ReadyPage, printed, ready_pages
from compliance.web.guard import permission
from compliance.web.pdf import pdf_response

bp = Blueprint("for_shops", __name__, url_prefix="/for-shops")


@bp.get("")
@permission(PUBLIC)
def index() -> str:
    """List the pages a shop can print."""
    return render_template("public/for_shops/index.html", pages=ready_pages().values())


@bp.get("/<name>")
@permission(PUBLIC)
def show(name: str) -> str:
    """Show one page as it is printed."""
    page = _page(name)
    return render_template(
        "public/for_shops/show.html", page=page, words=f"documents/{page.template('en')}"
    )


@bp.get("/<name>.pdf")
@permission(PUBLIC)
def file(name: str) -> Response:
    """Give one page as a PDF."""
    return pdf_response(printed(_page(name)), f"{name}.pdf")


def _page(name: str) -> ReadyPage:
    page = ready_pages().get(name)
    if page is None:
        abort(404)
    return page
