"""Letters and certificates as issued: the list, one of them, its PDF, and a new code for a letter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.access import allows
from compliance.documents import kinds
from compliance.services.lifecycle import certificate_letters, certificates, documents, issue
from compliance.services.lifecycle.certificate_letters import Told
from compliance.services.lifecycle.documents import Filter
from compliance.store.engine import db
from compliance.store.models import Document
from compliance.web import form_errors, languages, period
from compliance.web.csv_export import csv_response
from compliance.web.dates import local_moment, london_today, utc_now
from compliance.web.document_page import document_page
from compliance.web.guard import permission
from compliance.web.officers.steps.forms import EndForm, PressForm
from compliance.web.paging import PAGE_SIZE, Page, page_number
from compliance.web.pdf import pdf_response
from compliance.web.period import Period
from compliance.web.signed_in import required_actor

bp = Blueprint("documents", __name__, url_prefix="/documents")

#: Status: (words, tone of the tag).
STATUSES = {
    "sent": ("Sent", "blue"),
    "made": ("Made", "grey"),
    "valid": ("In force", "green"),
    "expired": ("Expired", "grey"),
    "replaced": ("Replaced", "grey"),
    "withdrawn": ("No longer in force", "orange"),
}
COLUMNS = ("Reference", "Kind", "Language", "Status", "Issued on", "Shop", "Postcode", "Issued by")


@bp.get("")
@permission("document.read")
def index() -> ResponseReturnValue:
    """List what was issued, the newest first."""
    days = period.asked("Issued")
    since, until = days.days()
    text = request.args.get("q", "")[:100]
    wanted = Filter(text=text, kind=_kind(), since=since, until=until)
    if days.errors:
        return _index(Page([], 1, 0), wanted, days), 422
    actor = required_actor()
    if request.args.get("as") == "csv":
        if not allows(actor, "lists.export"):
            abort(403)
        found, _ = documents.issued(db.session, actor, wanted)
        return csv_response("documents.csv", COLUMNS, (_row(each) for each in found))
    number = page_number()
    found, total = documents.issued(
        db.session, actor, wanted, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return _index(Page(found, number, total), wanted, days)


def _index(page: Page, wanted: Filter, days: Period) -> str:
    return render_template(
        "officers/documents/index.html",
        page=page,
        wanted=wanted,
        days=days,
        errors=form_errors.listed(days),
        titles=_titles(),
        title_of=documents.title_on_file,
        statuses=STATUSES,
        status_of=lambda each: documents.status_of(each, london_today()),
        here=url_for("documents.index"),
        csv_href=_csv_href(),
    )


@bp.get("/<reference>")
@permission("document.read")
def show(reference: str) -> str:
    """Show one document: what it is, how it stands, its PDF."""
    return _page(issue.document_to_read(db.session, required_actor(), reference))


@bp.get("/<reference>/file")
@permission("document.read")
def file(reference: str) -> ResponseReturnValue:
    """Give the PDF as it was issued."""
    language = request.args.get("language")
    document = issue.document_to_read(db.session, required_actor(), reference, language)
    return pdf_response(document.file.content, issue.file_name(document))


@bp.get("/<reference>/html")
@permission("document.read")
def html(reference: str) -> ResponseReturnValue:
    """Show a document as a page, with `?print=large` in large print."""
    language = request.args.get("language")
    document = issue.document_to_read(db.session, required_actor(), reference, language)
    address: dict[str, Any] = {"reference": reference, "language": document.language}
    return document_page(
        document,
        language=languages.FIRST,
        back=url_for("documents.show", reference=reference),
        here=url_for("documents.html", **address),
        pdf=url_for("documents.file", **address),
    )


@bp.post("/<reference>/code")
@permission("document.replace_code")
def replace_code(reference: str) -> str:
    """Give a letter a new code, shown on this page only."""
    actor = required_actor()
    code = issue.replace_code(db.session, actor, utc_now(), reference)
    return _page(issue.document_to_read(db.session, actor, reference), new_code=code)


@bp.post("/<reference>/end")
@permission("certificate.issue")
def end(reference: str) -> ResponseReturnValue:
    """End a certificate that was given back, or whose shop closed or changed hands."""
    actor = required_actor()
    form = EndForm()
    if not form.validate():
        document = issue.document_to_read(db.session, actor, reference)
        return _page(document, form=form), 422
    certificates.end(
        db.session, actor, utc_now(), reference, form.reason.data or "", form.because.data
    )
    flash("The certificate has ended", "success")
    return redirect(url_for("documents.show", reference=reference))


def _page(document: Document, *, new_code: str = "", form: EndForm | None = None) -> str:
    form = form or EndForm(formdata=None)
    return render_template(
        "officers/documents/show.html",
        document=document,
        copies=issue.copies_of(db.session, document),
        title=documents.title_on_file(document),
        status=documents.status_of(document, london_today()),
        statuses=STATUSES,
        own=document.authority_id == required_actor().authority_id,
        told=_told(document),
        new_code=new_code,
        press_form=PressForm(formdata=None),
        form=form,
        errors=form_errors.listed(form),
    )


def _told(document: Document) -> Told | None:
    """Where the end of this certificate is told, if that is for the person's own authority to do."""
    told = certificate_letters.told_of(document.standing) if document.standing else None
    return told if told and told.visit.authority_id == required_actor().authority_id else None


def _csv_href() -> str:
    kept: dict[str, Any] = {**request.args, "page": None, "as": "csv"}
    return url_for("documents.index", **kept)


def _titles() -> dict[str, str]:
    return {name: kind.title["en"] for name, kind in kinds().items()}


def _kind() -> str | None:
    given = request.args.get("kind") or None
    if given is not None and given not in kinds():
        abort(404)
    return given


def _row(document: Document) -> tuple[object, ...]:
    return (
        document.reference,
        documents.title_on_file(document),
        document.language,
        STATUSES[documents.status_of(document, london_today())][0],
        local_moment(document.issued_at),
        document.premises.trading_name,
        document.premises.postcode,
        document.issued_by.name,
    )
