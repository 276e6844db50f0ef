"""A condition may compare a day with one written out in the pack, as well as with another answer."""

from datetime import date
from pathlib import Path

import pytest

from compliance.rulebook.check import check
from compliance.rulebook.conditions import compile_condition, reads
from compliance.rulebook.state import Answer, Moment, State

KITCHENS = Path(__file__).parents[2] / "data" / "packs" / "hygiene"
ENDS = {"answer": "ends", "on_or_before": "2007-09-30"}


def _state(on: date, answers: dict[str, Answer] | None = None) -> State:
    return State(on, on, {}, answers or {}, {}, Moment(0, on))


@pytest.mark.parametrize(
    ("on", "before", "after"),
    [
        (date(2007, 9, 29), True, False),
        (date(2007, 9, 30), True, True),
        (date(2007, 10, 1), False, True),
    ],
)
def test_the_visit_date_compares_with_a_day(on: date, before: bool, after: bool) -> None:
    tests = (("on_or_before", before), ("on_or_after", after))
    for test, wanted in tests:
        condition = compile_condition({"answer": "visited_on", test: "2007-09-30"})
        assert condition(_state(on)) is wanted


def test_an_answer_compares_with_a_day_and_a_missing_one_is_unknown() -> None:
    condition = compile_condition(ENDS)
    today = date(2026, 11, 22)
    assert condition(_state(today, {"ends": date(2007, 9, 30)})) is True
    assert condition(_state(today, {"ends": date(2007, 10, 1)})) is False
    assert condition(_state(today)) is None


def test_a_day_written_out_is_not_read_as_a_question() -> None:
    assert reads(ENDS).answer == ["ends"]


@pytest.mark.parametrize(
    ("other", "words"),
    [('"inspected_onn"', 'unknown question "inspected_onn"'), ('"2007-02-30"', "day is out of")],
)
def test_a_day_that_is_none_is_refused(tmp_path: Path, other: str, words: str) -> None:
    text = (KITCHENS / "pack.toml").read_text(encoding="utf-8")
    wrong = text.replace(
        "met = ", f'applies = {{ answer = "visited_on", on_or_after = {other} }}\nmet = ', 1
    )
    (tmp_path / "pack.toml").write_text(wrong, encoding="utf-8")
    assert any(words in str(problem) for problem in check(tmp_path))
