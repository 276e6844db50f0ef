"""The days a list is narrowed to: three boxes for each end in its address, with what is wrong said at them."""

from __future__ import annotations

from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Form, ValidationError

from compliance.web.forms import fields
from compliance.web.forms.answer_types import AnswerField


class Period(Form):
    """The first and the last day of a list; both may be left empty."""

    since = fields.day("since", "From", "Enter the first day")
    until = fields.day("until", "Until", "Enter the last day")

    def validate_until(self, field: AnswerField) -> None:
        """The last day is the first, or after it."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError("The last day must not be before the first")

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last day, None for one that was not given or cannot be read."""
        return fields.day_of(self.since), fields.day_of(self.until)


def asked(what: str) -> Period:
    """Return the days in the address, read and checked; `what` begins their labels ("Visited from")."""
    period = Period(_typed())
    period.validate()
    period.since.label.text, period.until.label.text = f"{what} from", f"{what} until"
    return period


def _typed() -> MultiDict[str, str]:
    """The boxes as the address has them. One with whole days (`since=2026-10-13`) was shared earlier."""
    typed = MultiDict(request.args)
    for name in ("since", "until"):
        whole = typed.get(name)
        if whole:
            parts = whole.split("-")
            boxes = reversed(parts) if len(parts) == 3 else [whole]
            for box, part in zip(("day", "month", "year"), boxes, strict=False):
                typed.setdefault(f"{name}-{box}", part)
    return typed
