"""The enforcement policy of an authority: its people see what is usual, its administrator changes it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import Field, Form, SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError

from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services import policies, translations
from compliance.services.errors import Refused
from compliance.services.lifecycle.policy import Policy
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.forms import fields
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.signed_in import required_actor

bp = Blueprint("policy", __name__, url_prefix="/rulebook/policy")

#: How a text in a language is called on the form.
IN_LANGUAGE = {"en": "In English", "cy": "In Welsh"}
NOTHING_USUAL = "None: a person looks first"


@bp.get("")
@permission("policy.read")
def show() -> str:
    """Show what is usual after which outcome, and every version of the policy."""
    pack = rulebook_in_use()
    policy = policies.followed(db.session, required_actor(), pack)
    return render_template(
        "administrators/policy/show.html",
        policy=policy,
        outcomes=policies.outcomes(policy, pack),
        words=[one for one in policies.words(db.session, required_actor(), pack) if one.own],
        confirmed=translations.confirmed(db.session, "cy"),
        versions=policies.versions(db.session, required_actor()),
    )


@bp.route("/change", methods=["GET", "POST"])
@permission("policy.change")
def change() -> ResponseReturnValue:
    """Change the usual steps; saving makes a new version."""
    pack = rulebook_in_use()
    policy = policies.followed(db.session, required_actor(), pack)
    outcomes = policies.outcomes(policy, pack)
    form = _form(pack, policy)
    if form.validate_on_submit():
        try:
            made = policies.change(
                db.session,
                required_actor(),
                utc_now(),
                pack,
                usual={one.code: form[f"usual-{one.code}"].data for one in outcomes},
                within_months={
                    step: int(form[f"months-{step}"].data) for step in _followed_up(pack)
                },
                reason=form.reason.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"Saved as {made.version}. Decisions from now on name it.", "success")
            return redirect(url_for("policy.show"))
    page = render_template(
        "administrators/policy/change.html",
        form=form,
        policy=policy,
        usual=[form[f"usual-{one.code}"] for one in outcomes],
        months=[form[f"months-{step}"] for step in _followed_up(pack)],
        errors=form_errors.listed(form),
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/words", methods=["GET", "POST"])
@permission("policy.change")
def words() -> ResponseReturnValue:
    """Say what decision letters say of each step in the authority's own words; saving makes a new version."""
    pack = rulebook_in_use()
    current = policies.words(db.session, required_actor(), pack)
    form = _words_form(pack, current)
    if form.validate_on_submit():
        try:
            made = policies.change_words(
                db.session,
                required_actor(),
                utc_now(),
                pack,
                says={
                    one.step: {
                        language: form[_field(one.step, language)].data or ""
                        for language in pack.languages
                    }
                    for one in current
                },
                reason=form.reason.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"Saved as {made.version}. Letters from now on use these words.", "success")
            return redirect(url_for("policy.show"))
    page = render_template(
        "administrators/policy/words.html",
        form=form,
        steps=[
            (one, [(each, form[_field(one.step, each)]) for each in pack.languages])
            for one in current
        ],
        errors=form_errors.listed(form),
    )
    return page, 422 if form.is_submitted() else 200


def _field(step: str, language: str) -> str:
    return f"says-{step}-{language}"


def _words_form(pack: Pack, current: list[policies.OwnWords]) -> FlaskForm:
    """The form of an authority's own words: for each step a text in each language."""

    class WordsForm(FlaskForm):
        reason = fields.text(
            "What does the change rest on?",
            what="Reason",
            longest=policies.LONGEST_REASON,
            missing="Say what the change rests on",
            hint="For example the published policy and its date",
        )

    for one in current:
        for language in pack.languages:
            field = fields.text(
                IN_LANGUAGE.get(language, language),
                what="What the letter says",
                longest=policies.LONGEST_WORDS,
                hint=f"The rulebook says: {text}"
                if (text := one.by_rulebook.get(language))
                else "",
            )
            setattr(WordsForm, _field(one.step, language), field)
    own = {_field(one.step, each): text for one in current for each, text in one.own.items()}
    return WordsForm(data=own)


def _followed_up(pack: Pack) -> list[str]:
    """The steps after which something is done within some months."""
    return [str(one["id"]) for one in pack.entries("step") if one.get("within_months")]


def _form(pack: Pack, policy: Policy) -> FlaskForm:
    """The form of the steps that this rulebook has: a choice for each outcome, months for each follow-up."""

    class PolicyForm(FlaskForm):
        reason = fields.text(
            "What does the change rest on?",
            what="Reason",
            longest=policies.LONGEST_REASON,
            missing="Say what the change rests on",
            hint="For example the published policy and its date",
        )

    steps = pack.by_id("step")
    choices = [SelectChoice(code, step.label) for code, step in policy.steps.items()]
    for one in policies.outcomes(policy, pack):
        hint = (
            f"Usual in the rulebook: {text_of(steps[one.by_rulebook]['label'])}"
            if one.by_rulebook
            else ""
        )
        field = SelectField(
            one.label,
            # Where nothing is usual in the rulebook, an authority may leave it so.
            choices=choices if one.by_rulebook else [SelectChoice("", NOTHING_USUAL), *choices],
            default=one.step,
            description=hint,
            validate_choice=False,
            validators=[_offered],
        )
        setattr(PolicyForm, f"usual-{one.code}", field)
    for code in _followed_up(pack):
        setattr(
            PolicyForm,
            f"months-{code}",
            StringField(
                policy.steps[code].label,
                default=str(policy.steps[code].within_months or ""),
                description=policy.steps[code].follow_up or "",
                validators=[_months],
            ),
        )
    return PolicyForm()


def _offered(_form: Form, field: Field) -> None:
    if field.data not in {one.value for one in field.choices}:
        raise ValidationError("Choose one of the steps")


def _months(_form: Form, field: Field) -> None:
    # Only plain digits: a wider reading of numbers takes signs and other alphabets.
    typed = (field.data or "").strip()
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:3]) <= policies.MOST_MONTHS):
        raise ValidationError(f"Enter a number of months from 1 to {policies.MOST_MONTHS}")
