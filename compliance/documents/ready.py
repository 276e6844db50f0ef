"""Ready pages for a shop: a refusals log, a training record, a notice. Nothing is filled in and nothing is
issued, so each is printed once a process and kept.

A page is a folder in `templates/documents/ready/`: `page.toml` (title, what it is for, which way the
paper lies) and a text per language. The text is the same on the web and on paper.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from compliance.documents.compose import environment
from compliance.documents.kinds import FOLDER
from compliance.documents.press import press

READY = "ready"
_PRINTING = Lock()


@dataclass(frozen=True)
class ReadyPage:
    """A page a shop can print: its name in an address, and its words by language."""

    name: str
    title: dict[str, str]
    purpose: dict[str, str]
    landscape: bool
    folder: Path

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it has a text in, English first."""
        found = {path.stem for path in self.folder.glob("*.html")}
        return tuple(sorted(found, key=lambda each: (each != "en", each)))

    def template(self, language: str) -> str:
        """The name of its text, below `templates/documents`."""
        return f"{READY}/{self.name}/{language}.html"

    def words(self, language: str) -> str:
        """All that it says in a language: its title, its purpose, its text."""
        text = (self.folder / f"{language}.html").read_text(encoding="utf-8")
        return "\n".join((self.title[language], self.purpose[language], text))


@cache
def ready_pages() -> dict[str, ReadyPage]:
    """Every page by name, in the order their page.toml gives."""
    found = []
    for path in (FOLDER / READY).glob("*/page.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        page = ReadyPage(
            name=path.parent.name,
            title=content["title"],
            purpose=content["purpose"],
            landscape=content.get("landscape", False),
            folder=path.parent,
        )
        found.append((content["order"], page))
    return {page.name: page for _, page in sorted(found, key=lambda each: each[0])}


def printed(page: ReadyPage, language: str = "en", note: str = "") -> bytes:
    """Return a page as a PDF (PDF/A-3a and PDF/UA-1), made at the first call.

    `note` is a line below it: that its words are a draft. Raises PrintingFailed when the fault is ours.
    """
    with _PRINTING:  # whoever comes while it is made waits, and makes nothing
        return _printed(page.name, language, note)


@cache
def _printed(name: str, language: str, note: str) -> bytes:
    page = ready_pages()[name]
    html = (
        environment()
        .get_template(f"{READY}/paper.html")
        .render(
            title=page.title[language],
            language=language,
            landscape=page.landscape,
            words=page.template(language),
            note=note,
        )
    )
    css = (FOLDER / READY / "paper.css").read_text(encoding="utf-8")
    pdf, _ = press().make({"html": html, "css": css, "letter": False, "most_pages": 1})
    return pdf
