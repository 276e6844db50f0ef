"""What moved between two visits, with the answer behind each point."""

from __future__ import annotations

from datetime import timedelta

from compliance.rulebook import Pack, shipped_pack
from compliance.services import assessments, changes
from compliance.services.lifecycle import shares
from tests.integration.lifecycle.conftest import audit_answers
from tests.town import VISITED_ON, Town, noon

LATER = VISITED_ON + timedelta(days=40)


def test_a_point_that_moved_says_from_what_to_what_and_by_which_answer(town: Town) -> None:
    town.agree(town.record("store_audit", audit_answers()))
    worse = town.record("store_audit", audit_answers() | {"refusals_log_exists": "no"}, on=LATER)
    row = assessments.latest_assessment(town.session, worse)
    assert row is not None
    change = changes.since_last(town.session, row, town.police.id)
    assert change is not None
    assert "Standing" in {one.title for one in change.whole}
    moved = {(one.before, one.after): one.because for one in change.points}
    assert any("Yes, then No" in line for line in moved["Met", "Not met"])


def test_the_first_visit_of_a_kind_moved_nothing(town: Town) -> None:
    row = assessments.latest_assessment(town.session, town.record("store_audit", audit_answers()))
    assert row is not None
    assert changes.since_last(town.session, row, town.police.id) is None


def test_a_visit_of_another_authority_is_compared_with_once_it_is_shared(town: Town) -> None:
    first = town.agree(town.record("store_audit", audit_answers()))
    theirs = town.record("store_audit", audit_answers(), on=LATER, by=town.council_officer)
    row = assessments.latest_assessment(town.session, theirs)
    assert row is not None
    assert changes.since_last(town.session, row, town.council.id) is None
    shares.share(town.session, town.reviewer, noon(LATER), first.id, town.council.id)
    change = changes.since_last(town.session, row, town.council.id)
    assert change is not None
    assert not change.points


def test_two_rulebooks_over_one_visit_name_the_rule_that_changed(town: Town) -> None:
    visit = town.record("store_audit", audit_answers())
    before = assessments.latest_assessment(town.session, visit)
    assert before is not None
    pack = shipped_pack()
    rule = next(each["rule"] for each in before.result["findings"] if each["outcome"] == "met")
    shorter = Pack(
        {**pack.content, "rule": [one for one in pack.entries("rule") if one["id"] != rule]}
    )
    after = assessments.assess_visit(town.session, noon(LATER), visit, shorter)
    assert after is not None
    (moved,) = changes.between(town.session, before, after, town.police.id).points
    assert (moved.before, moved.after) == ("Met", changes.NOT_ASKED)
    assert moved.because[0].startswith("The rulebook changed. Rule: ")
