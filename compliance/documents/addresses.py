"""The address in the envelope window, as the printer's machine reads it: 3 to 7 lines, the last a
real postcode, none beginning with a mark it stumbles over."""

import re
from textwrap import wrap

from compliance.documents.refused import DocumentRefused

FEWEST_LINES = 3
MOST_LINES = 7
WIDEST = 46  # characters that surely fit the window; longer lines are broken at a word
STUMBLES = tuple('@()=[]"\\/,<>~')

_POSTCODE = re.compile(
    r"(GIR ?0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW])"
    r" ?[0-9][ABD-HJLNP-UW-Z]{2})"
)


def address_lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines to print: blank ones gone, over-long ones broken at a word, the postcode
    in capitals. Raises DocumentRefused when no window takes the address."""
    kept = [line.rstrip(", ") for line in lines if line.strip(", ")]
    if not kept or not _POSTCODE.fullmatch(kept[-1].upper()):
        raise DocumentRefused(
            "The last line of the address must be a postcode, like NR2 1AB.", "recipient.lines"
        )
    kept[-1] = spaced_postcode(kept[-1])
    for number in range(len(kept) - 1, -1, -1):
        if len(kept[number]) > WIDEST and len(kept) < MOST_LINES:
            kept[number : number + 1] = _broken(kept[number], MOST_LINES - len(kept) + 1)
    for line in kept:
        if line.startswith(STUMBLES):
            raise DocumentRefused(
                f"The address line {line!r} begins with a mark that the printer's machine "
                "misreads. Begin it with a letter or a number.",
                "recipient.lines",
            )
    if not FEWEST_LINES <= len(kept) <= MOST_LINES:
        so_many = "1 line" if len(kept) == 1 else f"{len(kept)} lines"
        raise DocumentRefused(
            f"The address has {so_many}; the envelope window takes {FEWEST_LINES} to "
            f"{MOST_LINES}, the last of them the postcode.",
            "recipient.lines",
        )
    return tuple(kept)


def spaced_postcode(postcode: str) -> str:
    """A postcode in capitals with one space before its last three characters."""
    plain = postcode.upper().replace(" ", "")
    return f"{plain[:-3]} {plain[-3:]}"


def _broken(line: str, room: int) -> list[str]:
    """The line in as many as it needs, and at most `room`."""
    parts = wrap(line, WIDEST, break_long_words=False, break_on_hyphens=False)
    return [*parts[: room - 1], " ".join(parts[room - 1 :])] if len(parts) > room else parts
