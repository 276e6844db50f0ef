"""Computed styles are worked out once, not once for each document.

The style of an element follows from that of its parent and from the declarations that win for it. Letters of one
style sheet have the same few dozen such styles, and WeasyPrint works out each property of each anew, when it is
first asked for. Here a property worked out in one document is given to the styles of later documents that have
the same parents and the same declarations. What anybody sets on a style afterwards is never remembered.
"""

import re
from dataclasses import dataclass
from typing import Any

from weasyprint import css

from compliance.documents.pinned import known

SOURCE = "77ad7287f90d7cfa"
MOST = 900  # styles; a letter has some sixty, all kinds in both languages some six hundred
#: Images are objects of a document.
OWN = {"background_image", "border_image_source", "list_style_image", "mask_border_source"}
#: Styles whose properties are copied one by one as far as they were asked for.
PARTIAL = {"first-line", "first-letter"}
#: Lengths that hang on the size of a document's first page, and values that do not show what is in them: of
#: those that are not values of WeasyPrint's own, names and colours do.
_HANGING = re.compile(r"'[a-z]*v(?:w|h|i|b|min|max)'|<(?!(?:Hash|Ident)Token )", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a style: its properties, and three of them as they were specified."""

    computed: dict[str, Any]
    specified: dict[str, Any]
    values: tuple[Any, ...]  # of its declarations: kept, so that their ids stay theirs


class StyleMemo:
    """The properties of the styles met by a process that keeps its style sheets and fonts."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: dict[Any, _Known] = {}

    def forget(self) -> None:
        """Begin another document. Nothing is thrown away while one is being made."""
        if len(self._known) > MOST:
            self._known.clear()

    def of(self, parent: Any, cascaded: dict[str, Any], more: Any) -> _Known | None:
        """What is known of a style: by its parent, its declarations, and what else tells it apart."""
        above = 0
        if parent is not None:
            if parent.remembered is None:
                return None
            above = id(parent.remembered)
        key = above, more, tuple(map(_declaration, cascaded.items()))
        found = self._known.get(key)
        if found is None:
            values = tuple(value for value, _ in cascaded.values())
            if _HANGING.search(repr(values)):
                return None
            found = self._known[key] = _Known({}, {}, values)
        return found


def _declaration(item: tuple[str, tuple[Any, Any]]) -> tuple[Any, ...]:
    """What tells a declaration from others: its name, its value (as an object, which lasts as long as
    the style sheet; a language comes from the document), its weight."""
    name, (value, (precedence, layer, specificity)) = item
    return name, value if name == "lang" else id(value), precedence, layer, tuple(specificity)


memo = StyleMemo()


class _Computed(css.ComputedStyle):
    """The style of an element."""

    remembered: _Known | None = None

    def __init__(
        self,
        parent_style: Any,
        cascaded: dict[str, Any],
        pseudo_type: str | None,
        root_style: Any,
        base_url: str | None,
        font_config: Any,
        initial_page_sizes: Any,
    ) -> None:
        super().__init__(
            parent_style,
            cascaded,
            pseudo_type,
            root_style,
            base_url,
            font_config,
            initial_page_sizes,
        )
        if pseudo_type not in PARTIAL:
            self.remembered = memo.of(parent_style, cascaded, (pseudo_type, base_url))
            if self.remembered is not None:
                self.update(self.remembered.computed)
                self.specified.update(self.remembered.specified)

    def __missing__(self, key: str) -> Any:
        value = super().__missing__(key)
        if self.remembered is not None and key not in OWN:
            self.remembered.computed[key] = value
            if key in self.specified:
                self.remembered.specified[key] = self.specified[key]
        return value

    def copy(self) -> Any:
        copied: Any = super().copy()
        copied.remembered = None
        return copied


class _Anonymous(css.AnonymousStyle):
    """The style of a box without an element."""

    remembered: _Known | None = None

    def __init__(self, parent_style: Any) -> None:
        super().__init__(parent_style)
        self.remembered = memo.of(parent_style, {}, "anonymous")
        if self.remembered is not None:
            self.update(self.remembered.computed)

    def __missing__(self, key: str) -> Any:
        value = super().__missing__(key)
        if self.remembered is not None and key not in OWN:
            self.remembered.computed[key] = value
        return value

    def copy(self) -> Any:
        copied: Any = super().copy()
        copied.remembered = None
        return copied


def install() -> bool:
    """Put the memo in place for this process; False when this is not the WeasyPrint it knows."""
    if not known(SOURCE, css):
        return False
    css.ComputedStyle, css.AnonymousStyle = _Computed, _Anonymous
    return True
