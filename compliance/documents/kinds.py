"""The catalogue of documents: a folder each in templates/documents/, read once. Adding a kind
needs no Python."""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compliance.documents.data import DocumentData
from compliance.documents.data_json import from_json, merged
from compliance.documents.refused import DocumentRefused
from compliance.documents.sample_words import sample_in

FOLDER = Path(__file__).parents[2] / "templates" / "documents"
SHARED = "partials"
#: The officers' own file of a visit: no business reads it.
FILE = "file"


@dataclass(frozen=True)
class Kind:
    """One kind of document: what its kind.toml says."""

    name: str
    title: dict[str, str]
    letter: bool  # posted: keeps the print geometry
    signed: bool
    most_pages: int
    sizes: int  # how many sizes are tried, each smaller, until the pages are few enough
    about: str  # "visit", "certificate", or FILE: what a document of the kind tells of
    needs: tuple[str, ...]  # entries that must not be empty
    never: tuple[str, ...]  # entries that must stay empty
    alleges: bool  # speaks of a sale that can be an offence, in every story or in those that say so
    announces: bool  # tells that a decision will follow, in every story
    stories: Mapping[str, Mapping[str, Any]]  # what the kind may tell, with needs and nevers
    sample: Mapping[str, Any]
    samples: Mapping[str, Mapping[str, Any]]  # more samples by name, laid over `sample`

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages the kind has a text and a title in, English first."""
        found = {path.stem for path in (FOLDER / self.name).glob("*.html")} & self.title.keys()
        return tuple(sorted(found, key=lambda each: (each != "en", each)))

    def needed(self, story: str) -> tuple[str, ...]:
        """The entries that must not be empty in a story."""
        return (*self.needs, *self.stories.get(story, {}).get("needs", ()))

    def unsaid(self, story: str) -> tuple[str, ...]:
        """The entries that must stay empty in a story."""
        return (*self.never, *self.stories.get(story, {}).get("never", ()))

    def alleges_in(self, story: str) -> bool:
        """Whether a story speaks of a sale that can be an offence."""
        return self.alleges or bool(self.stories.get(story, {}).get("alleges", False))

    def announces_decision(self, story: str) -> bool:
        """Whether a story tells the reader that a decision will follow in writing."""
        return self.announces or bool(self.stories.get(story, {}).get("announces_decision", False))

    def story_after(self, kind: str, story: str) -> str | None:
        """The story this kind tells after a letter of `kind` and `story`; None when it tells none."""
        for name, entry in self.stories.items():
            if {kind, f"{kind}/{story}"} & set(entry.get("after", ())):
                return name
        return None

    def version(self, language: str) -> str:
        """The version of the template in a language: a hash of everything that shapes the page."""
        digest = hashlib.sha256()
        for path in [
            FOLDER / self.name / f"{language}.html",
            *sorted(
                path for path in (FOLDER / SHARED).iterdir() if path.suffix in (".html", ".css")
            ),
        ]:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return f"{self.name}-{language}-{digest.hexdigest()[:12]}"

    def words(self, language: str) -> str:
        """What the kind says in a language, as its templates have it: its own and what all share."""
        shared = FOLDER / SHARED
        parts = [FOLDER / self.name / f"{language}.html", shared / f"{language}.html"]
        if (frame := shared / f"letter.{language}.html").exists():
            parts.append(frame)
        return self.title[language] + "".join(path.read_text(encoding="utf-8") for path in parts)

    def sample_data(
        self, changes: Mapping[str, Any] | None = None, *, sample: str = ""
    ) -> DocumentData:
        """The kind's sample (or one of its named samples), with `changes` laid over it.

        It is told in the language that the changes name. Raises DocumentRefused naming an unknown entry
        of the changes and the nearest there is.
        """
        values: Mapping[str, Any] = merged(self.sample, self.samples[sample] if sample else {})
        language = (changes or {}).get("language")
        if isinstance(language, str) and language in self.languages[1:]:
            values = sample_in(language, values, FOLDER / SHARED)
        return from_json(merged(values, changes or {}))


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name, in the order their kind.toml gives."""
    base = tomllib.loads((FOLDER / SHARED / "sample.toml").read_text(encoding="utf-8"))
    found: list[tuple[int, Kind]] = []
    for path in FOLDER.glob("*/kind.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        name = path.parent.name
        kind = Kind(
            name=name,
            title=content["title"],
            letter=content.get("letter", True),
            signed=content.get("signed", False),
            most_pages=content.get("most_pages", 10),
            sizes=content.get("sizes", 1),
            about=content.get("about", "visit"),
            needs=tuple(content.get("needs", ())),
            never=tuple(content.get("never", ())),
            alleges=content.get("alleges", False),
            announces=content.get("announces_decision", False),
            stories=content.get("stories", {}),
            sample=merged({**base, "kind": name}, content.get("sample", {})),
            samples=content.get("samples", {}),
        )
        found.append((content["order"], kind))
    return {kind.name: kind for _, kind in sorted(found, key=lambda each: each[0])}


def replacement_of(kind: str, story: str) -> tuple[str, str] | None:
    """Return the kind and story of the letter that sets one of `kind` and `story` aside; None without."""
    for each in kinds().values():
        for name, entry in each.stories.items():
            if {kind, f"{kind}/{story}"} & set(entry.get("replaces", ())):
                return each.name, name
    return None


def kind_called(name: str) -> Kind:
    """The kind of that name. Raises DocumentRefused naming the nearest one."""
    if name not in kinds():
        near = difflib.get_close_matches(name, kinds(), n=1, cutoff=0.0)
        raise DocumentRefused(f"There is no document called {name!r}. Did you mean {near[0]!r}?")
    return kinds()[name]
