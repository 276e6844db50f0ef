"""What the rulebook refuses, in words a person can act on."""

from collections.abc import Iterable
from difflib import get_close_matches


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
    """Return `` Did you mean "x"?`` for the known word most like ``word``, or an empty string."""
    matches = get_close_matches(str(word), list(known), n=1, cutoff=0.5)
    return f' Did you mean "{matches[0]}"?' if matches else ""
