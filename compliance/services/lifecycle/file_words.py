"""How the officers' file of a visit says things in its language: its own labels, what the rulebook says, and times.

A label is written once, in English; its Welsh stands by that English in `templates/languages/cy/file.toml`.
What an officer typed is never put into another language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from compliance.documents.characters import spelled_out
from compliance.documents.dates import day_in_words
from compliance.documents.visit_file import Line
from compliance.rulebook.pack import Entry, text_of
from compliance.rulebook.words import answer_in_words, question_line
from compliance.services.lifecycle.deadlines import LONDON
from compliance.services.page_texts import said


@dataclass(frozen=True)
class FileWords:
    """The words of a file in one language."""

    language: str

    def say(self, english: str, *values: object) -> str:
        """Return a text of ours; `{1}` is the first of the values."""
        return said(english, self.language, *values)

    def line(self, label: str, *paragraphs: str) -> Line:
        """Return what was recorded, under a label of ours; without any, that there is nothing."""
        return self.told(self.say(label), *paragraphs)

    def told(self, label: str, *paragraphs: str) -> Line:
        """The same under a label that is in the language already."""
        kept = tuple(spelled_out(each) for each in paragraphs if each.strip())
        return Line(label=label, text=kept or (self.say("None recorded"),))

    def text(self, texts: Any) -> str:
        """Return a text of the rulebook; in English where that rulebook has no other."""
        return text_of(texts, self.language)

    def question(self, entry: Entry) -> str:
        """Return what a question or a fact is called."""
        return question_line(entry, self.language)

    def answer(self, entry: Entry, value: Any) -> str:
        """Return an answer in words."""
        return answer_in_words(entry, value, self.language)

    def yes_or_no(self, value: bool | None) -> str:
        """Return yes or no; nothing where neither is known."""
        return "" if value is None else self.say("Yes" if value else "No")

    def day(self, moment: datetime) -> str:
        """Return the day of a moment in London."""
        return day_in_words(moment.astimezone(LONDON).date(), self.language)

    def moment(self, moment: datetime | None) -> str:
        """Return a moment to the minute, in local time with its zone; nothing for none."""
        if moment is None:
            return ""
        return f"{self.day(moment)}, {moment.astimezone(LONDON):%H:%M %Z}"

    def exactly(self, moment: datetime) -> str:
        """Return a moment to the second, in local time and in UTC."""
        local, utc = moment.astimezone(LONDON), moment.astimezone(UTC)
        return f"{self.day(moment)}, {local:%H:%M:%S %Z} ({utc:%H:%M:%S} UTC)"

    def span(self, minutes: int) -> str:
        """Return how long a span of minutes is: "2 hours 1 minute"; nothing for none."""
        hours, rest = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = (
            (days, "1 day", "{1} days"),
            (hours, "1 hour", "{1} hours"),
            (rest, "1 minute", "{1} minutes"),
        )
        return " ".join(
            self.say(one if count == 1 else many, count) for count, one, many in parts if count
        )

    def clock(self, minutes: int) -> str:
        """Say how far a clock was from the officer's own; `minutes` is how far it was ahead."""
        if minutes == 0:
            return self.say("The same as the officer's own clock, to the minute.")
        far = self.span(abs(minutes))
        if minutes > 0:
            return self.say("{1} ahead of the officer's own clock.", far)
        return self.say("{1} behind the officer's own clock.", far)
