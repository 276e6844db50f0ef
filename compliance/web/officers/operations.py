"""Operations: what was arranged for a day, entered once, and the checklist before the first shop."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from compliance.rulebook import Pack
from compliance.rulebook.asked import asked_facts
from compliance.rulebook.pack import Entry
from compliance.services import operations
from compliance.services.errors import NotFound, Refused
from compliance.store.engine import db
from compliance.store.models import Operation
from compliance.web.dates import london_today, utc_now
from compliance.web.form_errors import listed, put
from compliance.web.forms import meanwhile
from compliance.web.forms.answer_types import AnswerField, Day
from compliance.web.forms.prepared import prepared
from compliance.web.forms.sections import Section, fact_sections
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.officers import visit_words
from compliance.web.officers.screens import definite
from compliance.web.paging import PAGE_SIZE, Page, page_number
from compliance.web.signed_in import required_actor

bp = Blueprint("operations", __name__, url_prefix="/operations")

_DAY: Entry = {
    "id": "held_on",
    "type": "date",
    "label": {"en": "Day"},
    "error": {"en": "Enter the day of the operation"},
}


class OperationForm(Form):
    """Title, day and partner of an operation."""

    title = StringField("Title", description="Such as City centre, October. No names of people.")
    held_on = AnswerField(Day(_DAY, {}))
    volunteer_code = StringField(
        "Code of the volunteer",
        description="Such as V-1234. Never a name, initials or a date of birth.",
    )
    partner = SelectField("Partner agency", validate_choice=False)

    def validate_held_on(self, field: AnswerField) -> None:
        """The day cannot be left empty."""
        if field.data is None and not field.process_errors:
            raise ValidationError("Enter the day of the operation")


@bp.get("")
@permission("operation.read")
def index() -> ResponseReturnValue:
    """List the operations of this authority, the newest first."""
    number = page_number()
    found = operations.listed(
        db.session, required_actor(), offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    return render_template(
        "officers/operations/index.html", page=Page(found.items, number, found.total)
    )


@bp.route("/new", methods=["GET", "POST"])
@permission("operation.edit")
def new() -> ResponseReturnValue:
    """Begin an operation."""
    if request.method == "GET":
        return _describe_page(_form(_typed("", london_today(), None, None)), None)
    form = _form(request.form)
    if form.validate():
        try:
            operation = operations.create(
                db.session, required_actor(), utc_now(), **_described(form)
            )
        except Refused as refused:
            put(form, refused)
        else:
            return redirect(url_for("operations.show", operation_id=operation.id))
    return _describe_page(form, None), 422


@bp.route("/<int:operation_id>/about", methods=["GET", "POST"])
@permission("operation.edit")
def about(operation_id: int) -> ResponseReturnValue:
    """Change title, day and partner."""
    operation = _held(operation_id)
    typed = _typed(
        operation.title,
        operation.held_on,
        operation.partner_authority_id,
        operation.volunteer_code,
    )
    saved, kept = _form(typed), dict(typed.lists())
    boxes = meanwhile.form_boxes(saved)
    marks = meanwhile.marks(boxes, kept)
    if request.method == "GET":
        return _describe_page(saved, operation, marks)
    settled = meanwhile.settle(boxes, request.form, kept)
    form = _form(settled.fields)
    if form.validate() and not settled.both:
        try:
            operations.describe(
                db.session,
                required_actor(),
                utc_now(),
                operation_id=operation_id,
                **_described(form),
            )
        except Refused as refused:
            put(form, refused)
        else:
            return redirect(url_for("operations.show", operation_id=operation_id))
    meanwhile.say(form, saved, settled.both)
    return _describe_page(form, operation, marks), 422


def _held(operation_id: int) -> Operation:
    """An operation this person may change; one that is saved now is held until the commit."""
    hold = request.method == "POST"
    return operations.editable(db.session, required_actor(), operation_id, hold=hold)


def _typed(title: str, day: date, partner: int | None, code: str | None) -> MultiDict[str, str]:
    return MultiDict(
        {
            "title": title,
            "held_on-day": str(day.day),
            "held_on-month": str(day.month),
            "held_on-year": str(day.year),
            "partner": str(partner or ""),
            "volunteer_code": code or "",
        }
    )


def _form(typed: MultiDict[str, str]) -> OperationForm:
    form = OperationForm(typed)
    form.partner.choices = [
        SelectChoice("", "None"),
        *(
            SelectChoice(str(one.id), one.name)
            for one in operations.possible_partners(db.session, required_actor())
        ),
    ]
    return form


def _described(form: OperationForm) -> dict[str, Any]:
    partner = form.partner.data or ""
    return {
        "title": form.title.data or "",
        "held_on": date.fromisoformat(form.held_on.data),
        "volunteer_code": form.volunteer_code.data or "",
        "partner_authority_id": int(partner) if partner.isascii() and partner.isdigit() else None,
    }


def _describe_page(form: OperationForm, operation: Operation | None, marks: str = "") -> str:
    return render_template(
        "officers/operations/describe.html",
        form=form,
        errors=listed(form),
        operation=operation,
        marks=marks,
    )


@bp.get("/<int:operation_id>")
@permission("operation.read")
def show(operation_id: int) -> ResponseReturnValue:
    """Show the file of an operation, what it lacks before the first shop, and its visits."""
    actor = required_actor()
    operation = operations.readable(db.session, actor, operation_id)
    pack = rulebook_in_use(operation.held_on)
    visits = operations.visits_of(db.session, actor, operation)
    kind = _kind(pack, visits[0].kind if visits else None)
    missing = operations.checklist(operation, kind, pack)
    return render_template(
        "officers/operations/show.html",
        operation=operation,
        kind=kind,
        kinds={code: visit_words.kind_label(code) for code in operations.kinds_with_a_file(pack)},
        files=[_as_it_stands(operation, one, kind) for one in _sections(pack, kind)],
        missing=missing,
        leads=operation.lead_authority_id == actor.authority_id,
        visits=visits,
        kind_label=visit_words.kind_label,
        states=visit_words.STATES,
    )


def _kind(pack: Pack, usual: str | None = None) -> str:
    """The kind of visit the file is looked at for: as asked, else as the first visit, else the first."""
    kinds = operations.kinds_with_a_file(pack)
    for code in (request.args.get("kind"), usual):
        if code in kinds:
            return str(code)
    return kinds[0]


def _sections(pack: Pack, kind: str) -> tuple[Section, ...]:
    return fact_sections(pack, operations.file_dims(pack, kind), "operation")


def _asked(operation: Operation, kind: str) -> set[str]:
    pack = rulebook_in_use(operation.held_on)
    typed = definite(pack.facts, operation.facts)
    dims = operations.file_dims(pack, kind)
    return {entry["id"] for entry in asked_facts(pack, dims, operation.held_on, typed)}


def _as_it_stands(operation: Operation, section: Section, kind: str) -> dict[str, Any]:
    asked = [one for one in section.answers if one.id in _asked(operation, kind)]
    return {
        "section": section,
        "answered": sum(one.id in operation.facts for one in asked),
        "asked": len(asked),
        "lines": [one.line(operation.facts[one.id]) for one in asked if one.id in operation.facts],
    }


@bp.route("/<int:operation_id>/<slug>", methods=["GET", "POST"])
@permission("operation.edit")
def section(operation_id: int, slug: str) -> ResponseReturnValue:
    """Fill in one section of the file."""
    actor = required_actor()
    operation = _held(operation_id)
    pack = rulebook_in_use(operation.held_on)
    kind = _kind(pack)
    found = next((one for one in _sections(pack, kind) if one.slug == slug), None)
    if found is None:
        raise NotFound
    kept = found.typed(operation.facts)
    marks = meanwhile.marks(found.boxes, kept)
    if request.method == "GET":
        return _section_page(operation, found, kind, kept, {}, marks)
    settled = meanwhile.settle(found.boxes, request.form, kept)
    typed = found.read(settled.fields)
    before = _asked(operation, kind)
    operation = operations.save_facts(
        db.session, actor, utc_now(), operation_id=operation.id, facts=typed.facts
    )
    asked = _asked(operation, kind)
    errors = {name: text for name, text in typed.errors.items() if text and name in asked}
    errors |= found.changed_twice(kept, typed, asked.intersection(settled.both))
    if errors:
        return _section_page(operation, found, kind, typed.fields, errors, marks), 422
    opened = [
        one.id
        for one in found.answers
        if one.id in asked - before and one.id not in operation.facts
    ]
    if opened and not request.form.get("in-place"):
        # Without a script a question appears only once the one that opens it is saved.
        here = url_for("operations.section", operation_id=operation.id, slug=slug, kind=kind)
        return redirect(f"{here}#{opened[0]}-question")
    flash(f"{found.title}: saved.", "success")
    return redirect(url_for("operations.show", operation_id=operation.id, kind=kind))


def _section_page(
    operation: Operation,
    found: Section,
    kind: str,
    fields: meanwhile.Fields,
    errors: dict[str, str],
    marks: str,
) -> str:
    pack = rulebook_in_use(operation.held_on)
    page = prepared(pack, found, operations.file_dims(pack, kind), "one")
    known = {
        "answer": {},
        "fact": {name: operation.facts[name] for _, name in page.needs if name in operation.facts},
    }
    return render_template(
        "officers/operations/section.html",
        operation=operation,
        section=found,
        kind=kind,
        errors=[(text, name) for name, text in errors.items()],
        questions=page.draw(generate_csrf(), fields, errors, _asked(operation, kind), known, marks),
    )


@bp.post("/<int:operation_id>/checked")
@permission("operation.edit")
def checked(operation_id: int) -> ResponseReturnValue:
    """Keep that the checklist was gone through before the first shop."""
    operation = operations.mark_checked(
        db.session, required_actor(), utc_now(), operation_id=operation_id
    )
    flash("The checklist is done. You can begin the first visit.", "success")
    kind = _kind(rulebook_in_use(operation.held_on))
    return redirect(url_for("operations.show", operation_id=operation_id, kind=kind))
