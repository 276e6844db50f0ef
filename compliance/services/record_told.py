"""What a visit's record says in words: by section, and what each correction changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.rulebook import Pack
from compliance.rulebook.languages import UNWEIGHED
from compliance.rulebook.pack import Entry, text_of
from compliance.rulebook.words import answer_in_words, question_line
from compliance.store.models import Visit, VisitVersion


def told(
    pack: Pack, version: VisitVersion, *, seen_only: bool = False
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return what was recorded, by section: (id, question in short, answer in words).

    `seen_only` leaves out what a shop is not handed on the day: an officer's own words, photos, what
    clocks showed, the file.
    """
    given = [*answered(pack, version), *([] if seen_only else arranged(pack, version))]
    return by_section(
        pack,
        [
            (entry, value)
            for entry, value in given
            if not (seen_only and entry["type"] in UNWEIGHED)
        ],
    )


def answered(pack: Pack, version: VisitVersion) -> list[tuple[Entry, Any]]:
    """Return the questions that have an answer, each with it."""
    return [
        (pack.questions[name], value)
        for name, value in version.answers.items()
        if name in pack.questions
    ]


def arranged(pack: Pack, version: VisitVersion) -> list[tuple[Entry, Any]]:
    """Return the facts behind the visit, each with its value."""
    return [
        (pack.facts[name], value)
        for name, value in version.operation_facts.items()
        if name in pack.facts
    ]


def by_section(
    pack: Pack, given: list[tuple[Entry, Any]], language: str = "en"
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Sort questions or facts with their values under the titles of their sections."""
    titles = {one["id"]: text_of(one.get("title"), language) for one in pack.entries("section")}
    found: dict[str, list[tuple[str, str, str]]] = {}
    for entry, value in given:
        found.setdefault(str(entry.get("section", "")), []).append(
            (
                str(entry["id"]),
                question_line(entry, language),
                answer_in_words(entry, value, language),
            )
        )
    return [(titles.get(section, ""), lines) for section, lines in found.items()]


def corrections(
    pack: Pack, visit: Visit, language: str = "en"
) -> Iterator[tuple[VisitVersion, list[tuple[str, str, str]]]]:
    """Give each correction, the oldest first: its version, and (question, before, after) of each change."""
    for before, after in zip(visit.versions, visit.versions[1:], strict=False):
        lines = []
        for table, old, new in (
            (pack.questions, before.answers, after.answers),
            (pack.facts, before.operation_facts, after.operation_facts),
        ):
            for name, entry in table.items():
                if old.get(name) != new.get(name):
                    lines.append(
                        (
                            question_line(entry, language),
                            answer_in_words(entry, old.get(name), language),
                            answer_in_words(entry, new.get(name), language),
                        )
                    )
        yield after, lines
