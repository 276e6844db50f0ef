"""Every forgery of a certificate, brought to the desk where anybody may ask: never taken for one of ours."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from compliance.documents.verifying import Outcome
from compliance.services.lifecycle import certificates, checking
from compliance.services.lifecycle.issue import Office
from compliance.store.models import Certificate
from tests.documents.forgeries import FORGERIES
from tests.integration.lifecycle.conftest import audit_answers, settle
from tests.town import VISITED_ON, Town, noon

NOW = noon(VISITED_ON)


def issued(town: Town, office: Office, on: date) -> Certificate:
    settle(town, town.record("store_audit", audit_answers(), on=on))
    return certificates.issue(
        town.session, town.reviewer, noon(on + timedelta(days=6)), office, town.premises.id
    )


def test_no_forgery_passes_while_the_true_file_does(
    town: Town, office: Office, root: bytes
) -> None:
    pdf = issued(town, office, VISITED_ON - timedelta(days=21)).document.file.content

    def outcome(content: bytes) -> str:
        return checking.check(town.session, NOW, content, [root]).outcome

    assert outcome(pdf) == "genuine"
    for name, forge in FORGERIES.items():
        forged = forge(pdf)
        if forged != pdf:
            assert outcome(forged) in (Outcome.ALTERED.value, Outcome.NOT_OURS.value), name
    assert outcome(b"") == Outcome.NOT_OURS.value


def test_a_file_that_was_replaced_says_so(town: Town, office: Office, root: bytes) -> None:
    first = issued(town, office, VISITED_ON - timedelta(days=40)).document.file.content
    second = issued(town, office, VISITED_ON - timedelta(days=21)).document.file.content
    replaced = checking.check(town.session, NOW, first, [root])
    assert (replaced.outcome, replaced.holds) == ("replaced", False)
    assert checking.check(town.session, NOW, second, [root]).holds


def test_a_certificate_of_ours_that_is_not_in_the_books_is_not_vouched_for(
    town: Town, office: Office, root: bytes
) -> None:
    """Somebody with the key, and no right to issue."""
    certificate = issued(town, office, VISITED_ON - timedelta(days=21))
    assert office.seal is not None
    from compliance.documents import render
    from compliance.documents.data_json import from_json

    data = from_json({**certificate.document.inputs["data"], "reference": "NORF-2026-999999"})
    made = render(data, seal=office.seal)
    checked = checking.check(town.session, NOW, made.pdf, [root])
    assert (checked.outcome, checked.reason) == (
        Outcome.NOT_OURS.value,
        "We have no record that we issued this file.",
    )


@pytest.mark.parametrize("name", ["saved again", "a white overlay", "the signature stripped"])
def test_a_forgery_of_an_ended_certificate_is_a_forgery_first(
    town: Town, office: Office, root: bytes, name: str
) -> None:
    certificate = issued(town, office, VISITED_ON - timedelta(days=21))
    certificates.end(town.session, town.reviewer, NOW, certificate.document.reference, "Given back")
    pdf = certificate.document.file.content
    assert checking.check(town.session, NOW, pdf, [root]).outcome == "withdrawn"
    assert checking.check(town.session, NOW, FORGERIES[name](pdf), [root]).outcome == "altered"
