"""The forms an administrator looks after accounts with."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from compliance.access import Role
from compliance.services.passwords import LONGEST
from compliance.services.users import LONGEST_EMAIL, LONGEST_NAME
from compliance.web.forms import fields

ROLE_HINTS = {
    Role.OFFICER: "Officer: records visits",
    Role.REVIEWER: "Reviewer: records visits, reviews colleagues’ visits, sends letters and decides",
    Role.ADMINISTRATOR: "Administrator: looks after people and premises, sees no visits",
}


def _role_field() -> fields.Choice:
    return fields.choice(
        "Role", {role.value: ROLE_HINTS[role] for role in Role}, missing="Choose a role"
    )


def _password_field(label: str) -> PasswordField:
    return PasswordField(
        label,
        description="At least 12 characters. Give it to the person in private; they should change it.",
        validators=[InputRequired("Enter a password"), fields.at_most(LONGEST, "Password")],
    )


class PersonForm(FlaskForm):
    """A new colleague."""

    name = fields.line("Full name", longest=LONGEST_NAME, missing="Enter a name")
    email = fields.line(
        "Work email address",
        what="Email address",
        longest=LONGEST_EMAIL,
        missing="Enter an email address",
    )
    role = _role_field()
    password = _password_field("First password")


class RoleForm(FlaskForm):
    """What a colleague does from now on."""

    role = _role_field()


class ResetForm(FlaskForm):
    """A new password for a colleague who lost theirs."""

    password = _password_field("New password")
