"""What is enacted for a nation and not in force there yet: it bites from the day that a person enters."""

from datetime import date, timedelta
from typing import Any

import pytest

from compliance.rulebook import Pack, assess, shipped_pack
from compliance.rulebook.amended import Commencement, amended, provisions

PACK = shipped_pack()
FIRST = date(2027, 3, 1)
SOUND = {fact["id"]: fact["sound"] for fact in PACK.entries("fact") if "sound" in fact}
LISTED = {
    "tp_outcome": "sold_no_challenge",
    "tp_article_covered": "other_injury",
    "tp_article_listed": "listed",
}


def _switched(key: str) -> Pack:
    (one,) = (each for each in provisions(PACK) if each.key == key)
    read_on = date(2026, 11, 22)
    commencement = Commencement(one.law, one.places, "SI 2027/1", FIRST, "Read.", read_on)
    return amended(PACK, [commencement], [], "+1")


def _visit(kind: str, nation: str, on: date, answers: dict[str, Any]) -> dict[str, Any]:
    visit = {"kind": kind, "nation": nation, "channel": "in_store", "visited_on": on.isoformat()}
    return {**visit, "answers": answers, "operation": SOUND if kind == "test_purchase" else {}}


@pytest.mark.parametrize("nation", ["scotland", "northern_ireland"])
def test_a_listed_weapon_is_covered_once_its_exclusion_ends(nation: str) -> None:
    pack = _switched(f"owa_prohibited_also_141A_SC_NI@{nation}")
    before, since = (
        assess(pack, _visit("test_purchase", nation, on, LISTED))
        for on in (FIRST - timedelta(days=1), FIRST)
    )
    assert before["validity"]["result"] == "advice_only"
    assert before["values"]["law_to_confirm"] == "listed_under_age"
    assert since["validity"]["may_allege"]
    assert "law_to_confirm" not in since["values"]


def test_corrosive_products_cap_the_grade_in_northern_ireland_once_their_law_begins() -> None:
    pack = _switched("owa_corrosives_NI@northern_ireland")
    answers = {"corrosives_stocked": "yes", "corrosives_age_check": "no"}
    before, since = (
        assess(pack, _visit("store_audit", "northern_ireland", on, answers))
        for on in (FIRST - timedelta(days=1), FIRST)
    )
    assert (before["grade"], since["grade"]) == ("not_settled", "E")
