"""Plain words, measured: the words we never say of a business, the school years a text asks of its
reader, and the length of its sentences."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from compliance.documents.kinds import FOLDER, SHARED

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?:])[”’\"')]*\s+")


@dataclass(frozen=True)
class Wording:
    """The rules for words in one language."""

    never: tuple[str, ...]
    though: tuple[str, ...]  # phrases in which such a word is harmless
    highest_grade: float
    longest_sentence: int

    def forbidden(self, text: str) -> list[str]:
        """The forbidden words a text uses, in lower case, in their order."""
        lowered = " ".join(text.lower().split())
        for phrase in self.though:
            lowered = lowered.replace(phrase, " ")
        return [
            word for word in self.never if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lowered)
        ]


@cache
def wording(language: str) -> Wording:
    """The rules for a language (English rules hold where a language has none of its own)."""
    content = tomllib.loads((FOLDER / SHARED / "wording.toml").read_text(encoding="utf-8"))
    rules = content.get(language, content["en"])
    return Wording(
        tuple(rules["never"]),
        tuple(rules["though"]),
        float(rules["highest_grade"]),
        int(rules["longest_sentence"]),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, one line of it never running into the next."""
    return [
        sentence
        for line in text.splitlines()
        for sentence in _SENTENCE_END.split(line.strip())
        if _WORD.search(sentence)
    ]


def words(text: str) -> list[str]:
    """The words of a text; numbers and marks are none."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """How many syllables an English word has, by its vowel groups (an estimate)."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if plain.endswith(("es", "ed")) and not plain.endswith(("ted", "ded", "ses", "ces", "ges")):
        count -= bool(count > 1 and not re.search(r"[aeiouy](es|ed)$", plain))
    return max(count, 1)


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text: the years of schooling it asks for.

    Source: Kincaid et al. 1975, 0.39 words a sentence + 11.8 syllables a word - 15.59.
    """
    parts = sentences(text)
    every = words(text)
    if not parts or not every:
        return 0.0
    per_word = sum(syllables(word) for word in every) / len(every)
    return 0.39 * len(every) / len(parts) + 11.8 * per_word - 15.59
