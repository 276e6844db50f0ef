"""Review: every answer, every finding and every version on one page, then agree or return."""

from __future__ import annotations

from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.rulebook.words import answer_in_words, question_line
from compliance.services.errors import Refused
from compliance.services.lifecycle import reviews
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import reason_against
from compliance.services.lifecycle.machine import STEPS
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import ReviewForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("review", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/review", methods=["GET", "POST"])
@permission("visit.review")
def show(visit_id: str) -> ResponseReturnValue:
    """Show the whole record and take the reviewer's word on it."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = ReviewForm()
    if form.validate_on_submit():
        act = reviews.agree if form.outcome.data == "agreed" else reviews.send_back
        try:
            act(
                db.session,
                required_actor(),
                utc_now(),
                visit.id,
                version=_number(form.version.data),
                note=form.note.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(
                "You agreed with the record"
                if form.outcome.data == "agreed"
                else "The record went back to its officer",
                "success",
            )
            return redirect(url_for("steps.show", visit_id=visit.id))
    form.version.data = str(case.version.number)
    return (
        render_template(
            "officers/steps/review.html",
            visit=visit,
            case=case,
            kind=visit_words.kind_label(visit.kind),
            answers=_answers(case),
            facts=_facts(case),
            changed=_changes(case),
            reason=reason_against(STEPS["agree"], moment_of(case)),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _answers(case: Case) -> list[dict[str, str]]:
    questions = case.pack.questions
    return [
        {"key": question_line(questions[name]), "value": answer_in_words(questions[name], value)}
        for name, value in case.version.answers.items()
        if name in questions
    ]


def _facts(case: Case) -> list[dict[str, str]]:
    facts = case.pack.facts
    return [
        {"key": question_line(facts[name]), "value": answer_in_words(facts[name], value)}
        for name, value in case.version.operation_facts.items()
        if name in facts
    ]


def _changes(case: Case) -> list[list[tuple[str, str, str]]]:
    """For each version, what it changed: the line, the words before, the words now."""
    versions = case.visit.versions
    changes: list[list[tuple[str, str, str]]] = [[]]
    for before, after in pairwise(versions):
        changed = []
        for table, old, new in (
            (case.pack.questions, before.answers, after.answers),
            (case.pack.facts, before.operation_facts, after.operation_facts),
        ):
            for name in [*old, *(name for name in new if name not in old)]:
                if name in table and old.get(name) != new.get(name):
                    entry = table[name]
                    changed.append(
                        (
                            question_line(entry),
                            answer_in_words(entry, old.get(name)),
                            answer_in_words(entry, new.get(name)),
                        )
                    )
        changes.append(changed)
    return changes
