"""The reference letter in other engines: typst, reportlab and Chromium, each kept warm, each with our typeface.

The same words in the same places as far as each engine's plain use goes: two pages of A4, a crest, a table of five
columns that repeats its head, page numbers. None is asked for an archive format; typst writes tags by default.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from compliance.documents.fonts import FAMILY, font_files
from tests.bench.reference_letter import HEADINGS, SENDER, Letter, plain_page

Maker = Callable[[Letter], bytes]

TYPST = """
#let d = json(bytes(sys.inputs.letter))
#set page(paper: "a4", margin: (top: 15mm, bottom: 25mm, left: 20mm, right: 18mm),
  footer: context align(center, text(8pt)[Page #counter(page).display() of #counter(page).final().first()]))
#set text(font: "Fira Sans", size: 10pt, lang: "en")
#set document(title: d.title)
#show heading: set text(weight: 600)
#grid(columns: (1fr, 1fr), circle(radius: 10mm), align(right, text(9pt)[
  #for line in d.sender [#line \\ ]
  Our reference: #d.reference]))
#v(8mm)
#pad(left: 5mm, d.address.join(linebreak()))
#v(14mm)
= #d.title
#d.lead
#text(9pt, table(columns: 5, inset: 2mm, stroke: 0.5pt,
  table.header(..d.headings.map(each => strong(each))), ..d.rows.flatten()))
#for section in d.sections [
  == #section.at(0)
  #section.at(1)
]
#d.ending
"""


def by_typst(folder: Path) -> Maker:
    """Typst: one compiler, the words as its input."""
    import typst

    source = folder / "letter.typ"
    source.write_text(TYPST, encoding="utf-8")
    fonts = folder / "fonts"
    fonts.mkdir()
    for each in font_files():
        shutil.copy(each, fonts)
    compiler = typst.Compiler(str(source), font_paths=[str(fonts)], ignore_system_fonts=True)

    def make(letter: Letter) -> bytes:
        said = {**letter.__dict__, "sender": SENDER, "headings": HEADINGS}
        pdf = compiler.compile(sys_inputs={"letter": json.dumps(said)})
        assert isinstance(pdf, bytes)
        return pdf

    return make


def by_reportlab() -> Maker:
    """Reportlab: flowing paragraphs and one long table."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import (
        LongTable,
        Paragraph,
        SimpleDocTemplate,
        Spacer,
    )

    regular, _, semibold = font_files()
    pdfmetrics.registerFont(TTFont("Fira", str(regular)))
    pdfmetrics.registerFont(TTFont("Fira-Bold", str(semibold)))
    text = ParagraphStyle("text", fontName="Fira", fontSize=10, leading=14)
    small = ParagraphStyle("small", parent=text, fontSize=9, leading=12.6)
    head = ParagraphStyle("head", parent=small, fontName="Fira-Bold")
    right = ParagraphStyle("right", parent=small, alignment=2)
    first = ParagraphStyle("first", parent=head, fontSize=16, leading=22, spaceAfter=8)
    second = ParagraphStyle("second", parent=head, fontSize=12, leading=17, spaceBefore=8)
    lines = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"),
    ]
    widths = [each * mm for each in (12, 56, 56, 26, 22)]

    def page(canvas: Any, document: Any) -> None:
        canvas.setFont("Fira", 8)
        canvas.drawCentredString(105 * mm, 12 * mm, f"Page {document.page}")
        if document.page == 1:
            canvas.circle(34 * mm, 268 * mm, 10 * mm)

    def make(letter: Letter) -> bytes:
        out = BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            topMargin=15 * mm,
            bottomMargin=25 * mm,
            leftMargin=20 * mm,
            rightMargin=18 * mm,
            title=letter.title,
        )
        rows = [[Paragraph(each, head) for each in HEADINGS]]
        rows += [[Paragraph(cell, small) for cell in row] for row in letter.rows]
        document.build(
            [
                *(Paragraph(line, right) for line in (*SENDER, letter.reference)),
                Spacer(1, 16 * mm),
                *(Paragraph(line, text) for line in letter.address),
                Spacer(1, 14 * mm),
                Paragraph(letter.title, first),
                Paragraph(letter.lead, text),
                Spacer(1, 4 * mm),
                LongTable(rows, colWidths=widths, repeatRows=1, style=lines),
                *(
                    part
                    for heading, said in letter.sections
                    for part in (Paragraph(heading, second), Paragraph(said, text))
                ),
                Paragraph(letter.ending, text),
            ],
            onFirstPage=page,
            onLaterPages=page,
        )
        return out.getvalue()

    return make


@contextmanager
def peers() -> Iterator[dict[str, Maker]]:
    """Every peer that is here, by its name; Chromium only where the machine has it."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = {"typst, one compiler": by_typst(Path(folder)), "reportlab": by_reportlab()}
        chromium = shutil.which("chromium")
        if chromium:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            faces = "".join(
                f"@font-face {{ font-family: '{FAMILY}'; font-weight: {weight}; "
                f"src: url('{path.as_uri()}') }}"
                for path, weight in zip(font_files(), (400, 500, 600), strict=True)
            )
            home = Path(folder) / "page.html"  # a page of a file may read font files

            def make(letter: Letter) -> bytes:
                html = plain_page(letter).replace("<style>", f"<style>{faces}", 1)
                home.write_text(html, encoding="utf-8")
                page.goto(home.as_uri())
                page.evaluate("document.fonts.ready.then(() => true)")
                pdf: bytes = page.pdf(prefer_css_page_size=True)
                return pdf

            found["Chromium, kept open"] = make
        yield found
        if chromium:
            browser.close()
