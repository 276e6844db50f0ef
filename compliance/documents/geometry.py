"""Where ink may stand on a posted letter: the zones of window envelopes and of the pre-compiled
letters that councils post through GOV.UK Notify, and the check that laid-out text keeps them.

All measures are millimetres from the top left corner of an A4 page. Anything that is not pure
white outside these zones is refused by the printer, and every word near the address window is
read as part of the address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from compliance.documents.refused import DocumentRefused

MOST_PAGES = 10
MOST_BYTES = 2 * 1024 * 1024
PIXELS_PER_MM = 96 / 25.4
SLACK = 0.05  # rounding of the layout, in mm


@dataclass(frozen=True)
class Zone:
    """A rectangle in which something may be printed, in millimetres."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a rectangle lies inside, give or take the rounding of the layout."""
        return (
            left >= self.left - SLACK
            and top >= self.top - SLACK
            and right <= self.right + SLACK
            and bottom <= self.bottom + SLACK
        )


LOGO = Zone(15, 5, 125, 30)
SENDER = Zone(125, 5, 195, 95)
ADDRESS = Zone(24.6, 39.5, 120, 66.3)
FIRST_BODY = Zone(15, 95, 195, 292)
LATER_BODY = Zone(15, 5, 195, 292)
FIRST_PAGE = (LOGO, SENDER, ADDRESS, FIRST_BODY)
_BESIDE_ADDRESS = (LOGO, SENDER, FIRST_BODY)  # for what is no line of the address
LATER_PAGE = (LATER_BODY,)


class Words(NamedTuple):
    """Some laid-out text: its page (from 1) and its rectangle in millimetres."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    address: bool = False


def refuse_outside(words: Iterable[Words]) -> None:
    """Raise DocumentRefused for the first text of a letter that stands outside its zones."""
    for each in words:
        box = (each.left, each.top, each.right, each.bottom)
        if each.address:
            if not ADDRESS.holds(*box):
                raise DocumentRefused(
                    f"The address line {each.text!r} does not fit the envelope window. Shorten it, "
                    "or use fewer lines.",
                    "recipient.lines",
                )
            continue
        zones = _BESIDE_ADDRESS if each.page == 1 else LATER_PAGE
        if not any(zone.holds(*box) for zone in zones):
            raise DocumentRefused(
                f"{each.text!r} on page {each.page} does not fit the print area of a posted "
                "letter. Shorten it, or put spaces into a very long word."
            )
