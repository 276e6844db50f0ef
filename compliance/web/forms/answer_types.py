"""One class per type of answer: how it is typed, stored, checked, exported and told in a letter.

A question (or an operation fact) of the rulebook is given to its class; nothing here knows any question
by name. What is typed is read strictly and kept as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import Field
from wtforms.fields.core import UnboundField

from compliance.rulebook.pack import Entry, dims_match, text_of
from compliance.rulebook.state import NOT_APPLICABLE, NOT_OBSERVED
from compliance.rulebook.words import answer_in_words, day_in_words, question_line, word
from compliance.services.visit_content import clean_text

Typed = Mapping[str, Sequence[str]]

LONGEST_TEXT = 5_000
MOST_LINES = 60
EARLIEST_YEAR = 1950
LATEST_YEAR = 2100
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Unreadable(ValueError):
    """Something typed that is not an answer; the message says what to type instead."""


class AnswerType:
    """How one question is answered. Sub-classes say how a definite answer is read and typed."""

    #: The part of the page that draws it.
    kind: ClassVar[str]
    #: What follows the id in the names of its boxes.
    boxes: ClassVar[tuple[str, ...]] = ("",)

    def __init__(self, entry: Entry, dims: Mapping[str, Any], language: str = "en") -> None:
        self.entry = entry
        self.id = str(entry["id"])
        self.language = language
        self.options = [
            option for option in entry.get("options", ()) if dims_match(option.get("dims"), dims)
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the form fields that hold its answer."""
        return tuple(self.id + box for box in self.boxes)

    @property
    def label(self) -> str:
        """The question as it is asked."""
        return text_of(self.entry.get("label"), self.language)

    @property
    def hint(self) -> str:
        """What helps to answer it; often nothing."""
        return text_of(self.entry.get("hint"), self.language)

    @property
    def error(self) -> str:
        """What is said when the answer cannot be read."""
        return text_of(self.entry.get("error"), self.language) or f"Answer “{self.label}” again"

    def after_visit(self, answer: Any, visited_on: date) -> str | None:
        """Return what is wrong with a day that lies after the visit though it cannot; None if nothing is.

        `answer` is in the stored form. Only what the rulebook marks `past` is held to the day of the visit.
        """
        if not self.entry.get("past") or not answer:
            return None
        days = answer if isinstance(answer, list) else [answer]
        late = next((day for day in days if day > visited_on.isoformat()), None)
        if late is None or late == NOT_OBSERVED:
            return None
        told = day_in_words(late, self.language)
        return f"{self.error}. It must not be after the visit, and {told} is."

    def field(self) -> UnboundField:
        """Return the WTForms field that reads and checks what is typed."""
        return AnswerField(self)

    def read(self, typed: Typed) -> Any:
        """Return the answer as it is stored (JSON), None when nothing was typed.

        Raises `Unreadable` for anything that is not an answer to this question.
        """
        return self._definite(self._one(typed, self.id))

    def typed(self, answer: Any) -> dict[str, list[str]]:
        """Return a stored answer as it would be typed: field name to values."""
        return {self.id: [] if answer is None else [str(answer)]}

    def line(self, answer: Any) -> tuple[str, str]:
        """Return the row of "check your answers": the question in short, and the answer."""
        return question_line(self.entry, self.language), answer_in_words(
            self.entry, answer, self.language
        )

    def export(self, answer: Any) -> str:
        """Return the cell of an export, in codes and ISO dates; empty without an answer."""
        if answer is None:
            return ""
        return "; ".join(answer) if isinstance(answer, list) else str(answer)

    def letter(self, answer: Any) -> str:
        """Return the line of evidence in a letter."""
        return ": ".join(self.line(answer))

    def _one(self, typed: Typed, name: str) -> str:
        """The one value of a box, without blanks around it."""
        values = {clean_text(value) for value in typed.get(name, ())} - {""}
        if len(values) > 1:
            raise Unreadable("Give one answer only")
        return next(iter(values), "")

    def _definite(self, text: str) -> Any:
        return text or None


class Coded(AnswerType):
    """An answer that is one of a few codes: buttons, none of them pressed beforehand."""

    kind = "buttons"
    stacked: ClassVar[bool] = True

    def codes(self) -> list[tuple[str, str, str]]:
        """Return (code, label, hint) of each button."""
        raise NotImplementedError

    def _definite(self, text: str) -> Any:
        if text and text not in {code for code, _, _ in self.codes()}:
            raise Unreadable(self.error)
        return text or None


