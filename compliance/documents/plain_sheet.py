"""The style sheet that WeasyPrint lays under every document, without its rules for footnotes.

Those five rules give every element of a document five pseudo-elements, each with a style of its own, used or
not: most of the styles of a letter. A sixth gives every element the mark of a list item; here only list items have
one. A document whose own style sheet speaks of no notes and makes nothing else a list item looks the same.
"""

import re
from typing import Any

from weasyprint import CSS, HTML
from weasyprint import html as source
from weasyprint.css.counters import CounterStyle

from compliance.documents.pinned import known

SOURCE = "77bbd748d3b2537d"
NOTES = (
    "::footnote-call {",
    "::footnote-marker {",
    "::note-call {",
    "::note-marker {",
    "::note-callback {",
)
MARKS = "::marker {"
#: `display: list-item`, `float: footnote`, `position: note(...)`, `::note-call` and their like; a class may have any name.
_ASKS = re.compile(
    r"(?:display|--[\w-]+)\s*:[^;}]*list-item|footnote|:\s*note|<style", re.IGNORECASE
)


class Page(HTML):
    """A page to lay out; with `underneath`, over that sheet instead of WeasyPrint's own."""

    def __init__(self, *, underneath: CSS | None, **given: Any) -> None:
        """`given` is what `HTML` takes."""
        super().__init__(**given)
        self._underneath = underneath

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        if forms or self._underneath is None:
            own: list[CSS] = super()._ua_stylesheets(forms)
            return own
        return [self._underneath]


def plain_sheet() -> CSS | None:
    """Return the sheet without notes; None when this is not the WeasyPrint we know."""
    lines = source.UA.splitlines()
    kept = [line for line in lines if not line.startswith((*NOTES, MARKS))]
    marks = ["li" + line for line in lines if line.startswith(MARKS)]
    if not known(SOURCE, HTML) or (len(lines) - len(kept), len(marks)) != (len(NOTES) + 1, 1):
        return None
    return CSS(string="\n".join([*kept, *marks]), counter_style=CounterStyle())


def may_ask_for_more(text: str) -> bool:
    """Say whether a style sheet, or a page with styles in it, may ask for footnotes or other list items."""
    return bool(_ASKS.search(text))
