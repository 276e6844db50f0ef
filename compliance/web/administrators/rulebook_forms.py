"""The forms with which administrators, and the two people of an adoption, change what the rulebook is."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField

from compliance.services import adoptions, switches
from compliance.services.switches import Entered, Subject
from compliance.web.forms import fields


class CommencementForm(FlaskForm):
    """The instrument that brings a provision into force."""

    source = fields.line(
        "Instrument",
        longest=switches.LONGEST_SOURCE,
        missing="Enter the instrument, such as SI 2027/12",
        hint="Its number as printed, such as SI 2027/12, regulation 2",
    )
    on = fields.day(
        "on",
        "First day in force",
        "Enter the first day in force",
        hint="Visits on or after this day are judged by it.",
        required=True,
    )
    text = fields.text(
        "What the law then says",
        longest=switches.LONGEST_TEXT,
        missing="Enter what the law then says",
        hint="One sentence without a full stop. It is shown on the page of the law on a day.",
    )
    name = fields.line(
        "Your name",
        missing="Enter your name",
        hint="You say that you have read the instrument.",
        render_kw={"autocomplete": "off"},
    )
    confirmed = HiddenField()


class ConfirmationForm(FlaskForm):
    """The source in which a row of the law was read."""

    source = fields.line(
        "Source",
        longest=switches.LONGEST_SOURCE,
        missing="Enter the source",
        hint="Where you read it: the Act, order or official page, with its number",
    )
    on = fields.day(
        "on", "Day on which you read it", "Enter the day on which you read it", required=True
    )
    text = fields.text(
        "What the law says",
        longest=switches.LONGEST_TEXT,
        missing="Enter what the law says",
        hint="One sentence without a full stop. From now on a business may be told so.",
    )
    name = fields.line(
        "Your name",
        missing="Enter your name",
        hint="You say that you have read the source.",
        render_kw={"autocomplete": "off"},
    )
    confirmed = HiddenField()


class ReasonForm(FlaskForm):
    """Why."""

    reason = fields.text("Reason", longest=switches.LONGEST_REASON, missing="Enter a reason")


class AskForm(FlaskForm):
    """From which day a proposed rulebook is to be used, and why."""

    effective_from = fields.day(
        "effective_from",
        "First day",
        "Enter the first day",
        hint="Visits on or after this day are judged by it. Assessments that were made stay as they are.",
        required=True,
    )
    reason = fields.text(
        "Why should it be used?",
        what="Reason",
        longest=adoptions.LONGEST_REASON,
        missing="Say why this rulebook should be used",
    )


SwitchForm = CommencementForm | ConfirmationForm


def switch_form(kind: str, filled: MultiDict[str, str] | None = None) -> SwitchForm:
    """Return the form of a kind of switch; `filled` is what stands in it when it is opened."""
    form = CommencementForm if kind == switches.COMMENCEMENT else ConfirmationForm
    return form(formdata=filled) if filled is not None else form()


def as_it_stands(about: Subject) -> MultiDict[str, str]:
    """Return what stands in the form of a switch before anything is typed."""
    filled: dict[str, str] = {"source": about.source, "text": about.text}
    if about.switch is not None and about.switch.on is not None:
        on = about.switch.on
        filled |= {"on-day": str(on.day), "on-month": str(on.month), "on-year": str(on.year)}
    return MultiDict(filled)


def entered(form: SwitchForm) -> Entered:
    """Return what was typed. Call it after the form validated."""
    on = fields.day_of(form.on)
    assert on is not None  # the form asks for it
    return Entered(form.source.data or "", on, form.text.data or "", form.name.data or "")


def hidden(form: Form, typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what was typed as (name, value), for a page that asks once more."""
    return [
        (name, value) for name, value in typed.items() if name not in ("csrf_token", "confirmed")
    ]
