"""The letter that tells a decision: words of one's own, a preview, and the button that sends it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.documents.wording import wording
from compliance.services.errors import Refused
from compliance.services.lifecycle import issue
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import decision_letter, made_decision, reason_against
from compliance.services.lifecycle.languages import languages_owed, owed_one
from compliance.services.lifecycle.machine import STEPS
from compliance.services.lifecycle.timeline import step_words
from compliance.store.models import Decision
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps import sending
from compliance.web.officers.steps.forms import DecisionLetterForm
from compliance.web.officers.steps.opened import case_for, moment_of, office, own_visit
from compliance.web.pdf import pdf_response

_STATES_LAW = "This says what the law is: the letter's own sentences do that with their source."

bp = Blueprint("decision_letter", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/decision-letter", methods=["GET", "POST"])
@permission("visit.notify")
def show(visit_id: str) -> ResponseReturnValue:
    """Send the letter that tells the decision on a visit."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    decision = made_decision(case) if case else None
    if case is None or decision is None or decision_letter(case, decision) is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = DecisionLetterForm()
    style = _style(form)
    if not style:
        sent = sending.pressed(form, "tell_decision", visit.id, form.words())
        if sent is not None:
            return sent
    return _page(case, decision, form, style), 422 if form.is_submitted() else 200


@bp.post("/<visit_id>/decision-letter/preview")
@permission("document.preview")
def preview(visit_id: str) -> ResponseReturnValue:
    """Show the letter with the words as typed, marked SPECIMEN; nothing is kept."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    decision = made_decision(case) if case else None
    if case is None or decision is None or decision_letter(case, decision) is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = DecisionLetterForm()
    if form.validate():
        try:
            language = owed_one(case, request.args.get("language"))
            made = issue.preview_letter(
                utc_now(), office(), case, decision, added=form.words(), language=language
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            return pdf_response(made.pdf, "specimen-decision-letter.pdf")
    return _page(case, decision, form, ()), 422


def _style(form: DecisionLetterForm) -> Sequence[str]:
    """What the words could do better: be easier to read, leave the law to the letter's own sentences.

    Nothing once they were seen and are wanted as they are.
    """
    if not form.is_submitted() or form.typed() == " ".join((form.as_they_are.data or "").split()):
        return ()
    words = form.words()
    law = [
        found
        for language, text in words.items()
        if not wording(language).forbidden(text)  # that is refused, and told so
        for found in wording(language).states_law(text)
    ]
    return [
        *wording("en").hard_to_read(" ".join(words["en"].split())),
        *(f"“{found}”: {_STATES_LAW}" for found in dict.fromkeys(law)),
    ]


def _page(case: Case, decision: Decision, form: DecisionLetterForm, style: Sequence[str]) -> str:
    return render_template(
        "officers/steps/decision_letter.html",
        visit=case.visit,
        kind=visit_words.kind_label(case.visit.kind),
        decision=decision,
        step=step_words(case.policy, decision),
        says=case.policy.steps[decision.step].says,
        reason=reason_against(STEPS["tell_decision"], moment_of(case)),
        form=form,
        languages=languages_owed(case.visit.nation, case.visit.operator),
        style=style,
        errors=form_errors.listed(form),
    )
