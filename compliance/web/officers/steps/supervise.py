"""A supervisor's word on a test that departs from good procedure, asked as the rulebook asks it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from compliance.rulebook.asked import asked_facts
from compliance.rulebook.state import NOT_OBSERVED
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import reason_against
from compliance.services.lifecycle.machine import STEPS
from compliance.services.lifecycle.supervision import supervise
from compliance.services.visit_content import dims_of
from compliance.store.engine import db
from compliance.web.dates import utc_now
from compliance.web.forms.prepared import prepared
from compliance.web.forms.sections import Section, fact_sections
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for
from compliance.web.officers import visit_words
from compliance.web.officers.screens import definite
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("supervise", __name__, url_prefix="/visits")

#: A supervisor who does not know yet gives no word yet.
UNSAID = (None, "", NOT_OBSERVED)


@bp.route("/<visit_id>/supervise", methods=["GET", "POST"])
@permission("visit.review")
def show(visit_id: str) -> ResponseReturnValue:
    """Show what departs from procedure and take the supervisor's word on it."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    pack = rulebook_for(visit)
    sections = fact_sections(pack, dims_of(visit, pack), "review")
    if case is None or not sections or reason_against(STEPS["supervise"], moment_of(case)):
        return redirect(url_for("steps.show", visit_id=visit.id))
    section = sections[0]
    if request.method == "GET":
        kept = case.version.operation_facts
        return _page(case, section, section.typed(kept), {}, _asked(case, {}))
    typed = section.read(request.form)
    asked = _asked(case, typed.facts)
    errors = {name: text for name, text in typed.errors.items() if text and name in asked}
    for answers in section.answers:
        if answers.id in asked and typed.facts.get(answers.id) in UNSAID and not errors:
            errors[answers.id] = answers.error
    if errors:
        return _page(case, section, typed.fields, errors, asked), 422
    facts = {name: value for name, value in typed.facts.items() if name in asked}
    supervise(db.session, required_actor(), utc_now(), visit.id, facts)
    flash("Your word is recorded. Another reviewer now agrees with the record.", "success")
    return redirect(url_for("steps.show", visit_id=visit.id))


def _asked(case: Case, given: Any) -> set[str]:
    pack = rulebook_for(case.visit)
    facts = definite(pack.facts, {**case.version.operation_facts, **given})
    dims = dims_of(case.visit, pack)
    return {entry["id"] for entry in asked_facts(pack, dims, case.visit.visited_on, facts)}


def _page(
    case: Case, section: Section, fields: Any, errors: dict[str, str], asked: set[str]
) -> str:
    visit = case.visit
    pack = rulebook_for(visit)
    page = prepared(pack, section, dims_of(visit, pack), "one")
    known = {"answer": {}, "fact": dict(case.version.operation_facts)}
    return render_template(
        "officers/steps/supervise.html",
        visit=visit,
        case=case,
        kind=visit_words.kind_label(visit.kind),
        errors=[(text, name) for name, text in errors.items()],
        questions=page.draw(generate_csrf(), fields, errors, asked, known),
    )
