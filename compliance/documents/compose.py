"""Data into HTML: the kind's template, filled by Jinja with every value escaped and every missing
name an error."""

from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from compliance.documents.addresses import address_lines, spaced_postcode
from compliance.documents.citations import cited
from compliance.documents.data import DocumentData
from compliance.documents.dates import day_in_words, on_day
from compliance.documents.kinds import FOLDER, SHARED, Kind
from compliance.documents.law import law_book
from compliance.documents.qr import code_of

#: Every name a template may use that it does not set itself.
GIVEN = frozenset(
    [
        *("d", "title", "specimen", "address", "law", "day", "when", "law_sources", "point_notes"),
        *("scan", "qr", "size"),
    ]
)


@cache
def environment() -> Environment:
    """The one Jinja environment of documents."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,  # every file, whatever its ending
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["postcode"] = spaced_postcode
    environment.filters["cited"] = cited
    environment.globals["qr"] = lambda text, error="m": code_of(text, error).image
    return environment


def style_sheet() -> str:
    """The style sheet that all documents share."""
    return (FOLDER / SHARED / "print.css").read_text(encoding="utf-8")


def compose(data: DocumentData, kind: Kind, *, specimen: bool, size: int = 0) -> str:
    """Return the HTML of a document, in one of the sizes of its kind (0 the largest).

    `data` is ready to print and has passed the gates. Raises DocumentRefused when a sentence about
    the law has no verified wording for that nation and day, or the address fits no window.
    """

    cited: dict[str, None] = {}

    def law(identifier: str) -> Markup:
        sentence = law_book().sentence(identifier, data.nation, data.law_on)
        cited[law_book().row(sentence.law)["source"]] = None
        return Markup('<span data-law="{}">{}</span>').format(
            sentence.law, sentence.text[data.language]
        )

    def day(value: date) -> str:
        return day_in_words(value, data.language)

    def when() -> str:
        if data.visit.period:
            return data.visit.period
        assert data.visit.day is not None
        return on_day(data.visit.day, data.language)

    template = environment().get_template(f"{kind.name}/{data.language}.html")
    values: dict[str, Any] = {
        "d": data,
        "title": kind.title[data.language],
        "specimen": specimen,
        "size": size,
        "address": address_lines(data.recipient.lines) if kind.letter else (),
        "law": law,
        "day": day,
        "when": when,
        "law_sources": lambda: list(cited),
        "point_notes": _point_notes(data),
        "scan": _scan(data),
    }
    assert values.keys() | {"qr"} == GIVEN
    return template.render(values)


def _point_notes(data: DocumentData) -> list[tuple[list[int], str]]:
    """The citations of the points, each once, with the numbers of its points."""
    numbers: dict[str, list[int]] = {}
    for number, point in enumerate(data.points, start=1):
        if point.note:
            numbers.setdefault(point.note, []).append(number)
    return [(each, note) for note, each in numbers.items()]


def _scan(data: DocumentData) -> str:
    """What the letter's square code holds: the page, and after # (which never leaves the phone)
    the reference and the code."""
    if data.portal is None or not data.portal.link:
        return ""
    return f"{data.portal.link}#{data.reference}/{data.portal.code}"
