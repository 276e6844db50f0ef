"""A visit in a shop: begun, answered screen by screen, checked and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from compliance.services import drafts, operations, premises, visit_content, visits
from compliance.services.errors import NotFound, Refused
from compliance.services.premises import Filters
from compliance.services.visit_content import Particulars
from compliance.store.engine import db
from compliance.store.models import Premises, Visit
from compliance.web import resend
from compliance.web.dates import london_today, utc_now
from compliance.web.form_errors import listed, put
from compliance.web.forms import meanwhile
from compliance.web.forms.particulars import ParticularsForm, as_typed, kind_hints
from compliance.web.forms.prepared import prepared
from compliance.web.forms.sections import KEPT, Section
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for, rulebook_in_use
from compliance.web.officers import late, visit_words
from compliance.web.officers.screens import Screen, Screens
from compliance.web.row_ids import row_id
from compliance.web.signed_in import required_actor

bp = Blueprint("visits", __name__, url_prefix="/visits")

#: How many shops a search for the start of a visit shows.
MOST_FOUND = 12
#: The screen that asks why, how and when; no section of a rulebook is called so.
ABOUT = "about"


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
    return _begin_page(shop, _form(_suggested(), with_kind=True))


@bp.post("/new")
@permission("visit.record")
def begin() -> ResponseReturnValue:
    """Begin the visit and go to its first screen."""
    actor, now = required_actor(), utc_now()
    shop = premises.get(db.session, actor, request.args.get("premises", -1, type=row_id))
    form = _form(request.form, with_kind=True)
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
    return url_for("visits.section", visit_id=visit.id, slug=shown[0].slug)


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


def _form(typed: MultiDict[str, Any], *, with_kind: bool) -> ParticularsForm:
    form = ParticularsForm(typed)
    offered = operations.offered(db.session, required_actor(), london_today())
    form.offer(rulebook_in_use(), offered, with_kind=with_kind)
    return form


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
        return render_template("officers/visits/colleagues_draft.html", **_about(visit))
    screens = Screens(db.session, visit, rulebook_for(visit))
    answered, asked = screens.counts()
    return render_template(
        "officers/visits/show.html",
        screens=screens.shown(),
        answered=answered,
        asked=asked,
        particulars=screens.particulars,
        same_day=visits.same_day(db.session, visit),
        **_about(visit),
    )


def _to_edit(visit_id: str) -> Visit:
    """Return a visit whose answers this person may change now; others are shown as they are.

    A screen that saves holds it until its commit, so that two screens saved at once are both kept.
    """
    hold = request.method == "POST"
    try:
        return visits.editable(db.session, required_actor(), visit_id, hold=hold)
    except Refused as refused:
        if hold and request.endpoint in (f"{bp.name}.save", f"{bp.name}.about"):
            _show_what_came_too_late(visit_id, refused)
        flash(refused.message)
        abort(redirect(url_for("visits.show", visit_id=visit_id)))


def _show_what_came_too_late(visit_id: str, refused: Refused) -> None:
    """Answer with what was typed, unless the record says it all."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    slug = (request.view_args or {}).get("slug", ABOUT)
    found = Screens(db.session, visit, rulebook_for(visit)).find(slug)
    if found is not None:
        rows = late.answers_not_in_the_record(visit, found, found.read(request.form))
    elif slug == ABOUT:
        rows = late.particulars_typed(_form(request.form, with_kind=False))
    else:
        raise NotFound
    if rows and resend.typed_fields():
        abort(late.page(visit, refused.message, rows, slug))


def _mine_to_correct(visit: Visit) -> bool:
    correcting = visit.draft.get("correcting")
    return correcting is not None and correcting["by"] == required_actor().user_id


def _about(visit: Visit) -> dict[str, Any]:
    """What every page of a visit says of it."""
    return {
        "visit": visit,
        "shop": visit.premises,
        "kind": visit_words.kind_label(visit.kind),
        "purpose": visit_content.PURPOSES[visit.purpose],
        "correcting": visit_content.is_correcting(visit),
    }


@bp.route("/<visit_id>/about", methods=["GET", "POST"])
@permission("visit.record")
def about(visit_id: str) -> ResponseReturnValue:
    """Change why, how and when."""
    actor = required_actor()
    visit = _to_edit(visit_id)
    kept = as_typed(drafts.pending(db.session, visit))
    saved = _form(MultiDict(kept), with_kind=False)
    boxes = meanwhile.form_boxes(saved)
    marks = meanwhile.marks(boxes, kept)
    if request.method == "GET":
        return _about_page(visit, saved, marks)
    settled = meanwhile.settle(boxes, request.form, kept)
    form = _form(settled.fields, with_kind=False)
    if form.validate() and not settled.both:
        chosen = form.particulars(operations.offered(db.session, actor, london_today()))
        try:
            visits.arrange(db.session, actor, utc_now(), visit, chosen)
        except Refused as refused:
            put(form, refused)
        else:
            return redirect(url_for("visits.show", visit_id=visit.id))
    meanwhile.say(form, saved, settled.both)
    return _about_page(visit, form, marks), 422


