"""QR codes: their squares, as a picture in a page, and the same as lines of a PDF."""

import re
from dataclasses import dataclass

from compliance.documents.qr_squares import LEVELS, squares

_IMAGE = (
    "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20viewBox=%220%200%20{0}%20{0}%22%3E"
    "%3Cpath%20fill=%22%23fff%22%20d=%22M0,0h{0}v{0}h-{0}z%22/%3E"
    "%3Cpath%20stroke=%22%23000%22%20d=%22{1}%22/%3E%3C/svg%3E"
)
_SIDE = re.compile(r"viewBox=%220%200%20(\d{1,3})%20")
#: A line through each run of dark squares.
PATH = re.compile(r"(?:M\d{1,3},\d{1,3}\.5L\d{1,3},\d{1,3}\.5)+")
_DARK = re.compile(b"\1+")
_FROM, _TO = ([f"{letter}{place}," for place in range(178)] for letter in "ML")


@dataclass(frozen=True)
class Code:
    """The squares of a code: how many a side has, and a line through each run of dark ones in a row."""

    side: int
    path: str

    @property
    def image(self) -> str:
        """A data address of an SVG."""
        return _IMAGE.format(self.side, self.path)

    @property
    def lines(self) -> bytes:
        """The lines of that picture as a PDF draws them."""
        path = self.path.replace(",", " ").replace("L", " m\n").replace("M", " l\n")
        return f"{path} l".removeprefix(" l\n").encode()


def code_of(text: str, error: str = "m") -> Code:
    """Return the code of a text.

    `error` is how much of it may be damaged: "l" for a long text, so that its squares stay large.
    """
    rows = squares(text, LEVELS["lmqh".index(error)])
    path: list[str] = []
    for number, row in enumerate(rows):
        middle = f"{number}.5"
        for dark in _DARK.finditer(row):
            start, end = dark.span()
            path += (_FROM[start], middle, _TO[end], middle)
    return Code(len(rows), "".join(path))


def code_in(image: str) -> Code | None:
    """Return the code that `Code.image` made this picture of; None when it made none like it."""
    if not (side := _SIDE.search(image)) or not (path := PATH.search(image)):
        return None
    code = Code(int(side[1]), path[0])
    return code if code.image == image else None
