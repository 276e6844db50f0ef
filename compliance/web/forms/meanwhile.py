"""A screen that was also saved elsewhere while it lay open: what both sides did to each question is kept.

A page carries a mark of each answer it was drawn from. When it comes back, an answer that only one side
changed is taken from that side; one that both changed, each to something else, is for a person to choose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form
from wtforms.fields.choices import SelectFieldBase

from compliance.services.visit_content import clean_text
from compliance.web.forms.answer_types import AnswerField

#: The field of a form that carries the marks.
DRAWN_FROM = "drawn-from"
#: Question (or field) id to the names of its boxes.
Boxes = Mapping[str, Sequence[str]]
#: Name of a box to its values as typed.
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Settled:
    """What to go on with, and what a person has to look at first."""

    #: The boxes to read: as typed, and as they are saved where they were not touched here.
    fields: MultiDict[str, str]
    #: The ids of what was changed on both sides.
    both: tuple[str, ...]


def marks(boxes: Boxes, fields: Fields) -> str:
    """Return a short mark of every answer there is, for a page to carry; none for an empty one."""
    found = ((name, _mark(names, fields)) for name, names in boxes.items())
    return " ".join(f"{name}:{mark}" for name, mark in found if mark)


def settle(boxes: Boxes, posted: MultiDict[str, str], saved: Fields) -> Settled:
    """Return the boxes of a posted page, weighed against what is saved now.

    A page without marks counts as drawn empty, so that nothing is overwritten unseen.
    """
    drawn = _read(posted.get(DRAWN_FROM, ""))
    typed = {name: posted.getlist(name) for names in boxes.values() for name in names}
    fields: MultiDict[str, str] = MultiDict()
    both = []
    for name, names in boxes.items():
        before, here, there = drawn.get(name, ""), _mark(names, typed), _mark(names, saved)
        if here == before != there:
            fields.update({box: list(saved.get(box, ())) for box in names})
            continue
        fields.update({box: typed[box] for box in names})
        if there not in (before, here):
            both.append(name)
    return Settled(fields, tuple(both))


def changed_since(carried: str, now: str) -> list[str]:
    """Return the ids whose mark is another than a page carried: added, changed or gone meanwhile."""
    before, after = _read(carried), _read(now)
    return [name for name in before | after if before.get(name) != after.get(name)]


def message(there: str, here: str) -> str:
    """Return what is said at something that was changed on both sides; both in words, empty for nothing."""
    return (
        "This was also changed in another window or on another device. "
        f"Saved there: {_quoted(there)}. You typed: {_quoted(here)}. "
        "Change it or leave it as you typed it, then save again."
    )


def form_boxes(form: Form) -> Boxes:
    """Return the names of the boxes of each field of a form."""
    return {
        field.name: field.answers.names if isinstance(field, AnswerField) else (field.name,)
        for field in form
    }


def words(field: Field) -> str:
    """Return what was typed into a field of a form, as people say it."""
    if isinstance(field, AnswerField):
        return " ".join(word for box in field.as_typed.values() for word in box)
    if isinstance(field, SelectFieldBase):
        return ", ".join(option.label for option in field.iter_choices() if option.selected)
    return str(field.data or "")


def say(form: Form, saved: Form, both: Sequence[str]) -> None:
    """Put at each field of `form` that was changed on both sides what is saved there and what was typed."""
    for name in both:
        form[name].errors = [message(words(saved[name]), words(form[name]))]


def _read(carried: str) -> dict[str, str]:
    return dict(pair.rsplit(":", 1) for pair in carried.split() if ":" in pair)


def _quoted(words: str) -> str:
    return f"“{words}”" if words else "nothing"


def _mark(names: Sequence[str], fields: Fields) -> str:
    """A mark of what stands in some boxes; empty when nothing does."""
    held = [(box, sorted(filter(None, map(clean_text, fields.get(box, ()))))) for box in names]
    if not any(values for _, values in held):
        return ""
    return hashlib.blake2b(repr(held).encode(), digest_size=6).hexdigest()
