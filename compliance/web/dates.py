"""Days and times as people in the United Kingdom read them; what is stored is UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    """Return the moment of now, aware, in UTC: the `now` that views give to services."""
    return datetime.now(UTC)


def london_today(now: datetime | None = None) -> date:
    """Return the day it is in London at `now` (an aware datetime; default: now)."""
    return (now or utc_now()).astimezone(LONDON).date()


def long_date(value: date | datetime) -> str:
    """Write a day as `13 October 2026`; a moment gives its day in London."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {value:%B %Y}"


def short_date(value: date | datetime) -> str:
    """Write a day as `13 Oct 2026`, for tables."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {value:%b %Y}"


def local_time(value: datetime) -> str:
    """Write the time in London of an aware moment as `2:05pm`, `midday` or `midnight`."""
    local = value.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midnight" if local.hour == 0 else "midday"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def local_moment(value: datetime) -> str:
    """Write an aware moment as `13 October 2026 at 2:05pm`, in London's time."""
    return f"{long_date(value)} at {local_time(value)}"


def init_app(app: Flask) -> None:
    """Make the four spellings filters of every template."""
    for spelling in (long_date, short_date, local_time, local_moment):
        app.jinja_env.filters[spelling.__name__] = spelling
