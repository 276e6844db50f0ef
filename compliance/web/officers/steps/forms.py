"""The forms of the steps that follow a visit."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

LONGEST = 4000


def _long(label: str, description: str = "") -> TextAreaField:
    return TextAreaField(
        label,
        description=description,
        validators=[Length(max=LONGEST, message=f"Use at most {LONGEST:,} characters")],
    )


def _day(label: str, description: str = "") -> DateField:
    field: DateField = DateField(label, description=description, validators=[Optional()])
    return field


class ReviewForm(FlaskForm):
    """Agree with the record, or return it with a note."""

    version = HiddenField(validators=[InputRequired()])
    outcome = RadioField(
        "Is the record right?",
        choices=[
            SelectChoice("agreed", "Agree: the record is complete and sound"),
            SelectChoice("returned", "Return: the officer should look again"),
        ],
        validators=[InputRequired("Choose whether to agree or return")],
    )
    note = _long("Note", "If you return it, say what to look at again.")


class PressForm(FlaskForm):
    """A step that asks nothing but to be pressed."""


class DecideForm(FlaskForm):
    """Which step, and why; with a Primary Authority, when it was told."""

    step = RadioField("What do you decide?", validators=[InputRequired("Choose a step")])
    reason = _long("Why did you decide on this step?", "Not needed for a plain pass.")
    primary_authority_on = _day(
        "When was the Primary Authority told in writing?",
        "Only for a formal step. Leave this empty if it was not told yet.",
    )
    primary_authority_reference = StringField(
        "Reference of that letter or email", validators=[Length(max=100)]
    )


class ConfirmForm(FlaskForm):
    """The second person agrees, or not."""

    outcome = RadioField(
        "Do you agree with this step?",
        choices=[
            SelectChoice("confirmed", "Yes, confirm the decision"),
            SelectChoice("refused", "No, it should be looked at again"),
        ],
        validators=[InputRequired("Choose whether you agree")],
    )
    note = _long("Note", "If you do not agree, say why.")


class PrimaryAuthorityForm(FlaskForm):
    """When the Primary Authority was told."""

    primary_authority_on = DateField(
        "When was it told in writing?", validators=[InputRequired("Enter the day")]
    )
    primary_authority_reference = StringField(
        "Reference of that letter or email", validators=[Length(max=100)]
    )


class FollowUpForm(FlaskForm):
    """Something to be done after a visit."""

    note = StringField(
        "What is to be done?",
        validators=[InputRequired("Say what is to be done"), Length(max=300)],
    )
    due_on = _day("By which day?", "Leave this empty if there is no day.")


class FinishForm(FlaskForm):
    """How a follow-up was done."""

    done_by = SelectField("Done by this visit", validate_choice=True)
    note = StringField(
        "Or say how it was done, or why it is not needed", validators=[Length(max=300)]
    )


class ShareForm(FlaskForm):
    """Which partner may read the visit."""

    authority = RadioField("Share with", validators=[InputRequired("Choose a partner")])


class EndForm(FlaskForm):
    """Why a certificate ends."""

    reason = StringField(
        "Why does it end?",
        description="For our own records. The public page only says that it has been withdrawn.",
        validators=[InputRequired("Say why the certificate ends"), Length(max=300)],
    )
