"""How far a shop's clock was from the officer's: to the minute, and the short way round midnight."""

from __future__ import annotations

import pytest

from compliance.rulebook import shipped_pack
from compliance.services.lifecycle.clocks import Reading, readings
from compliance.services.lifecycle.file_words import FileWords

AT_A_TILL = {"kind": ["test_purchase"], "nation": ["england"], "channel": ["in_store"]}


@pytest.mark.parametrize(
    ("shown", "own", "minutes", "words"),
    [
        ("14:07", "14:03", 4, "4 minutes ahead of"),
        ("13:02", "14:03", -61, "1 hour 1 minute behind"),
        ("23:59", "00:01", -2, "2 minutes behind"),
        ("00:30", "23:30", 60, "1 hour ahead of"),
        ("14:03", "14:03", 0, "The same as"),
    ],
)
def test_the_difference_of_two_clocks(shown: str, own: str, minutes: int, words: str) -> None:
    assert Reading({}, shown, own).minutes_ahead == minutes
    assert FileWords("en").clock(minutes) == f"{words} the officer's own clock" + (
        ", to the minute." if minutes == 0 else "."
    )


def test_each_clock_is_read_beside_the_officers_own() -> None:
    answers = {
        "tp_receipt_time": "14:07",
        "tp_receipt_time_own": "14:03",
        "tp_cctv_time": "not_observed",
    }
    found = {one.entry["id"]: one for one in readings(shipped_pack(), AT_A_TILL, answers)}
    assert found["tp_receipt_time"].minutes_ahead == 4
    assert found["tp_cctv_time"].minutes_ahead is None
    assert found["tp_cctv_time"].shown is None
    assert "sa_cctv_time" not in found


def test_a_visit_at_which_nobody_looks_at_clocks_has_none() -> None:
    assert readings(shipped_pack(), {**AT_A_TILL, "kind": ["engagement_visit"]}, {}) == []
