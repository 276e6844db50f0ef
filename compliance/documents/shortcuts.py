"""All short cuts of a warm engine, put in place once for a process."""

from functools import cache

from weasyprint import CSS
from weasyprint.text.fonts import FontConfiguration

from compliance.documents import (
    bare_boxes,
    code_paths,
    drawn_memo,
    in_flow,
    layout_memo,
    length_memo,
    line_memo,
    parse_patterns,
    plain_lines,
    style_memo,
)
from compliance.documents.looks import Looks
from compliance.documents.plain_sheet import may_ask_for_more, plain_sheet


class Shortcuts:
    """What is remembered from one document to the next; none of it changes a byte."""

    def __init__(self) -> None:
        """Put in place those that know this WeasyPrint."""
        self.fonts = FontConfiguration()  # what is remembered holds for these
        self._looks = Looks()
        self._sheet = plain_sheet()
        # In this order: each looks at the source of what is there before it takes its place.
        self.taken = {
            "sheet": self._sheet is not None,
            "parse": parse_patterns.install(),
            "codes": code_paths.install(),
            "bare": bare_boxes.install(),
            "flow": in_flow.install(),
            "lines": plain_lines.install(),
            "drawn": drawn_memo.install(self._looks),
            "line": line_memo.install(self._looks),
            "layout": layout_memo.install(self._looks),
            "length": length_memo.install(),
            "style": style_memo.install(),
        }

    def begin(self) -> None:
        """Forget the objects of the last document: those of the next are others."""
        self._looks.forget()
        style_memo.memo.forget()

    def sheet_under(self, html: str, css: str) -> CSS | None:
        """Return the sheet to lay under a document in place of WeasyPrint's own, if there is one.

        `css` is its style sheet.
        """
        return None if may_ask_for_more(css) or may_ask_for_more(html) else self._sheet


@cache
def shortcuts() -> Shortcuts:
    """This process's own."""
    return Shortcuts()