class YesNo(Coded):
    """Yes, no, not observed; does not apply where the question allows it."""

    stacked = False

    def codes(self) -> list[tuple[str, str, str]]:
        """Return the three or four buttons."""
        codes = ["yes", "no", NOT_OBSERVED]
        if self.entry.get("not_applicable"):
            codes.append(NOT_APPLICABLE)
        return [(code, word(code, self.language), "") for code in codes]


class Choice(Coded):
    """One of the options of the pack, or not observed."""

    def codes(self) -> list[tuple[str, str, str]]:
        """Return a button for each option that fits this visit, and one for not observed."""
        buttons = [
            (
                str(option["code"]),
                text_of(option.get("label"), self.language),
                text_of(option.get("hint"), self.language),
            )
            for option in self.options
        ]
        return [*buttons, (NOT_OBSERVED, word(NOT_OBSERVED, self.language), "")]


class Choices(AnswerType):
    """Any of the options of the pack; nothing ticked is no answer."""

    kind = "ticks"

    def codes(self) -> list[tuple[str, str, str, bool]]:
        """Return (code, label, hint, stands alone) of each box to tick."""
        return [
            (
                str(option["code"]),
                text_of(option.get("label"), self.language),
                text_of(option.get("hint"), self.language),
                bool(option.get("exclusive")),
            )
            for option in self.options
        ]

    def read(self, typed: Typed) -> Any:
        """Return the codes ticked, in the order of the pack."""
        ticked = {clean_text(value) for value in typed.get(self.id, ())} - {""}
        known = [code for code, *_ in self.codes()]
        if not ticked <= set(known):
            raise Unreadable(self.error)
        alone = ticked & {code for code, _, _, alone in self.codes() if alone}
        if alone and len(ticked) > 1:
            label = next(label for code, label, *_ in self.codes() if code in alone)
            raise Unreadable(f"Choose “{label}” alone, or the others without it")
        return [code for code in known if code in ticked] or None

    def typed(self, answer: Any) -> dict[str, list[str]]:
        """Return the codes as ticks."""
        return {self.id: list(answer or ())}


class Number(AnswerType):
    """A number typed in plain digits, within the pack's bounds."""

    kind = "number"
    pattern: ClassVar[re.Pattern[str]]
    shape: ClassVar[str]

    def _definite(self, text: str) -> Any:
        if not text:
            return None
        if not self.pattern.fullmatch(text):
            raise Unreadable(f"{self.error}. {self.shape}")
        low, high = self.entry.get("min"), self.entry.get("max")
        number = Decimal(text)
        if (low is not None and number < Decimal(str(low))) or (
            high is not None and number > Decimal(str(high))
        ):
            raise Unreadable(f"{self.error}. It must be from {low} to {high}.")
        return self._stored(text)

    def _stored(self, text: str) -> Any:
        raise NotImplementedError


class Integer(Number):
    """A whole number."""

    pattern = re.compile(r"[0-9]{1,6}")
    shape = "Use digits only, such as 12."

    def _stored(self, text: str) -> Any:
        return int(text)


class Measure(Number):
    """A measurement, kept exactly as it was written: "7.50" is more than "7.5"."""

    pattern = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
    shape = "Use digits and a full stop, such as 7.50."

    def _stored(self, text: str) -> Any:
        return text


class Day(AnswerType):
    """A date in three boxes."""

    kind = "date"
    boxes = ("-day", "-month", "-year")

    def read(self, typed: Typed) -> Any:
        """Return the ISO date of the three boxes."""
        day, month, year = (self._one(typed, name) for name in self.names)
        if not (day or month or year):
            return None
        missing = [
            name for name, text in (("day", day), ("month", month), ("year", year)) if not text
        ]
        if missing:
            raise Unreadable(f"{self.error}. The {' and '.join(missing)} is missing.")
        return day_from(day, month, year, self.error)

    def typed(self, answer: Any) -> dict[str, list[str]]:
        """Return the three boxes of a date."""
        if answer is None:
            return {name: [] for name in self.names}
        day = date.fromisoformat(str(answer))
        parts = (str(day.day), str(day.month), str(day.year))
        return {name: [part] for name, part in zip(self.names, parts, strict=True)}


class Lines(AnswerType):
    """Several things, one a line."""

    kind = "lines"

    def read(self, typed: Typed) -> Any:
        """Return the lines that are not blank, each read on its own."""
        text = self._one(typed, self.id)
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        if len(lines) > MOST_LINES:
            raise Unreadable(f"Give at most {MOST_LINES} lines")
        return [self._line(line) for line in lines] or None

    def typed(self, answer: Any) -> dict[str, list[str]]:
        """Return the lines as one text."""
        return {self.id: ["\n".join(answer)] if answer else []}

    def _line(self, line: str) -> str:
        raise NotImplementedError


