"""What the gatekeeper proves is true of the engine: the same outcome for every answer that it tries."""

from datetime import date
from typing import Any

import pytest

from compliance.rulebook import assess, shipped_pack
from compliance.rulebook.check import check
from compliance.rulebook.gatekeeper.formulas import Formulas, Visit
from compliance.rulebook.gatekeeper.reach import Reach
from compliance.rulebook.gatekeeper.search import can_be
from compliance.rulebook.gatekeeper.visits import Places
from compliance.rulebook.pack import PACKS
from compliance.rulebook.sources import Sources
from compliance.rulebook.state import Answer, Measure

PACK = shipped_pack()
BITS = {"met": 1, "not_met": 2, "not_applicable": 4, "not_assessed": 8, "not_in_force": 16}
DAY = date(2026, 10, 13)


def _put_in(answer: Answer) -> Any:
    """An answer as it is put in."""
    if isinstance(answer, Measure):
        return str(answer.value)
    if isinstance(answer, tuple):
        return [_put_in(one) for one in answer]
    return answer.isoformat() if isinstance(answer, date) else answer


PLACES = [
    next(iter(Places(PACK).within(among)))
    for single, among in Places(PACK).singly
    if single["kind"] != {"engagement_visit"}
]


@pytest.mark.parametrize(
    "dims", PLACES, ids=["-".join(*zip(*one.values(), strict=True)) for one in PLACES]
)
def test_one_answer_at_a_time_ends_as_in_the_engine(dims: dict[str, frozenset[str]]) -> None:
    formulas = Formulas(PACK, Visit(dims, DAY, DAY))
    nodes = {rule: formulas.outcome(rule) for rule in PACK.rules}
    formulas.settle()
    tried = 0
    for variable, answers in formulas.tried.items():
        for number, answer in enumerate(answers):
            if number == 0 and tried:
                continue
            decided = dict.fromkeys(formulas.tried, 0) | {variable: number}
            given = {} if answer is None else {variable[1]: _put_in(answer)}
            visit: dict[str, Any] = {
                "dims": {
                    name: sorted(codes) if name == "channel" else next(iter(codes))
                    for name, codes in dims.items()
                },
                "visited_on": DAY.isoformat(),
                ("answers" if variable[0] == "answer" else "operation"): given,
            }
            for finding in assess(PACK, visit)["findings"]:
                assert nodes[finding["rule"]](decided) == BITS[finding["outcome"]], (finding, given)
                tried += 1
    assert tried > 500


def test_the_shipped_rulebook_passes() -> None:
    assert check(PACKS / "uk_knives") == []


def test_only_questions_that_are_asked_are_answered() -> None:
    """After a refusal nobody is asked whether the price was paid, so nothing follows from its answer."""
    dims = {
        "kind": frozenset(("test_purchase",)),
        "nation": frozenset(("england",)),
        "channel": frozenset(("in_store",)),
    }
    formulas = Formulas(PACK, Visit(dims, DAY, DAY))
    tree = {
        "all": [
            {"answer": "tp_outcome", "is": "closed"},
            {"answer": "tp_money_taken", "known": True},
        ]
    }
    node = formulas.condition(tree)
    formulas.settle()
    reach = Reach(PACK, Sources(PACKS / "uk_knives"))
    assert not can_be(
        formulas, lambda decided: bool(node(decided) & 1), reach.patience, list(formulas.tried)
    )
