"""Reading a document in tests: its HTML as lines of text, its PDF as words with places and as ink."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pypdfium2
from PIL.Image import Image

from compliance.documents.page_text import lines

__all__ = ["lines", "pdf_text", "picture", "skeleton", "text_boxes"]

MM_PER_POINT = 25.4 / 72


class _Skeleton(HTMLParser):
    """The tags and the attributes of a page, in order, without their values and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", ()))


def skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page: what an injection would change."""
    parser = _Skeleton()
    parser.feed(html)
    parser.close()
    return parser.seen


def pdf_text(pdf: bytes) -> str:
    """The text of a PDF, pages after each other, spaces made single."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).split())


def text_boxes(pdf: bytes) -> Iterator[tuple[int, str, float, float, float, float]]:
    """Every run of text of a PDF: page (from 1), text, left, top, right, bottom in millimetres."""
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document, start=1):
        height = page.get_height()
        text = page.get_textpage()
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            yield (
                number,
                text.get_text_bounded(left, bottom, right, top).strip(),
                left * MM_PER_POINT,
                (height - top) * MM_PER_POINT,
                right * MM_PER_POINT,
                (height - bottom) * MM_PER_POINT,
            )


def picture(pdf: bytes, page: int = 0, dpi: int = 100) -> Image:
    """A page as a grey picture."""
    document = pypdfium2.PdfDocument(pdf)
    return document[page].render(scale=dpi / 72, grayscale=True).to_pil()
