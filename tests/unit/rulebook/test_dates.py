"""Dated law: the day before, the first day, the last day, and what is enacted and not commenced."""

from datetime import date

import pytest

from compliance.rulebook import Pack, assess
from compliance.rulebook.law_on import law_on
from compliance.rulebook.months import add_months

TEXT = {"severity": "major", "basis": "good_practice", "law": "row", "citation": "s.1"}
YES = {"answer": "q", "is": "yes"}
PACK = Pack(
    {
        "pack": {"id": "dated", "version": "1"},
        "dim": [
            {"id": "nation", "options": [{"code": "england"}, {"code": "scotland"}]},
        ],
        "severity": [{"id": "major", "weight": 5}],
        "question": [{"id": "q", "type": "yes_no"}],
        "rule": [
            {
                "id": "old_and_new",
                "version": [
                    {**TEXT, "from": "2010-01-01", "to": "2024-09-23", "met": {"not": YES}},
                    {**TEXT, "from": "2024-09-24", "met": YES},
                ],
            },
            {
                "id": "england_only",
                "version": [
                    {**TEXT, "from": "2024-09-24", "dims": {"nation": ["england"]}, "met": YES}
                ],
            },
            {"id": "coming", "version": [{**TEXT, "enacted_only": True, "met": YES}]},
        ],
    }
)


def _outcomes(on: str, nation: str = "england") -> dict[str, str]:
    result = assess(PACK, {"nation": nation, "visited_on": on, "answers": {"q": "yes"}})
    return {finding["rule"]: finding["outcome"] for finding in result["findings"]}


@pytest.mark.parametrize(
    ("on", "old_and_new", "england_only"),
    [
        ("2009-12-31", "not_in_force", "not_in_force"),
        ("2010-01-01", "not_met", "not_in_force"),
        ("2024-09-23", "not_met", "not_in_force"),
        ("2024-09-24", "met", "met"),
    ],
)
def test_a_visit_is_judged_by_the_law_of_its_own_day(
    on: str, old_and_new: str, england_only: str
) -> None:
    outcomes = _outcomes(on)
    assert (outcomes["old_and_new"], outcomes["england_only"]) == (old_and_new, england_only)


def test_a_rule_of_one_nation_does_not_reach_another() -> None:
    assert _outcomes("2026-01-01", "scotland")["england_only"] == "not_in_force"


def test_what_is_enacted_and_not_commenced_never_fires() -> None:
    assert _outcomes("2040-01-01")["coming"] == "not_in_force"


def test_the_law_on_a_day_lists_what_is_in_force_and_what_is_coming() -> None:
    told = law_on(PACK, date(2024, 9, 23), {"nation": "england"})
    assert [(row["rule"], row["version"]) for row in told["rules"]] == [("old_and_new", 1)]
    assert {row["rule"] for row in told["prepare_for"]} == {"old_and_new", "england_only", "coming"}


@pytest.mark.parametrize(
    ("day", "months", "gives"),
    [
        (date(2026, 10, 13), 6, date(2027, 4, 13)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_calendar_months(day: date, months: int, gives: date) -> None:
    assert add_months(day, months) == gives
