"""The words of every kind are the words that were read and agreed."""

import pytest

from tests.documents.conftest import EVERY_SAMPLE
from tests.documents.golden import FOLDER, path_of, text_of


@pytest.mark.parametrize("name, sample", EVERY_SAMPLE)
def test_the_text_is_the_agreed_one(name: str, sample: str) -> None:
    assert text_of(name, sample) == path_of(name, sample).read_text(encoding="utf-8")


def test_no_golden_text_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == {
        path_of(name, sample).name for name, sample in EVERY_SAMPLE
    }
