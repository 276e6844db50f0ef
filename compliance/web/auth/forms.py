"""The forms of signing in and of a person's own password."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

#: Longer than anyone types; hashing a megabyte is work for nothing.
LONGEST = 200


class SignInForm(FlaskForm):
    """E-mail address and password, and the page wanted before."""

    email = StringField(
        "Email address",
        filters=[lambda value: (value or "").strip()],
        validators=[InputRequired("Enter your email address"), Length(max=LONGEST)],
    )
    password = PasswordField(
        "Password",
        validators=[
            InputRequired("Enter your password"),
            Length(max=LONGEST, message=f"Password must be {LONGEST} characters or fewer"),
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
            Length(max=LONGEST, message=f"Password must be {LONGEST} characters or fewer"),
        ],
    )
    again = PasswordField(
        "New password again",
        validators=[
            InputRequired("Enter the new password again"),
            EqualTo("new", "The two new passwords are different. Enter the same one twice"),
        ],
    )
