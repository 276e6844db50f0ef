"""A document as a page for a screen, for as long as it would read word for word as it was issued."""

from __future__ import annotations

from compliance.documents import DocumentRefused, html_view
from compliance.documents.data_json import from_json
from compliance.store.models import Document

#: Where the hash of the page is kept, among what a document was made of.
KEPT_AS = "html_sha256"


def html_of(document: Document) -> str | None:
    """Return the document as HTML; None when a template or a sentence has changed since it was issued."""
    kept = document.inputs.get(KEPT_AS)
    if kept is None:
        return None
    try:
        data = from_json(document.inputs["data"])
        return html_view.html_of(data) if html_view.digest_of(data) == kept else None
    except DocumentRefused:  # what was said then is no longer said
        return None
