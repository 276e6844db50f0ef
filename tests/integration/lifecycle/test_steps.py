"""Record, review, notify, decide, follow up, close: each step, its person, its day and its refusals."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from compliance.access import Actor
from compliance.services import assessments, premises
from compliance.services.assessments import Explanation
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import (
    closing,
    decisions,
    follow_ups,
    notifications,
    portal,
    reviews,
    shares,
    timeline,
)
from compliance.services.lifecycle.cases import case_of
from compliance.services.lifecycle.conditions import Moment
from compliance.services.operators import OperatorDetails
from compliance.services.visit_content import Record
from compliance.services.visits import begin, correct, readable
from compliance.store.models import Visit
from tests.integration.lifecycle.conftest import DECIDED_ON, REFUSED, SALE, audit_answers
from tests.town import OFFICE, VISITED_ON, Town, noon

DAY = timedelta(days=1)


@pytest.fixture
def sale(town: Town) -> Visit:
    """A recorded under-18 sale."""
    return town.record("test_purchase", SALE)


def told(town: Town, visit: Visit) -> Visit:
    """The visit agreed and its letter sent."""
    town.agree(visit)
    town.notify(visit)
    return visit


# --- Review -------------------------------------------------------------------------------------


def test_a_colleague_agrees_and_the_visit_is_reviewed(town: Town, sale: Visit) -> None:
    town.agree(sale, on=VISITED_ON + DAY)
    assert sale.state == "reviewed"
    assert sale.reviewed_at == noon(VISITED_ON + DAY)
    assert [review.outcome for review in sale.reviews] == ["agreed"]


def test_agreeing_twice_is_one_review(town: Town, sale: Visit) -> None:
    town.agree(sale)
    town.agree(sale)
    town.session.refresh(sale)
    assert len(sale.reviews) == 1


def test_who_recorded_a_visit_never_reviews_it(town: Town) -> None:
    own = town.record("test_purchase", SALE, by=town.reviewer)
    with pytest.raises(Refused, match="another reviewer"):
        town.agree(own, by=town.reviewer)
    town.agree(own, by=town.second)


def test_who_corrected_a_visit_never_reviews_it_either(town: Town, sale: Visit) -> None:
    correct(
        town.session,
        town.second,
        noon(VISITED_ON + DAY),
        sale,
        Record(answers={**SALE, "tp_till_prompt": "yes"}, operation_facts={}),
        reason="The till prompted",
    )
    with pytest.raises(Refused, match="another reviewer"):
        town.agree(sale, by=town.second)
    town.agree(sale, by=town.reviewer)
    assert sale.state == "reviewed"


def test_an_officer_cannot_review(town: Town, sale: Visit) -> None:
    other = town.record("test_purchase", REFUSED, by=town.reviewer)
    with pytest.raises(Refused, match="role"):
        town.agree(other, by=town.officer)


def test_a_record_is_returned_with_a_note_and_agreed_when_it_is_put_right(
    town: Town, sale: Visit
) -> None:
    with pytest.raises(Refused) as refused:
        reviews.send_back(
            town.session, town.reviewer, noon(VISITED_ON), sale.id, version=1, note="  "
        )
    assert refused.value.field == "note"
    reviews.send_back(
        town.session, town.reviewer, noon(VISITED_ON), sale.id, version=1, note="Which till?"
    )
    assert sale.state == "returned"
    correct(
        town.session,
        town.officer,
        noon(VISITED_ON + DAY),
        sale,
        Record(answers={**SALE, "tp_till_number": "4"}),
        reason="Till added",
    )
    assert sale.state == "recorded"
    town.agree(sale)
    assert sale.state == "reviewed"


def test_a_review_is_of_the_version_that_was_read(town: Town, sale: Visit) -> None:
    correct(
        town.session,
        town.officer,
        noon(VISITED_ON),
        sale,
        Record(answers={**SALE, "tp_till_number": "4"}),
        reason="Till added",
    )
    with pytest.raises(Refused, match="corrected while you read"):
        reviews.agree(town.session, town.reviewer, noon(VISITED_ON), sale.id, version=1)


def test_another_authority_finds_nothing(town: Town, sale: Visit) -> None:
    with pytest.raises(NotFound):
        town.agree(sale, by=town.council_reviewer)


# --- Notification -------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_review(town: Town, sale: Visit) -> None:
    with pytest.raises(Refused, match="does not come now"):
        town.notify(sale)
    assert sale.documents == []


def test_a_letter_is_sent_once_however_often_the_button_is_pressed(town: Town, sale: Visit) -> None:
    town.agree(sale)
    first = town.notify(sale, on=VISITED_ON + 2 * DAY)
    again = town.notify(sale, on=VISITED_ON + 3 * DAY)
    assert again is first
    assert sale.state == "notified"
    assert sale.notified_at == noon(VISITED_ON + 2 * DAY)
    assert len(sale.documents) == 1


def test_premises_in_wales_are_held_until_both_languages_can_be_sent(town: Town) -> None:
    town.premises.nation = "wales"
    visit = town.agree(town.record("test_purchase", REFUSED))
    with pytest.raises(Refused, match="Welsh and the English"):
        town.notify(visit)


def test_a_letter_needs_somebody_to_write_to(town: Town) -> None:
    town.premises.tenures[0].to_date = date(2020, 1, 1)
    town.session.flush()
    visit = town.agree(town.record("test_purchase", REFUSED))
    with pytest.raises(Refused, match="Nobody is named"):
        town.notify(visit)


def test_a_visit_goes_to_whoever_is_found_to_have_traded_that_day(town: Town) -> None:
    town.premises.tenures[0].to_date = date(2020, 1, 1)
    town.session.flush()
    earlier, later = (
        town.agree(town.record("test_purchase", SALE, on=day))
        for day in (VISITED_ON - 30 * DAY, VISITED_ON)
    )

    def repeats() -> object:
        judged = assessments.latest_assessment(town.session, later)
        return judged and judged.result["values"]["repeat"]

    assert repeats() == "yes"
    premises.change_operator(
        town.session,
        town.officer,
        noon(VISITED_ON + DAY),
        premises_id=town.premises.id,
        details=OperatorDetails("Keen & Co"),
        from_date=VISITED_ON,
    )
    assert town.notify(later).operator_id == town.premises.tenures[-1].operator_id
    # The sale before its first day is not its own.
    assert (earlier.operator, repeats()) == (None, "no")
    premises.edit_operator(
        town.session,
        town.officer,
        noon(VISITED_ON + DAY),
        premises_id=town.premises.id,
        details=OperatorDetails("Keen & Co"),
        from_date=earlier.visited_on,
    )
    assert (earlier.operator, repeats()) == (later.operator, "yes")


def test_a_letterhead_that_is_not_complete_says_what_is_missing(town: Town, sale: Visit) -> None:
    town.police.phone = None
    town.agree(sale)
    with pytest.raises(Refused, match="phone number"):
        town.notify(sale)


# --- Decision -----------------------------------------------------------------------------------


def test_beyond_a_plain_pass_the_officer_says_why(town: Town, sale: Visit) -> None:
    told(town, sale)
    with pytest.raises(Refused) as refused:
        decisions.decide(
            town.session, town.reviewer, noon(DECIDED_ON), sale.id, step="advice_and_re_test"
        )
    assert refused.value.field == "reason"
    passed = told(town, town.record("test_purchase", REFUSED, on=VISITED_ON - DAY))
    decisions.decide(
        town.session, town.reviewer, noon(DECIDED_ON), passed.id, step="no_further_action"
    )
    assert passed.state == "decided"


def test_the_usual_step_and_the_policy_are_kept_beside_the_decision(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    decision = decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON),
        sale.id,
        step="no_further_action",
        reason="The shop closed for good",
    )
    assert (decision.step, decision.usual_step) == ("no_further_action", "advice_and_re_test")
    assert decision.policy_version.startswith("uk-knives ")
    assert sale.decided_at == noon(DECIDED_ON)


def test_an_authoritys_own_policy_is_laid_over_the_rulebooks(town: Town, sale: Visit) -> None:
    town.police.policy = {"usual": {"advise_then_re_test": "training_course"}}
    town.police.policy_version = "Norfolk 2026/2"
    told(town, sale)
    case = case_of(sale)
    assert case is not None
    assert case.usual_step is not None
    assert case.usual_step.id == "training_course"
    assert case.policy.version == "Norfolk 2026/2"


def test_deciding_the_same_twice_is_one_decision(town: Town, sale: Visit) -> None:
    told(town, sale)
    for _ in range(2):
        decisions.decide(
            town.session,
            town.reviewer,
            noon(DECIDED_ON),
            sale.id,
            step="advice_and_re_test",
            reason="First sale",
        )
    town.session.refresh(sale)
    assert len(sale.decisions) == 1
    assert len(sale.follow_ups) == 1


def test_a_step_there_is_not_is_refused(town: Town, sale: Visit) -> None:
    told(town, sale)
    with pytest.raises(Refused) as refused:
        decisions.decide(
            town.session, town.reviewer, noon(DECIDED_ON), sale.id, step="fine", reason="x"
        )
    assert refused.value.field == "step"


# --- Formal steps -------------------------------------------------------------------------------


def warn(town: Town, visit: Visit, *, told_on: date | None = None) -> None:
    """Propose a written warning."""
    council = visit.authority_id == town.council.id
    decisions.decide(
        town.session,
        town.council_reviewer if council else town.reviewer,
        noon(DECIDED_ON),
        visit.id,
        step="written_warning",
        reason="Second sale",
        primary_authority_on=told_on,
        primary_authority_reference="PA/12",
    )


def test_a_written_warning_waits_for_a_second_person(town: Town, sale: Visit) -> None:
    told(town, sale)
    warn(town, sale)
    assert sale.state == "notified"
    with pytest.raises(Refused, match="second person"):
        decisions.confirm(town.session, town.reviewer, noon(DECIDED_ON), sale.id)
    decision = decisions.confirm(town.session, town.second, noon(DECIDED_ON + DAY), sale.id)
    assert (decision.state, sale.state) == ("made", "decided")
    assert decision.second_person_id == town.second.user_id
    assert decisions.confirm(town.session, town.second, noon(DECIDED_ON + DAY), sale.id) is decision


def said(visit: Visit) -> list[tuple[str, str, datetime, str]]:
    """What the timeline says was done: what, by whom, when, and the note."""
    return [(event.what, event.who, event.at, event.note) for event in timeline.events(visit)]


def test_a_proposal_taken_back_says_by_whom_and_when_and_another_can_be_made(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    warn(town, sale)
    decisions.withdraw(town.session, town.second, noon(DECIDED_ON + DAY), sale.id)
    assert said(sale)[-2:] == [
        ("Proposed: Written warning", "Ravi Reviewer", noon(DECIDED_ON), "Second sale"),
        ("Withdrawn: Written warning", "Sam Second", noon(DECIDED_ON + DAY), ""),
    ]
    with pytest.raises(Refused, match="No decision is waiting"):
        decisions.withdraw(town.session, town.second, noon(DECIDED_ON + DAY), sale.id)
    warn(town, sale)
    assert [each.state for each in sale.decisions] == ["refused", "awaiting_second_person"]


def test_a_proposal_taken_back_before_it_was_kept_by_whom_says_only_that(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    warn(town, sale)
    sale.decisions[0].state = "refused"
    assert said(sale)[-1][0] == "Proposed and taken back: Written warning"


def test_a_second_person_who_does_not_agree_says_why_and_another_step_can_be_taken(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    warn(town, sale)
    with pytest.raises(Refused):
        decisions.refuse(town.session, town.second, noon(DECIDED_ON), sale.id, note="")
    decisions.refuse(town.session, town.second, noon(DECIDED_ON), sale.id, note="It is the first")
    decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON),
        sale.id,
        step="advice_and_re_test",
        reason="First sale",
    )
    assert sale.state == "decided"


def test_a_council_waits_for_five_working_days_after_the_primary_authority_was_told(
    town: Town,
) -> None:
    town.operator.primary_authority_name = "Hertfordshire County Council"
    visit = told(town, town.record("test_purchase", SALE, by=town.council_officer))
    warn(town, visit, told_on=DECIDED_ON)  # a Sunday
    assert date(2026, 10, 18) == DECIDED_ON
    assert visit.decisions[0].primary_authority_due_on == date(2026, 10, 23)  # Friday
    for day in (date(2026, 10, 22), date(2026, 10, 23)):
        with pytest.raises(Refused, match="until 23 October 2026"):
            decisions.confirm(town.session, town.council_second, noon(day), visit.id)
    decisions.confirm(town.session, town.council_second, noon(date(2026, 10, 24)), visit.id)
    assert visit.state == "decided"


def test_without_telling_the_primary_authority_nothing_formal_is_confirmed(town: Town) -> None:
    town.operator.primary_authority_name = "Hertfordshire County Council"
    visit = told(town, town.record("test_purchase", SALE, by=town.council_officer))
    warn(town, visit)
    with pytest.raises(Refused, match="Tell the Primary Authority first"):
        decisions.confirm(town.session, town.council_second, noon(DECIDED_ON + 60 * DAY), visit.id)


def test_an_objection_stops_the_step_and_a_consent_shortens_the_wait(town: Town) -> None:
    town.operator.primary_authority_name = "Hertfordshire County Council"
    visit = told(town, town.record("test_purchase", SALE, by=town.council_officer))
    warn(town, visit, told_on=DECIDED_ON)
    now, second = noon(DECIDED_ON), town.council_second
    decisions.primary_authority_answered(
        town.session, town.council_reviewer, now, visit.id, consented=False
    )
    with pytest.raises(Refused, match="objected"):
        decisions.confirm(town.session, second, noon(DECIDED_ON + 60 * DAY), visit.id)
    decisions.primary_authority_answered(
        town.session, town.council_reviewer, now, visit.id, consented=True
    )
    decisions.confirm(town.session, second, now, visit.id)
    assert visit.state == "decided"


def test_a_police_force_records_the_notification_and_does_not_wait(town: Town, sale: Visit) -> None:
    town.operator.primary_authority_name = "Hertfordshire County Council"
    told(town, sale)
    warn(town, sale)
    with pytest.raises(Refused, match="Tell the Primary Authority first"):
        decisions.confirm(town.session, town.second, noon(DECIDED_ON), sale.id)
    decisions.tell_primary_authority(
        town.session, town.reviewer, noon(DECIDED_ON), sale.id, on=DECIDED_ON, reference="PA/12"
    )
    decisions.confirm(town.session, town.second, noon(DECIDED_ON), sale.id)
    assert sale.decisions[0].primary_authority_step == "notified"


def test_a_refusal_or_a_challenge_25_audit_opens_no_formal_step(town: Town) -> None:
    refused = told(town, town.record("test_purchase", REFUSED))
    adult = told(
        town,
        town.record(
            "challenge_25_audit",
            {"tp_outcome": "c25_not_challenged_served", "tp_article_covered": "knife"},
            facts={"buyer_age": 19},
        ),
    )
    for visit in (refused, adult):
        with pytest.raises(Refused, match="No formal step is open"):
            warn(town, visit)


# --- Follow-up and closing ----------------------------------------------------------------------


def test_a_sale_is_closed_only_after_the_decision_was_told_and_the_re_test_made(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON),
        sale.id,
        step="advice_and_re_test",
        reason="First sale",
    )
    assert sale.follow_up_due_on == date(2027, 4, 18)
    with pytest.raises(Refused, match="decision letter"):
        closing.close(town.session, town.reviewer, noon(DECIDED_ON), sale.id)
    letter = notifications.tell_decision(
        town.session, town.reviewer, noon(DECIDED_ON), OFFICE, sale.id
    )
    again = notifications.tell_decision(
        town.session, town.reviewer, noon(DECIDED_ON), OFFICE, sale.id
    )
    assert again is letter
    assert letter.inputs["data"]["decided"] is True
    with pytest.raises(Refused, match="follow-up is still open"):
        closing.close(town.session, town.reviewer, noon(DECIDED_ON), sale.id)
    later = town.record("test_purchase", REFUSED, on=VISITED_ON + 90 * DAY)
    earlier = town.record("test_purchase", REFUSED, on=VISITED_ON - DAY)
    now = noon(VISITED_ON + 91 * DAY)
    with pytest.raises(Refused, match="after this one"):
        follow_ups.finish(
            town.session,
            town.officer,
            now,
            sale.id,
            sale.follow_ups[0].id,
            done_by_visit_id=earlier.id,
        )
    with pytest.raises(Refused, match="how it was done"):
        follow_ups.finish(town.session, town.officer, now, sale.id, sale.follow_ups[0].id)
    follow_ups.finish(
        town.session,
        town.officer,
        now,
        sale.id,
        sale.follow_ups[0].id,
        done_by_visit_id=later.id,
    )
    assert (sale.follow_up_due_on, sale.followed_up_at) == (None, now)
    closing.close(town.session, town.reviewer, now, sale.id)
    closing.close(town.session, town.reviewer, now + DAY, sale.id)
    assert (sale.state, sale.closed_at) == ("closed", now)


def test_a_follow_up_is_not_finished_by_a_visit_that_is_still_a_draft(town: Town) -> None:
    sale = town.agree(town.record("test_purchase", SALE))
    town.notify(sale)
    decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON),
        sale.id,
        step="advice_and_re_test",
        reason="First sale",
    )
    later = VISITED_ON + 30 * DAY
    draft = begin(
        town.session,
        town.officer,
        noon(later),
        premises=town.premises,
        kind="test_purchase",
        purpose="re_test",
        visited_on=later,
        channels=["in_store"],
    )
    follow_up = sale.follow_ups[0]
    with pytest.raises(Refused, match="recorded visit that was made after") as refused:
        follow_ups.finish(
            town.session,
            town.officer,
            noon(later),
            sale.id,
            follow_up.id,
            note="Tested again",
            done_by_visit_id=draft.id,
        )
    assert refused.value.field == "done_by"
    assert (follow_up.done_at, follow_up.done_note, sale.followed_up_at) == (None, None, None)


def test_a_visit_without_result_closes_after_its_review_and_no_letter_goes_out(town: Town) -> None:
    visit = town.agree(town.record("test_purchase", {"tp_outcome": "closed"}))
    with pytest.raises(Refused, match="No letter goes out"):
        town.notify(visit)
    closing.close(town.session, town.reviewer, noon(VISITED_ON + 2 * DAY), visit.id)
    assert (visit.state, visit.documents) == ("closed", [])


def test_a_visit_with_a_letter_due_is_not_closed_before_the_business_was_told(
    town: Town, sale: Visit
) -> None:
    town.agree(sale)
    with pytest.raises(Refused, match="has not been told"):
        closing.close(town.session, town.reviewer, noon(DECIDED_ON), sale.id)


def test_a_correction_after_the_decision_is_looked_at_told_and_decided_again(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    first = sale.documents[0]
    correct(
        town.session,
        town.officer,
        noon(DECIDED_ON),
        sale,
        Record(answers={**SALE, "tp_till_prompt": "no"}, operation_facts={}),
        reason="The journal shows no prompt",
    )
    assert sale.state == "recorded"
    town.agree(sale, on=DECIDED_ON)
    second = town.notify(sale, on=DECIDED_ON + DAY)
    assert second.reference != first.reference
    assert second.inputs["visit_version"] == 2


def corrected(town: Town, visit: Visit, **answers: str) -> None:
    """Correct the record on the day of the decision."""
    correct(
        town.session,
        town.officer,
        noon(DECIDED_ON),
        visit,
        Record(
            answers={**SALE, **answers},
            operation_facts=visit.versions[-1].operation_facts,
        ),
        reason="The journal shows more",
    )


def test_a_correction_takes_back_a_step_that_was_only_proposed(town: Town, sale: Visit) -> None:
    told(town, sale)
    warn(town, sale)
    corrected(town, sale, tp_till_prompt="no")
    town.agree(sale, on=DECIDED_ON)
    town.notify(sale, on=DECIDED_ON + DAY)
    with pytest.raises(Refused, match="No decision is waiting"):
        decisions.confirm(town.session, town.second, noon(DECIDED_ON + DAY), sale.id)
    assert (
        "Withdrawn: Written warning",
        "Olive Officer",
        noon(DECIDED_ON),
        "The record was corrected: The journal shows more",
    ) in said(sale)
    decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON + DAY),
        sale.id,
        step="written_warning",
        reason="Second sale",
    )
    decisions.confirm(town.session, town.second, noon(DECIDED_ON + DAY), sale.id)
    with pytest.raises(Refused, match="has not been told the decision"):
        closing.close(town.session, town.reviewer, noon(DECIDED_ON + DAY), sale.id)


def test_a_visit_that_turned_out_to_be_without_result_can_still_be_closed(
    town: Town, sale: Visit
) -> None:
    told(town, sale)
    decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON),
        sale.id,
        step="advice_and_re_test",
        reason="First sale",
    )
    corrected(town, sale, tp_outcome="closed")
    town.agree(sale, on=DECIDED_ON)
    case = case_of(sale)
    assert case is not None
    nexts = timeline.next_steps(Moment(case, town.reviewer, DECIDED_ON))
    assert [each.step.name for each in nexts] == ["notify", "finish_follow_up"]
    with pytest.raises(Refused, match="letter that no longer stands"):
        closing.close(town.session, town.reviewer, noon(DECIDED_ON), sale.id)
    first = sale.documents[0]
    letter = town.notify(sale, on=DECIDED_ON)
    assert (letter.kind, letter.inputs["data"]["story"]) == ("test-purchase-neutral", "set-aside")
    assert portal.newest_after(portal.downloads(town.session, first), first) is letter
    decisions.decide(
        town.session,
        town.reviewer,
        noon(DECIDED_ON),
        sale.id,
        step="no_further_action",
        reason="There was no sale",
    )
    for each in sale.follow_ups:
        follow_ups.finish(
            town.session, town.officer, noon(DECIDED_ON), sale.id, each.id, note="No sale after all"
        )
    closing.close(town.session, town.reviewer, noon(DECIDED_ON), sale.id)
    assert sale.state == "closed"


# --- Sharing ------------------------------------------------------------------------------------


def test_a_partner_reads_what_was_shared_and_changes_nothing(town: Town, sale: Visit) -> None:
    partner = town.council_reviewer
    with pytest.raises(NotFound):
        readable(town.session, partner, sale.id)
    with pytest.raises(Refused):
        shares.share(town.session, town.reviewer, noon(VISITED_ON), sale.id, town.council.id)
    town.agree(sale)
    for _ in range(2):
        shares.share(town.session, town.reviewer, noon(VISITED_ON), sale.id, town.council.id)
    assert len(sale.shares) == 1
    assert readable(town.session, partner, sale.id) is sale
    with pytest.raises(NotFound):
        notifications.notify(town.session, partner, noon(VISITED_ON), OFFICE, sale.id)
    case = case_of(sale)
    assert case is not None
    onward = timeline.next_steps(Moment(case, partner, VISITED_ON))
    assert all(each.reason for each in onward)
    letter = town.notify(sale)
    assert letter.inputs["data"]["copies_to"] == ["Norwich Trading Standards"]
    shares.stop_sharing(town.session, town.reviewer, noon(VISITED_ON), sale.id, town.council.id)
    with pytest.raises(NotFound):
        readable(town.session, partner, sale.id)


def test_an_authority_sees_standing_by_the_visits_it_may_read(town: Town, sale: Visit) -> None:
    def standing(actor: Actor) -> str | None:
        found = assessments.standing_on(
            town.session,
            town.premises,
            town.operator,
            VISITED_ON + DAY,
            authority_id=actor.authority_id,
        )
        return found and found["standing"]

    # A record that nobody agreed with is not what standing rests on.
    assert standing(town.officer) is None
    town.agree(sale)
    assert standing(town.officer) == "unresolved_sale"
    assert standing(town.council_officer) is None
    shares.share(town.session, town.reviewer, noon(VISITED_ON), sale.id, town.council.id)
    assert standing(town.council_officer) == "unresolved_sale"


def test_what_follows_from_a_visit_tells_nothing_of_another_authoritys_visits(
    town: Town, sale: Visit
) -> None:
    town.agree(sale)
    audit = town.record(
        "store_audit", audit_answers(), on=VISITED_ON + DAY, by=town.council_officer
    )
    row = assessments.latest_assessment(town.session, audit)
    assert row is not None
    assert row.standing == "clear"
    # The police cannot read the audit, the council cannot read the sale; sharing tells each the rest.
    shares.share(town.session, town.reviewer, noon(VISITED_ON), sale.id, town.council.id)
    row = assessments.latest_assessment(town.session, audit)
    assert row is not None
    assert row.standing == "unresolved_sale"
    shares.stop_sharing(town.session, town.reviewer, noon(VISITED_ON), sale.id, town.council.id)
    row = assessments.latest_assessment(town.session, audit)
    assert row is not None
    assert row.standing == "clear"
    assert len(audit.assessments) == 3


def test_a_partner_reads_a_shared_visit_without_what_was_not_shared(
    town: Town, sale: Visit
) -> None:
    town.agree(sale)
    again = town.record("test_purchase", SALE, on=VISITED_ON + DAY)
    town.agree(again)
    shares.share(town.session, town.reviewer, noon(VISITED_ON), again.id, town.council.id)
    row = assessments.latest_assessment(town.session, again)
    assert row is not None

    def told(actor: Actor) -> Explanation:
        return assessments.explain(town.session, row, actor.authority_id)

    assert told(town.officer).next_step != told(town.council_officer).next_step
    assert told(town.officer).points == told(town.council_officer).points


# --- The page of a visit ------------------------------------------------------------------------


def test_the_timeline_tells_who_did_what_in_order(town: Town, sale: Visit) -> None:
    told(town, sale)
    warn(town, sale)
    decisions.confirm(town.session, town.second, noon(DECIDED_ON + DAY), sale.id, note="Agreed")
    assert [(event.what, event.who) for event in timeline.events(sale)] == [
        ("Recorded", "Olive Officer"),
        ("Review: agreed", "Ravi Reviewer"),
        ("Letter sent", "Ravi Reviewer"),
        ("Proposed: Written warning", "Ravi Reviewer"),
        ("Confirmed: Written warning", "Sam Second"),
        ("Follow-up planned", "Sam Second"),
    ]
