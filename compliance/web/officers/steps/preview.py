"""A letter as it would go out, marked SPECIMEN: nothing is kept and no number is used."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from compliance.services.lifecycle import issue
from compliance.services.lifecycle.conditions import made_decision
from compliance.services.lifecycle.languages import owed_one
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers.steps.opened import case_for, office, own_visit
from compliance.web.pdf import pdf_response

bp = Blueprint("preview", __name__, url_prefix="/visits")


@bp.get("/<visit_id>/letter-preview")
@permission("document.preview")
def show(visit_id: str) -> ResponseReturnValue:
    """Show the letter that is due, or with `?decision` the letter that tells the decision.

    `?language` is one of those it is owed in; English unless given or not among them.
    """
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None or case.letter is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    decision = made_decision(case) if "decision" in request.args else None
    language = owed_one(case, request.args.get("language"))
    made = issue.preview_letter(utc_now(), office(), case, decision, language=language)
    return pdf_response(made.pdf, f"specimen-{case.letter}.pdf")
