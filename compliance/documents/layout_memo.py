"""What a Pango layout begins with, and how high its line is, is found once for each look, not once for each line.

WeasyPrint gives every line a context and a font description of its own, twice: when it breaks the line and when
it draws it. Both depend on the look alone, and Pango does not change them. A look with font features or
underlines needs more and is left to WeasyPrint. The height of a line depends on the look and the line height
asked for; WeasyPrint keeps it too, under a name it spells out each time.
"""

from collections.abc import Callable
from typing import Any

from weasyprint.css.properties import Dimension
from weasyprint.layout import inline
from weasyprint.text import line_break
from weasyprint.text.constants import LST_TO_ISO, PANGO_DIRECTION
from weasyprint.text.ffi import ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features, get_font_description

from compliance.documents.looks import Looks
from compliance.documents.pinned import known

SOURCE = "47dc1fd008bfb2d0"
MOST = 2_000  # looks kept; a letter has some thirty


class LayoutMemo:
    """The beginnings of layouts in a process that keeps one font configuration."""

    def __init__(
        self, plain: Callable[..., None], strut: Callable[[Any], Any], looks: Looks
    ) -> None:
        """Fall back on WeasyPrint's own way."""
        self._plain, self._strut = plain, strut
        self._number = looks.number
        self._known: dict[int, tuple[Any, Any, Any] | None] = {}
        self._heights: dict[tuple[int, Any], Any] = {}

    def strut(self, style: Any) -> Any:
        """Return the height and the baseline of a line, as `strut` does."""
        line_height = style["line_height"]
        if not isinstance(line_height, str | float | int | Dimension):
            return self._strut(style)
        key = self._number(style), line_height
        found = self._heights.get(key)
        if found is None:
            if len(self._heights) > MOST:
                self._heights.clear()
            found = self._heights[key] = self._strut(style)
        return found

    def set_up(self, layout: Any, style: Any) -> None:
        """Set up a layout for a style, as `Layout.setup` does."""
        look = self._number(style)
        if look not in self._known:
            if len(self._known) > MOST:
                self._known.clear()
            self._known[look] = _beginning(style) if _is_plain(style) else None
        found = self._known[look]
        if found is None:
            self._plain(layout, style)
            return
        context, description, layout.language = found
        layout.style = style
        layout.first_line_direction = 0
        layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(layout.layout, False)
        pango.pango_layout_set_font_description(layout.layout, description)
        layout.ascent = layout.underline_position = layout.strikethrough_position = None


def _is_plain(style: Any) -> bool:
    return style["text_decoration_line"] == "none" and not font_features(
        style["font_kerning"],
        style["font_variant_ligatures"],
        style["font_variant_position"],
        style["font_variant_caps"],
        style["font_variant_numeric"],
        style["font_variant_alternates"],
        style["font_variant_east_asian"],
        style["font_feature_settings"],
    )


def _beginning(style: Any) -> tuple[Any, Any, Any]:
    """A context, a font description and a language for a look."""
    context = ffi.gc(
        pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref
    )
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    override = style["font_language_override"]
    name = style["lang"] if override == "normal" else LST_TO_ISO.get(override.lower(), override)
    if name:
        pointer, written = unicode_to_char_p(name)
        language = pango.pango_language_from_string(pointer)
        del written  # it had to outlive the pointer
        pango.pango_context_set_language(context, language)
    else:
        language = pango.pango_language_get_default()
    return context, get_font_description(style), language


def install(looks: Looks) -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    layout = line_break.Layout
    if not known(SOURCE, layout, line_break.strut, get_font_description, font_features):
        return False
    memo = LayoutMemo(layout.setup, line_break.strut, looks)
    inline.strut = memo.strut
    layout.setup = lambda self, style: memo.set_up(self, style)
    return True
