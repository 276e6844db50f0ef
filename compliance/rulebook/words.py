"""An answer in words: what a person reads on a screen, in a letter and in an export."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from compliance.rulebook.pack import Entry, text_of
from compliance.rulebook.state import NOT_APPLICABLE, NOT_OBSERVED

#: The answers that every pack shares, and the words around lists.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "yes": "Yes",
        "no": "No",
        NOT_OBSERVED: "Not observed",
        NOT_APPLICABLE: "Does not apply",
        "nothing": "None of these",
    },
    "cy": {
        "yes": "Ie",
        "no": "Na",
        NOT_OBSERVED: "Heb ei weld",
        NOT_APPLICABLE: "Ddim yn berthnasol",
        "nothing": "Dim un o'r rhain",
    },
}
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "cy": (
        *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
        *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
    ),
}
# What a number is counted in, where it is not written alike: after a number Welsh has the singular.
UNITS: Mapping[str, Mapping[str, str]] = {"cy": {"years": "oed", "pounds": "punt"}}


def word(code: str, language: str = "en") -> str:
    """Return the word for an answer shared by every pack: yes, no, not observed, does not apply."""
    return WORDS.get(language, WORDS["en"])[code]


def option_label(entry: Entry, code: str, language: str = "en") -> str:
    """Return the label of one option of a choice; the code itself if the pack no longer has it."""
    for option in entry.get("options", ()):
        if option["code"] == code:
            return text_of(option.get("label"), language) or code
    return code


def day_in_words(text: str, language: str = "en") -> str:
    """Write an ISO date (``2026-10-13``) as ``13 October 2026``."""
    day = date.fromisoformat(text)
    months = MONTHS.get(language, MONTHS["en"])
    return f"{day.day} {months[day.month - 1]} {day.year}"


def answer_in_words(entry: Entry, value: Any, language: str = "en") -> str:
    """Write a stored answer to a question or fact in words; ``None`` is "Not observed".

    ``value`` is the JSON form that ``read_answer`` accepts. A measurement is written as it was
    taken: its decimals matter.
    """
    if value is None or value in (NOT_OBSERVED, NOT_APPLICABLE):
        return word(value or NOT_OBSERVED, language)
    kind = entry["type"]
    if kind == "yes_no":
        return word(str(value), language)
    if kind == "choice":
        return option_label(entry, str(value), language)
    if kind == "choices":
        return ", ".join(option_label(entry, code, language) for code in value) or word(
            "nothing", language
        )
    if kind in ("integer", "measure"):
        unit = entry.get("unit")
        return f"{value} {UNITS.get(language, {}).get(unit, unit)}" if unit else str(value)
    if kind == "date":
        return day_in_words(str(value), language)
    if kind == "dates":
        return ", ".join(day_in_words(one, language) for one in value) or word("nothing", language)
    if kind == "photos":
        return ", ".join(value) or word("nothing", language)
    return str(value)


def question_line(entry: Entry, language: str = "en") -> str:
    """Return the short form of a question: its line, else its label."""
    return text_of(entry.get("line"), language) or text_of(entry.get("label"), language)
