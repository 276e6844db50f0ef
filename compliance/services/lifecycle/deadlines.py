"""Days that matter after a visit: what the rulebook works out, and the Primary Authority's period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.store.models import Assessment

if TYPE_CHECKING:
    from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")
#: What a rulebook answers for a deadline it does not know: a person asks somebody who does.
ASK = "ask"
_DIVISIONS = {
    "england": "england-and-wales",
    "wales": "england-and-wales",
    "scotland": "scotland",
    "northern_ireland": "northern-ireland",
}


@dataclass(frozen=True)
class Deadline:
    """A day to keep in view. Without a day (`on` None) somebody has to be asked."""

    what: str
    on: date | None
    passed: bool = False


def local_day(now: datetime) -> date:
    """Return the day it is in London at `now`, an aware datetime."""
    return now.astimezone(LONDON).date()


def deadlines_of(pack: Pack, assessment: Assessment, today: date) -> list[Deadline]:
    """Return the deadlines that `pack` works out for a visit, in the pack's order."""
    return deadlines_in(pack, assessment.result.get("values", {}), today)


def deadlines_in(pack: Pack, values: Mapping[str, Any], today: date) -> list[Deadline]:
    """Return the deadlines among the values of an assessment, in the pack's order.

    A `[[value]]` with `deadline = true` is one: a date, or the code `ask`.
    """
    found: list[Deadline] = []
    for entry in pack.entries("value"):
        given = values.get(entry["name"])
        if not entry.get("deadline") or given is None:
            continue
        what = text_of(entry.get("title")) or entry["name"]
        if given == ASK:
            found.append(Deadline(what, None))
        else:
            on = date.fromisoformat(given)
            found.append(Deadline(what, on, on < today))
    return found


@cache
def _holidays() -> BankHolidays:
    # Imported late: it brings a whole HTTP client, and only this needs it. Its carried list is
    # used, never the network.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    return BankHolidays(use_cached_holidays=True)


def working_day_after(start: date, days: int, nation: str) -> date | None:
    """Return the day that is `days` working days after `start` (not counted) in `nation`.

    None where the list of bank holidays does not reach so far, or where nobody said how many
    days: then a person counts.
    """
    if days < 1:
        return None
    division = _DIVISIONS[nation]
    found = next(islice(_holidays().work_days_after(division=division, date=start), days - 1, None))
    known_until = _holidays().data[division][-1]["date"]
    return found if found <= known_until else None
