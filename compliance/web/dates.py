"""Days and times as people in the United Kingdom read them; what is stored is UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

from compliance.rulebook.words import MONTHS

LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    """Return the moment of now, aware, in UTC: the `now` that views give to services."""
    return datetime.now(UTC)


def london_today(now: datetime | None = None) -> date:
    """Return the day it is in London at `now` (an aware datetime; default: now)."""
    return (now or utc_now()).astimezone(LONDON).date()


#: How the parts of a time are said, by language.
_CLOCK = {
    "en": {"at": "at", "midnight": "midnight", "midday": "midday", "am": "am", "pm": "pm"},
    "cy": {"at": "am", "midnight": "hanner nos", "midday": "hanner dydd", "am": "yb", "pm": "yp"},
}


def long_date(value: date | datetime, language: str = "en") -> str:
    """Write a day as `13 October 2026`; a moment gives its day in London."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {MONTHS[language][value.month - 1]} {value.year}"


def short_date(value: date | datetime) -> str:
    """Write a day as `13 Oct 2026`, for tables."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {value:%b %Y}"


def local_time(value: datetime, language: str = "en") -> str:
    """Write the time in London of an aware moment as `2:05pm`, `midday` or `midnight`."""
    local, words = value.astimezone(LONDON), _CLOCK[language]
    if local.minute == 0 and local.hour in (0, 12):
        return words["midnight" if local.hour == 0 else "midday"]
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{words['am' if local.hour < 12 else 'pm']}"


def local_moment(value: datetime, language: str = "en") -> str:
    """Write an aware moment as `13 October 2026 at 2:05pm`, in London's time."""
    day, time = long_date(value, language), local_time(value, language)
    return f"{day} {_CLOCK[language]['at']} {time}"


def init_app(app: Flask) -> None:
    """Make the four spellings filters of every template."""
    for spelling in (long_date, short_date, local_time, local_moment):
        app.jinja_env.filters[spelling.__name__] = spelling
