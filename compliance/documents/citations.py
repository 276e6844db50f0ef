"""Citations as they are read aloud and never torn apart: "s.141A" is printed as "section 141A"."""

import re

_SPELLED = (
    (re.compile(r"\bss\.\s?(?=\d)"), "sections"),
    (re.compile(r"\bs\.\s?(?=\d)"), "section"),
    (re.compile(r"\bart\s(?=\d)"), "article"),
)


def cited(citation: str) -> str:
    """Return a citation of English law with its short forms in full; a number stays with its word."""
    for short, full in _SPELLED:
        citation = short.sub(f"{full}\u00a0", citation)
    return citation
