"""Names and addresses as people mean them: apostrophes, `&`, accents and case do not matter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

#: Words that say what kind of company it is, not which shop.
LEGAL_FORMS = frozenset({"ltd", "limited", "plc", "llp", "cic", "co", "company", "uk", "the"})

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"['’‘`´]")


def fold(text: str) -> str:
    """Return `text` as bare lower-case words: "B&Q's café" gives "b and qs cafe"."""
    text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = _APOSTROPHES.sub("", text).replace("&", " and ")
    return _NOT_WORD.sub(" ", text).strip()


def compact(text: str) -> str:
    """Return the folded text without spaces: "W H Smith" and "WHSmith" become one."""
    return fold(text).replace(" ", "")


def searchable(name: str, address: list[str], postcode: str | None) -> str:
    """Return what a premises is searched by: each word of it between spaces."""
    code = postcode or ""
    parts = [fold(name), fold(" ".join(address)), fold(code), compact(code)]
    return f" {' '.join(part for part in parts if part)} "


def words_alike(one: str, other: str) -> bool:
    """Say whether two folded words are the same but for a slip. Numbers never are."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < 3 or any(char.isdigit() for char in one + other):
        return False
    return fuzz.ratio(one, other) >= (75 if shorter <= 4 else 80)


@lru_cache(maxsize=50_000)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name that say which shop it is, in order.

    An import compares each name with every other of its postcode, so the words are remembered.
    """
    words = fold(name).split()
    return tuple(word for word in words if word not in LEGAL_FORMS) or tuple(words)


def same_name(one: str, other: str) -> bool:
    """Say whether two names are the same but for spelling and legal form."""
    if "".join(name_words(one)) == "".join(name_words(other)):
        return True
    left, right = name_words(one), name_words(other)
    if len(left) != len(right):
        return False
    return all(words_alike(a, b) for a, b in zip(sorted(left), sorted(right), strict=True))


def name_within(one: str, other: str) -> bool:
    """Say whether every word of the shorter name is in the longer: "Premier", "Premier Shop"."""
    left, right = name_words(one), name_words(other)
    shorter, longer = sorted((left, right), key=len)
    return all(any(words_alike(word, each) for each in longer) for word in shorter)


def closeness(query: str, name: str, search_text: str) -> float:
    """Say how well a premises answers a search, 0 (not at all) to 100, slips allowed.

    Every word typed must be found, or the words run together must begin the name.
    """
    typed = fold(query).split()
    if not typed:
        return 0.0
    words = search_text.split()
    found = [_best(word, words) for word in typed]
    by_words = sum(found) / len(found) if all(found) else 0.0
    run_together, name_together = "".join(typed), compact(name)
    beginning = name_together[: len(run_together)]
    # Of short names run together one letter is too much: "b and q" is not "B&M".
    by_start = fuzz.ratio(run_together, beginning)
    if run_together != name_together and (len(run_together) < 4 or by_start < 85):
        by_start = 0.0
    best = max(by_words, by_start)
    # Between equals, the name that is nearest to what was typed comes first.
    return best and 0.9 * best + 0.1 * fuzz.ratio(fold(query), fold(name))


def _best(word: str, among: list[str]) -> float:
    best = 0.0
    for each in among:
        if each == word:
            return 100.0
        if len(word) >= 3 and each.startswith(word):
            best = max(best, 95.0)
        elif words_alike(word, each):
            best = max(best, fuzz.ratio(word, each))
    return best
