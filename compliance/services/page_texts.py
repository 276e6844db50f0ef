"""What the pages for shops and the public, and the officers' file of a visit, say in another language, each
text beside the English it was made from.

The texts are in `templates/languages/<language>/*.toml`, in the form of the rulebook's translations: the
English is the key, so a sentence that stands on several pages is translated once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "languages"


#: What stands above a page, below a paper and in a file that nobody has confirmed.
DRAFT = "This Welsh is a draft: a translator has not confirmed it yet."


class TwiceTranslated(ValueError):
    """The same English has two translations: which of them is meant?"""


def said(english: str, language: str, *values: object) -> str:
    """Return a text of ours in a language, else in English; `{1}` is the first of the values."""
    text = page_texts(language).get(english, english)
    for place, value in enumerate(values, 1):
        text = text.replace(f"{{{place}}}", str(value))
    return text


@cache
def page_texts(language: str) -> Mapping[str, str]:
    """Return every text of the pages in a language, by its English; none for English itself.

    Raises TwiceTranslated.
    """
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["text"]:
            if entry["of"] in found:
                raise TwiceTranslated(f"{path.name}: {entry['of']!r}")
            found[entry["of"]] = entry["text"]
    return found
