"""The demo's calendar: days before today, and the hours at which people do things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from compliance.services.demo.files import read
from compliance.services.visit_content import LONDON

#: The office opened so long before today, before the first visit of all.
BEFORE_ALL = timedelta(days=560)


def at(day: date, clock: str) -> datetime:
    """Return a day at a London time, such as "15:40", as an aware UTC moment."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=LONDON).astimezone(UTC)


@dataclass(frozen=True)
class Calendar:
    """The days of one run, counted back from today."""

    today: date

    def ago(self, days: int) -> date:
        """Return the day so many days before today."""
        return self.today - timedelta(days=days)

    @property
    def beginning(self) -> datetime:
        """When the two authorities began to use the service."""
        return at(self.today - BEFORE_ALL, "08:00")

    def step(self, visited_on: date, name: str) -> date:
        """Return the day on which a step is usually taken after a visit of that day."""
        days: int = read("timetable")["days"][name]
        return visited_on + timedelta(days=days)
