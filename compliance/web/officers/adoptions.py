"""Two people bring a proposed rulebook into use: one asks, another reads what differs and answers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.rulebook import Pack
from compliance.rulebook.difference import differences, entry_label
from compliance.services import adoptions, proposals, rulebooks
from compliance.services.errors import Refused
from compliance.store.engine import db
from compliance.store.models import AdoptionRequest, Proposal
from compliance.web import form_errors
from compliance.web.administrators.rulebook_forms import AskForm, ReasonForm
from compliance.web.dates import long_date, utc_now
from compliance.web.forms.fields import day_of
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.signed_in import required_actor

bp = Blueprint("adoptions", __name__, url_prefix="/rulebook")


@bp.route("/proposals/<int:proposal_id>/adopt", methods=["GET", "POST"])
@permission("rulebook.replay")
def ask(proposal_id: int) -> ResponseReturnValue:
    """Ask that a proposed rulebook be adopted from a day on."""
    proposal = proposals.find(db.session, required_actor(), proposal_id)
    form = AskForm()
    if form.validate_on_submit():
        on = day_of(form.effective_from)
        assert on is not None  # the form asks for it
        try:
            asked = adoptions.ask(
                db.session,
                required_actor(),
                utc_now(),
                proposal.id,
                effective_from=on,
                reason=form.reason.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("Asked. Another person has to agree before it is used.", "success")
            return redirect(url_for("adoptions.show", request_id=asked.id))
    page = render_template(
        "officers/adoptions/ask.html",
        proposal=proposal,
        form=form,
        errors=form_errors.listed(form),
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/adoptions/<int:request_id>")
@permission("rulebook.adopt")
def show(request_id: int) -> str:
    """Show what is asked, by whom, and what would differ."""
    asked = adoptions.find(db.session, required_actor(), request_id)
    return _page(asked, ReasonForm(formdata=None), [])


@bp.post("/adoptions/<int:request_id>/agree")
@permission("rulebook.adopt")
def agree(request_id: int) -> ResponseReturnValue:
    """Agree: the rulebook is adopted."""
    asked = adoptions.find(db.session, required_actor(), request_id)
    try:
        adoptions.agree(db.session, required_actor(), utc_now(), request_id)
    except Refused as refused:
        return _page(asked, ReasonForm(formdata=None), [(refused.message, None)]), 422
    flash(f"Adopted, for visits from {long_date(asked.effective_from)} on", "success")
    return redirect(url_for("rulebook_timeline.show"))


@bp.post("/adoptions/<int:request_id>/decline")
@permission("rulebook.adopt")
def decline(request_id: int) -> ResponseReturnValue:
    """Say no, with a reason."""
    asked = adoptions.find(db.session, required_actor(), request_id)
    form = ReasonForm()
    if form.validate():
        try:
            adoptions.decline(
                db.session, required_actor(), utc_now(), request_id, form.reason.data or ""
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("Not adopted. The rulebook in use stays as it is.", "success")
            return redirect(url_for("rulebook_timeline.show"))
    return _page(asked, form, form_errors.listed(form)), 422


def _page(asked: AdoptionRequest, form: ReasonForm, errors: list[tuple[str, str | None]]) -> str:
    old, new = _compared(asked.proposal), Pack(asked.proposal.content)
    actor = required_actor()
    return render_template(
        "officers/adoptions/show.html",
        asked=asked,
        proposal=asked.proposal,
        mine=asked.asked_by_id == actor.user_id,
        tried=asked.proposal.authority_id == actor.authority_id,
        differences=[entry_label(old, new, entry) for entry in differences(old, new)],
        form=form,
        errors=errors,
        declining=request.endpoint == "adoptions.decline",
    )


def _compared(proposal: Proposal) -> Pack:
    """The rulebook it was compared with; the one in use where that is not kept."""
    if proposal.against_sha256 in {row.sha256 for row in rulebooks.on_record(db.session)}:
        return rulebooks.released(db.session, proposal.against_sha256)
    return rulebook_in_use()
