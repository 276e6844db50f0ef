"""A line of text that was drawn once is drawn again from its record.

WeasyPrint shapes a line a second time when it draws it, and goes through its glyphs one by one. What it
writes depends only on the text, its look and the widths the document knows for its glyphs; so the first time
it writes to a recorder that knows no widths, and from then on the record is written. A line whose glyphs have
other widths in this document (they were met first in another size, and rounded), or one that is underlined,
cut off or pictorial, is left to WeasyPrint.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from weasyprint import draw
from weasyprint.draw import text as drawing
from weasyprint.matrix import Matrix
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import Layout

from compliance.documents.kept import Kept
from compliance.documents.looks import Looks
from compliance.documents.pinned import known

SOURCE = "38a2f1a47eca842e"
MOST = 1_500  # lines kept; some 3 MB


class _Part(NamedTuple):
    """A stretch of a line in one font: the texts its glyphs stand for, and in turn a font size, a text or
    a rise."""

    font: Any
    texts: dict[int, str]
    written: tuple[tuple[float | None, bytes | None, float], ...]


class _NotPlain(Exception):
    """The line needs more than letters."""


class _Font:
    """A font that no glyph of this document has been asked of; `widths` are those it has of itself."""

    def __init__(self, font: Any, widths: dict[int, int]) -> None:
        if font.bitmap or font.svg or font.png or font.colr:
            raise _NotPlain
        self.bitmap = self.svg = self.png = self.colr = False
        self.hash = font.hash
        self.widths = widths
        self.to_unicode: dict[int, str] = {}

    def get_unused_glyph_id(self, _: int) -> int:
        raise _NotPlain


class _Recorder:
    """Stands in for the page while a line is drawn for the first time."""

    def __init__(self, stream: Any, widths: dict[Any, dict[int, int]]) -> None:
        self._stream, self._widths = stream, widths
        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self._parts: list[tuple[Any, list[tuple[float | None, bytes | None, float]], _Font]] = []
        self._fonts: dict[str, _Font] = {}

    def set_text_matrix(self, *_: float) -> None:
        """Where the line stands is no part of it."""

    def add_font(self, pango_font: Any) -> tuple[_Font, float]:
        font, size = self._stream.add_font(pango_font)
        widths = self._widths.setdefault(pango_font, {})
        blank = self._fonts.setdefault(font.hash, _Font(font, widths))
        self._parts.append((pango_font, [], blank))
        return blank, size

    def set_font_size(self, _: str, size: float) -> None:
        self._parts[-1][1].append((size, None, 0))

    def show_text(self, text: str) -> None:
        self._parts[-1][1].append((None, text.encode(), 0))

    def set_text_rise(self, height: float) -> None:
        self._parts[-1][1].append((None, None, height))

    def record(self) -> tuple[_Part, ...]:
        """What was drawn."""
        return tuple(
            _Part(
                font,
                blank.to_unicode,
                tuple(written),
            )
            for font, written, blank in self._parts
        )

    def fonts(self) -> Iterator[Any]:
        """The fonts that were drawn with."""
        return (font for font, _, _ in self._parts)


class DrawnMemo:
    """The drawn lines of a process that keeps one font configuration."""

    def __init__(self, plain: Callable[..., None], looks: Looks) -> None:
        """Remember what WeasyPrint's own function writes."""
        self._plain = plain
        self._number = looks.number
        self._known = Kept(MOST)
        self._fonts: dict[Any, Any] = {}  # each with a layout that holds it in place
        self._keys: dict[Any, int] = {}  # by which a document knows them
        self._widths: dict[Any, dict[int, int]] = {}  # of their glyphs, in thousandths of the size

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
        fonts = [] if record is None else self._fonts_of(stream, record)
        if not record or not fonts:
            self._plain(stream, box, offset_x, text_overflow, block_ellipsis)
            return
        stream.set_color(box.style["color"])
        stream.begin_text()
        place = Matrix(d=-1, e=box.position_x, f=box.position_y + box.baseline)
        stream.set_text_matrix(*place.values)
        for part, font in zip(record, fonts, strict=True):
            if not _has(font, part):
                widths = self._widths[part.font]
                for glyph, text in part.texts.items():
                    font.widths.setdefault(glyph, widths[glyph])
                    font.to_unicode.setdefault(glyph, text)
                font.agreed |= part.texts.keys()
            for size, shown, rise in part.written:
                if size is not None:
                    stream.set_font_size(font.hash, size)
                elif shown is not None:
                    stream.show_text(shown)
                else:
                    stream.set_text_rise(rise)
        stream.end_text()

    def _fonts_of(self, stream: Any, record: tuple[_Part, ...]) -> list[Any]:
        """This document's fonts for the parts of a record; none where it knows a glyph by another width."""
        fonts = []
        for part in record:
            key = self._keys.get(part.font)
            if key is None:
                key = self._keys[part.font] = get_pango_font_key(part.font)[0]
            font = stream._fonts.get(key) or stream.add_font(part.font)[0]
            if not _has(font, part):
                widths = self._widths[part.font]
                if any(font.widths.get(each, widths[each]) != widths[each] for each in part.texts):
                    return []
            fonts.append(font)
        return fonts

    def _record(self, stream: Any, box: Any) -> tuple[_Part, ...] | None:
        layout = box.pango_layout
        key = layout.text, self._number(box.style), layout.justification_spacing
        found = self._known.get(key)
        if found is None:
            layout.reactivate(box.style)
            recorder = _Recorder(stream, self._widths)
            try:
                drawing.draw_first_line(recorder, box, "clip", "none", Matrix())
                found = recorder.record()
            except _NotPlain:
                found = ()
            for font in recorder.fonts():
                self._fonts.setdefault(font, layout.layout)
            layout.deactivate()
            self._known.put(key, found)
        return found or None


def _has(font: Any, part: _Part) -> bool:
    """Say whether a document's font has the glyphs of a record, at the widths that records know."""
    agreed: set[int] = font.__dict__.setdefault("agreed", set())
    shown: dict[int, str] = font.to_unicode
    return part.texts.keys() <= agreed and part.texts.keys() <= shown.keys()


def _is_plain(box: Any) -> bool:
    style = box.style
    return (
        style["text_decoration_line"] == "none"
        and style["visibility"] == "visible"
        and style["font_size"] >= 1
        and bool(box.text.strip())
    )


def install(looks: Looks) -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    if not known(SOURCE, drawing, Stream, Layout, get_pango_font_key):
        return False
    draw.draw_text = DrawnMemo(drawing.draw_text, looks)
    return True
