"""The decision: the usual step under the policy, the steps there are, and why."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from compliance.services.errors import Refused
from compliance.services.lifecycle import decisions
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import reason_against, waiting_decision
from compliance.services.lifecycle.deadlines import deadlines_of
from compliance.services.lifecycle.machine import STEPS
from compliance.services.lifecycle.policy import PolicyStep
from compliance.services.lifecycle.timeline import step_words
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import london_today, utc_now
from compliance.web.forms.fields import day_of
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import DecideForm, PressForm, PrimaryAuthorityForm
from compliance.web.officers.steps.opened import case_for, moment_of, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("decide", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/decide", methods=["GET", "POST"])
@permission("visit.decide")
def show(visit_id: str) -> ResponseReturnValue:
    """Decide on a visit, or see the decision that waits."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = _decide_form(case)
    if form.validate_on_submit():
        try:
            decision = decisions.decide(
                db.session,
                required_actor(),
                utc_now(),
                visit.id,
                step=form.step.data,
                reason=form.reason.data or "",
                primary_authority_on=day_of(form.primary_authority_on),
                primary_authority_reference=form.primary_authority_reference.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(
                "The decision is made"
                if decision.state == decisions.MADE
                else "The step is proposed: a second person has to confirm it",
                "success",
            )
            return redirect(url_for("steps.show", visit_id=visit.id))
    return _page(case, form), 422 if form.is_submitted() else 200


@bp.post("/<visit_id>/decide/primary-authority")
@permission("visit.decide")
def told_primary_authority(visit_id: str) -> ResponseReturnValue:
    """Record when the Primary Authority was told."""
    visit = own_visit(visit_id)
    case = case_for(visit)
    if case is None:
        return redirect(url_for("steps.show", visit_id=visit.id))
    form = PrimaryAuthorityForm()
    told_on = day_of(form.primary_authority_on) if form.validate() else None
    if told_on is not None:
        try:
            decisions.tell_primary_authority(
                db.session,
                required_actor(),
                utc_now(),
                visit.id,
                on=told_on,
                reference=form.primary_authority_reference.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("The Primary Authority step is recorded", "success")
            return redirect(url_for("steps.show", visit_id=visit.id))
    return _page(case, _decide_form(case, fresh=True), told=form), 422


@bp.post("/<visit_id>/decide/primary-authority/<any(consented, objected):answer>")
@permission("visit.decide")
def primary_authority_answered(visit_id: str, answer: str) -> ResponseReturnValue:
    """Record what the Primary Authority answered."""
    visit = own_visit(visit_id)
    decisions.primary_authority_answered(
        db.session, required_actor(), utc_now(), visit.id, consented=answer == "consented"
    )
    flash("The answer of the Primary Authority is recorded", "success")
    return redirect(url_for("steps.show", visit_id=visit.id))


@bp.post("/<visit_id>/decide/withdraw")
@permission("visit.decide")
def withdraw(visit_id: str) -> ResponseReturnValue:
    """Take a proposed step back."""
    visit = own_visit(visit_id)
    decisions.withdraw(db.session, required_actor(), utc_now(), visit.id)
    flash("The proposal is withdrawn", "success")
    return redirect(url_for("steps.show", visit_id=visit.id))


def _steps(case: Case) -> list[PolicyStep]:
    """Every step of the policy, the usual one first and the formal ones last."""
    usual = case.usual_step
    return sorted(case.policy.steps.values(), key=lambda step: (step != usual, step.formal))


def _not_possible(case: Case) -> tuple[list[PolicyStep], str]:
    """The steps that would be refused now, and why."""
    why = reason_against(STEPS["propose"], moment_of(case))
    return [step for step in _steps(case) if step.formal and why], why or ""


def _decide_form(case: Case, *, fresh: bool = False) -> DecideForm:
    form = DecideForm(formdata=None) if fresh else DecideForm()
    refused, _ = _not_possible(case)
    form.step.choices = [
        SelectChoice(step.id, _label(case, step)) for step in _steps(case) if step not in refused
    ]
    return form


def _label(case: Case, step: PolicyStep) -> str:
    usual = " (usual)" if step == case.usual_step else ""
    return step.label + usual + (" – needs a second person" if step.formal else "")


def _page(case: Case, form: DecideForm, told: PrimaryAuthorityForm | None = None) -> str:
    visit, waiting, moment = case.visit, waiting_decision(case), moment_of(case)
    not_possible, why_not = _not_possible(case)
    return render_template(
        "officers/steps/decide.html",
        visit=visit,
        case=case,
        kind=visit_words.kind_label(visit.kind),
        reason=reason_against(STEPS["decide"], moment),
        not_second=reason_against(STEPS["refuse"], moment) if waiting else None,
        waiting=waiting,
        waiting_step=step_words(case.policy, waiting) if waiting else "",
        partner=visit.operator.primary_authority_name if visit.operator else None,
        told_form=told or PrimaryAuthorityForm(formdata=None),
        press_form=PressForm(formdata=None),
        not_possible=[step.label for step in not_possible],
        why_not=why_not,
        deadlines=deadlines_of(case.pack, case.assessment, london_today()),
        today=london_today(),
        form=form,
        errors=form_errors.listed(form) + (form_errors.listed(told) if told else []),
    )
