"""One warm press for all tests of documents, and each sample made once."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from compliance.documents import Rendered, kinds, render
from compliance.documents.press import Press

EVERY_SAMPLE = [(kind.name, sample) for kind in kinds().values() for sample in ("", *kind.samples)]
LETTERS = [(name, sample) for name, sample in EVERY_SAMPLE if kinds()[name].letter]


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    """A child process that prints, for the whole session."""
    own = Press()
    yield own
    own.close()


@pytest.fixture(scope="session")
def specimen_of(press: Press) -> Callable[[str, str], Rendered]:
    """The specimen of a kind's sample, made once."""

    @cache
    def made(name: str, sample: str) -> Rendered:
        return render(kinds()[name].sample_data(sample=sample), specimen=True, using=press)

    return made


@pytest.fixture(scope="session")
def letter_of(press: Press) -> Callable[[str, str], Rendered]:
    """The letter (no specimen) of a kind's sample, made once."""

    @cache
    def made(name: str, sample: str) -> Rendered:
        return render(kinds()[name].sample_data(sample=sample), using=press)

    return made
