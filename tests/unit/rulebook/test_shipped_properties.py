"""What must hold of the rulebook that is shipped, whatever is answered: tried on random visits of every kind.

`SHIPPED_VISITS=5000` tries more of them: a few of each property, and twenty times as many of the generated code.
"""

import json
import os
from datetime import date
from typing import Any

import pytest

from compliance.rulebook import assess, shipped_pack
from compliance.rulebook.answers import Reader, read_dims
from compliance.rulebook.asked import asked
from compliance.rulebook.assess import _one
from compliance.rulebook.program import Point, Program
from compliance.rulebook.state import State
from tests.engines.random_visits import RandomVisits

VISITS = int(os.environ.get("SHIPPED_VISITS", "40"))
PACK = shipped_pack()
READER = Reader(PACK.questions)
FACTS = Reader(PACK.facts, "operation fact")
SEEDS = range(4)
#: Answers that are one answer to the law: what seems banned and which item it seems to be; what is sold and the
#: licence it needs, with its last day; corrosive products and how they are sold. The first alone already is a
#: finding, which the others make exact.
TOGETHER = (
    ("prohibited_on_sale", "prohibited_items_suspected"),
    ("corrosives_stocked", "corrosives_age_check"),
    (
        "stock_bladed_types",
        *(
            "sc_dealer_licence",
            "sc_dealer_licence_expiry",
            "sc_dealer_records",
            "sc_window_visibility",
        ),
    ),
)
#: Asked before all else: whoever sells online is taken as the seller until it is known to be a host, and
#: corrosive products are looked at only where the audit asks about them.
FIRST = {"online_marketplace_role", "corrosives_stocked"}


class Asked(RandomVisits):
    """Makes visits that a form could have made: an answer stands only where its question was put."""

    def audit(self) -> dict[str, Any]:
        visit = self.visit(history=0)
        visit |= {"kind": "store_audit", "answers": {}}
        visit.pop("as_of", None)
        return visit

    def complete(self, visit: dict[str, Any]) -> dict[str, Any]:
        """The visit with every question answered that is put, until no other is opened."""
        answers = dict(visit["answers"])
        day, good = date.fromisoformat(visit["visited_on"]), self.rng.choice((0.2, 0.6, 0.95))
        while True:
            open_ = [entry for entry in put(visit, answers) if not is_known(answers, entry["id"])]
            if not open_:
                return visit | {"answers": answers}
            for entry in open_:
                answers[entry["id"]] = self._definite(entry, day, good)

    def partly(self, visit: dict[str, Any]) -> dict[str, Any]:
        """The visit with some answers left out, and whatever these had opened."""
        known = self.rng.choice((0.3, 0.7, 0.9))
        given = visit["answers"]
        groups = [
            *TOGETHER,
            *((name,) for name in given if not any(name in one for one in TOGETHER)),
        ]
        kept = {
            name: given[name]
            for group in groups
            if self.rng.random() < known or not FIRST.isdisjoint(group)
            for name in group
            if name in given
        }
        return visit | {"answers": only_put(visit, kept)}

    def _definite(self, entry: Any, day: date, good: float) -> Any:
        while (answer := self._answer(entry, day, good)) == "not_observed":
            continue
        return answer


def put(visit: dict[str, Any], answers: dict[str, Any]) -> list[Any]:
    """The questions put at a visit with these answers."""
    on, facts = date.fromisoformat(visit["visited_on"]), FACTS.read(visit["operation"])
    return asked(PACK, read_dims(PACK, visit), on, READER.read(answers), facts)


