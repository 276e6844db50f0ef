"""The squares of a QR code are drawn as they are written.

WeasyPrint reads the path of a picture number by number, and keeps the angle of each of its corners for the marks
that could stand there. The path of a code is some hundreds of lines, different in every letter, and has no marks.
"""

from collections.abc import Callable
from typing import Any

from weasyprint import svg
from weasyprint.svg.path import path

from compliance.documents.pinned import known
from compliance.documents.qr import PATH, Code

SOURCE = "9ffd3425a520b684"


class CodePaths:
    """The drawing of paths."""

    def __init__(self, plain: Callable[..., None]) -> None:
        """Fall back on WeasyPrint's own way."""
        self._plain = plain

    def __call__(self, image: Any, node: Any, font_size: Any) -> None:
        """Draw a path, as `path` does."""
        written = node.get("d", "")
        if PATH.fullmatch(written) and not any(name.startswith("marker") for name in node.attrib):
            image.stream.move_to(0, 0)
            image.stream.stream.append(Code(0, written).lines)
        else:
            self._plain(image, node, font_size)


def install() -> bool:
    """Put it in place for this process; False when this is not the WeasyPrint it knows."""
    if not known(SOURCE, path, svg.SVG):
        return False
    svg.TAGS["path"] = CodePaths(path)
    return True
