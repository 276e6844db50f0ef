"""The forms an administrator looks after accounts with."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length

from compliance.access import Role

ROLE_HINTS = {
    Role.OFFICER: "Officer: records visits",
    Role.REVIEWER: "Reviewer: records visits, reviews colleagues’ visits, sends letters and decides",
    Role.ADMINISTRATOR: "Administrator: looks after people and premises, sees no visits",
}


def _role_field() -> RadioField:
    return RadioField(
        "Role",
        choices=[SelectChoice(role.value, ROLE_HINTS[role]) for role in Role],
        validators=[InputRequired("Choose a role")],
    )


def _password_field(label: str) -> PasswordField:
    return PasswordField(
        label,
        description="At least 12 characters. Give it to the person in private; they should change it.",
        validators=[InputRequired("Enter a password"), Length(max=200)],
    )


class PersonForm(FlaskForm):
    """A new colleague."""

    name = StringField("Full name", validators=[InputRequired("Enter a name"), Length(max=120)])
    email = StringField(
        "Work email address",
        validators=[InputRequired("Enter an email address"), Length(max=254)],
    )
    role = _role_field()
    password = _password_field("First password")


class RoleForm(FlaskForm):
    """What a colleague does from now on."""

    role = _role_field()


class ResetForm(FlaskForm):
    """A new password for a colleague who lost theirs."""

    password = _password_field("New password")
