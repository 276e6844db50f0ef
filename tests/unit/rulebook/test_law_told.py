"""What anybody is told of the law on a day: in force that day, verified, with its source."""

import copy
from datetime import date

from compliance.rulebook import Pack, shipped_pack
from compliance.rulebook.law_told import LawTold, law_told

EVE, DAY = date(2024, 9, 23), date(2024, 9, 24)
ENGLAND = {"nation": "england"}
TITLE = "Zombie-style knives and machetes"


def titles(told: LawTold) -> set[str]:
    return {one.title for _, rules in told.applies for one in rules}


def test_a_rule_applies_from_its_first_day_and_is_told_as_coming_the_day_before() -> None:
    pack = shipped_pack()
    eve, day = law_told(pack, EVE, ENGLAND), law_told(pack, DAY, ENGLAND)
    assert titles(day) - titles(eve) == {TITLE}
    coming = next(one for one in eve.prepare_for if one.title == TITLE)
    assert (coming.since, coming.until) == (DAY, None)
    assert TITLE not in {one.title for one in day.prepare_for}


def test_another_nation_is_not_told_of_it() -> None:
    pack = shipped_pack()
    assert TITLE not in titles(law_told(pack, DAY, {"nation": "scotland"}))


def test_a_way_of_selling_leaves_out_what_is_of_another() -> None:
    pack = shipped_pack()
    shop = titles(law_told(pack, DAY, {**ENGLAND, "channel": "in_store"}))
    site = titles(law_told(pack, DAY, {**ENGLAND, "channel": "online"}))
    assert "Secure display" in shop - site
    assert "No delivery to lockers" in site - shop


def test_every_source_is_named() -> None:
    told = law_told(shipped_pack(), DAY, ENGLAND)
    everything = [
        *told.statements,
        *told.prepare_for,
        *(one for _, rules in told.applies for one in rules),
    ]
    assert len(everything) > 40
    assert all(one.source and one.words and one.since for one in everything)


def test_since_when_is_told_of_law_and_not_of_good_practice() -> None:
    pack = shipped_pack()
    told = law_told(pack, DAY, ENGLAND)
    practice = pack.label("basis", "good_practice")
    for label, rules in told.applies:
        assert {one.dated for one in rules} == {label != practice}, label
    assert {one.words for one in told.statements if not one.dated} == {
        "Challenge 25 is good practice, not law."
    }


def test_what_rests_on_an_unverified_row_is_never_told() -> None:
    content = copy.deepcopy(dict(shipped_pack().content))
    before = law_told(Pack(content), DAY, ENGLAND)
    assert TITLE in titles(before)
    row = next(one for one in content["law"] if one["id"] == "zombie_style")
    row["unverified"] = True
    after = law_told(Pack(copy.deepcopy(content)), DAY, ENGLAND)
    assert titles(before) - titles(after) == {TITLE}
    assert after.left_out == before.left_out + 1
    assert before.left_out > 0
    shown = repr(before)
    for one in content["law"]:
        if one.get("unverified") and one["id"] != "zombie_style":
            assert one["text"] not in shown


def test_a_sentence_of_a_letter_that_needs_its_letter_is_not_told() -> None:
    told = law_told(shipped_pack(), DAY, ENGLAND)
    words = [one.words for one in told.statements]
    assert words
    assert not any("this was not" in text or "like this" in text for text in words)
