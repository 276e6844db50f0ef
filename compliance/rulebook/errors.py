"""What the rulebook refuses, in words a person can act on."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

# How alike two words are, from 0 to 1, when one is taken for a slip of the other.
LIKE_ENOUGH = 0.5


class RulebookError(ValueError):
    """Anything the rulebook refuses; its text is a plain sentence."""


class PackError(RulebookError):
    """A pack that cannot be read as a rulebook."""


class AnswerError(RulebookError):
    """An input that names something unknown, or a value that is not of its question's type.

    ``question`` is the id of the question or fact concerned, when there is one.
    """

    def __init__(self, message: str, question: str | None = None) -> None:
        super().__init__(message)
        self.question = question


def nearest(word: object, known: Iterable[str]) -> str:
    """Name the known word most like ``word``, as a guess at what was meant; an empty string if none is."""
    matches = get_close_matches(str(word), list(known), n=1, cutoff=0.01)
    if not matches:
        return ""
    close = SequenceMatcher(None, matches[0], str(word)).ratio() >= LIKE_ENOUGH
    return f' Did you mean "{matches[0]}"?' if close else f' The nearest is "{matches[0]}".'
