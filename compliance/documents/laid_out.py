"""The boxes of a laid-out page, in the order in which they are read.

WeasyPrint's own way hands each box up through a generator for every box around it; this is asked of every letter,
so it keeps a list of what comes next instead.
"""

from collections.abc import Iterator
from typing import Any

from weasyprint.layout.absolute import AbsolutePlaceholder


def boxes_of(document: Any) -> Iterator[tuple[int, Any]]:
    """Every box of a laid-out document with the number of its page (from 1), a parent before its children."""
    for number, page in enumerate(document.pages, start=1):
        to_come = [page._page_box]
        while to_come:
            box = to_come.pop()
            if type(box) is AbsolutePlaceholder:
                box = box._box
            yield number, box
            to_come.extend(reversed(box.children))
