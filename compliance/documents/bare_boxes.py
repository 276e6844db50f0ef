"""A box with nothing behind it and no round corner is told so once for its style.

WeasyPrint goes through every box of a page for what is painted behind it, and asks its style for a dozen things.
Nearly all boxes of a letter have nothing there.
"""

from collections.abc import Callable
from typing import Any

from weasyprint.draw.color import get_color
from weasyprint.layout import background

from compliance.documents.pinned import known

SOURCE = "06f5dc80f7ac9f29"
CORNERS = tuple(
    f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
)
SHARP = 0, 0


class BareBoxes:
    """What is painted behind boxes."""

    def __init__(self, plain: Callable[..., None]) -> None:
        """Fall back on WeasyPrint's own way."""
        self._plain = plain

    def __call__(
        self,
        page: Any,
        box: Any,
        get_image_from_uri: Any,
        layout_children: bool = True,
        style: Any = None,
    ) -> None:
        """Find what is painted behind a box and its children, as `layout_box_backgrounds` does."""
        if box is page or style is not None or not layout_children or not _is_bare(box.style):
            self._plain(page, box, get_image_from_uri, layout_children, style)
            return
        for corner in CORNERS:
            setattr(box, corner, SHARP)
        for child in box.all_children():
            self(page, child, get_image_from_uri)
        box.background = None


def _is_bare(style: Any) -> bool:
    """Say whether a style paints nothing behind a box; styles do not change once boxes are laid out."""
    found: bool | None = style.__dict__.get("paints_nothing_behind")
    if found is None:
        found = style.paints_nothing_behind = (
            all((0, "px") in style[corner] for corner in CORNERS)
            and style["border_image_source"][0] == style["mask_border_source"][0] == "none"
            and style["visibility"] != "hidden"
            and all(kind == "none" for kind, _ in style["background_image"])
            and get_color(style, "background_color").alpha == 0
            and not style["box_shadow"]
        )
    return found


def install() -> bool:
    """Put it in place for this process; False when this is not the WeasyPrint it knows."""
    if not known(SOURCE, background.layout_box_backgrounds, background.resolve_radii_percentages):
        return False
    background.layout_box_backgrounds = BareBoxes(background.layout_box_backgrounds)
    return True
