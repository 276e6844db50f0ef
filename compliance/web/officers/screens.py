"""Where an officer is in a visit: its screens, what is asked on each now, and how much is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from compliance.rulebook import AnswerError, Pack
from compliance.rulebook.answers import Reader
from compliance.rulebook.asked import asked, asked_facts
from compliance.rulebook.pack import Entry
from compliance.services import drafts, photos, visit_content
from compliance.services.visit_content import Record
from compliance.store.models import Visit
from compliance.web.forms.answer_types import AnswerType
from compliance.web.forms.sections import Section, fact_sections, question_sections


@dataclass(frozen=True)
class Screen:
    """One section of a visit as it stands."""

    section: Section
    #: What is asked on it now, in order.
    asked: tuple[AnswerType, ...]
    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    #: How many photos each question has; a photo is an answer.
    photos: Mapping[str, int]

    @property
    def slug(self) -> str:
        """The screen in an address."""
        return self.section.slug

    @property
    def answered(self) -> int:
        """How many of the questions asked have an answer; "not observed" is one."""
        return len(self.asked) - len(self.unanswered)

    @property
    def unanswered(self) -> list[AnswerType]:
        """The questions asked that have no answer at all."""
        return [
            one for one in self.asked if one.id not in self.answers and one.id not in self.photos
        ]

    def words(self, one: AnswerType) -> str:
        """What was answered, in words; "No answer" where nothing was."""
        said = [one.line(self.answers[one.id])[1]] if one.id in self.answers else []
        if count := self.photos.get(one.id):
            said.insert(0, "1 photo" if count == 1 else f"{count} photos")
        return ", ".join(said) or "No answer"

    def asked_errors(self) -> list[tuple[AnswerType, str]]:
        """What cannot be read, of the questions that are asked."""
        return [(one, self.errors[one.id]) for one in self.asked if one.id in self.errors]


class Screens:
    """The screens of a visit that is being made or corrected."""

    def __init__(self, session: Session, visit: Visit, pack: Pack) -> None:
        self.visit = visit
        self.pack = pack
        self.dims = visit_content.dims_of(visit, pack)
        self.record: Record = drafts.drafted(visit)
        self.facts = visit_content.facts_of(visit, self.record.operation_facts, pack)
        self.particulars = drafts.pending(session, visit)
        self.photos = photos.counts(visit)
        on = self.particulars.visited_on
        typed = definite(pack.questions, self.record.answers)
        facts = definite(pack.facts, self.facts)
        self._asked = {entry["id"] for entry in asked(pack, self.dims, on, typed, facts)}
        self._asked_facts = {entry["id"] for entry in asked_facts(pack, self.dims, on, facts)}
        self.sections: tuple[Section, ...] = (
            *question_sections(pack, self.dims),
            *fact_sections(pack, self.dims, "visit"),
        )
        self._errors = {**self._after_visit(), **self.visit.draft.get("errors", {})}

    def _after_visit(self) -> dict[str, str]:
        """Days that lie after the visit though they cannot: said now, since the visit's own day may move."""
        on, found = self.particulars.visited_on, {}
        for section in self.sections:
            is_question = section.table == "question"
            given = self.record.answers if is_question else self.record.operation_facts
            for one in section.answers:
                wrong = one.after_visit(given.get(one.id), on)
                if wrong is not None:
                    found[one.id] = wrong
        return found

    def asked_in(self, section: Section) -> set[str]:
        """The ids of what is asked now, of the table a section belongs to."""
        return self._asked if section.table == "question" else self._asked_facts

    def screen(self, section: Section) -> Screen:
        """Return a section as it stands."""
        ids = self.asked_in(section)
        return Screen(
            section,
            tuple(one for one in section.answers if one.id in ids),
            self.record.answers if section.table == "question" else self.record.operation_facts,
            self._errors,
            self.photos if section.table == "question" else {},
        )

    def shown(self) -> list[Screen]:
        """Return the screens on which anything is asked now, in order."""
        found = [self.screen(section) for section in self.sections]
        return [screen for screen in found if screen.asked]

    def find(self, slug: str) -> Section | None:
        """Return the section of an address; None when this visit has no such screen."""
        return next((section for section in self.sections if section.slug == slug), None)

    def after(self, section: Section) -> Section | None:
        """Return the next section on which anything is asked; None after the last."""
        at = self.sections.index(section)
        return next(
            (one for one in self.sections[at + 1 :] if self.screen(one).asked),
            None,
        )

    def counts(self) -> tuple[int, int]:
        """Return how many of how many questions are answered."""
        shown = self.shown()
        return sum(one.answered for one in shown), sum(len(one.asked) for one in shown)


def definite(known: Mapping[str, Entry], given: Mapping[str, Any]) -> dict[str, Any]:
    """Read answers (or facts); one that this rulebook no longer knows is left out."""
    reader = Reader(known)
    try:
        return dict(reader.read(given))
    except AnswerError:
        kept: dict[str, Any] = {}
        for name, value in given.items():
            try:
                kept |= reader.read({name: value})
            except AnswerError:
                continue
        return kept
