"""Each mistake that ``rulebook check`` refuses, made in a copy of the kitchen example."""

import shutil
from pathlib import Path

import pytest

from compliance.rulebook.check import check

KITCHENS = Path(__file__).parents[2] / "data" / "packs" / "hygiene"

MISTAKES = [
    ("checked = 2026-11-22", "", 'a version without "checked"'),
    ('citation = "An invented Order, article 1"', "", 'a version without "citation"'),
    ('about = "cleanliness"', 'about = "cleanlyness"', 'Did you mean "cleanliness"?'),
    ("at_most = 15 }", "atmost = 15 }", 'unknown operator "atmost". Did you mean "at_most"?'),
    ('found = { en = "The kitchen was dirty." }', "", 'no "found" in language "en"'),
    ('languages = ["en"]', 'languages = ["en", "cy"]', "has no Welsh"),
    ('severity = "serious"', 'severity = "seriuos"', 'Did you mean "serious"?'),
    ('law = "row"', 'law = "raw"', 'unknown law row "raw". Did you mean "row"?'),
    ('{ at_most = 45, then = "2" }, { then = "0" }', '{ at_most = 45, then = "2" }', "hole"),
    ("from = 2020-01-01", "from = 2020-01-01\nto = 2019-01-01", "ends (2019-01-01) before"),
    ('type = "choice"', 'type = "chioce"', 'unknown type "chioce". Did you mean "choice"?'),
    ('score = "total"', 'score = "totl"', 'unknown value "totl". Did you mean "total"?'),
    ('section = "inspection"', 'section = "inspektion"', 'Did you mean "inspection"?'),
    (
        "show = false\n",
        "shown = false\n",
        'unknown key "shown" in a [[value]]. Did you mean "show"?',
    ),
    ("[[section]]", "[[sektion]]", 'unknown table "sektion". Did you mean "section"?'),
]


@pytest.mark.parametrize(("right", "wrong", "words"), MISTAKES, ids=[one[2] for one in MISTAKES])
def test_a_mistake_is_named_with_its_file(
    tmp_path: Path, right: str, wrong: str, words: str
) -> None:
    shutil.copytree(KITCHENS, tmp_path / "pack")
    file = tmp_path / "pack" / "pack.toml"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong, 1))
    problems = [str(problem) for problem in check(tmp_path / "pack")]
    assert any(words in problem for problem in problems), problems
    assert all("pack.toml" in problem for problem in problems), problems


def test_overlapping_and_gapped_versions_are_named_with_their_line(tmp_path: Path) -> None:
    shutil.copytree(KITCHENS, tmp_path / "pack")
    file = tmp_path / "pack" / "pack.toml"
    text = file.read_text()
    start = text.index("[[rule.version]]")
    version = text[start : text.index("[[value]]")]
    for first_day, words in (("2022-06-30", "overlap"), ("2023-01-01", "gap")):
        old = version.replace("from = 2020-01-01", "from = 2020-01-01\nto = 2022-06-30")
        new = version.replace("from = 2020-01-01", f"from = {first_day}")
        broken = text.replace(version, old + new)
        file.write_text(broken)
        line = [n for n, row in enumerate(broken.splitlines(), 1) if row == "[[rule.version]]"][1]
        problems = [str(problem) for problem in check(tmp_path / "pack")]
        assert any(words in one and one.startswith(f"pack.toml:{line}:") for one in problems)


def test_entries_that_read_one_another_in_a_circle_are_refused(tmp_path: Path) -> None:
    shutil.copytree(KITCHENS, tmp_path / "pack")
    file = tmp_path / "pack" / "pack.toml"
    met = 'met = { answer = "cleanliness", at_most = 15 }'
    file.write_text(
        file.read_text()
        .replace(met, 'met = { value = "tariff", is = "T0" }')
        .replace(
            'count_visits = { where = { finding = "clean_enough", is = "not_met" }, months = 36 }',
            'count_findings = { outcome = ["not_met"] }',
        )
    )
    assert any("circle" in str(problem) for problem in check(tmp_path / "pack"))
