"""Days in words, in the language of the document (never the machine's locale)."""

from datetime import date

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "cy": "Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr",
}


def day_in_words(day: date, language: str = "en") -> str:
    """Return a day as "13 October 2026"; the day never parts from its month."""
    return f"{day.day}\u00a0{MONTHS[language].split()[day.month - 1]} {day.year}"


#: How a sentence says on which day; the day never changes with the word before it.
ON = {"en": "on", "cy": "ar"}


def on_day(day: date, language: str = "en") -> str:
    """Return a day as a sentence says it: "on 13 October 2026"."""
    return f"{ON[language]} {day_in_words(day, language)}"
