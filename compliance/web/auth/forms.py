"""The forms of signing in and of a person's own password."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired

from compliance.services.passwords import LONGEST
from compliance.services.users import LONGEST_EMAIL
from compliance.web.forms import fields


class SignInForm(FlaskForm):
    """E-mail address and password, and the page wanted before."""

    email = fields.line(
        "Email address",
        longest=LONGEST_EMAIL,
        missing="Enter your email address",
        filters=[lambda value: (value or "").strip()],
    )
    password = PasswordField(
        "Password",
        validators=[
            InputRequired("Enter your password"),
            fields.at_most(LONGEST, "Password"),
        ],
    )
    next = HiddenField()


class PasswordForm(FlaskForm):
    """A change of one's own password: the old one proves that it is us."""

    current = PasswordField(
        "Current password", validators=[InputRequired("Enter your current password")]
    )
    new = PasswordField(
        "New password",
        description="At least 12 characters. Three or four unusual words are easy to remember and hard to guess.",
        validators=[
            InputRequired("Enter a new password"),
            fields.at_most(LONGEST, "Password"),
        ],
    )
    again = PasswordField(
        "New password again",
        validators=[
            InputRequired("Enter the new password again"),
            EqualTo("new", "The two new passwords are different. Enter the same one twice"),
        ],
    )
