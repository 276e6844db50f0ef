"""A document as a page: word for word what the PDF says, or no page at all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from compliance.documents import html_view
from compliance.documents.page_text import lines
from compliance.services.lifecycle import bundles
from compliance.services.lifecycle.document_html import html_of
from compliance.store.models import Document
from tests.documents.reading import pdf_text
from tests.integration.lifecycle.conftest import SALE
from tests.town import OFFICE, VISITED_ON, Town, noon


@pytest.fixture
def letter(town: Town) -> Document:
    return town.notify(town.agree(town.record("test_purchase", SALE)))


def test_it_says_what_the_pdf_says_and_keeps_the_code_to_itself(letter: Document) -> None:
    html = html_of(letter)
    assert html is not None
    text = re.sub(r"\s", "", pdf_text(letter.file.content))
    said = lines(html)
    assert len(said) > 20
    for line in said:
        for cell in line.split(" | "):
            assert re.sub(r"\s", "", cell) in text, cell
    assert "Read this letter online" in pdf_text(letter.file.content)
    assert "Read this letter online" not in html
    assert "data:" not in html


def test_when_a_template_says_something_else_there_is_no_page(
    letter: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = html_view.html_of
    monkeypatch.setattr(html_view, "html_of", lambda data: told(data) + "<p>More</p>")
    assert html_of(letter) is None


def test_a_document_from_before_there_were_pages_has_none(letter: Document) -> None:
    letter.inputs = {name: value for name, value in letter.inputs.items() if name != "html_sha256"}
    assert html_of(letter) is None
    letter.inputs = {**letter.inputs, "html_sha256": "0", "data": {"kind": "no-such-kind"}}
    assert html_of(letter) is None


def test_the_officers_file_can_be_read_as_a_page_too(town: Town, letter: Document) -> None:
    assert letter.visit_id is not None
    now = noon(VISITED_ON + timedelta(days=9))
    made = bundles.make(town.session, town.officer, now, OFFICE, letter.visit_id)
    html = html_of(made)
    assert html is not None
    assert "<style" not in html
    assert "Every version of the record" in html
