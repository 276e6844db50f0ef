"""Batches of letters and certificates: choose what is due, order it, see how far it is, fetch the print run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from tempfile import TemporaryFile
from zipfile import ZipFile

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from compliance.jobs import jobs_of
from compliance.services.errors import Refused
from compliance.services.lifecycle import batches, certificate_letters, documents, issue, portal
from compliance.services.lifecycle.batches import Sendable
from compliance.services.lifecycle.sorts import CERTIFICATE, SORTS
from compliance.services.worklists import Filter
from compliance.store.engine import db
from compliance.store.models import Batch, Document
from compliance.web.csv_export import csv_response
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.paging import PAGE_SIZE, page_number
from compliance.web.pdf import pdf_response
from compliance.web.signed_in import required_actor

bp = Blueprint("batches", __name__, url_prefix="/batches")

#: State: (words, tone of the tag).
STATES = {
    "running": ("In work", "blue"),
    "paused": ("Paused", "yellow"),
    "finished": ("Finished", "green"),
}
MANIFEST = (
    "Position",
    "Reference",
    "Kind",
    "Language",
    "Postcode",
    "Sent to",
    "File",
    "First page",
    "Pages",
    "SHA-256",
)


@bp.get("")
@permission("batch.order")
def index() -> ResponseReturnValue:
    """List the batches of this authority, the newest first."""
    number = page_number()
    found = batches.listed(
        db.session, required_actor(), offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1
    )
    return render_template(
        "officers/batches/index.html",
        batches=found[:PAGE_SIZE],
        progress={each.id: batches.progress(db.session, each) for each in found[:PAGE_SIZE]},
        states=STATES,
        number=number,
        more=len(found) > PAGE_SIZE,
    )


@bp.route("/new", methods=["GET", "POST"])
@permission("batch.order")
def new() -> ResponseReturnValue:
    """Choose letters and certificates that are due and order them together."""
    actor, form = required_actor(), FlaskForm()
    title = request.form.get("title", "")[:500]
    chosen = request.form.getlist("letters")[: batches.SHOWN]
    errors: list[tuple[str, str]] = []
    if form.validate_on_submit():
        try:
            batch = batches.order(db.session, actor, utc_now(), title=title, keys=chosen)
        except Refused as refused:
            errors.append((refused.message, refused.field or "letters"))
        else:
            _wake(batch)
            return redirect(url_for("batches.show", batch_id=batch.id))
    wanted = Filter(
        text=request.args.get("q", "")[:100],
        kind=kind if (kind := request.args.get("kind")) in visit_words.kinds() else None,
    )
    step = step if (step := request.args.get("step")) in SORTS else None
    due = batches.sendable(db.session, actor, utc_now(), wanted, step)
    page = render_template(
        "officers/batches/new.html",
        due=[each for each in due if each.reason is None],
        held=[each for each in due if each.reason is not None],
        sorts=SORTS,
        step=step,
        preview_of=_preview_of,
        kinds=visit_words.kinds(),
        kind_label=visit_words.kind_label,
        visit_href=visit_words.href,
        wanted=wanted,
        title=title,
        chosen=set(chosen) if request.method == "POST" else {each.key for each in due},
        at={field: text for text, field in errors},
        errors=errors,
    )
    return page, 422 if request.method == "POST" else 200


@bp.get("/<int:batch_id>")
@permission("batch.order")
def show(batch_id: int) -> ResponseReturnValue:
    """Show how far a batch is, what could not go and why, and the file for the printer."""
    batch = _batch(batch_id)
    issued = batches.issued(db.session, batch)
    return render_template(
        "officers/batches/show.html",
        batch=batch,
        state=STATES[batch.state],
        progress=batches.progress(db.session, batch),
        refused=batches.refused(db.session, batch),
        run=batch.print_run,
        letters={each.reference for each in issued if batches.is_posted(each)},
        certificates={each.reference for each in issued if not batches.is_posted(each)},
        complete=_is_complete(batch, issued),
        visit_href=visit_words.href,
        sorts=SORTS,
    )


@bp.post("/<int:batch_id>/<any(pause, resume, try_again, join_again):what>")
@permission("batch.order")
def change(batch_id: int, what: str) -> ResponseReturnValue:
    """Pause a batch, go on with it, or give what was refused, or the file for the printer, another try."""
    act = {
        "pause": batches.pause,
        "resume": batches.resume,
        "try_again": batches.try_again,
        "join_again": batches.join_again,
    }[what]
    batch = act(db.session, required_actor(), batch_id)
    if batch.state != "paused":
        _wake(batch)
    flash(
        {
            "pause": "The batch is paused. What is being printed is still issued.",
            "resume": "The batch goes on",
            "try_again": "What was refused waits again",
            "join_again": "The file for the printer is made again",
        }[what],
        "success",
    )
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.get("/<int:batch_id>/print-run.pdf")
@permission("batch.order")
def print_run(batch_id: int) -> ResponseReturnValue:
    """Give every letter of the batch in one file for the printer."""
    run = _batch(batch_id).print_run
    if run is None:
        abort(404)
    return pdf_response(run.content, _run_name(batch_id))


def _run_name(batch_id: int) -> str:
    return f"print-run-{batch_id}.pdf"


@bp.get("/<int:batch_id>/certificates.zip")
@permission("batch.order")
def certificates(batch_id: int) -> ResponseReturnValue:
    """Give every certificate of the batch, each in its own signed file as it was issued."""
    found = [
        each for each in batches.issued(db.session, _batch(batch_id)) if not batches.is_posted(each)
    ]
    if not found:
        abort(404)
    with ExitStack() as whatever_breaks:
        # A temporary file: thousands of them do not fit in memory as one piece.
        whole = whatever_breaks.enter_context(TemporaryFile())
        with ZipFile(whole, "w") as files:
            for each in found:
                files.writestr(issue.file_name(each), each.file.content)
                db.session.expire(each, ["file"])
        whole.seek(0)
        response = send_file(
            whole,
            mimetype="application/zip",
            as_attachment=True,
            download_name=f"certificates-{batch_id}.zip",
        )
        response.headers["Cache-Control"] = "no-store"
        whatever_breaks.pop_all()  # from here on it is closed with the response
    return response


@bp.get("/<int:batch_id>/manifest.csv")
@permission("batch.order")
def manifest(batch_id: int) -> ResponseReturnValue:
    """Give the list of what was issued: in which file and on which page it begins, and its hash."""
    batch = _batch(batch_id)
    issued = batches.issued(db.session, batch)
    if not _is_complete(batch, issued):
        abort(404)
    letters = batch.print_run.letters if batch.print_run else ()
    run = _run_name(batch_id)
    places = {name: (run, first, count) for name, first, count in letters}
    return csv_response(
        f"print-run-{batch_id}.csv",
        MANIFEST,
        (
            (
                position,
                each.reference,
                documents.title_on_file(each),
                each.language,
                each.premises.postcode,
                ", ".join(portal.said(each).recipient.lines),
                # A certificate is one page in a file of its own.
                *places.get(batches.name_in_run(each), (issue.file_name(each), 1, 1)),
                each.sha256,
            )
            for position, each in enumerate(issued, start=1)
            if batches.name_in_run(each) in places or not batches.is_posted(each)
        ),
    )


def _batch(batch_id: int) -> Batch:
    return batches.readable(db.session, required_actor(), batch_id)


def _is_complete(batch: Batch, issued: Sequence[Document]) -> bool:
    """Whether all is there that goes to the printer: nothing waits, and the letters are joined."""
    joined = batch.print_run is not None or not any(batches.is_posted(each) for each in issued)
    return batch.state == "finished" and bool(issued) and joined


def _preview_of(due: Sendable) -> str:
    """The address of the specimen of what is due."""
    if due.sort.step == CERTIFICATE:
        return url_for("certificates.preview", premises_id=due.visit.premises_id)
    if due.sort.step in certificate_letters.STEPS:
        return url_for("certificate_letter.preview", visit_id=due.visit.id, step=due.sort.step)
    decision = "yes" if due.sort.step == "tell_decision" else None
    return url_for("preview.show", visit_id=due.visit.id, decision=decision)


def _wake(batch: Batch) -> None:
    """Wake the workers once this request is committed."""
    jobs_of(current_app).wake_after(db.session, batch.id)
