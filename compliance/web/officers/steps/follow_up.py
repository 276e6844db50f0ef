"""Follow-ups of a visit: what is still to be done, and saying that it was done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from compliance.services.errors import Refused
from compliance.services.lifecycle import follow_ups
from compliance.services.lifecycle.conditions import reason_against
from compliance.services.lifecycle.machine import STEPS
from compliance.services.visits import at_premises
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web import form_errors
from compliance.web.dates import london_today, long_date, utc_now
from compliance.web.forms.fields import day_of
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import FinishForm, FollowUpForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("follow_up", __name__, url_prefix="/visits")

NO_CASE = "This visit is not assessed yet, so nothing follows from it."


@bp.route("/<visit_id>/follow-up", methods=["GET", "POST"])
@permission("visit.follow_up")
def show(visit_id: str) -> ResponseReturnValue:
    """List the follow-ups of a visit; POST adds one."""
    visit = own_visit(visit_id)
    form = FollowUpForm()
    if form.validate_on_submit():
        try:
            follow_ups.plan(
                db.session,
                required_actor(),
                utc_now(),
                visit.id,
                note=form.note.data or "",
                due_on=day_of(form.due_on),
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("The follow-up is planned", "success")
            return redirect(url_for("follow_up.show", visit_id=visit.id))
    return _page(visit, form), 422 if form.is_submitted() else 200


@bp.post("/<visit_id>/follow-up/<int:follow_up_id>/finish")
@permission("visit.follow_up")
def finish(visit_id: str, follow_up_id: int) -> ResponseReturnValue:
    """Say that a follow-up is done."""
    visit = own_visit(visit_id)
    form = _finish_form(visit, follow_up_id)
    if form.validate():
        try:
            follow_ups.finish(
                db.session,
                required_actor(),
                utc_now(),
                visit.id,
                follow_up_id,
                note=form.note.data or "",
                done_by_visit_id=form.done_by.data or None,
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("The follow-up is finished", "success")
            return redirect(url_for("follow_up.show", visit_id=visit.id))
    return _page(visit, FollowUpForm(formdata=None), {follow_up_id: form}), 422


def _page(
    visit: Visit, form: FollowUpForm, finishing: Mapping[int, FinishForm] | None = None
) -> str:
    """The page; `finishing` is the form that could not be taken, by its follow-up."""
    case = case_for(visit)
    moment = moment_of(case) if case else None
    finishing = finishing or {}
    errors = form_errors.listed(form)
    for each in finishing.values():
        errors += form_errors.listed(each)
    return render_template(
        "officers/steps/follow_up.html",
        visit=visit,
        kind=visit_words.kind_label(visit.kind),
        reason=reason_against(STEPS["plan_follow_up"], moment) if moment else NO_CASE,
        may_finish=moment is not None and reason_against(STEPS["finish_follow_up"], moment) is None,
        finishing=finishing,
        finish_form=lambda each: finishing.get(each.id) or _finish_form(visit, each.id, fresh=True),
        today=london_today(),
        form=form,
        errors=errors,
    )


def _finish_form(visit: Visit, follow_up_id: int, *, fresh: bool = False) -> FinishForm:
    """The form of one follow-up, its boxes named after it: the page holds one for each."""
    prefix = f"finish-{follow_up_id}"
    form = FinishForm(prefix=prefix, formdata=None) if fresh else FinishForm(prefix=prefix)
    form.done_by.choices = _later_visits(visit)
    return form


def _later_visits(visit: Visit) -> list[SelectChoice]:
    later = [
        each
        for each in at_premises(db.session, required_actor(), visit.premises)
        if each.visited_on >= visit.visited_on and each.id != visit.id
    ]
    return [
        SelectChoice("", "No visit"),
        *(
            SelectChoice(
                each.id, f"{visit_words.kind_label(each.kind)}, {long_date(each.visited_on)}"
            )
            for each in later
        ),
    ]
