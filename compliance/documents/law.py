"""The sentences a document may say about the law: each rests on a row of the law sheet, holds in
certain nations on certain days, and is refused when nobody has verified that row."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from compliance.documents.refused import DocumentRefused
from compliance.rulebook.pack import load_pack

PACK = Path(__file__).parents[1] / "rulebook" / "packs" / "uk_knives"


@dataclass(frozen=True)
class Sentence:
    """One dated sentence about the law, and the row it rests on."""

    id: str
    law: str
    nations: tuple[str, ...]
    start: date
    end: date | None
    text: dict[str, str]

    def holds(self, nation: str, on: date) -> bool:
        """Whether the sentence may be said of that nation's law on that day."""
        return nation in self.nations and self.start <= on and (self.end is None or on <= self.end)


@dataclass(frozen=True)
class LawBook:
    """All sentences and rows of one rulebook."""

    sentences: tuple[Sentence, ...]
    rows: dict[str, dict[str, Any]]

    def sentence(self, identifier: str, nation: str, on: date) -> Sentence:
        """The sentence of that id for a nation and a day.

        Raises DocumentRefused when there is none, or when its row is missing or unverified.
        """
        found = [each for each in self.sentences if each.id == identifier]
        held = [each for each in found if each.holds(nation, on)]
        if not held:
            raise DocumentRefused(
                f"There is no verified wording of {identifier!r} for {nation.replace('_', ' ')} "
                f"on {on:%-d %B %Y}. The document waits until the rulebook has it."
            )
        self.row(held[0].law)
        return held[0]

    def row(self, identifier: str) -> dict[str, Any]:
        """The row of the law sheet of that id. Raises DocumentRefused as `sentence` does."""
        row = self.rows.get(identifier)
        if row is None:
            raise DocumentRefused(f"There is no row of the law sheet called {identifier!r}.")
        if row.get("unverified"):
            raise DocumentRefused(
                f"The law sheet marks {identifier!r} as unverified, so no document may rest on it."
            )
        return row


@cache
def law_book(pack: Path = PACK) -> LawBook:
    """Read every sentence and row from a rulebook's directory (once a process)."""
    book = load_pack(pack)
    return LawBook(
        tuple(
            Sentence(
                entry["id"],
                entry["law"],
                tuple(entry["dims"]["nation"]),
                date.fromisoformat(entry["from"]),
                date.fromisoformat(entry["to"]) if "to" in entry else None,
                dict(entry["text"]),
            )
            for entry in book.entries("sentence")
        ),
        {row["id"]: dict(row) for row in book.entries("law")},
    )
