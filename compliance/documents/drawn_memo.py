"""A line of text that was drawn once is drawn again from its record.

WeasyPrint shapes a line a second time when it draws it, and goes through its glyphs one by one. What it
writes depends only on the text, its look and the widths the document knows for its glyphs; so the first time
it writes to a recorder that knows no widths, and from then on the record is written. A line whose glyphs have
other widths in this document (they were met first in another size, and rounded), or one that is underlined,
cut off or pictorial, is left to WeasyPrint.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from weasyprint import draw
from weasyprint.draw import text as drawing
from weasyprint.matrix import Matrix
from weasyprint.pdf.stream import Stream
from weasyprint.text.line_break import Layout

from compliance.documents.kept import Kept
from compliance.documents.looks import Looks
from compliance.documents.pinned import known

SOURCE = "5680b575cfaee216"
MOST = 1_500  # lines kept; some 2 MB


class _Glyph(NamedTuple):
    """A glyph, its width in thousandths of its size, and the text it stands for."""

    number: int
    width: int
    text: str


class _Part(NamedTuple):
    """A stretch of a line in one font: its glyphs, and in turn a font size, a text or a rise."""

    font: Any
    glyphs: tuple[_Glyph, ...]
    written: tuple[tuple[float | None, bytes | None, float], ...]


class _NotPlain(Exception):
    """The line needs more than letters."""


class _Font:
    """A font that no glyph of this document has been asked of."""

    def __init__(self, font: Any) -> None:
        if font.bitmap or font.svg or font.png or font.colr:
            raise _NotPlain
        self.bitmap = self.svg = self.png = self.colr = False
        self.hash = font.hash
        self.widths: dict[int, int] = {}
        self.to_unicode: dict[int, str] = {}

    def get_unused_glyph_id(self, _: int) -> int:
        raise _NotPlain


class _Recorder:
    """Stands in for the page while a line is drawn for the first time."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self._parts: list[tuple[Any, list[tuple[float | None, bytes | None, float]], _Font]] = []
        self._fonts: dict[str, _Font] = {}

    def set_text_matrix(self, *_: float) -> None:
        """Where the line stands is no part of it."""

    def add_font(self, pango_font: Any) -> tuple[_Font, float]:
        font, size = self._stream.add_font(pango_font)
        blank = self._fonts.setdefault(font.hash, _Font(font))
        self._parts.append((pango_font, [], blank))
        return blank, size

    def set_font_size(self, _: str, size: float) -> None:
        self._parts[-1][1].append((size, None, 0))

    def show_text(self, text: str) -> None:
        self._parts[-1][1].append((None, text.encode(), 0))

    def set_text_rise(self, height: float) -> None:
        self._parts[-1][1].append((None, None, height))

    def record(self, glyphs: dict[_Glyph, _Glyph]) -> tuple[_Part, ...]:
        """What was drawn; `glyphs` are those that other lines have already."""
        return tuple(
            _Part(
                font,
                tuple(
                    glyphs.setdefault(glyph, glyph)
                    for number, text in blank.to_unicode.items()
                    for glyph in (_Glyph(number, blank.widths[number], text),)
                ),
                tuple(written),
            )
            for font, written, blank in self._parts
        )


class DrawnMemo:
    """The drawn lines of a process that keeps one font configuration."""

    def __init__(self, plain: Callable[..., None], looks: Looks) -> None:
        """Remember what WeasyPrint's own function writes."""
        self._plain = plain
        self._number = looks.number
        self._known = Kept(MOST)
        self._fonts: dict[Any, Any] = {}  # each with a layout that holds it in place
        self._glyphs: dict[_Glyph, _Glyph] = {}

    def __call__(
        self,
        stream: Any,
        box: Any,
        offset_x: float,
        text_overflow: str,
        block_ellipsis: Any = "none",
    ) -> None:
        """Draw a text box, as `draw_text` does."""
        record = None
        if text_overflow == "clip" and block_ellipsis == "none" and _is_plain(box):
            record = self._record(stream, box)
        if record is None or not _agrees(stream, record):
            self._plain(stream, box, offset_x, text_overflow, block_ellipsis)
            return
        stream.set_color(box.style["color"])
        stream.begin_text()
        place = Matrix(d=-1, e=box.position_x, f=box.position_y + box.baseline)
        stream.set_text_matrix(*place.values)
        for part in record:
            font, _ = stream.add_font(part.font)
            for glyph, width, text in part.glyphs:
                font.widths.setdefault(glyph, width)
                font.to_unicode.setdefault(glyph, text)
            for size, shown, rise in part.written:
                if size is not None:
                    stream.set_font_size(font.hash, size)
                elif shown is not None:
                    stream.show_text(shown)
                else:
                    stream.set_text_rise(rise)
        stream.end_text()

    def _record(self, stream: Any, box: Any) -> tuple[_Part, ...] | None:
        layout = box.pango_layout
        key = layout.text, self._number(box.style), layout.justification_spacing
        found = self._known.get(key)
        if found is None:
            layout.reactivate(box.style)
            recorder = _Recorder(stream)
            try:
                drawing.draw_first_line(recorder, box, "clip", "none", Matrix())
                found = recorder.record(self._glyphs)
                for part in found:
                    self._fonts.setdefault(part.font, layout.layout)
            except _NotPlain:
                found = ()
            layout.deactivate()
            self._known.put(key, found)
        return found or None


def _is_plain(box: Any) -> bool:
    style = box.style
    return (
        style["text_decoration_line"] == "none"
        and style["visibility"] == "visible"
        and style["font_size"] >= 1
        and bool(box.text.strip())
    )


def _agrees(stream: Any, record: tuple[_Part, ...]) -> bool:
    """Say whether this document knows the glyphs of a record by the same widths, or not at all."""
    for part in record:
        widths = stream.add_font(part.font)[0].widths
        for glyph, width, _ in part.glyphs:
            if widths.get(glyph, width) != width:
                return False
    return True


def install(looks: Looks) -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    if not known(SOURCE, drawing, Stream, Layout):
        return False
    draw.draw_text = DrawnMemo(drawing.draw_text, looks)
    return True
