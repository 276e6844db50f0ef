"""A recorded visit's own page: what was done and by whom, what comes next, the days to keep in view."""

from __future__ import annotations

from flask import Blueprint, render_template

from compliance.services.lifecycle import deadlines, timeline
from compliance.services.lifecycle.conditions import letter_sent, waiting_decision
from compliance.web.dates import london_today
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.opened import case_for, moment_of, visit_of

bp = Blueprint("steps", __name__, url_prefix="/visits")

#: The page of each step.
PAGES = {
    "agree": "review.show",
    "supervise": "supervise.show",
    "notify": "notify.show",
    "decide": "decide.show",
    "confirm": "confirm.show",
    "tell_decision": "decision_letter.show",
    "tell_certificate": "certificate_letter.show",
    "tell_end": "certificate_letter.show",
    "finish_follow_up": "follow_up.show",
    "close": "close.show",
}


@bp.get("/<visit_id>/steps")
@permission("visit.read")
def show(visit_id: str) -> str:
    """Show the life of a visit so far."""
    visit = visit_of(visit_id)
    case = case_for(visit)
    today = london_today()
    return render_template(
        "officers/steps/timeline.html",
        visit=visit,
        case=case,
        kind=visit_words.kind_label(visit.kind),
        state=visit_words.STATES[visit.state],
        events=timeline.events(visit),
        nexts=timeline.next_steps(moment_of(case)) if case else [],
        pages=PAGES,
        waiting=waiting_decision(case) if case else None,
        held=case.conditions("notification") if case and not letter_sent(case) else [],
        deadlines=deadlines.deadlines_of(case.pack, case.assessment, today) if case else [],
        today=today,
    )
