"""What the clocks of a till or of CCTV showed, and how far each was from the officer's own.

A question of the rulebook that says `own_clock_of` another holds what the officer's own clock showed at
the same moment: the difference of the two is worked out here, to the minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.rulebook import Pack
from compliance.rulebook.pack import Entry, dims_match

_DAY = 24 * 60  # minutes


@dataclass(frozen=True)
class Reading:
    """A clock that is not the officer's: its question, what it showed, and what the officer's own showed.

    Times are local, such as "14:05"; None where none was recorded.
    """

    entry: Entry
    shown: str | None
    own: str | None

    @property
    def minutes_ahead(self) -> int | None:
        """How far the clock was ahead of the officer's; negative: behind. None where one is missing.

        Nobody sets a clock half a day wrong: of the two ways round midnight the shorter is meant.
        """
        if self.shown is None or self.own is None:
            return None
        return (_minutes(self.shown) - _minutes(self.own) + _DAY // 2) % _DAY - _DAY // 2


def readings(
    pack: Pack, dims: Mapping[str, Sequence[str]], answers: Mapping[str, Any]
) -> list[Reading]:
    """Return the clocks that a visit of these dimensions is asked about, in the order of asking."""
    own = {
        entry["own_clock_of"]: entry
        for entry in pack.entries("question")
        if "own_clock_of" in entry and dims_match(entry.get("dims"), dims)
    }
    return [
        Reading(
            entry,
            _time(answers.get(entry["id"])),
            _time(answers.get(own[entry["id"]]["id"])),
        )
        for entry in pack.entries("question")
        if entry["id"] in own
    ]


def _time(answer: Any) -> str | None:
    """An answer that is a time of day; "not observed" and the like are none."""
    return answer if isinstance(answer, str) and answer[:1].isdigit() else None


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