def _about_page(visit: Visit, form: ParticularsForm, marks: str) -> str:
    return render_template(
        "officers/visits/about.html",
        form=form,
        errors=listed(form),
        marks=marks,
        **_about(visit),
    )


@bp.get("/<visit_id>/<slug>")
@permission("visit.record")
def section(visit_id: str, slug: str) -> ResponseReturnValue:
    """Show one screen with what was typed so far, right or wrong."""
    visit = _to_edit(visit_id)
    screens = Screens(db.session, visit, rulebook_for(visit))
    found = screens.find(slug)
    if found is None:
        raise NotFound
    errors = screens.screen(found).asked_errors()
    kept = visit.draft.get("fields", {})
    return _section_page(
        screens,
        found,
        kept,
        kept,
        {one.id: message for one, message in errors},
        [(message, one.id) for one, message in errors],
    )


def _section_page(
    screens: Screens,
    found: Section,
    fields: meanwhile.Fields,
    kept: meanwhile.Fields,
    errors: Mapping[str, str],
    summary: list[tuple[str, str]],
) -> str:
    """A screen with `fields` in its boxes while `kept` is what is saved, and what is wrong, twice:
    at the questions and in the summary above them."""
    visit = screens.visit
    page = prepared(screens.pack, found, screens.dims)
    known: dict[str, dict[str, Any]] = {"answer": {}, "fact": {}}
    for kind, name in page.needs:
        given = screens.record.answers if kind == "answer" else screens.facts
        if name in given:
            known[kind][name] = given[name]
    return render_template(
        "officers/visits/section.html",
        questions=page.draw(
            generate_csrf(),
            {**fields, **_photos_kept(screens)},
            errors,
            screens.asked_in(found),
            known,
            meanwhile.marks(found.boxes, kept),
        ),
        section=found,
        errors=summary,
        **_about(visit),
    )


def _photos_kept(screens: Screens) -> dict[str, list[str]]:
    """What the page says of the photos that its questions have."""
    return {
        question + KEPT: ["1 photo so far" if count == 1 else f"{count} photos so far"]
        for question, count in screens.photos.items()
    }


@bp.post("/<visit_id>/<slug>")
@permission("visit.record")
def save(visit_id: str, slug: str) -> ResponseReturnValue:
    """Keep one screen, and go on: where it cannot be read, back to it."""
    actor = required_actor()
    visit = _to_edit(visit_id)
    pack = rulebook_for(visit)
    before = Screens(db.session, visit, pack)
    found = before.find(slug)
    if found is None:
        raise NotFound
    kept = visit.draft.get("fields", {})
    settled = meanwhile.settle(found.boxes, request.form, kept)
    typed = found.read(settled.fields)
    drafts.save_draft(db.session, actor, utc_now(), visit, typed)
    screens = Screens(db.session, visit, pack)
    twice = screens.asked_in(found).intersection(settled.both)
    if twice:
        # The answer 422 takes the save back: it is made once a person has looked at both.
        told = found.changed_twice(kept, typed, twice)
        summary = [
            (f"{found.by_id[one].line(None)[0]}: also changed elsewhere", one) for one in told
        ]
        return _section_page(screens, found, typed.fields, kept, told, summary), 422
    here = url_for("visits.section", visit_id=visit.id, slug=slug)
    screen = screens.screen(found)
    if screen.asked_errors():
        return redirect(here)
    opened = screens.asked_in(found) - before.asked_in(found)
    waiting = [one.id for one in screen.unanswered if one.id in opened]
    if waiting and not request.form.get("in-place"):
        # Without a script a question appears only once the one that opens it is saved.
        return redirect(f"{here}#{waiting[0]}-question")
    return redirect(_onwards(visit, screens, screen))


def _onwards(visit: Visit, screens: Screens, screen: Screen) -> str:
    then = request.form.get("then")
    following = screens.after(screen.section)
    if then == "list":
        return url_for("visits.show", visit_id=visit.id)
    if then == "photos":
        return url_for("photos.show", visit_id=visit.id)
    if then == "check" or following is None:
        return url_for("visits.check", visit_id=visit.id)
    return url_for("visits.section", visit_id=visit.id, slug=following.slug)


