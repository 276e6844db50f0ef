"""The acceptance cases as far as letters and certificates go: what is sent, what falls, and when.

The verdicts themselves are tested in tests/law; here the same facts travel through the steps.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from compliance.rulebook import shipped_pack
from compliance.services.errors import Refused
from compliance.services.lifecycle import certificates, deadlines, decisions, issue
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.certificates import Status, status_on
from compliance.services.lifecycle.issue import Office
from compliance.services.visit_content import Record
from compliance.services.visits import correct
from compliance.store.models import Certificate, Document, Visit
from tests.integration.lifecycle.conftest import REFUSED, SALE, audit_answers, settle
from tests.town import OFFICE, VISITED_ON, Town, noon

DAY = timedelta(days=1)
AUDITED_ON = VISITED_ON - timedelta(days=21)


@pytest.fixture
def certificate(town: Town, office: Office) -> Certificate:
    """The certificate of case 1: an audit three weeks before, every core point met."""
    settle(town, town.record("store_audit", audit_answers(), on=AUDITED_ON))
    return certificates.issue(
        town.session, town.reviewer, noon(AUDITED_ON + 6 * DAY), office, town.premises.id
    )


def case(visit: Visit) -> Case:
    """The case of a visit that is recorded."""
    found = case_of(visit)
    assert found is not None
    return found


def sent(town: Town, visit: Visit) -> Document:
    """Have the visit agreed and told."""
    town.agree(visit)
    return town.notify(visit)


def can_issue(town: Town, on: date) -> bool:
    """Whether a certificate could be issued on a day."""
    return certificates.entitlement(town.session, town.premises, on) is not None


def status(certificate: Certificate, on: date) -> Status:
    """What the public is told on a day."""
    return status_on(certificate, on)


def test_case_1_a_first_sale_ends_the_certificate_with_the_decision_and_not_before(
    town: Town, certificate: Certificate
) -> None:
    sale = town.record("test_purchase", SALE)
    assert status(certificate, VISITED_ON + DAY) is Status.VALID
    letter = sent(town, sale)
    assert (letter.kind, letter.inputs["data"]["decided"]) == ("test-purchase-sale", False)
    assert status(certificate, VISITED_ON + 4 * DAY) is Status.VALID
    usual = case(sale).usual_step
    assert usual is not None
    assert usual.id == "advice_and_re_test"
    days = deadlines.deadlines_of(case(sale).pack, case(sale).assessment, VISITED_ON)
    assert date(2027, 4, 13) in [each.on for each in days]
    decision = decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        sale.id,
        step=usual.id,
        reason="First sale",
    )
    assert status(certificate, VISITED_ON + 5 * DAY) is Status.WITHDRAWN
    assert certificate.ended_by_decision_id == decision.id
    assert certificate.ended_at == decision.decided_at
    assert not can_issue(town, VISITED_ON + 6 * DAY)


def test_case_1_the_certificate_stands_again_when_the_decision_is_rolled_back(
    town: Town, certificate: Certificate
) -> None:
    sale = town.record("test_purchase", SALE)
    sent(town, sale)
    town.session.commit()
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        sale.id,
        step="advice_and_re_test",
        reason="First sale",
    )
    assert certificate.status == "withdrawn"
    town.session.rollback()
    assert (certificate.status, sale.state, sale.decisions) == ("valid", "notified", [])


def test_case_1_a_formal_decision_ends_it_only_when_the_second_person_confirmed(
    town: Town, certificate: Certificate
) -> None:
    sale = town.record("test_purchase", SALE)
    sent(town, sale)
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        sale.id,
        step="written_warning",
        reason="Serious",
    )
    assert status(certificate, VISITED_ON + 6 * DAY) is Status.VALID
    assert not can_issue(town, VISITED_ON + 6 * DAY)
    decisions.confirm(town.session, town.second, noon(VISITED_ON + 7 * DAY), sale.id)
    assert status(certificate, VISITED_ON + 7 * DAY) is Status.WITHDRAWN


def test_case_2_a_clean_refusal_sends_a_pass_keeps_a_certificate_and_earns_none(
    town: Town, certificate: Certificate
) -> None:
    visit = town.record("test_purchase", {**REFUSED, "tp_true_age_stated": "yes"})
    letter = sent(town, visit)
    assert letter.kind == "test-purchase-pass"
    assert letter.inputs["data"]["actions"] == []
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        visit.id,
        step="no_further_action",
    )
    assert status(certificate, VISITED_ON + 6 * DAY) is Status.VALID


def test_case_2_a_passed_test_alone_earns_no_certificate(town: Town, office: Office) -> None:
    settle(town, town.record("test_purchase", REFUSED))
    with pytest.raises(Refused, match="cannot be issued"):
        certificates.issue(
            town.session, town.reviewer, noon(VISITED_ON + 6 * DAY), office, town.premises.id
        )


@pytest.mark.parametrize(
    "answers",
    [
        {"tp_outcome": "refused_other", "tp_refusal_reason": "till_fault"},
        {"tp_outcome": "closed"},
        {"tp_outcome": "no_knives_stocked"},
        {"tp_outcome": "refused_other", "tp_refusal_reason": "manager_only"},
    ],
    ids=["a till frozen", "b shop shut", "c no knives", "d only the manager"],
)
def test_case_3_no_result_sends_no_letter_and_changes_nothing(
    town: Town, certificate: Certificate, answers: dict[str, Any]
) -> None:
    visit = town.agree(town.record("test_purchase", answers))
    assert case(visit).letter is None
    assert status(certificate, VISITED_ON + DAY) is Status.VALID
    assert can_issue(town, VISITED_ON + DAY)


def test_case_4_a_stopped_sale_sends_advice_and_keeps_the_certificate_with_none_new(
    town: Town, certificate: Certificate
) -> None:
    visit = town.record(
        "test_purchase",
        {
            "tp_outcome": "stopped_before_completion",
            "tp_article_covered": "knife",
            "tp_money_taken": "no",
            "tp_goods_handed_over": "no",
        },
    )
    letter = sent(town, visit)
    assert (letter.kind, letter.inputs["data"]["story"]) == ("advice-letter", "stopped-sale")
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        visit.id,
        step="advice_and_under_18_test",
        reason="Stopped",
    )
    assert status(certificate, VISITED_ON + 6 * DAY) is Status.VALID
    assert not can_issue(town, VISITED_ON + 6 * DAY)


@pytest.mark.parametrize("half", ["tp_money_taken", "tp_goods_handed_over"])
def test_case_4_variant_a_doubtful_completion_holds_the_letters(town: Town, half: str) -> None:
    answers = {
        "tp_outcome": "stopped_before_completion",
        "tp_article_covered": "knife",
        "tp_money_taken": "no",
        "tp_goods_handed_over": "no",
        half: "yes",
    }
    visit = town.agree(town.record("test_purchase", answers))
    with pytest.raises(Refused, match="held"):
        town.notify(visit)


@pytest.mark.parametrize(
    ("outcome", "story"),
    [
        ("c25_not_challenged_served", "to-improve"),
        ("c25_id_checked_served", "pass"),
        ("c25_challenged_no_id_served", "to-improve"),
    ],
    ids=["a", "b", "c"],
)
def test_case_5_a_challenge_25_audit_has_its_own_letter_and_ends_no_certificate(
    town: Town, certificate: Certificate, outcome: str, story: str
) -> None:
    visit = town.record(
        "challenge_25_audit",
        {"tp_outcome": outcome, "tp_article_covered": "knife"},
        facts={"buyer_age": 19},
    )
    letter = sent(town, visit)
    assert (letter.kind, letter.inputs["data"]["story"]) == ("challenge-25-result", story)
    usual = case(visit).usual_step
    assert usual is not None
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        visit.id,
        step=usual.id,
        reason="As usual",
    )
    assert status(certificate, VISITED_ON + 6 * DAY) is Status.VALID
    assert can_issue(town, VISITED_ON + 6 * DAY) == (story == "pass")
    if story == "to-improve":
        assert usual.id == "advice_and_under_18_test"


def test_case_6_a_buyer_who_was_18_gets_the_shop_a_neutral_note_only(
    town: Town, certificate: Certificate
) -> None:
    visit = town.record("test_purchase", SALE, facts={"buyer_age": 18})
    letter = sent(town, visit)
    data = letter.inputs["data"]
    assert (letter.kind, data["story"]) == ("test-purchase-neutral", "set-aside")
    assert (data["article"], data["actions"], data["points"]) == ("", [], [])
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        visit.id,
        step="no_further_action",
        reason="The buyer was 18 that day",
    )
    assert status(certificate, VISITED_ON + 6 * DAY) is Status.VALID


def test_case_7_a_an_article_outside_the_law_alleges_nothing(town: Town) -> None:
    visit = town.record(
        "test_purchase",
        {
            **SALE,
            "tp_article_covered": "exempt_folding",
            "tp_cutting_edge_cm": "7.50",
            "tp_cutting_edge_locks": "no",
        },
    )
    assert sent(town, visit).kind == "test-purchase-neutral"


def test_case_7_b_a_cutting_edge_to_one_decimal_holds_the_letter_until_it_is_measured(
    town: Town,
) -> None:
    answers = {
        **SALE,
        "tp_article_covered": "exempt_folding",
        "tp_cutting_edge_cm": "7.6",
        "tp_cutting_edge_locks": "no",
    }
    visit = town.agree(town.record("test_purchase", answers))
    with pytest.raises(Refused, match="held"):
        town.notify(visit)
    correct(
        town.session,
        town.officer,
        noon(VISITED_ON + DAY),
        visit,
        Record(
            answers={**answers, "tp_cutting_edge_cm": "8.10"},
            operation_facts=visit.versions[0].operation_facts,
        ),
        reason="Measured to two decimals",
    )
    assert sent(town, visit).kind == "test-purchase-sale"


def test_case_8_half_an_audit_lists_what_was_not_checked_and_earns_nothing(
    town: Town, certificate: Certificate
) -> None:
    answers = dict(list(audit_answers("all_met").items())[:9])
    visit = town.record("store_audit", answers)
    letter = sent(town, visit)
    data = letter.inputs["data"]
    assert letter.kind == "advice-letter"
    assert data["unchecked"]
    assert data["points"] == []
    usual = case(visit).usual_step
    assert usual is not None
    assert usual.id == "appointment"
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + 5 * DAY),
        visit.id,
        step=usual.id,
        reason="Half could not be seen",
    )
    assert not can_issue(town, VISITED_ON + 6 * DAY)
    assert status(certificate, VISITED_ON + 6 * DAY) is Status.VALID


def recovered(town: Town) -> None:
    """Case 9: a sale, a refused re-test, a clean audit."""
    settle(town, town.record("test_purchase", SALE, on=date(2026, 3, 10)))
    settle(town, town.record("test_purchase", REFUSED, on=date(2026, 6, 2)))
    settle(town, town.record("store_audit", audit_answers(), on=date(2026, 9, 20)))


def test_case_9_a_recovering_shop_may_have_a_certificate(town: Town, office: Office) -> None:
    recovered(town)
    made = certificates.issue(
        town.session, town.reviewer, noon(date(2026, 10, 1)), office, town.premises.id
    )
    assert made.valid_until == date(2027, 9, 20)


def test_case_9_b_a_second_sale_in_24_months_meets_the_policys_repeat_step(town: Town) -> None:
    recovered(town)
    again = town.record("test_purchase", SALE, on=date(2026, 11, 5))
    usual = case(again).usual_step
    assert usual is not None
    assert usual.id == "written_warning"
    assert usual.formal
    letter = sent(town, again)
    assert "March" not in str(letter.inputs["data"])


def test_case_10_without_the_parents_consent_the_letter_is_neutral_and_nothing_falls(
    town: Town, certificate: Certificate
) -> None:
    visit = town.record("test_purchase", SALE, facts={"parental_consent": "no"})
    letter = sent(town, visit)
    assert (letter.kind, letter.inputs["data"]["story"]) == ("test-purchase-neutral", "checking")
    assert not can_issue(town, VISITED_ON + 3 * DAY)
    assert status(certificate, VISITED_ON + 3 * DAY) is Status.VALID
    with pytest.raises(Refused, match="alleges nothing"):
        decisions.decide(
            town.session,
            town.reviewer,
            noon(VISITED_ON + 4 * DAY),
            visit.id,
            step="written_warning",
            reason="A sale",
        )


def outcomes() -> list[tuple[str, str, str]]:
    """Every outcome a test can have in store or at a self-checkout: kind, code, channel."""
    question = shipped_pack().questions["tp_outcome"]
    found = []
    for option in question["options"]:
        dims = option.get("dims", {})
        channels = set(dims.get("channel", ["in_store"])) & {"in_store", "self_checkout"}
        for kind in dims.get("kind", ["test_purchase", "challenge_25_audit"]):
            found += [(kind, option["code"], channel) for channel in sorted(channels)]
    return found


@pytest.mark.parametrize(("kind", "outcome", "channel"), outcomes())
def test_every_outcome_has_a_letter_that_can_be_printed_or_none(
    town: Town, kind: str, outcome: str, channel: str
) -> None:
    answers = {"tp_outcome": outcome, "tp_article_covered": "knife"}
    if kind == "test_purchase":
        complete = "no" if outcome == "stopped_before_completion" else "yes"
        answers |= {"tp_money_taken": complete, "tp_goods_handed_over": complete}
    age = {"buyer_age": 19} if kind == "challenge_25_audit" else {}
    visit = town.agree(town.record(kind, answers, facts=age, channels=[channel]))
    if case(visit).letter is None:
        assert case(visit).value("test_class") == "no_result"
        return
    made = issue.preview_letter(noon(VISITED_ON + DAY), OFFICE, case(visit))
    assert made.pages <= 2
    usual = case(visit).usual_step
    assert usual is not None
    data = town.notify(visit).inputs["data"]
    if data["story"] in ("to-improve", "stopped-sale") or data["kind"] == "test-purchase-sale":
        assert 3 <= len(data["actions"]) <= 5
