"""A visit is begun at a shop, goes on where it was left, or is discarded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from compliance.services import drafts, operations, premises, visits
from compliance.services.errors import Refused
from compliance.services.premises import Filters
from compliance.services.visit_content import Particulars
from compliance.store.engine import db
from compliance.store.models import Premises, Visit
from compliance.web.dates import london_today, utc_now
from compliance.web.form_errors import listed, put
from compliance.web.forms.particulars import ParticularsForm, as_typed, kind_hints
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for, rulebook_in_use
from compliance.web.officers import visit_words
from compliance.web.officers.screens import Screens
from compliance.web.officers.visits.opened import particulars_form, to_edit, told_of
from compliance.web.row_ids import row_id
from compliance.web.signed_in import required_actor

bp = Blueprint("visits", __name__, url_prefix="/visits")

#: How many shops a search for the start of a visit shows.
MOST_FOUND = 12


@bp.get("/new")
@permission("visit.record")
def new() -> ResponseReturnValue:
    """Choose the shop, then say why, how and when; unfinished visits are asked about first."""
    actor = required_actor()
    waiting = drafts.open_drafts(db.session, actor)
    chosen = request.args.get("premises", type=row_id)
    if chosen is None:
        text = request.args.get("q", "").strip()[:100]
        found = (
            premises.search(db.session, actor, Filters(text=text, status="open"), limit=MOST_FOUND)
            if text
            else None
        )
        return render_template(
            "officers/visits/choose_shop.html",
            text=text,
            found=found,
            operation=request.args.get("operation", type=row_id),
            drafts=[_unfinished(one) for one in waiting],
        )
    shop = premises.get(db.session, actor, chosen)
    return _begin_page(shop, particulars_form(_suggested(), with_kind=True))


@bp.post("/new")
@permission("visit.record")
def begin() -> ResponseReturnValue:
    """Begin the visit and go to its first screen."""
    actor, now = required_actor(), utc_now()
    shop = premises.get(db.session, actor, request.args.get("premises", -1, type=row_id))
    form = particulars_form(request.form, with_kind=True)
    if form.validate():
        chosen = form.particulars(operations.offered(db.session, actor, london_today()))
        try:
            visit = visits.begin(
                db.session,
                actor,
                now,
                premises=shop,
                kind=form.kind.data,
                purpose=chosen.purpose,
                visited_on=chosen.visited_on,
                channels=chosen.channels,
                operation=chosen.operation,
                started_at=chosen.started_at,
                ended_at=chosen.ended_at,
            )
        except Refused as refused:
            put(form, refused)
        else:
            return redirect(_first(visit))
    return _begin_page(shop, form), 422


def _first(visit: Visit) -> str:
    shown = Screens(db.session, visit, rulebook_for(visit)).shown()
    if not shown:
        return url_for("visits.show", visit_id=visit.id)
    return url_for("screens.section", visit_id=visit.id, slug=shown[0].slug)


def _suggested() -> MultiDict[str, Any]:
    """Today and now; on a round, arranged like the newest visit of the day."""
    now = utc_now()
    today = london_today(now)
    actor = required_actor()
    earlier = drafts.newest_of_day(db.session, actor, today)
    chosen = request.args.get("operation", type=row_id)
    operation = (
        operations.readable(db.session, actor, chosen)
        if chosen is not None
        else (earlier.operation if earlier else None)
    )
    particulars = Particulars(
        purpose=earlier.purpose if earlier else "",
        channels=earlier.channels if earlier else (),
        visited_on=today,
        started_at=now,
        operation=operation,
    )
    fields = as_typed(particulars)
    if earlier:
        fields["kind"] = [earlier.kind]
    return MultiDict(fields)


def _begin_page(shop: Premises, form: ParticularsForm) -> str:
    today = london_today()
    return render_template(
        "officers/visits/begin.html",
        shop=shop,
        form=form,
        errors=listed(form),
        kind_hints=kind_hints(rulebook_in_use()),
        copied=request.method == "GET"
        and drafts.newest_of_day(db.session, required_actor(), today) is not None,
        drafts=[
            _unfinished(one)
            for one in drafts.open_drafts(db.session, required_actor())
            if one.premises_id == shop.id
        ],
        operator=shop.operator_on(today),
    )


def _unfinished(visit: Visit) -> dict[str, Any]:
    answered, asked = Screens(db.session, visit, rulebook_for(visit)).counts()
    return {
        "visit": visit,
        "kind": visit_words.kind_label(visit.kind),
        "answered": answered,
        "asked": asked,
        "since": visit.draft_saved_at or visit.created_at,
    }


@bp.get("/<visit_id>")
@permission("visit.read")
def show(visit_id: str) -> ResponseReturnValue:
    """Show the screens of a visit that is being made; a recorded one shows its result."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    if visit.state != "draft" and not _mine_to_correct(visit):
        return redirect(url_for("results.show", visit_id=visit.id))
    if visit.state == "draft" and visit.officer_id != required_actor().user_id:
        return render_template("officers/visits/colleagues_draft.html", **told_of(visit))
    screens = Screens(db.session, visit, rulebook_for(visit))
    answered, asked = screens.counts()
    return render_template(
        "officers/visits/show.html",
        screens=screens.shown(),
        answered=answered,
        asked=asked,
        particulars=screens.particulars,
        same_day=visits.same_day(db.session, visit),
        **told_of(visit),
    )


def _mine_to_correct(visit: Visit) -> bool:
    correcting = visit.draft.get("correcting")
    return correcting is not None and correcting["by"] == required_actor().user_id


@bp.route("/<visit_id>/discard", methods=["GET", "POST"])
@permission("visit.record")
def discard(visit_id: str) -> ResponseReturnValue:
    """Ask, then delete a visit that was never recorded."""
    actor = required_actor()
    visit = to_edit(visit_id)
    if visit.state != "draft":
        return redirect(url_for("visits.show", visit_id=visit.id))
    if request.method == "GET":
        return render_template(
            "officers/visits/discard.html", **_unfinished(visit), shop=visit.premises
        )
    name = visit.premises.trading_name
    drafts.discard_draft(db.session, actor, visit)
    flash(f"The unfinished visit to {name} is discarded.")
    return redirect(url_for("work.mine"))
