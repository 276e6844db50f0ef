"""What must hold for every pack and every visit, tried on random ones."""

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.rulebook import Pack, assess
from compliance.rulebook.conditions import compile_condition
from compliance.rulebook.generated import plain_rules
from compliance.rulebook.program import Program
from compliance.rulebook.state import Moment, State
from tests.unit.rulebook.strategies import (
    ANSWERS,
    QUESTIONS,
    monotone,
    packs,
    scored_pack,
    trees,
    visits,
)

DAY = date(2026, 11, 22)
CODES = ("yes", "no", "not_applicable")


def _assess(pack: Pack, answers: dict[str, str]) -> dict[str, Any]:
    return assess(pack, {"kind": "audit", "visited_on": DAY.isoformat(), "answers": answers})


def _state(answers: dict[str, str]) -> State:
    known = {name: code for name, code in answers.items() if code != "not_observed"}
    return State(DAY, DAY, {}, known, {}, Moment(0, DAY))


@given(trees, visits)
def test_the_generated_rule_says_what_the_condition_says(
    tree: dict[str, Any], answers: dict[str, str]
) -> None:
    state = _state(answers)
    plain_rules([("rule", 1, None, None, tree)], dict.fromkeys(QUESTIONS, CODES))(state)
    outcome = {True: "met", False: "not_met", None: "not_assessed"}[compile_condition(tree)(state)]
    assert state.findings["rule"] == outcome


@given(packs(), visits, st.data())
def test_more_knowledge_never_widens_the_range(
    pack: Pack, answers: dict[str, str], data: st.DataObject
) -> None:
    before = _assess(pack, answers)
    unknown = [name for name in QUESTIONS if answers.get(name, "not_observed") == "not_observed"]
    more = {name: data.draw(st.sampled_from(ANSWERS)) for name in unknown}
    after = _assess(pack, {**answers, **more})
    if before["score"] and after["score"]:
        assert before["score"]["low"] <= after["score"]["low"]
        assert after["score"]["high"] <= before["score"]["high"]
    settled = {
        finding["rule"]: finding["outcome"]
        for finding in before["findings"]
        if finding["outcome"] != "not_assessed"
    }
    for finding in after["findings"]:
        assert settled.get(finding["rule"], finding["outcome"]) == finding["outcome"]


@given(packs(), visits, st.data())
def test_a_settled_grade_is_the_grade_of_every_completion(
    pack: Pack, answers: dict[str, str], data: st.DataObject
) -> None:
    before = _assess(pack, answers)
    unknown = [name for name in QUESTIONS if answers.get(name, "not_observed") == "not_observed"]
    full = {name: data.draw(st.sampled_from(("yes", "no"))) for name in unknown}
    after = _assess(pack, {**answers, **full})
    assert after["grade"] != "open"
    if before["grade"] not in (None, "open") and after["grade"] is not None:
        assert after["grade"] == before["grade"]


@given(packs(), visits, st.randoms())
def test_the_order_of_answers_is_irrelevant(
    pack: Pack, answers: dict[str, str], rng: random.Random
) -> None:
    shuffled = list(answers.items())
    rng.shuffle(shuffled)
    assert _assess(pack, dict(shuffled)) == _assess(pack, answers)


@given(packs(), visits)
def test_open_questions_are_those_not_observed(pack: Pack, answers: dict[str, str]) -> None:
    for name in _assess(pack, answers)["narrowed_by"]:
        assert answers.get(name, "not_observed") == "not_observed"


worse = st.dictionaries(st.sampled_from(QUESTIONS), st.just("no"))


@given(st.lists(monotone, min_size=1, max_size=6), visits, worse)
def test_a_worse_answer_never_raises_the_score(
    conditions: list[dict[str, Any]], answers: dict[str, str], lower: dict[str, str]
) -> None:
    """Where every rule asks for a "yes", turning answers into "no" can only lower the range."""
    pack = scored_pack(conditions)
    known = {name: code for name, code in answers.items() if code != "not_applicable"}
    before, after = _assess(pack, known), _assess(pack, {**known, **lower})
    assert after["score"]["low"] <= before["score"]["low"]
    assert after["score"]["high"] <= before["score"]["high"]


@given(packs(), visits)
def test_the_quick_way_and_the_plain_way_agree(pack: Pack, answers: dict[str, str]) -> None:
    quick = _assess(pack, answers)["findings"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Program, "_is_plain", lambda self, rule, version: False)
        slow = Program(pack)
        state, plan = _state(answers), slow.plan(DAY, {"kind": frozenset({"audit"})})
        state.severities.update(plan.severities)
        for step in plan.steps:
            step(state)
    assert state.findings == {finding["rule"]: finding["outcome"] for finding in quick}
