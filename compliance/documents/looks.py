"""How a text looks, as a small number: everything of a style that shaping and breaking its lines reads.

Styles are objects of one document; the number of a look is the same in every document of this process.
"""

from operator import itemgetter
from typing import Any

# Whatever of a style the breaking and drawing of lines reads, in the release of pinned.py.
READ = (
    *("direction", "font_family", "font_feature_settings", "font_kerning"),
    *("font_language_override", "font_size", "font_stretch", "font_style"),
    *("font_variant_alternates", "font_variant_caps", "font_variant_east_asian"),
    *("font_variant_ligatures", "font_variant_numeric", "font_variant_position"),
    *("font_variation_settings", "font_weight", "hyphenate_character", "hyphenate_limit_chars"),
    *("hyphenate_limit_zone", "hyphens", "lang", "letter_spacing", "overflow_wrap", "tab_size"),
    *("text_decoration_line", "white_space", "word_break", "word_spacing"),
)
MOST = 2_000  # looks kept; a letter has some thirty
_read = itemgetter(*READ)


class Looks:
    """The looks met by a process that keeps one font configuration."""

    def __init__(self) -> None:
        """Start with none."""
        self._numbers: dict[str, int] = {}
        self._next = 0
        self._of: dict[int, tuple[Any, int]] = {}  # of the styles of this document, by id

    def number(self, style: Any) -> int:
        """Return the number of a style's look."""
        found = self._of.get(id(style))
        if found is None:
            written = repr(_read(style))
            number = self._numbers.get(written)
            if number is None:
                number = self._numbers[written] = self._next
                self._next += 1  # never given twice, whatever was forgotten
            # The style is kept beside its number, so that its id stays its own.
            found = self._of[id(style)] = style, number
        return found[1]

    def forget(self) -> None:
        """Begin another document: its styles are other objects."""
        self._of.clear()
        if len(self._numbers) > MOST:
            self._numbers.clear()
