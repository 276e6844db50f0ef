"""The one door to WeasyPrint: HTML and a style sheet in, a finished PDF out.

Made once per process and kept: the font configuration (a fresh one per letter leaks), the parsed style sheets,
and what one document has in common with the last (`shortcuts`). It fetches nothing but `data:` addresses, and
any other fetch is fatal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

from weasyprint import CSS, Attachment, Document
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.urls import URLFetcher

from compliance.documents.finish import finish
from compliance.documents.geometry import PIXELS_PER_MM, Words, refuse_outside
from compliance.documents.laid_out import boxes_of
from compliance.documents.plain_sheet import Page
from compliance.documents.refused import TOO_MANY_PAGES, DocumentRefused
from compliance.documents.shortcuts import shortcuts
from compliance.documents.writer import our_writer

VARIANT = "pdf/a-3a"
ADDRESS_CLASS = "address"


@dataclass(frozen=True)
class Printed:
    """A PDF and how many pages it has."""

    pdf: bytes
    pages: int


class Engine:
    """A warm WeasyPrint."""

    def __init__(self) -> None:
        """Start with no style sheet parsed."""
        self._shortcuts = shortcuts()
        self.fonts = self._shortcuts.fonts
        self._sheets: dict[str, CSS] = {}
        self._fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)

    def write(
        self,
        html: str,
        css: str,
        *,
        letter: bool,
        most_pages: int,
        signature_purpose: str = "",
        record: str = "",
        record_on: str = "",
    ) -> Printed:
        """Lay out and write one document.

        A `letter` must keep the print zones. A `record` (JSON) is embedded as the source of what is
        printed, dated `record_on` (an ISO day). Raises DocumentRefused when it does not, or when it
        needs more than `most_pages`.
        """
        document = self.lay_out(html, css, variant=VARIANT)
        pages = len(document.pages)
        refuse_more_pages(pages, most_pages)
        if letter:
            refuse_outside(_words(document))
        with our_writer():
            pdf = document.write_pdf(
                finisher=partial(finish, signature_purpose=signature_purpose),
                pdf_variant=VARIANT,
                attachments=[_embedded(record, record_on)] if record else None,
            )
        return Printed(pdf, pages)

    def rest(self) -> None:
        """Hold on to nothing of the last document."""
        self._shortcuts.begin()

    def lay_out(self, html: str, css: str, *, variant: str | None = None) -> Document:
        """Lay out a page with what is kept warm; the bytes written are those of a cold start."""
        page, options = self.page(html, css)
        return page.render(font_config=self.fonts, pdf_variant=variant, **options)

    def page(self, html: str, css: str) -> tuple[Page, dict[str, Any]]:
        """Return a page ready to be laid out, and the options that it is laid out with."""
        self._shortcuts.begin()
        page = Page(
            string=html,
            url_fetcher=self._fetcher,
            underneath=self._shortcuts.sheet_under(html, css),
        )
        return page, {"stylesheets": [self._sheet(css)]}

    def _sheet(self, css: str) -> CSS:
        if css not in self._sheets:
            if len(self._sheets) > 20:
                self._sheets.clear()
            self._sheets[css] = CSS(string=css, font_config=self.fonts, url_fetcher=self._fetcher)
        return self._sheets[css]


def refuse_more_pages(pages: int, most_pages: int) -> None:
    """Raise DocumentRefused when a document has more pages than may be sent."""
    if pages > most_pages:
        raise DocumentRefused(
            f"The document would have {pages} pages; at most {most_pages} can be sent. "
            "Shorten the texts or leave out points of least weight.",
            TOO_MANY_PAGES,
        )


def _embedded(record: str, on: str) -> Attachment:
    day = datetime.combine(date.fromisoformat(on), time())
    return Attachment(
        string=record,
        name="record.json",
        description="The record of the visit as it is kept",
        created=day,
        modified=day,
        relationship="Source",
    )


def _words(document: Any) -> Iterator[Words]:
    """Every line of text of a laid-out document, with its place on the page in millimetres."""
    for number, box in boxes_of(document):
        if isinstance(box, TextBox) and (text := box.text.strip()):
            yield Words(
                text,
                number,
                box.position_x / PIXELS_PER_MM,
                box.position_y / PIXELS_PER_MM,
                (box.position_x + box.width) / PIXELS_PER_MM,
                (box.position_y + box.height) / PIXELS_PER_MM,
                box.element is not None
                and ADDRESS_CLASS in box.element.attrib.get("class", "").split(),
            )
