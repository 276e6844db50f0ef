"""Whether a box stands in the flow of its page is found once for its style.

WeasyPrint asks it of the same boxes thousands of times for a letter, and each time asks the style five things.
"""

from collections.abc import Callable
from typing import Any

from weasyprint.formatting_structure.boxes import Box

from compliance.documents.pinned import known

SOURCE = "be44cfff8dbc90fc"


def remembering(plain: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return `is_in_normal_flow`, asked once for each style."""

    def is_in_normal_flow(box: Any) -> bool:
        of_style = box.style.__dict__
        found: bool | None = of_style.get("in_normal_flow")
        if found is None:
            found = of_style["in_normal_flow"] = plain(box)
        return found

    return is_in_normal_flow


def install() -> bool:
    """Put it in place for this process; False when this is not the WeasyPrint it knows."""
    asked = (
        Box.is_in_normal_flow,
        *(Box.is_floated, Box.is_absolutely_positioned),
        *(Box.is_running, Box.is_footnote, Box.is_note),
    )
    if not known(SOURCE, *asked):
        return False
    Box.is_in_normal_flow = remembering(Box.is_in_normal_flow)
    return True
