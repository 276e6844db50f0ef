"""The plain fields our forms are made of: a line, a text, a choice, a day, each with its own words
for what is missing or too long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from wtforms import Field, Form, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from compliance.rulebook.pack import Entry
from compliance.web.forms.answer_types import AnswerField, Day

LONGEST_LINE = 200
LONGEST_TEXT = 4_000

Validator = Callable[[Form, Field], None]


class Choice(RadioField):
    """Buttons one of which must be pressed; one that is no longer there is asked for again."""

    def __init__(self, *settings: Any, missing: str = "", **more: Any) -> None:
        super().__init__(*settings, **more)
        self.missing = missing

    def pre_validate(self, form: Form) -> None:
        """Raise in our words for what is not on offer."""
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError(self.missing) from None


def at_most(longest: int, what: str) -> Length:
    """Return the check that `what`, as a person calls it, has at most `longest` characters."""
    return Length(max=longest, message=f"{what} must be {longest:,} characters or fewer")


def line(
    label: str,
    *,
    longest: int = LONGEST_LINE,
    missing: str = "",
    what: str = "",
    hint: str = "",
    **settings: Any,
) -> StringField:
    """Return a line of text; with `missing`, it must not be empty and those are the words for it.

    `what` is what the line holds where its label is a question or says more than a name.
    """
    validators = _text_checks(label, longest, missing, what)
    return StringField(label, description=hint, validators=validators, **settings)


def text(
    label: str,
    *,
    longest: int = LONGEST_TEXT,
    missing: str = "",
    what: str = "",
    hint: str = "",
) -> TextAreaField:
    """Return a text of several lines; its settings are those of `line`."""
    validators = _text_checks(label, longest, missing, what)
    return TextAreaField(label, description=hint, validators=validators)


def choice(label: str, options: Mapping[str, str], missing: str) -> Choice:
    """Return buttons, code to words, none of them pressed; `missing` when none of them is.

    Without `options` they are given later, as `field.choices`.
    """
    return Choice(
        label,
        missing=missing,
        choices=[SelectChoice(code, words) for code, words in options.items()],
        validators=[InputRequired(missing)],
    )


def day(
    name: str, label: str, error: str, *, hint: str = "", required: bool = False
) -> AnswerField:
    """Return a date in three boxes, named after the field; `error` begins what is said of it."""
    entry: Entry = {
        "id": name,
        "type": "date",
        "label": {"en": label},
        "hint": {"en": hint},
        "error": {"en": error},
    }
    return AnswerField(Day(entry, {}), validators=[_given(error)] if required else [])


def day_of(field: AnswerField) -> date | None:
    """Return the day that was typed, None where there is none. Call it after the form validated."""
    return date.fromisoformat(field.data) if field.data else None


def _text_checks(label: str, longest: int, missing: str, what: str) -> list[Validator]:
    most = at_most(longest, what or label.removesuffix(" (optional)"))
    return [DataRequired(missing), most] if missing else [most]


def _given(error: str) -> Validator:
    def given(_form: Form, field: Field) -> None:
        if field.data is None and not field.process_errors:
            raise ValidationError(error)

    return given
