"""Line breaks found once are remembered.

A table asks the same text for its narrowest width, its widest, and its lines; a page number that
depends on the count of pages lays every page out again; and one letter says much that the last one
said. Each time WeasyPrint breaks the same text of the same style at the same width anew, which is a
quarter of the work. What it returns is a plain record (the layout inside is already put to rest),
so the record can be handed out again (only an ellipsis changes one, and our style sheets have none).

This reaches into WeasyPrint: it is done only for the release and the signature it was written for.
With any other the letters are made without it, more slowly, with the same bytes.
"""

import inspect
from collections.abc import Callable
from typing import Any

import weasyprint
from weasyprint.layout import inline, preferred
from weasyprint.text import line_break

RELEASE = "70.0"
MOST = 8_000  # line breaks kept; some 8 MB
# Whatever of a style the breaking of lines reads, in that release.
READ = (
    *("direction", "font_family", "font_feature_settings", "font_kerning"),
    *("font_language_override", "font_size", "font_stretch", "font_style"),
    *("font_variant_alternates", "font_variant_caps", "font_variant_east_asian"),
    *("font_variant_ligatures", "font_variant_numeric", "font_variant_position"),
    *("font_variation_settings", "font_weight", "hyphenate_character", "hyphenate_limit_chars"),
    *("hyphenate_limit_zone", "hyphens", "lang", "letter_spacing", "overflow_wrap", "tab_size"),
    *("text_decoration_line", "white_space", "word_break", "word_spacing"),
)
SIGNATURE = (
    "(text, style, context, max_width, justification_spacing, is_line_start=True, minimum=False)"
)


class LineMemo:
    """The line breaks of a process that keeps one font configuration."""

    def __init__(self, split: Callable[..., Any]) -> None:
        """Remember the answers of WeasyPrint's own function."""
        self._split = split
        self._known: dict[tuple[Any, ...], Any] = {}
        self._looks: dict[int, tuple[Any, str]] = {}  # of the styles of this document, by id

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
        look = self._looks.get(id(style))
        if look is None:
            # The style is kept beside its look, so that its id stays its own.
            look = self._looks[id(style)] = style, repr([style[name] for name in READ])
        key = (text, look[1], max_width, justification_spacing, is_line_start, minimum)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._split(
                text, style, context, max_width, justification_spacing, is_line_start, minimum
            )
        return found

    def forget(self) -> None:
        """Begin another document: its styles are other objects. Keep the line breaks, up to a
        size."""
        self._looks.clear()
        if len(self._known) > MOST:
            self._known.clear()


def install() -> LineMemo | None:
    """Put the memo in place for this process; None when this is not the WeasyPrint it knows."""
    split = line_break.split_first_line
    if isinstance(split, LineMemo):
        return split
    if weasyprint.VERSION != RELEASE or str(inspect.signature(split)) != SIGNATURE:
        return None
    memo = LineMemo(split)
    for module in (line_break, inline, preferred):
        module.split_first_line = memo
    return memo
