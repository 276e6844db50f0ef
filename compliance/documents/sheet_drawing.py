"""Drawing a part of a page anew: with the pen that the page had there, and with nothing left on the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pydyf
from weasyprint.document import Page
from weasyprint.draw import text as drawing
from weasyprint.formatting_structure import boxes
from weasyprint.text.line_break import split_first_line

from compliance.documents.looks import READ

#: What a sheet has ready beyond its own words; anything else is for the next whole page.
LETTERS = (
    " \u00a0!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    "£§©°·½ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
    "ĂăĄąĆćČčĎďĐđĒēĖėĘęĚěĞğĪīİıŁłŃńŇňŐőŒœŘřŚśŞşŠšŤťŪūŮůŰűŴŵŶŷŸŹźŻżŽžȘșȚțẀẁẂẃẄẅỲỳ–—‘’“”…•€"
)
JOINED = ("fi", "fl", "ff", "ffi", "ffl")
#: What a stream remembers of its pen.
_PEN = (
    *("_current_color", "_current_color_stroke", "_current_alpha", "_current_alpha_stroke"),
    *("_current_font", "_current_font_size", "_old_font", "_old_font_size"),
)


@dataclass(frozen=True)
class Spot:
    """A stretch of what a page writes: one text or picture (its box), and the pen before it."""

    box: Any
    start: int
    end: int
    pen: tuple[Any, ...]


class WatchedPage(Page):
    """A page that notes where each text and picture stands in what it writes."""

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Write the page, then shape all letters in its styles, so that its fonts have them."""
        self.stream = stream
        self.spots: dict[int, Spot] = {}
        plain = stream.marked

        @contextmanager
        def marked(box: Any, tag: str) -> Iterator[None]:
            with plain(box, tag):
                start, pen = len(stream.stream), _pen_of(stream)
                yield
                self.spots[id(box)] = Spot(box, start, len(stream.stream), pen)

        stream.marked = marked
        super().paint(stream, scale)
        del stream.marked
        shaped = set()
        for box in self._page_box.descendants(placeholders=True):
            if isinstance(box, boxes.TextBox):
                look = repr([box.style[name] for name in READ])
                if look not in shaped:
                    shaped.add(look)
                    for text in (LETTERS, *JOINED):
                        drawn_anew(
                            stream, _pen_of(stream), partial(_draw_letters, stream, box, text)
                        )


def _draw_letters(stream: Any, like: Any, text: str) -> None:
    """Draw letters in the style of a box."""
    layout, *_ = split_first_line(text, like.style, None, None, 0)
    box = like.copy_with_text(text)
    box.pango_layout = layout
    drawing.draw_text(stream, box, 0, "clip", "none")


def _pen_of(stream: Any) -> tuple[Any, ...]:
    return (*(getattr(stream, name) for name in _PEN), tuple(stream._ctm_stack))


def drawn_anew(stream: Any, pen: tuple[Any, ...], draw: Callable[[], None]) -> bytes:
    """Return what `draw` writes with that pen; nothing stays on the page."""
    kept, before = stream.stream, _pen_of(stream)
    stream.stream = []
    _set_pen(stream, pen)
    try:
        draw()
        return written(stream.stream)
    finally:
        stream.stream = kept
        _set_pen(stream, before)


def _set_pen(stream: Any, pen: tuple[Any, ...]) -> None:
    for name, value in zip(_PEN, pen, strict=False):
        setattr(stream, name, value)
    stream._ctm_stack = list(pen[-1])


def written(lines: list[Any]) -> bytes:
    """Return lines of a stream as they stand in the file."""
    return b"\n".join(pydyf._to_bytes(line) for line in lines)
