"""A posted letter keeps the zones of the window envelope and of the pre-compiled print service,
measured on the finished PDF: its text boxes and its ink."""

from collections.abc import Callable

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from compliance.documents import DocumentRefused, Rendered, kinds, render
from compliance.documents.geometry import (
    ADDRESS,
    FIRST_PAGE,
    LATER_PAGE,
    MOST_BYTES,
    MOST_PAGES,
    Zone,
)
from compliance.documents.press import Press
from tests.documents.conftest import LETTERS
from tests.documents.reading import picture, text_boxes

DPI = 100
PIXELS_PER_MM = DPI / 25.4
NEAR = 3.0  # mm: every word this close to the window is read as address


def ink_outside(pdf: bytes) -> list[tuple[int, tuple[int, int, int, int]]]:
    """The pages with anything not pure white outside the zones, and where (in pixels)."""
    found = []
    for number in range(len(pypdfium2.PdfDocument(pdf))):
        page: Image.Image = picture(pdf, number, DPI)
        draw = ImageDraw.Draw(page)
        for zone in FIRST_PAGE if number == 0 else LATER_PAGE:
            draw.rectangle(
                [
                    zone.left * PIXELS_PER_MM - 1,
                    zone.top * PIXELS_PER_MM - 1,
                    zone.right * PIXELS_PER_MM + 1,
                    zone.bottom * PIXELS_PER_MM + 1,
                ],
                fill=255,
            )
        if box := page.point(lambda grey: 255 - grey).getbbox():
            found.append((number + 1, box))
    return found


def address_read_by_the_printer(pdf: bytes) -> list[str]:
    """The lines a machine reads in and near the window."""
    near = Zone(
        ADDRESS.left - NEAR, ADDRESS.top - NEAR, ADDRESS.right + NEAR, ADDRESS.bottom + NEAR
    )
    return [
        text
        for page, text, left, top, right, bottom in text_boxes(pdf)
        if page == 1
        and left < near.right
        and right > near.left
        and top < near.bottom
        and bottom > near.top
    ]


@pytest.mark.parametrize("name, sample", LETTERS)
@pytest.mark.parametrize("specimen", [False, True])
def test_every_letter_keeps_its_zones(
    name: str,
    sample: str,
    specimen: bool,
    letter_of: Callable[[str, str], Rendered],
    specimen_of: Callable[[str, str], Rendered],
) -> None:
    pdf = (specimen_of if specimen else letter_of)(name, sample).pdf
    assert ink_outside(pdf) == []
    assert len(pdf) < MOST_BYTES
    assert len(pypdfium2.PdfDocument(pdf)) <= MOST_PAGES
    for page in pypdfium2.PdfDocument(pdf):
        assert (page.get_width(), page.get_height()) == pytest.approx((595.28, 841.89), abs=0.1)


@pytest.mark.parametrize("name, sample", LETTERS)
def test_the_window_shows_the_address_and_nothing_else(
    name: str, sample: str, letter_of: Callable[[str, str], Rendered]
) -> None:
    lines = address_read_by_the_printer(letter_of(name, sample).pdf)
    assert lines == list(kinds()[name].sample_data(sample=sample).recipient.lines)


def test_the_measure_sees_ink_in_a_forbidden_place(press: Press) -> None:
    """The check itself can fail: a word in the top left corner is found."""
    html = (
        '<html lang="en"><title>t</title><p style="position:absolute;top:2mm;left:2mm">corner</p>'
    )
    pdf, _ = press.make(
        {"html": html, "css": "@page{size:A4;margin:0}", "letter": False, "most_pages": 1}
    )
    assert [page for page, _ in ink_outside(pdf)] == [1]
    with pytest.raises(DocumentRefused, match="'corner' on page 1 does not fit"):
        press.make(
            {"html": html, "css": "@page{size:A4;margin:0}", "letter": True, "most_pages": 1}
        )


def test_seven_long_address_lines_fit_the_window(press: Press) -> None:
    lines = [
        "The Marchwood and Wensum Valley Hardware Co Ltd",
        "Trading as Marchwood Hardware and Garden",
        "Unit 14, The Old Engineering Works",
        "Lower Wensum Industrial Estate",
        "Great Marchwood on the Water",
        "NORWICH",
        "nr31qz",
    ]
    data = kinds()["test-purchase-pass"].sample_data(
        {"recipient": {"name": lines[0], "lines": lines}}
    )
    pdf = render(data, using=press).pdf
    assert ink_outside(pdf) == []
    read = address_read_by_the_printer(pdf)
    assert len(read) == 7
    assert read[-1] == "NR3 1QZ"


def test_a_long_line_is_broken_at_a_word(press: Press) -> None:
    lines = [
        "The Marchwood and Wensum Valley Ironmongery and Hardware Ltd",
        "18 Elm Row",
        "NR3 1QZ",
    ]
    data = kinds()["test-purchase-pass"].sample_data({"recipient": {"lines": lines}})
    assert address_read_by_the_printer(render(data, using=press).pdf) == [
        "The Marchwood and Wensum Valley Ironmongery",
        "and Hardware Ltd",
        "18 Elm Row",
        "NR3 1QZ",
    ]


@pytest.mark.parametrize(
    "lines, reason",
    [
        (["Marchwood Stores Limited", "NR3 1QZ"], "has 2 lines"),
        (["A", "B", "C", "D", "E", "F", "G", "NR3 1QZ"], "8 entries; at most 7"),
        (["Marchwood Stores Limited", "18 Elm Row", "Norwich"], "must be a postcode"),
        (["Marchwood Stores Limited", "18 Elm Row", "QX9 9VV1"], "must be a postcode"),
        (["Marchwood Stores Limited", "(at the back) 18 Elm Row", "NR3 1QZ"], "begins with a mark"),
        (["@home stores", "18 Elm Row", "NR3 1QZ"], "begins with a mark"),
        (["W" * 60, "18 Elm Row", "NR3 1QZ"], "does not fit the envelope window"),
    ],
)
def test_an_address_no_window_takes_is_refused(lines: list[str], reason: str, press: Press) -> None:
    data = kinds()["test-purchase-pass"].sample_data({"recipient": {"lines": lines}})
    with pytest.raises(DocumentRefused, match=reason):
        render(data, using=press)
