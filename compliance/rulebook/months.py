"""Calendar months, as the rules count them."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or that month's last day if it is shorter.

    29 February 2024 and twelve months gives 28 February 2025.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