def only_put(visit: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """The answers whose questions are put."""
    names = {entry["id"] for entry in put(visit, answers)}
    return {name: answer for name, answer in answers.items() if name in names}


def is_known(answers: dict[str, Any], name: str) -> bool:
    return answers.get(name, "not_observed") != "not_observed"


def holds(outer: dict[str, int] | None, inner: dict[str, int] | None) -> bool:
    if outer is None or inner is None:
        return outer is None or inner is None
    return outer["low"] <= inner["low"] and inner["high"] <= outer["high"]


@pytest.mark.parametrize("seed", SEEDS)
def test_more_knowledge_never_widens_the_range_and_every_completion_is_in_it(seed: int) -> None:
    maker = Asked(PACK, seed)
    for _ in range(VISITS):
        full = maker.complete(maker.audit())
        more = maker.partly(full)
        less = maker.partly(more)
        scores = [assess(PACK, visit)["score"] for visit in (less, more, full)]
        assert holds(scores[0], scores[1]), (less, more)
        assert holds(scores[1], scores[2]), (more, full)
        assert holds(scores[1], assess(PACK, maker.complete(more))["score"]), more


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_listed_settles_the_grade_however_it_is_answered(seed: int) -> None:
    """Answer all that narrows the score: nothing that is left can move the grade, and a gate leads on."""
    maker = Asked(PACK, seed)
    for _ in range(VISITS):
        visit = maker.partly(maker.complete(maker.audit()))
        result = assess(PACK, visit)
        full = maker.complete(visit)["answers"]
        rounds = 0
        while result["narrowed_by"]:
            names = {entry["id"] for entry in put(visit, visit["answers"])}
            assert names.issuperset(result["narrowed_by"]), visit
            more = {
                name: full[name]
                for listed in result["narrowed_by"]
                for name in next((one for one in TOGETHER if listed in one), (listed,))
                if is_known(full, name)
            }
            assert more, visit
            assert not any(is_known(visit["answers"], name) for name in result["narrowed_by"]), (
                visit
            )
            visit = visit | {"answers": visit["answers"] | more}
            result = assess(PACK, visit)
            rounds += 1
        assert rounds <= 4, visit
        settled = result["grade"]
        final = assess(PACK, visit | {"answers": full})
        if final["grade"] == "not_settled":
            continue  # the answers themselves settle nothing, such as a sample that is too small
        assert result["score"] is None or settled == final["grade"], visit


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worse_answer_never_raises_the_score(seed: int) -> None:
    """Of two visits that differ in one answer to a yes-or-no point, the one not met never scores higher."""
    maker = Asked(PACK, seed)
    tried = 0
    for _ in range(VISITS):
        visit = maker.complete(maker.audit())
        before = assess(PACK, visit)
        by_rule = {one["rule"]: one["outcome"] for one in before["findings"]}
        for name, answer in visit["answers"].items():
            rule = PACK.rules.get(name)
            if answer not in ("yes", "no") or rule is None or by_rule.get(name) != "met":
                continue
            worse = visit["answers"] | {name: "no" if answer == "yes" else "yes"}
            after = assess(PACK, visit | {"answers": only_put(visit, worse)})
            outcome = {one["rule"]: one["outcome"] for one in after["findings"]}[name]
            if outcome == "not_met":
                tried += 1
                assert after["score"]["low"] <= before["score"]["low"], (visit, name)
                assert after["score"]["high"] <= before["score"]["high"], (visit, name)
    assert tried > VISITS


@pytest.mark.parametrize("kind", ["test_purchase", "challenge_25_audit", "store_audit"])
def test_the_order_of_answers_is_irrelevant(kind: str) -> None:
    maker = Asked(PACK, 7)
    for _ in range(VISITS):
        visit = maker.visit() | {"kind": kind}
        mixed = {}
        for key in ("answers", "operation"):
            items = list(visit[key].items())
            maker.rng.shuffle(items)
            mixed[key] = dict(items)
        assert assess(PACK, visit | mixed) == assess(PACK, visit)


@pytest.mark.parametrize("kind", ["test_purchase", "challenge_25_audit", "engagement_visit"])
def test_what_is_not_an_audit_has_no_score(kind: str) -> None:
    maker = Asked(PACK, 8)
    for _ in range(VISITS // 5):
        result = assess(PACK, maker.visit() | {"kind": kind})
        assert result["score"] is None
        assert result["narrowed_by"] == []


def test_the_generated_way_says_what_the_plain_one_says() -> None:
    """Rules and findings as generated code, and as the closures and the plain writing they stand for."""
    quick, slow = Program(PACK), Program(PACK)
    slow._is_plain = lambda rule, version: False
    maker = Asked(PACK, 6)
    for _ in range(6 * VISITS):
        visit = maker.visit(history=0)
        visit.pop("as_of", None)
        day = date.fromisoformat(visit["visited_on"])
        (one, plan), (other, plain) = (_one(way, visit, day, day, 0) for way in (quick, slow))
        assert len(plan.steps) <= len(plain.steps)
        assert one == other, visit
        assert plan.narrowing(one) == plain.narrowing(other), visit
        answers, facts = visit["answers"], visit["operation"]
        told = plan.findings("en")(one.findings, one.severities, answers, facts)
        assert told == [_finding(point, one, answers, facts) for point in plain.points], visit


def _finding(point: Point, state: State, answers: dict[str, Any], facts: dict[str, Any]) -> Any:
    outcome = state.findings[point.id]
    version = point.version
    return {
        "rule": point.id,
        "outcome": outcome,
        "severity": state.severities[point.id],
        **{key: version[key] for key in ("basis", "citation", "law")},
        "because": [
            *(
                {"question": one, "answer": answers.get(one, "not_observed")}
                for one in point.questions
            ),
            *({"fact": one, "answer": facts.get(one, "not_observed")} for one in point.facts),
        ],
        "advice": version.get("advice", {}).get("en", "") if outcome == "not_met" else "",
    }


def test_a_result_shares_nothing_with_the_next() -> None:
    """Whoever changes a result changes that one only: what is made ready for findings stays whole."""
    visit = Asked(PACK, 9).audit() | {"nation": "england"}
    first, kept = assess(PACK, visit), json.dumps(assess(PACK, visit))
    for finding in first["findings"]:
        finding["outcome"] = finding["advice"] = "changed"
        for one in finding["because"]:
            one["answer"] = "changed"
        finding["because"].clear()
    first["findings"].clear()
    assert json.dumps(assess(PACK, visit)) == kept
