"""Each mistake that ``rulebook check`` refuses, laid over a small rulebook, with the words it is refused in."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.rulebook.check import check
from compliance.rulebook.gatekeeper import search

DATA = Path(__file__).parents[2] / "data"
SOUND = DATA / "packs" / "bicycle_hire"
MISTAKES = sorted(folder for folder in (DATA / "mistakes").iterdir() if folder.is_dir())
WORDS = "words.txt"

Lay = Callable[[str], Path]


@pytest.fixture(name="lay")
def _lay(tmp_path: Path) -> Lay:
    """Lay the files of a mistake over the sound rulebook, and give the folder."""

    def lay(mistake: str) -> Path:
        shutil.copytree(SOUND, tmp_path / "pack")
        shutil.copytree(
            DATA / "mistakes" / mistake,
            tmp_path / "pack",
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(WORDS),
        )
        return tmp_path / "pack"

    return lay


def test_there_is_nothing_wrong_beneath_the_mistakes() -> None:
    assert check(SOUND) == []


@pytest.mark.parametrize("mistake", [folder.name for folder in MISTAKES])
def test_a_mistake_is_refused_by_file_and_line_and_in_its_own_words(mistake: str, lay: Lay) -> None:
    words = (DATA / "mistakes" / mistake / WORDS).read_text(encoding="utf-8").splitlines()
    assert words
    assert [str(problem) for problem in check(lay(mistake))] == words


@pytest.mark.parametrize("mistake", [folder.name for folder in MISTAKES])
def test_every_refusal_says_in_which_line_of_which_file(mistake: str) -> None:
    for line in (DATA / "mistakes" / mistake / WORDS).read_text(encoding="utf-8").splitlines():
        place, number, _ = line.split(":", 2)
        mistaken = DATA / "mistakes" / mistake / place
        text = (mistaken if mistaken.exists() else SOUND / place).read_text(encoding="utf-8")
        assert 1 <= int(number) <= len(text.splitlines())


def test_a_search_given_up_refuses_nothing(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_STEPS_ALTOGETHER", 0)
    assert check(lay("rules_that_contradict_by_numbers")) == []
