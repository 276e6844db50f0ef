"""Many visits at once give what one visit at a time gives."""

import copy
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from compliance.rulebook import Pack, assess, blocks, shipped_pack
from compliance.rulebook.assess import program_of
from compliance.rulebook.blocks import BlockScorer, Numbers
from compliance.rulebook.columns import columns_of
from tests.engines.random_visits import RandomVisits

#: The bench compares more, and `make soak` many more.
VISITS = int(os.environ.get("BLOCK_VISITS", "800"))
PARTS = {"result": "test_result", "may_allege": "may_allege", "counts": "counts"}


def _differences(pack: Pack, visits: list[dict[str, Any]]) -> list[str]:
    program = program_of(pack)
    scored = BlockScorer(program).score(columns_of(program, visits))
    output = pack.content["output"]
    found = []
    for place, visit in enumerate(visits):
        plain = assess(pack, visit)
        told = {rule: scored.outcome(rule, place) for rule in pack.rules}
        want = {finding["rule"]: finding["outcome"] for finding in plain["findings"]}
        for rule, outcome in told.items():
            if want.get(rule, "absent") != outcome:
                found.append(f"{place} {rule}: {outcome}, not {want.get(rule, 'absent')}")
        score = scored.values[output["score"]]
        assert isinstance(score, Numbers)
        ends = {"low": int(score.low[place]), "high": int(score.high[place])}
        if (ends if score.known[place] else None) != plain["score"]:
            found.append(f"{place} score: {ends}, not {plain['score']}")
        if scored.code(output["grade"], place) != plain["grade"]:
            found.append(f"{place} grade: {scored.code('grade', place)}, not {plain['grade']}")
        if plain["validity"]:
            for part, name in PARTS.items():
                code = scored.code(name, place)
                if (code == "yes" if part != "result" else code) != plain["validity"][part]:
                    found.append(f"{place} {part}: {code}, not {plain['validity'][part]}")
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_blocks_equal_the_plain_way_on_random_visits(seed: int) -> None:
    pack = shipped_pack()
    maker = RandomVisits(pack, seed)
    visits = [maker.visit(history=0) for _ in range(VISITS // 2)]
    for visit in visits:
        visit.pop("as_of", None)
    assert _differences(pack, visits)[:5] == []


def test_the_bitmap_marks_the_points_not_met() -> None:
    pack = shipped_pack()
    program = program_of(pack)
    maker = RandomVisits(pack, 3)
    visits = [maker.visit(history=0) for _ in range(50)]
    scored = BlockScorer(program).score(columns_of(program, visits))
    bits = scored.not_met
    for place in range(len(visits)):
        for number, rule in enumerate(scored.rules):
            is_set = bool(int(bits[place, number // 64]) >> (number % 64) & 1)
            assert is_set is (scored.outcome(rule, place) == "not_met")


def _edited(pack: Pack, edit: Callable[[dict[str, Any]], None]) -> Pack:
    content = copy.deepcopy(dict(pack.content))
    edit(content)
    return Pack(content)


def _one(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if name in (entry.get("id"), entry.get("name")))


def _asks_the_opposite(content: dict[str, Any]) -> None:
    for version in _one(content["rule"], "refusals_log_exists")["version"]:
        version["met"] = {"not": version["met"]}


def _weighs_less(content: dict[str, Any]) -> None:
    for version in _one(content["rule"], "age_policy_written")["version"]:
        version["severity"] = "advisory"


def _counts_no_longer(content: dict[str, Any]) -> None:
    _one(content["rule"], "refusals_log_exists")["scored"] = False


def _is_gone(content: dict[str, Any]) -> None:
    content["rule"] = [one for one in content["rule"] if one["id"] != "buyer_age_known_to_be_wrong"]
    content["rule"] = [one for one in content["rule"] if one["id"] != "tp_outcome"]


def _fires_more(content: dict[str, Any]) -> None:
    _one(content["condition"], "A1")["when"] = {"fact": "buyer_age", "known": True}


def _bands_higher(content: dict[str, Any]) -> None:
    steps = _one(content["value"], "audit_band")["band"]["steps"]
    steps[0]["at_least"] = 97


@pytest.mark.parametrize(
    "edit",
    [_asks_the_opposite, _weighs_less, _counts_no_longer, _is_gone, _fires_more, _bands_higher],
)
def test_scoring_only_what_differs_gives_what_scoring_all_gives(
    edit: Callable[[dict[str, Any]], None],
) -> None:
    pack = shipped_pack()
    maker = RandomVisits(pack, 5)
    columns = columns_of(program_of(pack), [maker.visit(history=0) for _ in range(400)])
    earlier = BlockScorer(program_of(pack)).score(columns)
    scorer = BlockScorer(program_of(_edited(pack, edit)))
    whole, quick = scorer.score(columns), scorer.score(columns, earlier=earlier)
    assert (whole.not_met == quick.not_met).all()
    assert whole.values.keys() == quick.values.keys()
    for name, value in whole.values.items():
        assert (quick.values[name].low == value.low).all()
        assert (quick.values[name].high == value.high).all()
    for rule in whole.rules:
        for place in range(0, len(columns), 7):
            assert whole.outcome(rule, place) == quick.outcome(rule, place)
    same = [
        (earlier.values[name].low == value.low).all()
        and (earlier.values[name].high == value.high).all()
        for name, value in quick.values.items()
    ]
    same.append(np.array_equal(earlier.not_met, quick.not_met))
    assert not all(same), "the edit has no effect"
    taken = [
        rule
        for rule in whole.rules
        if earlier.parts[0].block.findings.get(rule) is quick.parts[0].block.findings[rule]
    ]
    assert len(taken) > len(whole.rules) / 2


def test_visits_of_several_blocks_are_as_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(shipped_pack())
    maker = RandomVisits(program.pack, 6)
    columns = columns_of(program, [maker.visit(history=0) for _ in range(203)])
    one = BlockScorer(program).score(columns)
    monkeypatch.setattr(blocks, "BLOCK", 64)
    several = BlockScorer(program).score(columns)
    again = BlockScorer(program).score(columns, earlier=several)
    for scored in (several, again):
        assert len(scored.parts) == 4
        assert (scored.not_met == one.not_met).all()
        assert scored.outcome("age_policy_written", 202) == one.outcome("age_policy_written", 202)
        for name, value in one.values.items():
            assert (scored.values[name].low == value.low).all()
            assert (scored.values[name].high == value.high).all()
