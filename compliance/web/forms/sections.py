"""The screens of a visit: which sections it has, and each section as a WTForms form."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.fields.core import UnboundField

from compliance.rulebook import Pack
from compliance.rulebook.pack import dims_match, text_of
from compliance.rulebook.state import NOT_OBSERVED
from compliance.services.drafts import Typed
from compliance.services.visit_content import WHY_NOT_OBSERVED
from compliance.web.forms import meanwhile
from compliance.web.forms.answer_types import AnswerField, AnswerType, YesNo, answer_type

Table = Literal["question", "fact"]
#: When the facts of a section are asked: once for an operation, at each visit, or by a supervisor.
Asked = Literal["operation", "visit", "review"]
WHY = "--why"
#: What follows the id of a question in the name of what a page says of the photos it has.
KEPT = "--kept"


@dataclass(frozen=True)
class Section:
    """One screen: the questions, or the operation facts, of one section of the rulebook."""

    table: Table
    id: str
    title: str
    hint: str
    answers: tuple[AnswerType, ...]
    #: A form class with a field for each question, by its id.
    form: type[Form]

    @property
    def slug(self) -> str:
        """The section in an address."""
        return self.id.replace("_", "-")

    @property
    def by_id(self) -> dict[str, AnswerType]:
        """The answers by the id of their question."""
        return {one.id: one for one in self.answers}

    @property
    def has_sound(self) -> bool:
        """Whether the rulebook says what a sound file holds here, for answers pressed as buttons."""
        return any(one.kind == "buttons" and "sound" in one.entry for one in self.answers)

    @property
    def boxes(self) -> dict[str, tuple[str, ...]]:
        """The names of the boxes of each question, by its id."""
        return {
            one.id: (*one.names, one.id + WHY) if self.asks_why(one) else one.names
            for one in self.answers
        }

    def asks_why(self, answers: AnswerType) -> bool:
        """Whether "not observed" asks for a reason: of what was to be seen, not of the file."""
        return self.table == "question" and isinstance(answers, YesNo)

    def read(self, formdata: Any) -> Typed:
        """Read what was posted (a MultiDict): as typed, what it says, and what is wrong with it."""
        form = self.form(formdata)
        form.validate()
        fields: dict[str, Sequence[str]] = {}
        answers: dict[str, Any] = {}
        errors: dict[str, str | None] = {}
        why: dict[str, str | None] = {}
        for one in self.answers:
            field = form[one.id]
            assert isinstance(field, AnswerField)
            fields |= field.as_typed
            answers[one.id] = field.data
            errors[one.id] = str(field.errors[0]) if field.errors else None
            if self.asks_why(one):
                reason = formdata.get(one.id + WHY, "")
                fields[one.id + WHY] = [reason]
                known = field.data == NOT_OBSERVED and reason in WHY_NOT_OBSERVED
                why[one.id] = reason if known else None
        if self.table == "fact":
            return Typed(fields, facts=answers, errors=errors)
        return Typed(fields, answers, why=why, errors=errors)

    def words(self, one: AnswerType, typed: Typed) -> str:
        """Return what was typed at a question, as people say it; as it was typed where it cannot be read."""
        if typed.errors.get(one.id):
            return " ".join(word for box in one.names for word in typed.fields.get(box, ()))
        answer = (typed.answers if self.table == "question" else typed.facts).get(one.id)
        if answer is None:
            return ""
        why = typed.why.get(one.id)
        return one.line(answer)[1] + (f" ({WHY_NOT_OBSERVED[why]})" if why else "")

    def changed_twice(
        self, kept: Mapping[str, Sequence[str]], typed: Typed, ids: Container[str]
    ) -> dict[str, str]:
        """Return what is said at each of `ids`, changed here (`typed`) and elsewhere (`kept`, as typed)."""
        saved = self.read(MultiDict(kept))
        return {
            one.id: meanwhile.message(self.words(one, saved), self.words(one, typed))
            for one in self.answers
            if one.id in ids
        }

    def typed(
        self, answers: Mapping[str, Any], why: Mapping[str, str] | None = None
    ) -> dict[str, list[str]]:
        """Return stored answers as they would be typed."""
        fields: dict[str, list[str]] = {}
        for one in self.answers:
            fields |= one.typed(answers.get(one.id))
            if why and one.id in why:
                fields[one.id + WHY] = [why[one.id]]
        return fields


def dims_key(dims: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return dimensions in a form that can be a key of a cache."""
    return tuple(sorted((name, tuple(codes)) for name, codes in dims.items()))


class _Held:
    """A pack as a cache key: equal when the content is."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return hash(self.pack.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.pack.sha256 == self.pack.sha256


def question_sections(pack: Pack, dims: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    """Return the screens of questions of a visit, in the order of the rulebook."""
    return _sections(_Held(pack), "question", None, dims_key(dims))


def fact_sections(
    pack: Pack, dims: Mapping[str, Sequence[str]], asked: Asked
) -> tuple[Section, ...]:
    """Return the screens of facts asked for an operation, at a visit, or by a supervisor."""
    return _sections(_Held(pack), "fact", asked, dims_key(dims))


@lru_cache(maxsize=512)
def _sections(
    held: _Held, table: Table, asked: Asked | None, key: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[Section, ...]:
    pack, dims = held.pack, {name: list(codes) for name, codes in key}
    entries = [
        one
        for one in pack.entries(table)
        if dims_match(one.get("dims"), dims) and "filled_by" not in one
    ]
    found = []
    for section in pack.entries("section"):
        if asked is not None and section.get("asked", "operation") != asked:
            continue
        if not dims_match(section.get("dims"), dims):
            continue
        answers = tuple(
            answer_type(one, dims) for one in entries if one.get("section") == section["id"]
        )
        if answers:
            found.append(
                Section(
                    table,
                    str(section["id"]),
                    text_of(section.get("title")),
                    text_of(section.get("hint")),
                    answers,
                    form_class(section["id"], answers),
                )
            )
    return tuple(found)


def form_class(name: str, answers: Sequence[AnswerType]) -> type[Form]:
    """Build the WTForms form of some questions; each field is named by the id of its question."""
    fields: dict[str, UnboundField] = {one.id: one.field() for one in answers}
    return type(f"Form_{name}", (Form,), dict(fields))