class Days(Lines):
    """Several dates, one a line, in the ways people write dates."""

    def _line(self, line: str) -> str:
        return day_in_line(line, f"{self.error}. “{line[:30]}” is not a date such as 27 3 2026")

    def typed(self, answer: Any) -> dict[str, list[str]]:
        """Return the dates as people write them."""
        days = [date.fromisoformat(one) for one in answer or ()]
        return {self.id: ["\n".join(f"{day.day} {day.month} {day.year}" for day in days)]}


class Photos(Lines):
    """References of photos that are kept elsewhere, one a line; those kept here are `services/photos.py`."""

    kind = "photos"

    def _line(self, line: str) -> str:
        if len(line) > 200:
            raise Unreadable("Give each reference in at most 200 characters")
        return line


class Clock(AnswerType):
    """A time of day, as people type it: 14:05, 14.05, 1405 or 2.05pm."""

    kind = "time"
    pattern = re.compile(r"([0-9]{1,2})[:. ]?([0-9]{2})? ?([ap])?\.?m?\.?", re.IGNORECASE)

    def _definite(self, text: str) -> Any:
        if not text:
            return None
        found = self.pattern.fullmatch(text)
        if found is None:
            raise Unreadable(self.error)
        hours, minutes, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half:
            if not 1 <= hours <= 12:
                raise Unreadable(self.error)
            hours = hours % 12 + (12 if half == "p" else 0)
        elif found[2] is None:
            # "14" alone may be a slip for a minute; an hour alone is only clear with am or pm.
            raise Unreadable(self.error)
        if hours > 23 or minutes > 59:
            raise Unreadable(self.error)
        return f"{hours:02}:{minutes:02}"


class Words(AnswerType):
    """Free text: facts as an officer writes them down."""

    kind = "text"

    def _definite(self, text: str) -> Any:
        if len(text) > LONGEST_TEXT:
            raise Unreadable(f"Use at most {LONGEST_TEXT:,} characters")
        return text or None


TYPES: Mapping[str, type[AnswerType]] = {
    "yes_no": YesNo,
    "choice": Choice,
    "choices": Choices,
    "integer": Integer,
    "measure": Measure,
    "date": Day,
    "dates": Days,
    "time": Clock,
    "text": Words,
    "photos": Photos,
}


def answer_type(entry: Entry, dims: Mapping[str, Any], language: str = "en") -> AnswerType:
    """Return how a question or fact of the rulebook is answered at a visit of these dimensions."""
    return TYPES[entry["type"]](entry, dims, language)


def day_from(day: str, month: str, year: str, error: str) -> str:
    """Return the ISO date of three parts as typed; raises `Unreadable` with `error` and a reason."""
    name = month[:3].lower()
    number = str(MONTHS.index(name) + 1) if name in MONTHS else month
    parts = (day, number, year)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise Unreadable(f"{error}. Use digits, such as 27 3 2026.")
    if len(year) != 4 or not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise Unreadable(f"{error}. Give the year in full, such as 2026.")
    try:
        return date(int(year), int(number), int(day)).isoformat()
    except ValueError:
        raise Unreadable(f"{error}. There is no such day.") from None


def day_in_line(line: str, error: str) -> str:
    """Return the ISO date of one line such as `27 3 2026`, `27/03/2026`, `27 March 2026` or ISO."""
    parts = [part for part in re.split(r"[ ./,-]+", line) if part]
    if len(parts) != 3:
        raise Unreadable(error)
    if len(parts[0]) == 4:
        parts.reverse()
    return day_from(parts[0], parts[1], parts[2], error)


class AnswerField(Field):
    """A question of the rulebook as a WTForms field: it reads what was typed, and says what is wrong."""

    def __init__(self, answers: AnswerType | None = None, **settings: Any) -> None:
        assert answers is not None
        super().__init__(label=answers.label, **settings)
        self.answers = answers
        self.as_typed: dict[str, list[str]] = {}

    def _value(self) -> str:
        """The first box as it was typed, for a page that shows it again."""
        return next(iter(self.as_typed.get(self.answers.id, ())), "")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the boxes of this question; None where nothing was typed."""
        self.process_errors = []
        self.data: Any = None
        self.as_typed = {
            name: list(formdata.getlist(name)) if formdata is not None else []
            for name in self.answers.names
        }
        if formdata is None and isinstance(data, str):
            self.as_typed = self.answers.typed(data)
        try:
            self.data = self.answers.read(self.as_typed)
        except Unreadable as error:
            self.process_errors.append(str(error))
