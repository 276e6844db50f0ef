"""Every PDF is PDF/A-3a and PDF/UA-1 at once, and a screen reader finds its way in it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from compliance.documents import Rendered, kinds
from compliance.documents.conformance import nonconformities
from compliance.documents.press import Press, PrintingFailed
from tests.documents.conftest import EVERY_SAMPLE, LETTERS

#: Help in other languages, and citations, which are English in every letter.
FOREIGN = ("pl", "ro", "tr", "pt", "en")


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def structure(pdf: pikepdf.Pdf) -> list[Any]:
    """Every structure element, in no order that matters."""
    return [
        each
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/StructElem"
    ]


@pytest.mark.parametrize("name, sample", EVERY_SAMPLE)
def test_both_formats_at_once(
    name: str, sample: str, specimen_of: Callable[[str, str], Rendered]
) -> None:
    made = specimen_of(name, sample)
    assert nonconformities(made.pdf) == []
    pdf = opened(made.pdf)
    metadata = bytes(pdf.Root.Metadata.read_raw_bytes())
    assert b"/Filter" not in bytes(pdf.Root.Metadata.unparse())
    assert metadata.count(b"<rdf:RDF") == 1
    assert str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo["/Title"]).startswith(f"SPECIMEN: {kinds()[name].title['en']}")
    assert made.pages == len(pdf.pages)


def test_the_gate_can_close(press: Press) -> None:
    """A page without a language, or a picture without words, does not leave the press."""
    page = {"css": "@page{size:A4}", "letter": False, "most_pages": 1}
    with pytest.raises(PrintingFailed, match="ua1"):
        press.make({"html": '<html lang="en"><title>t</title><h3>a</h3><h1>b</h1>', **page})
    with pytest.raises(PrintingFailed):
        press.make({"html": "<html><p>no language, no title", **page})


@pytest.mark.parametrize("name, sample", EVERY_SAMPLE)
def test_headings_tables_and_foreign_lines_are_marked(
    name: str, sample: str, specimen_of: Callable[[str, str], Rendered]
) -> None:
    pdf = opened(specimen_of(name, sample).pdf)  # kept: its objects die with it
    elements = structure(pdf)
    kinds_seen = [str(each.S) for each in elements]
    assert kinds_seen.count("/H1") == 1
    assert "/H2" in kinds_seen
    for each in elements:
        if each.S == "/TH":
            assert each.A.Scope in ("/Row", "/Column")
        if each.S == "/L":
            assert each.A.ListNumbering in ("/Decimal", "/Disc")
        if each.S == "/Figure":
            assert str(each.Alt)
        if each.S == "/BlockQuote":
            assert str(each.Lang) in FOREIGN
    if kinds()[name].letter:
        assert "/TH" in kinds_seen
        assert "/BlockQuote" in kinds_seen


@pytest.mark.parametrize("name, sample", LETTERS)
def test_the_printer_takes_the_letter(
    name: str, sample: str, letter_of: Callable[[str, str], Rendered]
) -> None:
    """No forms, no attachments, no Type 3 fonts; every font embedded; black text."""
    pdf = opened(letter_of(name, sample).pdf)
    assert "/AcroForm" not in pdf.Root
    assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
    for page in pdf.pages:
        assert "/Annots" not in page
        for font in page.Resources.Font.values():
            assert font.Subtype != "/Type3"
            (descendant,) = font.DescendantFonts
            assert "/FontFile2" in descendant.FontDescriptor
            assert "Fira" in str(descendant.BaseFont)


def test_the_same_data_gives_the_same_bytes(press: Press) -> None:
    from compliance.documents import render

    data = kinds()["advice-letter"].sample_data()
    assert render(data, using=press).sha256 == render(data, using=press).sha256


def test_the_template_version_names_kind_language_and_content() -> None:
    version = kinds()["advice-letter"].version("en")
    assert version.startswith("advice-letter-en-")
    assert version != kinds()["certificate"].version("en")
    assert version == kinds()["advice-letter"].version("en")
