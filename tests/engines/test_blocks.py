"""Many visits at once give what one visit at a time gives."""

import os
from typing import Any

import pytest

from compliance.rulebook import Pack, assess, shipped_pack
from compliance.rulebook.assess import program_of
from compliance.rulebook.blocks import BlockScorer, Numbers
from compliance.rulebook.columns import columns_of
from tests.engines.random_visits import RandomVisits

VISITS = int(os.environ.get("BLOCK_VISITS", "10000"))
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


def test_threads_and_leaving_the_outcomes_out_change_nothing() -> None:
    program = program_of(shipped_pack())
    maker = RandomVisits(program.pack, 4)
    columns = columns_of(program, [maker.visit(history=0) for _ in range(50)] * 1500)
    scorer = BlockScorer(program)
    plain, quick = scorer.score(columns), scorer.score(columns, outcomes=False, threads=2)
    assert (plain.not_met == quick.not_met).all()
    assert quick.findings == {}
    for name, value in plain.values.items():
        assert (quick.values[name].low == value.low).all()
        assert (quick.values[name].high == value.high).all()
