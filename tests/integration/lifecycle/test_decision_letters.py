"""The letters after a decision, after a correction, and about a certificate that ended: each offered at
its step, issued once, and opened by the business like any other."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from compliance.access import Role
from compliance.services import premises
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import (
    certificate_letters,
    certificates,
    closing,
    decisions,
    issue,
    notifications,
    portal,
    timeline,
)
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import Moment, made_decision
from compliance.services.lifecycle.issue import Office
from compliance.services.visit_content import Record
from compliance.services.visits import correct
from compliance.store.models import Certificate, Document, Visit
from tests.documents.reading import pdf_text
from tests.integration.conftest import SignIn
from tests.integration.lifecycle.conftest import (
    DECIDED_ON,
    REFUSED,
    SALE,
    audit_answers,
    settle,
)
from tests.town import OFFICE, VISITED_ON, Town, noon
from tests.world import World

DAY = timedelta(days=1)
NOW = noon(DECIDED_ON)
ADULT = {"tp_outcome": "c25_not_challenged_served", "tp_article_covered": "knife"}
CHECKED = {"tp_outcome": "c25_id_checked_served", "tp_article_covered": "knife"}


def case(visit: Visit) -> Case:
    """The visit as it now stands."""
    found = case_of(visit)
    assert found is not None
    return found


def decided(town: Town, visit: Visit, step: str) -> Visit:
    """The visit agreed, told and decided on."""
    settle(town, visit, step=step)
    return visit


def told(town: Town, visit: Visit, added: str = "") -> Document:
    """The letter that tells the decision."""
    return notifications.tell_decision(
        town.session, town.reviewer, NOW, OFFICE, visit.id, added={"en": added}
    )


def offered(town: Town, visit: Visit) -> list[str]:
    """The steps that come next for a reviewer."""
    return [
        each.step.name
        for each in timeline.next_steps(Moment(case(visit), town.reviewer, DECIDED_ON))
    ]


def data(document: Document) -> dict[str, Any]:
    """What a document says."""
    found: dict[str, Any] = document.inputs["data"]
    return found


# --- Decisions ----------------------------------------------------------------------------------


def test_a_decision_has_a_letter_of_its_own_that_names_the_one_before(town: Town) -> None:
    sale = decided(town, town.record("test_purchase", SALE), "advice_and_re_test")
    first = sale.documents[0]
    letter = told(town, sale)
    said = data(letter)
    assert (letter.kind, said["story"], said["decided"]) == ("decision-letter", "sale", True)
    assert said["follows"] == {
        "reference": first.reference,
        "issued_on": first.issued_on.isoformat(),
    }
    assert [each["text"] for each in said["actions"]] == [
        each["text"] for each in data(first)["actions"]
    ]
    assert all(each["by"] > letter.issued_on.isoformat() for each in said["actions"])
    assert said["may_allege"] is True


def test_closing_a_sale_without_action_is_told_too(town: Town) -> None:
    sale = decided(town, town.record("test_purchase", SALE), "no_further_action")
    assert offered(town, sale) == ["tell_decision"]
    with pytest.raises(Refused, match="has not been told the decision"):
        closing.close(town.session, town.reviewer, NOW, sale.id)
    said = data(told(town, sale))
    assert (said["story"], said["actions"]) == ("sale", [])
    assert said["decision"] == "We will take no other step about this visit."
    assert told(town, sale) is sale.documents[-1]
    assert len(sale.documents) == 2
    closing.close(town.session, town.reviewer, NOW, sale.id)


def test_a_test_still_being_checked_was_promised_a_letter(town: Town) -> None:
    visit = town.record("test_purchase", SALE, facts={"parental_consent": None})
    assert case(visit).letter == "test-purchase-neutral"
    decided(town, visit, "no_further_action")
    assert data(visit.documents[0])["story"] == "checking"
    said = data(told(town, visit))
    assert (said["story"], said["article"], said["actions"]) == ("test", "", [])


def test_a_plain_pass_needs_no_second_letter(town: Town) -> None:
    visit = decided(town, town.record("test_purchase", REFUSED), "no_further_action")
    assert "tell_decision" not in offered(town, visit)
    with pytest.raises(Refused, match="no letter of its own"):
        told(town, visit)


@pytest.mark.parametrize(
    ("kind", "answers", "facts", "step", "story"),
    [
        ("test_purchase", REFUSED, None, "advice", "pass"),
        (
            "challenge_25_audit",
            ADULT,
            {"buyer_age": 19},
            "advice_and_under_18_test",
            "challenge-25",
        ),
        ("store_audit", audit_answers(), None, "advice", "audit"),
        ("engagement_visit", {}, None, "advice", "engagement"),
    ],
)
def test_each_visit_has_its_story(
    town: Town,
    kind: str,
    answers: dict[str, Any],
    facts: dict[str, Any] | None,
    step: str,
    story: str,
) -> None:
    letter = told(town, decided(town, town.record(kind, answers, facts=facts), step))
    assert (letter.kind, data(letter)["story"]) == ("decision-letter", story)
    assert data(letter)["may_allege"] is False


def test_a_step_that_others_decide_on_is_not_called_final(town: Town) -> None:
    sale = decided(town, town.record("test_purchase", SALE), "prosecution_file")
    decisions.confirm(town.session, town.second, NOW, sale.id)
    assert data(told(town, sale))["formal"] is True


def test_a_written_warning_goes_out_as_one_after_the_second_person(town: Town) -> None:
    sale = decided(town, town.record("test_purchase", SALE), "written_warning")
    assert "tell_decision" not in offered(town, sale)
    decisions.confirm(town.session, town.second, NOW, sale.id)
    letter = told(town, sale)
    said = data(letter)
    assert (letter.kind, said["story"]) == ("written-warning", "sale")
    assert issue.file_name(letter) == f"written-warning-{letter.reference}.pdf"
    assert said["decision"] == "This is a written warning. We will keep it on record."


def test_a_warning_after_an_audit_speaks_of_no_sale(town: Town) -> None:
    found = audit_answers() | {"prohibited_on_sale": "yes"}
    audit = decided(town, town.record("store_audit", found), "written_warning")
    decisions.confirm(town.session, town.second, NOW, audit.id)
    said = data(told(town, audit))
    assert (said["kind"], said["story"], said["article"]) == ("written-warning", "visit", "")


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("engagement_visit", {}),
        ("store_audit", audit_answers()),
        ("store_audit", audit_answers() | {"refusals_log_exists": "no"}),
    ],
    ids=["an engagement visit", "a clean audit", "an audit without a refusals log"],
)
def test_what_is_no_matter_of_law_opens_no_formal_step(
    town: Town, kind: str, answers: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="Only a point of law opens one"):
        decided(town, town.record(kind, answers), "written_warning")


def test_a_business_with_a_primary_authority_is_set_no_day(town: Town) -> None:
    town.operator.primary_authority_name = "Hertfordshire County Council"
    sale = decided(town, town.record("test_purchase", SALE), "advice_and_re_test")
    for letter in (sale.documents[0], told(town, sale)):
        assert data(letter)["actions"]
        assert all(each["by"] is None for each in data(letter)["actions"])


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("Your shop failed.", "What you add says 'failed'"),
        ("Ravi saw your new till prompt.", "What you add says 'Ravi'"),
        ("RAVI saw your new till prompt.", "What you add says 'Ravi'"),
        ("Ra\u200bví saw your new till prompt.", "What you add says 'Ravi'"),
        ("You can get two years in prison.", "names a penalty"),
        ("A 15-year-old came in.", "gives no age, time or till"),
    ],
)
def test_words_of_ones_own_are_checked_and_shown_at_their_field(
    town: Town, added: str, message: str
) -> None:
    sale = decided(town, town.record("test_purchase", SALE), "no_further_action")
    with pytest.raises(Refused, match=message) as refused:
        told(town, sale, added)
    assert refused.value.field == "added"
    assert data(told(town, sale, "Thank you for the new till prompt."))["added"] == (
        "Thank you for the new till prompt."
    )


# --- Corrections --------------------------------------------------------------------------------


def corrected(town: Town, visit: Visit, answers: dict[str, Any], **facts: object) -> None:
    """Correct the record, and have a colleague agree with it."""
    before = visit.versions[-1].operation_facts
    correct(
        town.session,
        town.officer,
        NOW,
        visit,
        Record(answers=answers, operation_facts={**before, **facts}),
        reason="The notebook shows more",
    )
    town.agree(visit, on=DECIDED_ON)


@pytest.fixture
def check(town: Town) -> Visit:
    """A Challenge 25 check that was told."""
    visit = town.agree(town.record("challenge_25_audit", ADULT, facts={"buyer_age": 19}))
    town.notify(visit)
    return visit


def test_a_check_that_turns_out_to_be_none_is_set_aside_and_never_called_a_test(
    town: Town, check: Visit
) -> None:
    corrected(town, check, ADULT, buyer_age=17)
    with pytest.raises(Refused, match="letter that no longer stands"):
        closing.close(town.session, town.reviewer, NOW, check.id)
    first = check.documents[0]
    letter = town.notify(check, on=DECIDED_ON)
    said = data(letter)
    assert (letter.kind, said["story"]) == ("challenge-25-result", "set-aside")
    assert said["replaces"] == [
        {"reference": first.reference, "issued_on": first.issued_on.isoformat()}
    ]
    assert (said["article"], said["happened"], said["actions"]) == ("", "", [])
    assert portal.newest_after(portal.downloads(town.session, first), first) is letter
    assert town.notify(check) is letter


def test_a_check_whose_result_changes_gets_a_letter_that_replaces_the_first(
    town: Town, check: Visit
) -> None:
    corrected(town, check, CHECKED)
    letter = town.notify(check, on=DECIDED_ON)
    said = data(letter)
    assert (letter.kind, said["story"]) == ("challenge-25-result", "pass")
    assert [each["reference"] for each in said["replaces"]] == [check.documents[0].reference]


def test_a_set_aside_is_not_set_aside_again(town: Town, check: Visit) -> None:
    corrected(town, check, ADULT, buyer_age=17)
    town.notify(check, on=DECIDED_ON)
    corrected(town, check, ADULT, buyer_age=16)
    assert case(check).letter is None


def test_what_replaces_a_decision_names_every_letter_before(town: Town) -> None:
    sale = decided(town, town.record("test_purchase", SALE), "advice_and_re_test")
    told(town, sale)
    corrected(town, sale, {"tp_outcome": "closed"})
    letter = town.notify(sale, on=DECIDED_ON)
    assert (letter.kind, data(letter)["story"]) == ("test-purchase-neutral", "set-aside")
    assert [each["reference"] for each in data(letter)["replaces"]] == [
        each.reference for each in sale.documents[:2]
    ]


# --- The end of a certificate ---------------------------------------------------------------------


@pytest.fixture
def fallen(town: Town, office: Office) -> Visit:
    """An under-18 sale whose decision ended the certificate of the shop."""
    audited_on = VISITED_ON - timedelta(days=21)
    settle(town, town.record("store_audit", audit_answers(), on=audited_on))
    certificates.issue(
        town.session, town.reviewer, noon(audited_on + 6 * DAY), office, town.premises.id
    )
    return decided(town, town.record("test_purchase", SALE), "no_further_action")


def tell(town: Town, visit: Visit) -> Document:
    """The letter that the certificate ended."""
    return certificate_letters.tell(
        town.session, town.reviewer, NOW, OFFICE, visit.id, "tell_certificate"
    )


def test_the_end_of_a_certificate_is_told_once_and_neutrally(town: Town, fallen: Visit) -> None:
    assert offered(town, fallen) == ["tell_decision", "tell_certificate"]
    told(town, fallen)
    with pytest.raises(Refused, match="not been told that its certificate ended"):
        closing.close(town.session, town.reviewer, NOW, fallen.id)
    letter = tell(town, fallen)
    said = data(letter)
    decision = made_decision(case(fallen))
    assert decision is not None
    (certificate,) = decision.ended_certificates
    assert letter.kind == "certificate-ended"
    assert said["follows"]["reference"] == certificate.document.reference
    assert said["ended_on"] == date(2026, 10, 18).isoformat()
    assert (said["article"], said["decision"], said["actions"]) == ("", "", [])
    assert tell(town, fallen) is letter
    assert "tell_certificate" not in offered(town, fallen)
    closing.close(town.session, town.reviewer, NOW, fallen.id)
    assert "Letter about the certificate sent" in [each.what for each in timeline.events(fallen)]


def test_the_letter_about_the_certificate_is_neither_the_decision_nor_its_successor(
    town: Town, fallen: Visit
) -> None:
    first = fallen.documents[0]
    letter = tell(town, fallen)
    assert portal.newest_after(portal.downloads(town.session, first), first) is None
    assert letter in portal.downloads(town.session, first)
    assert told(town, fallen).kind == "decision-letter"
    corrected(town, fallen, {"tp_outcome": "closed"})
    assert len(data(town.notify(fallen, on=DECIDED_ON))["replaces"]) == 2


def test_nobody_else_sends_it_and_without_an_end_there_is_nothing_to_send(
    town: Town, fallen: Visit
) -> None:
    with pytest.raises(NotFound):
        certificate_letters.tell(
            town.session, town.council_reviewer, NOW, OFFICE, fallen.id, "tell_certificate"
        )
    plain = decided(town, town.record("test_purchase", REFUSED), "no_further_action")
    with pytest.raises(Refused, match="No certificate ended"):
        tell(town, plain)
    preview = certificate_letters.preview(NOW, OFFICE, case(fallen), "tell_certificate")
    assert preview.pages == 2


@pytest.fixture
def certified(town: Town, office: Office) -> Certificate:
    """The certificate of the shop, in force."""
    audited_on = VISITED_ON - timedelta(days=21)
    settle(town, town.record("store_audit", audit_answers(), on=audited_on))
    return certificates.issue(
        town.session, town.reviewer, noon(audited_on + 6 * DAY), office, town.premises.id
    )


def give_back(town: Town, certificate: Certificate, because: str = "given-back") -> Visit:
    """The audit of a certificate that the business ended."""
    certificates.end(
        town.session, town.reviewer, NOW, certificate.document.reference, "By post", because
    )
    audit = certificate.document.visit
    assert audit is not None
    return audit


def tell_end(town: Town, audit: Visit) -> Document:
    """The letter that a certificate ended by the business."""
    return certificate_letters.tell(town.session, town.reviewer, NOW, OFFICE, audit.id, "tell_end")


def test_what_the_business_gave_back_is_told_once_in_words_that_fit(
    town: Town, certified: Certificate
) -> None:
    with pytest.raises(Refused, match="No certificate was given back"):
        tell_end(town, certified.document.visit)
    audit = give_back(town, certified)
    assert "tell_end" in offered(town, audit)
    letter = tell_end(town, audit)
    assert "You gave it back to us, or asked us to end it." in pdf_text(letter.file.content)
    assert data(letter)["follows"]["reference"] == certified.document.reference
    assert tell_end(town, audit) is letter
    assert "tell_end" not in offered(town, audit)
    assert letter.decision_id is None


def test_who_no_longer_trades_is_told_at_its_office_or_not_at_all(
    town: Town, certified: Certificate
) -> None:
    premises.close(
        town.session,
        town.officer,
        NOW,
        premises_id=town.premises.id,
        status="closed",
        since=DECIDED_ON,
    )
    assert certified.ended_because == "trade-ended"
    audit = certified.document.visit
    assert audit is not None
    town.operator.registered_office_postcode = None
    with pytest.raises(Refused, match="there is no address to write to"):
        tell_end(town, audit)
    assert "tell_end" not in offered(town, audit)
    town.operator.registered_office_postcode = "NR1 1EF"
    told_ = data(tell_end(town, audit))
    assert told_["recipient"]["lines"][1:] == ["1 Station Approach", "Norwich", "NR1 1EF"]
    assert told_["story"] == "trade-ended"


def test_a_letter_printed_for_another_certificate_or_day_is_not_issued(
    town: Town, certified: Certificate
) -> None:
    audit = give_back(town, certified)
    printed = certificate_letters.print_end(
        NOW, OFFICE, case(audit), "tell_end", number=99, holder="nobody"
    )
    with pytest.raises(issue.Overtaken):
        certificate_letters.tell(
            town.session, town.reviewer, NOW + DAY, OFFICE, audit.id, "tell_end", printed
        )
    assert "tell_end" in offered(town, audit)


# --- The pages ------------------------------------------------------------------------------------


def test_words_of_ones_own_on_the_page_are_previewed_warned_of_and_kept(
    world: World, signed_in: SignIn, client: FlaskClient
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    address = f"/visits/{world.visits['decided']}/decision-letter"
    page = reviewer.post(address, data={"added": "Your shop is compliant.", "as_they_are": ""})
    assert page.status_code == 422
    assert "What you add says" in page.text
    assert re.search(r">\s*Your shop is compliant\.</textarea>", page.text)
    preview = reviewer.post(f"{address}/preview", data={"added": "Thank you for the till prompt."})
    assert (preview.status_code, preview.mimetype) == (200, "application/pdf")
    refused = reviewer.post(f"{address}/preview", data={"added": "You failed."})
    assert (refused.status_code, refused.mimetype) == (422, "text/html")
    hard = "Thank you for " + "the till prompt and " * 10 + "the training."
    warned = reviewer.post(address, data={"added": hard, "as_they_are": ""})
    assert warned.status_code == 422
    assert "Please look at your words again" in warned.text
    assert "This says what the law is" not in warned.text
    law = reviewer.post(address, data={"added": "Selling it is an offence.", "as_they_are": ""})
    assert law.status_code == 422
    assert "“offence”: This says what the law is" in law.text
    kept = re.search(r'name="as_they_are" value="([^"]*)"', warned.text)
    assert kept is not None
    sent = reviewer.post(address, data={"added": hard, "as_they_are": kept[1]})
    assert (sent.status_code, "/documents/" in sent.location) == (302, True)


def test_the_pages_of_letters_that_are_not_due_lead_back_to_the_visit(
    world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    visit = f"/visits/{world.visits['decided']}"
    for address in (f"{visit}/certificate-letter", f"{visit}/certificate-letter-preview"):
        answer = reviewer.get(address)
        assert (answer.status_code, answer.location) == (302, f"{visit}/steps")
    refused = reviewer.post(f"{visit}/certificate-letter")
    assert (refused.status_code, refused.location) == (302, f"{visit}/steps")