@bp.get("/<visit_id>/check")
@permission("visit.record")
def check(visit_id: str) -> ResponseReturnValue:
    """Show every answer in words, each with a way to change it, and what is missing."""
    visit = _to_edit(visit_id)
    return _check_page(visit)


def _check_page(visit: Visit, refused: Refused | None = None, reason: str = "") -> str:
    screens = Screens(db.session, visit, rulebook_for(visit))
    shown = screens.shown()
    errors: list[tuple[str, str | None]] = list(_changed_since_it_was_checked(screens))
    for one in shown:
        for answers, message in one.asked_errors():
            target = f"{url_for('visits.section', visit_id=visit.id, slug=one.slug)}#{answers.id}"
            errors.append((message, target))
    if refused is not None:
        errors.append((refused.message, f"#{refused.field}" if refused.field else None))
    return render_template(
        "officers/visits/check.html",
        screens=shown,
        particulars=screens.particulars,
        purpose_of=visit_content.PURPOSES,
        channel_labels=visit_words.channels(),
        why=visit_content.WHY_NOT_OBSERVED,
        errors=errors,
        reason=reason,
        later=_later_than_the_visit(screens, shown),
        same_day=visits.same_day(db.session, visit),
        marks=_shown(screens),
        **_about(visit),
    )


def _shown(screens: Screens) -> str:
    """A mark of each thing that the check page shows, so that nothing is recorded that nobody looked at."""
    why = screens.visit.draft.get("why", {})
    said = {
        answer.id: [screen.words(answer), why.get(answer.id, "")]
        for screen in screens.shown()
        for answer in screen.asked
    }
    said[ABOUT] = [repr(as_typed(screens.particulars))]
    return meanwhile.marks({name: (name,) for name in said}, said)


def _changed_since_it_was_checked(screens: Screens) -> Iterator[tuple[str, str | None]]:
    """What was changed in another window after the page was shown from which the visit is to be recorded."""
    if meanwhile.DRAWN_FROM not in request.form:
        return
    visit = screens.visit
    changed = set(meanwhile.changed_since(request.form[meanwhile.DRAWN_FROM], _shown(screens)))
    told = "was changed in another window or on another device. Check it, then record"
    if ABOUT in changed:
        yield f"“About this visit” {told}", url_for("visits.about", visit_id=visit.id)
    for screen in screens.shown():
        there = url_for("visits.section", visit_id=visit.id, slug=screen.slug)
        for answer in screen.asked:
            if answer.id in changed:
                yield f"“{answer.line(None)[0]}” {told}", f"{there}#{answer.id}-question"


def _later_than_the_visit(screens: Screens, shown: list[Screen]) -> set[str]:
    """Dates after the day of the visit: perhaps a slip, so they are pointed out, not refused."""
    day = screens.particulars.visited_on.isoformat()
    found = set()
    for screen in shown:
        for one in screen.asked:
            given = screen.answers.get(one.id)
            dates = given if isinstance(given, list) else [given]
            if one.entry["type"] in ("date", "dates") and any(at and at > day for at in dates):
                found.add(one.id)
    return found


@bp.post("/<visit_id>/record")
@permission("visit.record")
def record(visit_id: str) -> ResponseReturnValue:
    """Lock the observations; only then are findings and grade worked out and shown."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    if visit.state != "draft":
        # Pressed twice: what was recorded is there.
        return redirect(url_for("results.show", visit_id=visit.id))
    visit = _to_edit(visit_id)
    if _not_to_be_recorded(visit):
        return _check_page(visit), 422
    try:
        visits.record(db.session, actor, utc_now(), visit, drafts.drafted(visit))
    except Refused as refused:
        db.session.rollback()
        visit = visits.editable(db.session, actor, visit_id)
        return _check_page(visit, refused), 422
    flash("The visit is recorded and locked.", "success")
    return redirect(url_for("results.show", visit_id=visit.id))


def _not_to_be_recorded(visit: Visit) -> bool:
    """Say whether an answer cannot be read, or was changed since it was checked."""
    screens = Screens(db.session, visit, rulebook_for(visit))
    return any(_changed_since_it_was_checked(screens)) or any(
        one.asked_errors() for one in screens.shown()
    )


@bp.get("/<visit_id>/correct")
@permission("visit.correct")
def correct(visit_id: str) -> ResponseReturnValue:
    """Say what a correction is, before it is begun."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    if visit.state == "draft":
        return redirect(url_for("visits.show", visit_id=visit.id))
    if visit.authority_id != required_actor().authority_id:
        raise NotFound
    return render_template("officers/visits/correct.html", **_about(visit))


