"""The warm engine: what it remembers never changes a byte, and it can do without."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.documents.fonts import write_fontconfig

PROGRAM = """
import hashlib, sys
from compliance.documents import kinds, line_memo
from compliance.documents.compose import compose, style_sheet
from compliance.documents.engine import Engine
if "other-release" in sys.argv:
    line_memo.RELEASE = "69.0"
engine = Engine()
print("memo" if engine._memo else "plain")
for turn in range(2):
    for kind in kinds().values():
        for sample in ("", *kind.samples):
            html = compose(kind.sample_data(sample=sample), kind, specimen=False)
            made = engine.write(html, style_sheet(), letter=kind.letter, most_pages=10)
            print(hashlib.sha256(made.pdf).hexdigest())
"""


def run(folder: Path, *arguments: str) -> list[str]:
    """What every sample looks like, twice, in a process of its own with our fonts."""
    config = write_fontconfig(folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={"FONTCONFIG_FILE": str(config), "LANG": "C.UTF-8", "HOME": str(folder)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_remembered_line_breaks_change_no_byte(tmp_path: Path) -> None:
    with_memo = run(tmp_path)
    without = run(tmp_path, "other-release")
    assert with_memo[0] == "memo"
    assert without[0] == "plain"  # another release of WeasyPrint: made without, not broken
    assert with_memo[1:] == without[1:]
    half = len(with_memo[1:]) // 2
    assert with_memo[1 : half + 1] == with_memo[half + 1 :]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_bench_compares_equal_letters(number: int, tmp_path: Path) -> None:
    """The letters of the bench differ from each other, and stay what they were measured as."""
    from tests.bench.letters import letter

    texts = {hashlib.sha256(letter(each).encode()).hexdigest() for each in range(60)}
    assert len(texts) == 60
    assert letter(number) == letter(number)
