"""Line breaks found once are remembered.

A table asks the same text for its narrowest width, its widest, and its lines; a page number that
depends on the count of pages lays every page out again; and one letter says much that the last one
said. Each time WeasyPrint breaks the same text of the same style at the same width anew, which is a
quarter of the work. What it returns is a plain record (the layout inside is already put to rest),
so the record can be handed out again (only an ellipsis changes one, and our style sheets have none).
"""

from collections.abc import Callable
from typing import Any

from weasyprint.layout import inline, preferred
from weasyprint.text import line_break

from compliance.documents.kept import Kept
from compliance.documents.looks import Looks
from compliance.documents.pinned import known

SOURCE = "ccdc7aaa5cd52981"
MOST = 4_000  # line breaks kept; some 4 MB


class LineMemo:
    """The line breaks of a process that keeps one font configuration."""

    def __init__(self, split: Callable[..., Any], looks: Looks) -> None:
        """Remember the answers of WeasyPrint's own function."""
        self._split = split
        self._number = looks.number
        self._known = Kept(MOST)

    def __call__(
        self,
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        """Break the first line, as `split_first_line` does."""
        look = self._number(style)
        key = (text, look, max_width, justification_spacing, is_line_start, minimum)
        found = self._known.get(key)
        if found is None:
            found = self._split(
                text, style, context, max_width, justification_spacing, is_line_start, minimum
            )
            self._known.put(key, found)
        return found


def install(looks: Looks) -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    split = line_break.split_first_line
    if not known(SOURCE, split, line_break.first_line_metrics, line_break.Layout):
        return False
    memo = LineMemo(split, looks)
    for module in (line_break, inline, preferred):
        module.split_first_line = memo
    return True
