"""Which pages are printed from a sheet: those of one page that are not posted, from the second of their kind on.

A sheet costs more than a page, so none is made for a page that comes once. Pages that share a key can still need
different sheets (a name of two lines), each made when it is first asked for. Whatever fits none is laid out whole.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from compliance.documents.engine import Engine, Printed
from compliance.documents.page_parts import PageParts, parts_of
from compliance.documents.sheet import LetterMissing, Sheet, Unfit, may_be_made

MOST_KEYS = (
    50  # kinds of page (in a language, a size, with so many lines in its lists) that are remembered
)
MOST_OF_A_KEY = 4
MOST_SHEETS = 20  # of all; one holds 2 MB


@dataclass
class _Known:
    """The sheets of one kind of page, and whether another may be made."""

    sheets: list[Sheet] = field(default_factory=list)
    more: bool = True


class Sheets:
    """The sheets of a process that prints."""

    def __init__(self, engine: Engine) -> None:
        """Print with `engine` what fits no sheet."""
        self._engine = engine
        self._known: OrderedDict[tuple[str, str, str], _Known] = OrderedDict()
        self._may = may_be_made()

    def write(self, html: str, css: str, **job: Any) -> Printed:
        """Lay out and write one document, as `Engine.write` does."""
        alone = self._may and job["most_pages"] == 1 and not job["letter"] and not job.get("record")
        parts = parts_of(html) if alone else None
        purpose = job.get("signature_purpose", "")
        pdf = self._from_sheet(parts, html, css, purpose) if parts else None
        return Printed(pdf, 1) if pdf else self._engine.write(html, css, **job)

    def _from_sheet(self, parts: PageParts, html: str, css: str, purpose: str) -> bytes | None:
        """Print from a sheet, made now if need be; None when the page is to be laid out whole."""
        known = self._remembered((parts.key, css, purpose))
        if known is None:
            return None
        for place, sheet in enumerate(known.sheets):
            try:
                pdf = sheet.stamp(parts)
            except LetterMissing:
                return None
            except Unfit:
                continue
            if place:  # a step forward: in the end those asked for most stand first
                known.sheets[place - 1 : place + 1] = sheet, known.sheets[place - 1]
            return pdf
        if not known.more:
            return None
        try:
            made = Sheet(self._engine, html, css, parts, signature_purpose=purpose)
        except Unfit:
            known.more = False
            return None
        known.sheets.append(made)
        known.more = len(known.sheets) < MOST_OF_A_KEY
        while sum(len(each.sheets) for each in self._known.values()) > MOST_SHEETS:
            self._known.popitem(last=False)
        return made.pdf

    def _remembered(self, key: tuple[str, str, str]) -> _Known | None:
        """The sheets of a key; None when it was never seen."""
        known = self._known.get(key)
        if known is None:
            self._known[key] = _Known()
            if len(self._known) > MOST_KEYS:
                self._known.popitem(last=False)
            return None
        self._known.move_to_end(key)
        return known
