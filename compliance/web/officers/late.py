"""What was typed on a screen of a visit that was recorded meanwhile, in another tab or by a colleague:
it is shown, never dropped, and can begin a correction."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, make_response, render_template
from wtforms import Form

from compliance.services.drafts import Typed
from compliance.services.visit_content import is_correcting
from compliance.store.models import Visit
from compliance.web import resend
from compliance.web.forms import meanwhile
from compliance.web.forms.sections import Section
from compliance.web.guard import may_open
from compliance.web.officers import visit_words

#: Of the form that begins a correction: the screen whose answers come with it.
SCREEN = "from-screen"

Row = dict[str, str]


def answers_not_in_the_record(visit: Visit, section: Section, typed: Typed) -> list[Row]:
    """Return what was typed on a screen of questions and the record does not hold: label and words."""
    version = visit.latest_version
    rows = []
    for one in section.answers:
        given = typed.answers if section.table == "question" else typed.facts
        kept = (
            (version.answers if section.table == "question" else version.operation_facts)
            if version
            else {}
        )
        answer = given.get(one.id)
        if typed.errors.get(one.id) or (answer is not None and answer != kept.get(one.id)):
            rows.append({"key": one.line(None)[0], "value": section.words(one, typed)})
    return rows


def particulars_typed(form: Form) -> list[Row]:
    """Return what was typed of why, how and when: label and words."""
    return [{"key": field.label.text, "value": meanwhile.words(field)} for field in form]


def page(visit: Visit, message: str, rows: Iterable[Row], screen: str | None = None) -> Response:
    """Show `rows` with why they were not saved; from `screen` a correction may begin with them."""
    begins = (
        screen is not None
        and visit.state != "draft"
        and not is_correcting(visit)
        and may_open("corrections.begin")
    )
    return make_response(
        render_template(
            "officers/visits/late.html",
            visit=visit,
            shop=visit.premises,
            kind=visit_words.kind_label(visit.kind),
            message=message,
            rows=list(rows),
            fields=[*resend.typed_fields(), (SCREEN, screen)] if begins else [],
        ),
        409,
    )
