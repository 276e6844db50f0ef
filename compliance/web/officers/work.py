"""Where an officer's day starts: my visits, to review, to decide, due; each as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.access import allows
from compliance.services import worklists
from compliance.services.visit_content import PURPOSES
from compliance.services.worklists import Due, Filter
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.store.models.visits import VISIT_STATES
from compliance.web import period
from compliance.web.csv_export import csv_response
from compliance.web.dates import local_moment, london_today, utc_now
from compliance.web.form_errors import listed
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.paging import PAGE_SIZE, Page, page_number
from compliance.web.period import Period
from compliance.web.signed_in import required_actor

bp = Blueprint("work", __name__, url_prefix="/work")

#: (words, endpoint), in the order of the tabs; those a role may not open are left out.
TABS = (
    ("My visits", "work.mine"),
    ("To review", "work.to_review"),
    ("To decide", "work.to_decide"),
    ("Due", "work.due"),
    ("Shared with us", "work.shared"),
)

VISIT_COLUMNS = (
    "Visit",
    "Date of visit",
    "Shop",
    "Postcode",
    "Kind",
    "Purpose",
    "State",
    "Officer",
    "Recorded",
)


@bp.get("")
@permission("visit.read")
def mine() -> ResponseReturnValue:
    """List the visits of the person who is signed in."""
    return _visits("My visits", worklists.mine, "You have not made a visit yet.", with_state=True)


@bp.get("/to-review")
@permission("visit.review")
def to_review() -> ResponseReturnValue:
    """List the recorded visits of colleagues that wait for a review."""
    return _visits("To review", worklists.to_review, "Nothing waits for your review.")


@bp.get("/to-decide")
@permission("visit.decide")
def to_decide() -> ResponseReturnValue:
    """List the reviewed visits that wait for a letter or a decision."""
    return _visits("To decide", worklists.to_decide, "Nothing waits for a letter or a decision.")


@bp.get("/from-partners")
@permission("visit.read")
def shared() -> ResponseReturnValue:
    """List the visits that partner authorities shared."""
    return _visits(
        "Shared with us",
        worklists.shared,
        "No partner has shared a visit with you.",
        with_state=True,
    )


@bp.get("/due")
@permission("visit.read")
def due() -> ResponseReturnValue:
    """List what has to be done by a day, the soonest first."""
    days = period.asked("Visited")
    wanted = _wanted(days)
    actor, now = required_actor(), utc_now()
    if days.errors:
        return _page("officers/work/due.html", "Due", Page([], 1, 0), wanted, days)
    if _as_csv():
        found, _ = worklists.due(db.session, actor, wanted, now)
        return csv_response("due.csv", ("By", "What", *VISIT_COLUMNS), _due_rows(found))
    number = page_number()
    found, total = worklists.due(
        db.session, actor, wanted, now, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return _page(
        "officers/work/due.html",
        "Due",
        Page(found, number, total),
        wanted,
        days,
        today=london_today(),
    )


def _visits(
    title: str, worklist: worklists.Worklist, nothing: str, *, with_state: bool = False
) -> ResponseReturnValue:
    days = period.asked("Visited")
    wanted = _wanted(days, with_state=with_state)
    actor = required_actor()
    if days.errors:
        return _page(
            "officers/work/visits.html", title, Page([], 1, 0), wanted, days, with_state=with_state
        )
    if _as_csv():
        visits, _ = worklist(db.session, actor, wanted)
        name = title.lower().replace(" ", "-")
        return csv_response(f"{name}.csv", VISIT_COLUMNS, (_visit_row(visit) for visit in visits))
    number = page_number()
    visits, total = worklist(
        db.session, actor, wanted, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return _page(
        "officers/work/visits.html",
        title,
        Page(visits, number, total),
        wanted,
        days,
        nothing=nothing,
        with_state=with_state,
    )


def _page(
    template: str, title: str, page: Page, wanted: Filter, days: Period, **more: object
) -> ResponseReturnValue:
    assert request.endpoint is not None
    as_csv: dict[str, Any] = {**request.args, "page": None, "as": "csv"}
    shown = render_template(
        template,
        title=title,
        page=page,
        wanted=wanted,
        days=days,
        errors=listed(days),
        tabs=TABS,
        waiting={
            f"{bp.name}.{name}": count
            for name, count in worklists.waiting(db.session, required_actor(), utc_now()).items()
        },
        kinds=visit_words.kinds(),
        states=visit_words.STATES,
        kind_label=visit_words.kind_label,
        visit_href=visit_words.href,
        here=url_for(request.endpoint),
        csv_href=url_for(request.endpoint, **as_csv),
        **more,
    )
    return shown, 422 if days.errors else 200


def _as_csv() -> bool:
    if request.args.get("as") != "csv":
        return False
    if not allows(required_actor(), "lists.export"):
        abort(403)
    return True


def _wanted(days: Period, *, with_state: bool = False) -> Filter:
    since, until = days.days()
    return Filter(
        text=request.args.get("q", "")[:100],
        kind=_choice("kind", visit_words.kinds()),
        state=_choice("state", VISIT_STATES) if with_state else None,
        since=since,
        until=until,
    )


def _choice(name: str, allowed: Iterable[str]) -> str | None:
    given = request.args.get(name) or None
    if given is not None and given not in allowed:
        abort(404)
    return given


def _visit_row(visit: Visit) -> Sequence[object]:
    return (
        visit.id,
        visit.visited_on.isoformat(),
        visit.premises.trading_name,
        visit.premises.postcode,
        visit_words.kind_label(visit.kind),
        PURPOSES[visit.purpose],
        visit_words.STATES[visit.state][0],
        visit.officer.name,
        local_moment(visit.recorded_at) if visit.recorded_at else None,
    )


def _due_rows(found: Iterable[Due]) -> Iterable[Sequence[object]]:
    for each in found:
        yield (each.on.isoformat(), each.what, *_visit_row(each.visit))