@bp.post("/<visit_id>/correct")
@permission("visit.correct")
def begin_correction(visit_id: str) -> ResponseReturnValue:
    """Open the answers of a recorded visit for a correction."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    if visit.authority_id != actor.authority_id or visit.latest_version is None:
        raise NotFound
    screens = Screens(db.session, visit, rulebook_for(visit))
    begun = drafts.recorded(visit.latest_version, visit.operation, rulebook_for(visit))
    fields: dict[str, list[str]] = {}
    for one in screens.sections:
        given = begun.answers if one.table == "question" else begun.operation_facts
        fields |= one.typed(given, begun.why_not_observed)
    drafts.start_correction(db.session, actor, utc_now(), visit, fields)
    return redirect(_with_what_came_too_late(visit, screens))


def _with_what_came_too_late(visit: Visit, screens: Screens) -> str:
    """Keep in the correction what came with it from one screen, and lead there; else to all of them."""
    slug, now = request.form.get(late.SCREEN, ""), utc_now()
    found = screens.find(slug)
    if found is not None:
        # What was changed elsewhere and not on that screen stays as it was recorded.
        kept = visit.draft.get("fields", {})
        fields = meanwhile.settle(found.boxes, request.form, kept).fields
        drafts.save_draft(db.session, required_actor(), now, visit, found.read(fields))
        return url_for("visits.section", visit_id=visit.id, slug=slug)
    if slug == ABOUT:
        form = _form(request.form, with_kind=False)
        offered = operations.offered(db.session, required_actor(), london_today())
        if form.validate():
            visits.arrange(db.session, required_actor(), now, visit, form.particulars(offered))
        return url_for("visits.about", visit_id=visit.id)
    return url_for("visits.show", visit_id=visit.id)


@bp.post("/<visit_id>/correct/record")
@permission("visit.correct")
def record_correction(visit_id: str) -> ResponseReturnValue:
    """Keep the correction as a new version with its reason; the old one stays."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    reason = request.form.get("reason", "")
    if not visit_content.is_correcting(visit):
        latest = visit.latest_version
        said = visit_content.clean_text(reason)
        if said and resend.typed_fields() and (latest is None or latest.reason != said):
            row = {"key": "Why it was to be corrected", "value": said}
            return late.page(visit, "The correction was finished or given up already.", [row])
        # Pressed twice: what was recorded is there.
        return redirect(url_for("results.show", visit_id=visit.id))
    visit = visits.editable(db.session, actor, visit_id)
    if _not_to_be_recorded(visit):
        return _check_page(visit, reason=reason), 422
    before = visit.latest_version.number if visit.latest_version else 0
    try:
        version = visits.correct(
            db.session, actor, utc_now(), visit, drafts.drafted(visit), reason=reason
        )
    except Refused as refused:
        db.session.rollback()
        visit = visits.editable(db.session, actor, visit_id)
        return _check_page(visit, refused, reason), 422
    if version.number == before:
        flash("Nothing was changed, so the record stays as it was.")
    else:
        flash("The correction is recorded. The visit goes back to review.", "success")
    return redirect(url_for("results.show", visit_id=visit.id))


@bp.post("/<visit_id>/correct/drop")
@permission("visit.correct")
def drop_correction(visit_id: str) -> ResponseReturnValue:
    """Give up a correction; the record stays as it was."""
    actor = required_actor()
    visit = visits.readable(db.session, actor, visit_id)
    if visit_content.is_correcting(visit):
        drafts.drop_correction(db.session, actor, visits.editable(db.session, actor, visit_id))
    return redirect(url_for("results.show", visit_id=visit.id))


@bp.route("/<visit_id>/discard", methods=["GET", "POST"])
@permission("visit.record")
def discard(visit_id: str) -> ResponseReturnValue:
    """Ask, then delete a visit that was never recorded."""
    actor = required_actor()
    visit = _to_edit(visit_id)
    if visit.state != "draft":
        return redirect(url_for("visits.show", visit_id=visit.id))
    if request.method == "GET":
        return render_template("officers/visits/discard.html", **_unfinished(visit), **_who(visit))
    name = visit.premises.trading_name
    drafts.discard_draft(db.session, actor, visit)
    flash(f"The unfinished visit to {name} is discarded.")
    return redirect(url_for("work.mine"))


def _who(visit: Visit) -> dict[str, Any]:
    return {"shop": visit.premises}
