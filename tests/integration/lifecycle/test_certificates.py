"""The life of a certificate: who may have one, until when, and every way it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from compliance.documents.verifying import Outcome
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import certificates, checking, decisions, issue, portal
from compliance.services.lifecycle.certificates import Status, status_on
from compliance.services.lifecycle.issue import Office
from compliance.store.models import Certificate, Document, Operator, Tenure
from tests.integration.lifecycle.conftest import REFUSED, SALE, audit_answers, settle
from tests.town import VISITED_ON, Town, noon

DAY = timedelta(days=1)
AUDITED_ON = VISITED_ON - timedelta(days=21)
ISSUED = noon(AUDITED_ON + 6 * DAY)


@pytest.fixture
def audited(town: Town) -> Town:
    """The town after an audit with nothing open, told and decided."""
    settle(town, town.record("store_audit", audit_answers(), on=AUDITED_ON))
    return town


def issued(town: Town, office: Office) -> Certificate:
    """The certificate of the shop."""
    return certificates.issue(town.session, town.reviewer, ISSUED, office, town.premises.id)


def test_it_holds_until_twelve_months_after_its_audit_that_day_included(
    audited: Town, office: Office
) -> None:
    certificate = issued(audited, office)
    last = date(2027, 9, 22)
    assert (AUDITED_ON, certificate.valid_until) == (date(2026, 9, 22), last)
    assert status_on(certificate, last) is Status.VALID
    assert status_on(certificate, last + DAY) is Status.EXPIRED
    assert len(certificate.link_token) == 22


def test_issuing_twice_is_one_certificate(audited: Town, office: Office) -> None:
    assert issued(audited, office) is issued(audited, office)
    assert len(audited.session.scalars(select(Certificate)).all()) == 1


def test_it_says_what_was_checked_and_what_was_not_and_no_grade(
    audited: Town, office: Office
) -> None:
    audited.premises.channels = ["in_store", "online"]
    data = portal.said(issued(audited, office).document)
    assert (data.kind, data.visit.day, data.operator) == (
        "certificate",
        AUDITED_ON,
        "Blades R Us (Norwich) Limited",
    )
    assert data.checked
    assert "Online" in [channel.name for channel in data.not_checked]
    assert data.status_url.endswith(data.status_url.rsplit("/c/")[1])


def test_nothing_is_issued_before_the_audit_itself_is_decided_on(
    town: Town, office: Office
) -> None:
    audit = town.record("store_audit", audit_answers(), on=AUDITED_ON)
    for step in (lambda: None, lambda: town.agree(audit), lambda: town.notify(audit)):
        step()
        with pytest.raises(Refused):
            issued(town, office)
    decisions.decide(
        town.session, town.reviewer, ISSUED, audit.id, step="no_further_action", reason="Clean"
    )
    assert issued(town, office)


@pytest.mark.parametrize("theirs", [False, True], ids=["our own test", "the council's test"])
def test_while_something_waits_the_refusal_says_nothing_of_it(
    audited: Town, office: Office, theirs: bool
) -> None:
    by = audited.council_officer if theirs else audited.officer
    audited.record("test_purchase", SALE, by=by, on=AUDITED_ON + 5 * DAY)
    with pytest.raises(Refused) as waiting:
        issued(audited, office)
    nobody = Tenure(premises_id=audited.premises.id, operator_id=audited.operator.id)
    assert nobody
    assert waiting.value.message == certificates.REFUSAL
    for word in ("test", "sale", "visit", "council", "police", "review"):
        assert f" {word} " not in waiting.value.message.replace("reviewed store audit", "")


def test_a_critical_finding_in_a_later_audit_ends_it_with_the_decision(
    audited: Town, office: Office
) -> None:
    certificate = issued(audited, office)
    later = audited.record(
        "store_audit", {**audit_answers(), "prohibited_on_sale": "yes"}, on=VISITED_ON
    )
    audited.agree(later)
    audited.notify(later)
    assert certificate.status == "valid"
    decisions.decide(
        audited.session,
        audited.reviewer,
        noon(VISITED_ON + 5 * DAY),
        later.id,
        step="advice_and_revisit",
        reason="A banned item on sale",
    )
    assert certificate.status == "withdrawn"


def test_a_decision_of_another_authority_ends_it_too(audited: Town, office: Office) -> None:
    certificate = issued(audited, office)
    settle(audited, audited.record("test_purchase", SALE, by=audited.council_officer))
    assert certificate.status == "withdrawn"


def test_a_newer_one_replaces_it(audited: Town, office: Office) -> None:
    first = issued(audited, office)
    settle(audited, audited.record("store_audit", audit_answers(), on=VISITED_ON))
    second = certificates.issue(
        audited.session, audited.reviewer, noon(VISITED_ON + 6 * DAY), office, audited.premises.id
    )
    assert (first.status, first.replaced_by_id) == ("replaced", second.id)
    assert status_on(first, VISITED_ON + 7 * DAY) is Status.REPLACED
    assert status_on(second, VISITED_ON + 7 * DAY) is Status.VALID


def test_a_new_operator_ends_it_at_once_and_begins_with_a_clean_sheet(
    audited: Town, office: Office
) -> None:
    certificate = issued(audited, office)
    newcomer = Operator(legal_name="Sharp & Sons", created_at=ISSUED)
    audited.session.add(newcomer)
    audited.session.flush()
    audited.premises.tenures[0].to_date = VISITED_ON
    audited.session.flush()
    audited.session.add(
        Tenure(
            premises_id=audited.premises.id,
            operator_id=newcomer.id,
            from_date=VISITED_ON + DAY,
        )
    )
    audited.session.flush()
    audited.session.expire(audited.premises, ["tenures"])
    assert status_on(certificate, VISITED_ON) is Status.VALID
    assert status_on(certificate, VISITED_ON + DAY) is Status.WITHDRAWN
    assert certificates.entitlement(audited.session, audited.premises, VISITED_ON + DAY) is None
    certificates.end_where_nobody_trades(
        audited.session, audited.reviewer, noon(VISITED_ON + DAY), audited.premises
    )
    assert certificate.status == "withdrawn"


def test_a_closed_shop_ends_it_at_once(audited: Town, office: Office) -> None:
    certificate = issued(audited, office)
    audited.premises.status = "closed"
    assert status_on(certificate, VISITED_ON) is Status.WITHDRAWN


def test_one_that_is_given_back_ends_with_its_reason_on_file_only(
    audited: Town, office: Office
) -> None:
    certificate = issued(audited, office)
    reference = certificate.document.reference
    with pytest.raises(NotFound):
        certificates.end(audited.session, audited.council_reviewer, ISSUED, reference, "Mine")
    with pytest.raises(Refused):
        certificates.end(audited.session, audited.reviewer, ISSUED, reference, " ")
    certificates.end(audited.session, audited.reviewer, ISSUED, reference, "Given back")
    assert (certificate.status, certificate.ended_reason) == ("withdrawn", "Given back")
    assert "back" not in checking.ENDED[Status.WITHDRAWN]


def test_wales_is_held_until_both_languages_can_be_issued(town: Town, office: Office) -> None:
    settle(town, town.record("store_audit", audit_answers(), on=AUDITED_ON))
    audit = town.session.scalars(select(Document)).first()
    assert audit is not None
    assert audit.visit is not None
    audit.visit.nation = "wales"
    with pytest.raises(Refused, match="Welsh"):
        issued(town, office)


def test_one_that_was_printed_for_an_earlier_day_is_not_issued(
    audited: Town, office: Office
) -> None:
    entitled = certificates.entitlement(audited.session, audited.premises, AUDITED_ON + 6 * DAY)
    assert entitled is not None
    printed = certificates.print_certificate(ISSUED, office, entitled, number=9, holder="nobody")
    with pytest.raises(issue.Overtaken):
        certificates.issue(
            audited.session,
            audited.reviewer,
            ISSUED + DAY,
            office,
            audited.premises.id,
            printed,
        )
    assert audited.session.scalars(select(Certificate)).all() == []


def test_another_areas_premises_are_not_found(audited: Town, office: Office) -> None:
    audited.premises.ts_authority_id = None
    audited.session.flush()
    with pytest.raises(NotFound):
        certificates.issue(
            audited.session, audited.council_reviewer, ISSUED, office, audited.premises.id
        )


def test_a_file_is_genuine_changed_ended_a_specimen_or_not_ours(
    audited: Town, office: Office, root: bytes
) -> None:
    certificate = issued(audited, office)
    pdf = certificate.document.file.content
    now = noon(VISITED_ON)

    def outcome(content: bytes, at: object = now) -> str:
        return checking.check(audited.session, at, content, [root]).outcome

    assert outcome(pdf) == "genuine"
    assert outcome(pdf[:2000] + b"X" + pdf[2001:]) == Outcome.ALTERED.value
    assert outcome(pdf + b"\n%more") == Outcome.ALTERED.value
    assert outcome(b"%PDF-1.7 nothing of ours") == Outcome.NOT_OURS.value
    assert outcome(b"") == Outcome.NOT_OURS.value
    preview = certificates.preview(
        audited.session, audited.reviewer, ISSUED, office, audited.premises.id
    )
    assert outcome(preview.pdf) == Outcome.SPECIMEN.value
    assert outcome(pdf, noon(date(2027, 9, 23))) == "expired"
    letter = town_letter(audited)
    assert outcome(letter.file.content) == "genuine"
    settle(audited, audited.record("test_purchase", SALE))
    assert outcome(pdf) == "withdrawn"


def town_letter(town: Town) -> Document:
    """A letter about a refused test."""
    visit = town.record("test_purchase", REFUSED, on=VISITED_ON - DAY)
    town.agree(visit)
    return town.notify(visit)
