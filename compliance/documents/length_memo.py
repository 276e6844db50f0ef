"""Margins, paddings and sizes without percentages are resolved once for each style.

WeasyPrint asks a box's style for thirteen lengths each time the box is laid out, which for a table cell is
several times. Where none of them is a percentage they do not depend on the box around.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from weasyprint.layout import absolute, block, column, float, grid, inline, page, percent, table

from compliance.documents.pinned import known

SOURCE = "bac190e240dce17b"
MOST = 2_000  # sets of lengths; a letter has some sixty
NAMES = (
    *("margin_left", "margin_right", "margin_top", "margin_bottom"),
    *("padding_left", "padding_right", "padding_top", "padding_bottom"),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)
_BORDERS = (
    *("border_top_width", "border_right_width"),
    *("border_bottom_width", "border_left_width"),
)
_lengths = itemgetter(*NAMES)
_borders = itemgetter(*_BORDERS)


class LengthMemo:
    """The lengths met by a process."""

    def __init__(self, plain: Callable[..., None]) -> None:
        """Fall back on WeasyPrint's own way."""
        self._plain = plain
        self._known: dict[Any, dict[str, Any] | None] = {}

    def __call__(self, box: Any, containing_block: Any) -> None:
        """Set the used lengths of a box, as `resolve_percentages` does."""
        style = box.style
        lengths = _lengths(style)
        try:
            used = self._known[lengths]
        except KeyError:
            if len(self._known) > MOST:
                self._known.clear()
            used = self._known[lengths] = _used(lengths)
        except TypeError:  # mathematics, which has no hash
            used = None
        if used is None:
            self._plain(box, containing_block)
            return
        known_of_box = box.__dict__
        known_of_box.update(used)
        widths = _borders(style)
        if style["border_collapse"] == "collapse":
            for name, width in zip(_BORDERS, widths, strict=True):
                if not hasattr(box, name):
                    known_of_box[name] = width
        else:
            known_of_box.update(zip(_BORDERS, widths, strict=True))
        if style["box_sizing"] != "content-box":
            percent.adjust_box_sizing(box, "width")
            percent.adjust_box_sizing(box, "height")


def _used(lengths: tuple[Any, ...]) -> dict[str, Any] | None:
    """The used lengths, where each is `auto` or in pixels; None when one is not."""
    used: dict[str, Any] = {}
    for name, length in zip(NAMES, lengths, strict=True):
        if length == "auto":
            used[name] = 0 if name in ("min_width", "min_height") else "auto"
        elif getattr(length, "unit", None) == "px":
            used[name] = length.value
        else:
            return None
    return used


def install() -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    plain = percent.resolve_percentages
    if not known(SOURCE, percent):
        return False
    memo = LengthMemo(plain)
    for module in (percent, absolute, block, column, float, grid, inline, page, table):
        module.resolve_percentages = memo
    return True
