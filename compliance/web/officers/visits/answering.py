"""A visit is answered screen by screen: why, how and when, then the questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict

from compliance.services import drafts, operations, visits
from compliance.services.errors import NotFound, Refused
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web import resend
from compliance.web.dates import london_today, utc_now
from compliance.web.form_errors import listed, put
from compliance.web.forms import meanwhile
from compliance.web.forms.particulars import ParticularsForm, as_typed
from compliance.web.forms.prepared import prepared
from compliance.web.forms.sections import KEPT, Section
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for
from compliance.web.officers import late
from compliance.web.officers.screens import Screen, Screens
from compliance.web.officers.visits.opened import ABOUT, particulars_form, to_edit, told_of
from compliance.web.signed_in import required_actor

bp = Blueprint("screens", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/about", methods=["GET", "POST"])
@permission("visit.record")
def about(visit_id: str) -> ResponseReturnValue:
    """Change why, how and when."""
    actor = required_actor()
    visit = to_edit(visit_id, _show_what_came_too_late)
    kept = as_typed(drafts.pending(db.session, visit))
    saved = particulars_form(MultiDict(kept), with_kind=False)
    boxes = meanwhile.form_boxes(saved)
    marks = meanwhile.marks(boxes, kept)
    if request.method == "GET":
        return _about_page(visit, saved, marks)
    settled = meanwhile.settle(boxes, request.form, kept)
    form = particulars_form(settled.fields, with_kind=False)
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
        **told_of(visit),
    )


@bp.get("/<visit_id>/<slug>")
@permission("visit.record")
def section(visit_id: str, slug: str) -> ResponseReturnValue:
    """Show one screen with what was typed so far, right or wrong."""
    visit = to_edit(visit_id)
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
        **told_of(visit),
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
    visit = to_edit(visit_id, _show_what_came_too_late)
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
    here = url_for("screens.section", visit_id=visit.id, slug=slug)
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
        return url_for("check.show", visit_id=visit.id)
    return url_for("screens.section", visit_id=visit.id, slug=following.slug)


def _show_what_came_too_late(visit_id: str, refused: Refused) -> None:
    """Answer with what was typed, unless the record says it all."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    slug = (request.view_args or {}).get("slug", ABOUT)
    found = Screens(db.session, visit, rulebook_for(visit)).find(slug)
    if found is not None:
        rows = late.answers_not_in_the_record(visit, found, found.read(request.form))
    elif slug == ABOUT:
        rows = late.particulars_typed(particulars_form(request.form, with_kind=False))
    else:
        raise NotFound
    if rows and resend.typed_fields():
        abort(late.page(visit, refused.message, rows, slug))
