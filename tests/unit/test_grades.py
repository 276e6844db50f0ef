"""Why a grade is what it is, in a few lines: together they come to the grade that the engine gave."""

from __future__ import annotations

from typing import Any

from compliance.rulebook import assess, shipped_pack
from compliance.services.grades import Reason, grade_reasons
from tests.engines.random_visits import RandomVisits

PACK = shipped_pack()
VISITS = 150
#: The grades in words, the best first.
GRADES = [PACK.value_label("grade", code) for code in "ABCDE"]


def assessed(kind: str, answers: dict[str, Any]) -> dict[str, Any]:
    """What an in-store visit in England comes to."""
    return assess(
        PACK,
        {
            "kind": kind,
            "nation": "england",
            "channels" if kind == "store_audit" else "channel": (
                ["in_store"] if kind == "store_audit" else "in_store"
            ),
            "visited_on": "2026-10-20",
            "answers": answers,
        },
    )


def test_a_failing_that_holds_the_grade_down_is_named_beside_the_score() -> None:
    """Never an average that hides it."""
    sound = {
        entry["id"]: entry["sound"]
        for entry in PACK.questionnaire({"kind": "store_audit", "channel": ["in_store"]})
        if "sound" in entry
    }
    result = assessed(
        "store_audit",
        sound | {"prohibited_on_sale": "yes", "prohibited_items_suspected": ["butterfly"]},
    )
    score, failing = grade_reasons(PACK, result)
    assert score.because.startswith("The score alone: ")
    assert failing == Reason(
        "A critical point not met: Items that may be banned weapons", "At best E (lowest)"
    )


def test_a_test_has_an_outcome_and_no_such_reasons() -> None:
    assert (
        grade_reasons(PACK, assessed("test_purchase", {"tp_outcome": "refused_age_stated"})) == ()
    )


def test_the_lowest_of_the_reasons_is_the_grade() -> None:
    maker = RandomVisits(PACK, 11)
    settled = 0
    for _ in range(VISITS):
        result = assess(PACK, maker.visit() | {"kind": "store_audit"})
        if result["score"] is None:
            continue
        best = worst = 0
        for reason in grade_reasons(PACK, result):
            words = reason.gives.removeprefix("At best ")
            places = [GRADES.index(one) for one in words.removesuffix(" if not met").split(" to ")]
            worst = max(worst, *places)
            if not words.endswith(" if not met"):
                best = max(best, min(places))
        if best == worst:
            settled += 1
            assert PACK.value_label("grade", result["grade"]) == GRADES[best]
        else:
            assert result["grade"] == "not_settled"
    assert VISITS > settled > VISITS // 10
