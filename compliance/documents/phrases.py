"""The few words that are put into a letter with its facts, in the language of the letter."""

import tomllib
from functools import cache

from compliance.documents.kinds import FOLDER, SHARED


def phrase(name: str, language: str = "en", /, **filled: str) -> str:
    """Return the words of that name in a language, with what is `filled` into them."""
    return _phrases()[language][name].format(**filled)


@cache
def _phrases() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = tomllib.loads(
        (FOLDER / SHARED / "words.toml").read_text(encoding="utf-8")
    )
    return content
