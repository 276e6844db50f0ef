"""An authority's own enforcement policy: what cannot be followed is named, and the rulebook's holds there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from compliance.rulebook import shipped_pack
from compliance.services.errors import Refused
from compliance.services.lifecycle import decisions
from compliance.services.lifecycle.deadlines import working_day_after
from compliance.services.lifecycle.policy import policy_of
from compliance.services.lifecycle.policy_check import checked, longest_wait
from compliance.store.models import Authority
from tests.integration.lifecycle.conftest import DECIDED_ON, SALE
from tests.town import Town, noon

DAY = timedelta(days=1)


def problems(policy: Any) -> tuple[str, ...]:
    """What of a policy cannot be followed."""
    return checked(policy, shipped_pack()).problems


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ([], "not a set of steps"),
        ("none", "not a set of steps"),
        ({"typical": {}}, "knows no “typical”"),
        ({"usual": []}, "“usual” is not a set"),
        ({"usual": {"advise_then_re_test": "fine"}}, "no step “fine” to be usual"),
        ({"usual": {"advise_then_re_test": ["advice"]}}, "to be usual after"),
        ({"steps": {"fine": {}}}, "no step “fine” to change"),
        ({"steps": {"advice": None}}, "“advice” is not a set"),
        ({"steps": {"advice": {"colour": "red"}}}, "has no setting “colour”"),
        ({"steps": {"advice": {"label": ""}}}, "“label” of the step “advice” cannot be read"),
        ({"steps": {"advice": {"label": {"en": 3}}}}, "cannot be read"),
        ({"steps": {"advice": {"formal": "yes"}}}, "cannot be read"),
        ({"steps": {"advice": {"within_months": 0}}}, "cannot be read"),
        ({"steps": {"advice": {"letter": "postcard"}}}, "cannot be read"),
        ({"steps": {"written_warning": {"primary_authority_days": 0}}}, "cannot be read"),
        ({"steps": {"written_warning": {"primary_authority_days": True}}}, "cannot be read"),
        ({"steps": {"written_warning": {"primary_authority_days": "5"}}}, "cannot be read"),
        ({"steps": {"advice": {"plain_for": "nothing_further"}}}, "cannot be read"),
    ],
)
def test_what_cannot_be_followed_is_named_and_the_rulebooks_own_holds(
    policy: Any, said: str
) -> None:
    assert len(problems(policy)) == 1
    assert said in problems(policy)[0]
    pack = shipped_pack()
    authority = Authority(name="Norfolk Constabulary", policy=policy)
    followed, own = policy_of(authority, pack), policy_of(Authority(name="Any"), pack)
    assert followed.steps == own.steps
    assert followed.usual("advise_then_re_test") == own.usual("advise_then_re_test")
    assert followed.problems == problems(policy)


def test_what_can_be_followed_is_although_another_part_cannot() -> None:
    policy = {
        "usual": {"advise_then_re_test": "training_course", "nothing_further": "gone"},
        "steps": {"advice": {"label": "A talk", "within_months": "soon"}},
    }
    followed = policy_of(Authority(name="Any", policy=policy), shipped_pack())
    assert followed.steps["advice"].label == "A talk"
    usual = followed.usual("advise_then_re_test")
    assert usual
    assert usual.id == "training_course"
    assert len(followed.problems) == 2
    assert problems(None) == ()


def test_a_step_made_formal_waits_for_the_primary_authority_as_long_as_any(town: Town) -> None:
    town.council.policy = {"steps": {"training_course": {"formal": True}}}
    town.operator.primary_authority_name = "Hertfordshire County Council"
    visit = town.agree(town.record("test_purchase", SALE, by=town.council_officer))
    town.notify(visit)
    decision = decisions.decide(
        town.session,
        town.council_reviewer,
        noon(DECIDED_ON),
        visit.id,
        step="training_course",
        reason="They asked for it",
        primary_authority_on=DECIDED_ON,
    )
    assert decision.primary_authority_due_on == working_day_after(
        DECIDED_ON, longest_wait(shipped_pack()), "england"
    )
    with pytest.raises(Refused, match="has until"):
        decisions.confirm(town.session, town.council_second, noon(DECIDED_ON + DAY), visit.id)


@pytest.mark.parametrize("days", [0, -1])
def test_a_wait_of_no_days_has_no_last_day(days: int) -> None:
    assert working_day_after(date(2026, 10, 18), days, "england") is None
