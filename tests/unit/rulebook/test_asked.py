"""Which questions are put: conditions open and shut questions, one after another, and never on a guess."""

from datetime import date
from typing import Any

import pytest

from compliance.rulebook.answers import Reader
from compliance.rulebook.asked import asked, asked_facts
from compliance.rulebook.words import answer_in_words, question_line
from tests.small_pack import small_pack

PACK = small_pack()
DAY = date(2026, 10, 13)
TRIAL = {"kind": ["trial"], "nation": ["england"], "channel": ["in_store"]}


def put(answers: dict[str, Any]) -> list[str]:
    """The ids of the questions of the trial's first screen that are put."""
    typed = Reader(PACK.questions).read(answers)
    found = [entry["id"] for entry in asked(PACK, TRIAL, DAY, typed, {})]
    return [name for name in found if name in ("result", "paid", "edge")]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ["result"]),
        ({"result": "not_observed"}, ["result"]),
        ({"result": "refused"}, ["result"]),
        ({"result": "sold"}, ["result", "paid"]),
        ({"result": "sold", "paid": "yes"}, ["result", "paid", "edge"]),
        ({"result": "sold", "paid": "no"}, ["result", "paid"]),
        # An answer to a question that is not put opens nothing.
        ({"result": "refused", "paid": "yes"}, ["result"]),
    ],
)
def test_one_question_opens_another(answers: dict[str, Any], expected: list[str]) -> None:
    assert put(answers) == expected


def test_questions_of_another_kind_are_not_put() -> None:
    audit = TRIAL | {"kind": ["audit"]}
    ids = [entry["id"] for entry in asked(PACK, audit, DAY, {}, {})]
    assert "result" not in ids
    assert "log" in ids


def test_facts_are_those_of_the_kind() -> None:
    audit = TRIAL | {"kind": ["audit"]}
    assert [one["id"] for one in asked_facts(PACK, TRIAL, DAY, {})] == [
        "buyer_years",
        "risk_written",
    ]
    assert [one["id"] for one in asked_facts(PACK, audit, DAY, {})] == ["risk_written"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("paid", "yes", "Yes"),
        ("paid", None, "Not observed"),
        ("prompt", "not_applicable", "Does not apply"),
        ("result", "sold", "Sold"),
        ("result", "gone", "gone"),
        ("stock", ["forks", "spoons"], "Forks, Spoons"),
        ("stock", [], "None of these"),
        ("edge", "7.50", "7.50 cm"),
        ("tills", 3, "3"),
        ("last_entry", "2026-01-09", "9 January 2026"),
        ("training", ["2026-01-09", "2025-12-31"], "9 January 2026, 31 December 2025"),
        ("told_at", "14:05", "14:05"),
        ("story", "A < B", "A < B"),
    ],
)
def test_an_answer_is_said_in_words(name: str, value: Any, words: str) -> None:
    assert answer_in_words(PACK.questions[name], value) == words


def test_a_question_has_a_short_form() -> None:
    assert question_line(PACK.questions["paid"]) == "Paid"
