"""Margins, paddings and sizes without percentages are resolved once for each style.

WeasyPrint asks a box's style for thirteen lengths each time the box is laid out, which for a table cell is
several times. Where none of them is a percentage they do not depend on the box around.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

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


class _Lengths(NamedTuple):
    """The used lengths of boxes of a style."""

    used: dict[str, Any] | None  # None where one hangs on the box around
    sized: bool  # borders and padding are part of the width and the height
    collapsing: tuple[tuple[str, Any], ...]  # widths of borders, where the table has given none


class LengthMemo:
    """The lengths met by a process."""

    def __init__(self, plain: Callable[..., None]) -> None:
        """Fall back on WeasyPrint's own way."""
        self._plain = plain
        self._known: dict[Any, _Lengths] = {}

    def __call__(self, box: Any, containing_block: Any) -> None:
        """Set the used lengths of a box, as `resolve_percentages` does."""
        style = box.style
        found = style.__dict__.get("used_lengths")
        if found is None:
            found = style.used_lengths = self._of(style)
        used, sized, collapsing = found
        if used is None:
            self._plain(box, containing_block)
            return
        known_of_box = box.__dict__
        known_of_box.update(used)
        for name, width in collapsing:
            if not hasattr(box, name):
                known_of_box[name] = width
        if sized:
            percent.adjust_box_sizing(box, "width")
            percent.adjust_box_sizing(box, "height")

    def _of(self, style: Any) -> _Lengths:
        """The lengths of a style, which does not change once its boxes are laid out."""
        lengths = *_lengths(style), style["border_collapse"], style["box_sizing"], *_borders(style)
        try:
            found = self._known.get(lengths)
        except TypeError:  # mathematics, which has no hash
            return _Lengths(None, False, ())
        if found is None:
            if len(self._known) > MOST:
                self._known.clear()
            found = self._known[lengths] = _used(lengths)
        return found


def _used(lengths: tuple[Any, ...]) -> _Lengths:
    """The used lengths, where each is `auto` or in pixels; none when one is not."""
    used: dict[str, Any] = {}
    for name, length in zip(NAMES, lengths, strict=False):
        if length == "auto":
            used[name] = 0 if name in ("min_width", "min_height") else "auto"
        elif getattr(length, "unit", None) == "px":
            used[name] = length.value
        else:
            return _Lengths(None, False, ())
    collapse, sizing, *widths = lengths[len(NAMES) :]
    borders = dict(zip(_BORDERS, widths, strict=True))
    sized = sizing != "content-box"
    if collapse == "collapse":
        return _Lengths(used, sized, tuple(borders.items()))
    return _Lengths({**used, **borders}, sized, ())


def install() -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    plain = percent.resolve_percentages
    if not known(SOURCE, percent):
        return False
    memo = LengthMemo(plain)
    for module in (percent, absolute, block, column, float, grid, inline, page, table):
        module.resolve_percentages = memo
    return True
