"""The forms of the steps that follow a visit."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from compliance.services.lifecycle import certificates
from compliance.web.forms import fields

LONGEST_LINE = 300
LONGEST_REFERENCE = 100
LONGEST_ADDED = 600
#: The languages of the officers' file of a visit, the usual one first.
FILE_LANGUAGES = {"en": "English", "cy": "Welsh"}


class ReviewForm(FlaskForm):
    """Agree with the record, or return it with a note."""

    version = HiddenField(
        validators=[InputRequired("Open the review again: it did not say which version you read")]
    )
    outcome = fields.choice(
        "Is the record right?",
        {
            "agreed": "Agree: the record is complete and sound",
            "returned": "Return: the officer should look again",
        },
        missing="Choose whether to agree or return",
    )
    note = fields.text("Note", hint="If you return it, say what to look at again.")


class PressForm(FlaskForm):
    """A step that asks nothing but to be pressed."""


class BundleForm(PressForm):
    """In which language the officers' file of a visit is made."""

    language = SelectField(
        "Language of the file",
        choices=[SelectChoice(code, words) for code, words in FILE_LANGUAGES.items()],
        default="en",
        description="What officers wrote stands as they wrote it.",
        validate_choice=False,
    )


class DecisionLetterForm(PressForm):
    """What the authority adds to a decision in words of its own, if anything."""

    added = fields.text(
        "Add words of your own to the letter (optional)",
        what="What you add",
        longest=LONGEST_ADDED,
        hint="Short sentences in plain words. Name no person and give no time, till or age.",
    )
    #: Asked where the letter goes out in Welsh too.
    added_cy = fields.text(
        "The same in Welsh",
        what="What you add in Welsh",
        longest=LONGEST_ADDED,
        hint="A person translates it. Without it, leave both empty.",
    )
    #: The words that were warned of, and are wanted as they are.
    as_they_are = HiddenField()

    def words(self) -> dict[str, str]:
        """Return what is added, by language."""
        return {"en": self.added.data or "", "cy": self.added_cy.data or ""}

    def typed(self) -> str:
        """Return what is added in every language as one line."""
        return " ".join(" ".join(self.words().values()).split())


class DecideForm(FlaskForm):
    """Which step, and why; with a Primary Authority, when it was told."""

    step = fields.choice("What do you decide?", {}, missing="Choose a step")
    reason = fields.text(
        "Why did you decide on this step?", what="Reason", hint="Not needed for a plain pass."
    )
    primary_authority_on = fields.day(
        "primary_authority_on",
        "When was the Primary Authority told in writing?",
        "Enter the day on which the Primary Authority was told",
        hint="Only for a formal step. Leave this empty if it was not told yet.",
    )
    primary_authority_reference = fields.line(
        "Reference of that letter or email", what="Reference", longest=LONGEST_REFERENCE
    )


class ConfirmForm(FlaskForm):
    """The second person agrees, or not."""

    outcome = fields.choice(
        "Do you agree with this step?",
        {
            "confirmed": "Yes, confirm the decision",
            "refused": "No, it should be looked at again",
        },
        missing="Choose whether you agree",
    )
    note = fields.text("Note", hint="If you do not agree, say why.")


class PrimaryAuthorityForm(FlaskForm):
    """When the Primary Authority was told."""

    primary_authority_on = fields.day(
        "primary_authority_on",
        "When was it told in writing?",
        "Enter the day on which the Primary Authority was told",
        required=True,
    )
    primary_authority_reference = fields.line(
        "Reference of that letter or email", what="Reference", longest=LONGEST_REFERENCE
    )


class FollowUpForm(FlaskForm):
    """Something to be done after a visit."""

    note = fields.line(
        "What is to be done?",
        what="What is to be done",
        longest=LONGEST_LINE,
        missing="Say what is to be done",
    )
    due_on = fields.day(
        "due_on",
        "By which day?",
        "Enter the day by which it is to be done",
        hint="Leave this empty if there is no day.",
    )


class FinishForm(FlaskForm):
    """How a follow-up was done."""

    done_by = SelectField("Done by this visit", validate_choice=False)
    note = fields.line(
        "Or say how it was done, or why it is not needed",
        what="How it was done",
        longest=LONGEST_LINE,
    )


class ShareForm(FlaskForm):
    """Which partner may read the visit."""

    authority = fields.choice("Share with", {}, missing="Choose a partner")


class EndForm(FlaskForm):
    """How the business ended its certificate, and why."""

    because = fields.choice(
        "What happened?", certificates.ENDS, "Select what ended the certificate"
    )
    reason = fields.line(
        "Why does it end?",
        what="Reason",
        longest=LONGEST_LINE,
        missing="Say why the certificate ends",
        hint="For our own records. The public page only says that it has been withdrawn.",
    )
