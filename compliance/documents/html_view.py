"""The same words as the PDF, as a page for a screen: composed from the same facts by the same template.

What is for paper alone is left out: the part that tells how to read the letter online, and the look.
"""

import hashlib
import re
from dataclasses import replace

from compliance.documents.characters import printable
from compliance.documents.compose import compose
from compliance.documents.data import DocumentData
from compliance.documents.kinds import kind_called

_STYLE = re.compile(r"<style>.*?</style>\s*", re.DOTALL)


def html_of(data: DocumentData) -> str:
    """Return a document as HTML, without a style. Raises DocumentRefused where no PDF could be made."""
    kind = kind_called(data.kind)
    html = compose(printable(replace(data, portal=None)), kind, specimen=False)
    return _STYLE.sub("", html)


def digest_of(data: DocumentData) -> str:
    """Return the SHA-256 of that page: kept when a document is issued, it tells later whether the
    templates still say the same."""
    return hashlib.sha256(html_of(data).encode()).hexdigest()
