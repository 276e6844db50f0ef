"""A proposed rulebook tried on what was reviewed: a reviewer sees what it would change before anybody adopts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from compliance.jobs import jobs_of
from compliance.rulebook import Pack
from compliance.rulebook.check import Problem
from compliance.rulebook.difference import differences, entry_label
from compliance.services import adoptions, proofs, proposals, rulebooks, shop_kinds
from compliance.services.errors import Refused
from compliance.services.proposals import NotReleasable, Summary
from compliance.services.replay import SORTS, in_words
from compliance.store.engine import db, separate_session
from compliance.store.models import Proposal, ReplayChange
from compliance.web import limits
from compliance.web.application import settings_in_use
from compliance.web.csv_export import csv_response
from compliance.web.dates import utc_now
from compliance.web.form_errors import listed
from compliance.web.forms import fields
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.paging import PAGE_SIZE, Page, page_number
from compliance.web.signed_in import required_actor

bp = Blueprint("replay", __name__, url_prefix="/rulebook/proposals")

COLUMNS = (
    "Shop",
    "Area",
    "Kind of shop",
    "Date of visit",
    "What",
    "Rule",
    "Now",
    "Proposed",
    "Caused by",
)


class TrialForm(Form):
    """What a rulebook is tried on."""

    since = fields.day("since", "Visits from (optional)", "Enter the first day")


@bp.get("")
@permission("rulebook.replay")
def index() -> str:
    """List what was proposed, and take in a rulebook."""
    return _index(TrialForm())


@bp.post("")
@permission("rulebook.replay")
@limits.tries("30 per 15 minutes")
def propose() -> ResponseReturnValue:
    """Take a rulebook in as a zip and begin to try it."""
    form = TrialForm(request.form)
    readable = form.validate()
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    if not content:
        return _index(form, "Choose a zip file"), 422
    if not readable:
        return _index(form), 422
    since = fields.day_of(form.since)
    try:
        proposal = proposals.propose(db.session, required_actor(), utc_now(), content, since)
    except NotReleasable as refused:
        return _index(form, refused.message, refused.problems), 422
    except Refused as refused:
        return _index(form, refused.message), 422
    jobs_of(current_app).prove_after(db.session, proposal.id)
    return redirect(url_for("replay.show", proposal_id=proposal.id))


def _index(form: TrialForm, file_error: str = "", problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "officers/replay/index.html",
        proposals=[
            (one, proofs.state(one, utc_now()))
            for one in proposals.listed(db.session, required_actor())
        ],
        errors=[(file_error, "file")] * bool(file_error) + listed(form),
        file_error=file_error,
        form=form,
        problems=problems,
        in_use=rulebook_in_use(),
    )


@bp.get("/<int:proposal_id>")
@permission("rulebook.replay")
def show(proposal_id: int) -> ResponseReturnValue:
    """Show what a proposed rulebook would change, or how far the trial is."""
    proposal = proposals.find(db.session, required_actor(), proposal_id)
    new, old = Pack(proposal.content), _against(proposal)
    what = request.args.get("what", "")
    if what and what not in SORTS:
        abort(404)
    if request.args.get("format") == "csv":
        rows, _ = proposals.changes(db.session, proposal, what)
        return csv_response(
            f"proposal-{proposal.id}.csv", COLUMNS, (_cells(old, new, row) for row in rows)
        )
    number = page_number()
    rows, total = proposals.changes(
        db.session, proposal, what, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    found = proposals.summary(db.session, proposal)
    requests = adoptions.of_proposal(db.session, proposal)
    return render_template(
        "officers/replay/show.html",
        proposal=proposal,
        requests=requests,
        proof=proofs.state(proposal, utc_now()),
        may_ask=proposal.finished_at is not None
        and proposal.is_proved
        and all(one.answer for one in requests),
        differences=[entry_label(old, new, entry) for entry in differences(old, new)],
        sorts=SORTS,
        # A column for what was found; a rulebook seldom moves everything.
        columns={what: words for what, words in SORTS.items() if found.totals[what]},
        found=found,
        by_area=_by_area(found),
        by_cause=_by_cause(found, old, new),
        what=what,
        page=Page([(row, _cells(old, new, row)) for row in rows], number, total),
        csv_href=url_for("replay.show", proposal_id=proposal.id, what=what or None, format="csv"),
    )


@bp.post("/<int:proposal_id>/go-on")
@permission("rulebook.replay")
def go_on(proposal_id: int) -> ResponseReturnValue:
    """Try the next shops. A script asks again and again; without one a button does."""
    folder = settings_in_use().ensure_data_dir()
    proposal = proposals.go_on(db.session, required_actor(), utc_now(), proposal_id, folder)
    if request.headers.get("Accept") == "application/json":
        return {
            "done": proposal.done,
            "total": proposal.total,
            "finished": bool(proposal.finished_at),
        }
    return redirect(url_for("replay.show", proposal_id=proposal.id))


@bp.post("/<int:proposal_id>/prove")
@permission("rulebook.replay")
@limits.tries("30 per 15 minutes")
def prove(proposal_id: int) -> ResponseReturnValue:
    """Make the proof now, in this very process: where no worker runs it would wait for ever."""
    proposals.find(db.session, required_actor(), proposal_id)
    # It takes seconds, and nobody else's writing is to wait for it.
    db.session.rollback()
    proofs.prove(separate_session, utc_now, proposal_id)
    return redirect(url_for("replay.show", proposal_id=proposal_id))


def _against(proposal: Proposal) -> Pack:
    """The rulebook it was compared with; the one in use where that made no assessment."""
    in_use = rulebook_in_use()
    if in_use.sha256 == proposal.against_sha256:
        return in_use
    kept = {row.sha256 for row in rulebooks.on_record(db.session)}
    if proposal.against_sha256 in kept:
        return rulebooks.released(db.session, proposal.against_sha256)
    return in_use


def _by_area(found: Summary) -> list[tuple[str, str, Mapping[str, int]]]:
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for (area, kind, what), count in found.by_area.items():
        rows.setdefault((area, shop_kinds.label(kind)), {})[what] = count
    return [(area, kind, counts) for (area, kind), counts in sorted(rows.items())]


def _by_cause(found: Summary, old: Pack, new: Pack) -> list[tuple[str, Mapping[str, int]]]:
    rows: dict[str, dict[str, int]] = {}
    for (cause, what), count in found.by_cause.items():
        rows.setdefault(cause, {})[what] = count
    ordered = sorted(rows.items(), key=lambda row: -sum(row[1].values()))
    return [(_label(old, new, cause), counts) for cause, counts in ordered]


def _label(old: Pack, new: Pack, cause: str) -> str:
    table, _, name = cause.partition(":")
    return entry_label(old, new, (table, name))


def _cells(old: Pack, new: Pack, row: ReplayChange) -> tuple[str, ...]:
    return (
        row.premises.trading_name,
        row.area,
        shop_kinds.label(row.shop_kind),
        row.visit.visited_on.isoformat() if row.visit else "",
        SORTS[row.what],
        _label(old, new, f"rule:{row.rule}").partition(": ")[2] if row.rule else "",
        in_words(old, row.what, row.before),
        in_words(new, row.what, row.after),
        "; ".join(_label(old, new, cause) for cause in row.causes),
    )
