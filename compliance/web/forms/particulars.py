"""The form that begins a visit: why, how and when, each kind explained in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import Form, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectFieldBase

from compliance.rulebook import Pack
from compliance.rulebook.pack import Entry, text_of
from compliance.services.visit_content import LONDON, PURPOSES, Particulars
from compliance.store.models import Operation, Visit
from compliance.web.forms.answer_types import AnswerField, Clock, Day

_DAY: Entry = {
    "id": "visited_on",
    "type": "date",
    "label": {"en": "Day of the visit"},
    "error": {"en": "Enter the day of the visit"},
}
_START: Entry = {
    "id": "started_at",
    "type": "time",
    "label": {"en": "Start"},
    "hint": {"en": "Local time, such as 14:05"},
    "error": {"en": "Enter the start as hours and minutes, such as 14:05"},
}
_END: Entry = {
    "id": "ended_at",
    "type": "time",
    "label": {"en": "End"},
    "hint": {"en": "Leave it empty if you are still there"},
    "error": {"en": "Enter the end as hours and minutes, such as 14:25"},
}


class ParticularsForm(Form):
    """Kind, purpose, operation, way of selling, day and times of a visit."""

    kind = RadioField("What kind of visit is it?", validate_choice=False)
    purpose = RadioField("Why are you visiting?", validate_choice=False)
    operation = SelectField("Operation", validate_choice=False)
    channels = SelectMultipleField("Which way of selling is it about?", validate_choice=False)
    visited_on = AnswerField(Day(_DAY, {}))
    started_at = AnswerField(Clock(_START, {}))
    ended_at = AnswerField(Clock(_END, {}))

    def offer(self, pack: Pack, operations: Sequence[Operation], *, with_kind: bool) -> None:
        """Fill in what can be chosen: the kinds and channels of the rulebook, open operations."""
        if with_kind:
            self.kind.choices = [
                SelectChoice(code, label) for code, label, _ in options_of(pack, "kind")
            ]
        else:
            del self.kind
        self.purpose.choices = [SelectChoice(code, label) for code, label in PURPOSES.items()]
        self.operation.choices = [
            SelectChoice("", "None: a visit on its own"),
            *(SelectChoice(str(one.id), one.title) for one in operations),
        ]
        self.channels.choices = [
            SelectChoice(code, label) for code, label, _ in options_of(pack, "channel")
        ]

    def particulars(self, operations: Sequence[Operation]) -> Particulars:
        """Return what was chosen. Call it after `validate` said yes."""
        day = date.fromisoformat(self.visited_on.data)
        chosen = {str(one.id): one for one in operations}
        return Particulars(
            purpose=self.purpose.data,
            channels=self.channels.data,
            visited_on=day,
            started_at=moment(day, self.started_at.data),
            ended_at=moment(day, self.ended_at.data),
            operation=chosen.get(self.operation.data or ""),
        )

    def validate_kind(self, field: RadioField) -> None:
        """One of the kinds on offer."""
        _one_of(field, [field.data], "Choose what kind of visit this is")

    def validate_purpose(self, field: RadioField) -> None:
        """One of the reasons on offer."""
        _one_of(field, [field.data], "Choose why you are visiting")

    def validate_channels(self, field: SelectMultipleField) -> None:
        """One or more of the ways of selling on offer."""
        _one_of(field, field.data or [None], "Choose the way of selling this visit is about")

    def validate_visited_on(self, field: AnswerField) -> None:
        """The day is the one thing that cannot be left empty: it decides the law."""
        if field.data is None and not field.process_errors:
            raise ValidationError("Enter the day of the visit")


def _one_of(field: SelectFieldBase, chosen: Sequence[Any], message: str) -> None:
    offered = {one.value for one in field.choices}
    if not offered.issuperset(chosen):
        raise ValidationError(message)


def options_of(pack: Pack, dim: str) -> list[tuple[str, str, str]]:
    """Return (code, label, explanation) of each option of a dimension of the rulebook."""
    return [
        (option["code"], text_of(option.get("label")), text_of(option.get("hint")))
        for option in pack.by_id("dim").get(dim, {}).get("options", ())
    ]


def moment(day: date, clock: str | None) -> datetime | None:
    """Return the aware moment of a local time on a day; None without a time."""
    if clock is None:
        return None
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=LONDON)


def as_typed(particulars: Particulars) -> dict[str, Any]:
    """Return particulars as form data, to show them again."""
    day = particulars.visited_on
    fields: dict[str, Any] = {
        "purpose": [particulars.purpose],
        "operation": [str(particulars.operation.id) if particulars.operation else ""],
        "channels": list(particulars.channels),
        "visited_on-day": [str(day.day)],
        "visited_on-month": [str(day.month)],
        "visited_on-year": [str(day.year)],
    }
    for name, at in (
        ("started_at", particulars.started_at),
        ("ended_at", particulars.ended_at),
    ):
        fields[name] = [f"{at.astimezone(LONDON):%H:%M}"] if at else []
    return fields


def particulars_of(visit: Visit) -> Particulars:
    """Return the particulars a visit has now."""
    return Particulars(
        visit.purpose,
        visit.channels,
        visit.visited_on,
        visit.started_at,
        visit.ended_at,
        visit.operation,
    )


def kind_hints(pack: Pack) -> Mapping[str, str]:
    """Return the one line that explains each kind of visit."""
    return {code: hint for code, _, hint in options_of(pack, "kind")}
