"""The longest and the oddest data at once: every kind, in both languages, is sound, complete, inside its
zones and a whole page wide at most."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import pypdfium2
import pytest

from compliance.documents import DocumentData, kinds, render
from compliance.documents.conformance import nonconformities
from compliance.documents.data import Authority, Recipient
from compliance.documents.geometry import MOST_BYTES, MOST_PAGES
from compliance.documents.press import Press
from tests.documents.reading import text_boxes
from tests.documents.test_geometry import address_read_by_the_printer, ink_outside

EVERY = [(kind.name, language) for kind in kinds().values() for language in kind.languages]
#: Marks of four alphabets, of markup and of templates, and a word that no line takes.
ODD = (
    "Tŷ’r Gŵr & “Sons” <b>Żółć</b> {{ d }} {% raw %} &amp; Μαχαίρια Ножи ½ №1 – "
    "LlanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochaDolgellaua'rBermowAberystwyth "
)
#: Entries with a form of their own, and those that choose what is printed.
KEPT = {
    *("kind", "reference", "nation", "language", "story", "postcode", "status_url", "proof_url"),
    *("portal", "file", "checked", "not_checked", "law", "part_of_day", "place", "period"),
}
MOST = 7  # of a list; the most that ten pages surely take at full length
AUTHORITY = {
    "address": (*("Swyddfeydd y Cyngor a Chanolfan Gwasanaethau Cyhoeddus y Sir",) * 4, "LL32 8DU"),
    "phone": "+44 (0) 300 123 4567 estyniad 890123",
    "email": "trading.standards.and.consumer.protection.team@conwy-a-sir-ddinbych.example",
    "website": "www.safonau-masnach-a-diogelu-defnyddwyr-gogledd-cymru.example/trading-standards",
}
LINES = (
    "A company whose registered name was thought of by somebody with time, and sons, Limited",
    *("Flat 2/1", "The Old Engineering Works, East", "Lower Wensum Estate", "gir0aa"),
)


def test_the_data_are_as_long_as_they_may_be() -> None:
    data = extreme("advice-letter", "en")
    assert {len(data.operator), len(data.premises.name), len(data.authority.name)} == {90}
    assert {len(each.found) for each in data.points} == {400}
    assert (len(data.points), len(data.actions), len(data.authority.complaints)) == (7, 5, 300)


@pytest.mark.parametrize("name, language", EVERY)
def test_the_longest_and_the_oddest_data(name: str, language: str, press: Press) -> None:
    data = extreme(name, language)
    made = render(data, seal=Unsigned(), using=press)
    assert nonconformities(made.pdf) == []
    boxes = list(text_boxes(made.pdf))
    assert all(left > 14 and right < 196 for _, _, left, _, right, _ in boxes)  # nothing is clipped
    said = "".join(text for _, text, *_ in boxes).replace(" ", "")
    assert data.premises.name.replace(" ", "") in said
    if kinds()[name].letter:
        assert ink_outside(made.pdf) == []
        assert len(made.pdf) < MOST_BYTES
        assert len(pypdfium2.PdfDocument(made.pdf)) <= MOST_PAGES
        read = address_read_by_the_printer(made.pdf)
        assert [len(read), read[0].split()[-1], read[-1]] == [6, "of", "GIR 0AA"]


class Unsigned:
    """A seal that leaves the page as it is: how it is signed is tested elsewhere."""

    def sign(self, pdf: bytes) -> bytes:
        return pdf

    def prove(self, claim: object) -> str:
        raise AssertionError("the sample brings its proof")


def extreme(name: str, language: str) -> DocumentData:
    """A kind's sample with each of its texts as long as its limit, and its lists longer, in Wales on odd
    days."""
    data = kinds()[name].sample_data({"language": language, "nation": "wales"})
    full = filled(data)
    assert isinstance(full, DocumentData)
    return replace(
        full,
        issued_on=date(2028, 2, 29),
        valid_until=date(2028, 12, 31) if data.valid_until else None,
        authority=replace(filled(data.authority), **AUTHORITY),
        recipient=Recipient(name=full.operator, lines=LINES),
    )


def filled(value: Any) -> Any:
    """The same facts, every text that is there filled to its limit."""
    changes: dict[str, Any] = {}
    for part in fields(value):
        given, longest = getattr(value, part.name), part.metadata.get("longest", 0)
        if part.name in KEPT or not given or (part.name in AUTHORITY and is_authority(value)):
            continue
        if isinstance(given, str):
            changes[part.name] = odd(longest)
        elif is_dataclass(given):
            changes[part.name] = filled(given)
        elif isinstance(given, tuple):
            most = min(part.metadata["most"], MOST)
            many = (given * most)[:most]
            changes[part.name] = tuple(filled(e) if is_dataclass(e) else odd(longest) for e in many)
    return replace(value, **changes)


def is_authority(value: Any) -> bool:
    return isinstance(value, Authority)


def odd(length: int) -> str:
    """Odd words, exactly as many characters as are allowed."""
    return (ODD * length)[: length - 1].rstrip().ljust(length, "x")
