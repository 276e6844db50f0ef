"""Letters and certificates on both databases: numbers under a crowd, and a fall in one commit."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.documents import DocumentData, Rendered
from compliance.services.lifecycle import certificates, decisions, issue, notifications
from compliance.store.engine import db
from compliance.store.models import Certificate, Document, Visit
from tests import town as made
from tests.integration.lifecycle.conftest import REFUSED, SALE, audit_answers
from tests.town import OFFICE, VISITED_ON, noon

NOW = noon(VISITED_ON + timedelta(days=3))
CROWD = 50


@pytest.fixture(autouse=True)
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing is tested elsewhere; here it would only make the queue longer."""

    def quickly(data: DocumentData, office: object, **_: object) -> Rendered:
        pdf = b"%PDF-" + data.reference.encode()
        return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), 1, "none", data.language)

    for module in (issue, certificates):
        monkeypatch.setattr(module, "rendered", quickly)


def test_fifty_letters_at_once_have_numbers_without_a_hole_or_a_twin(app: Flask) -> None:
    with Session(db.engine) as session, session.begin():
        town = made.build(session)
        visits = [town.agree(town.record("test_purchase", REFUSED)).id for _ in range(CROWD)]
        reviewer = town.reviewer
    engine = db.engine

    def send(visit_id: str) -> str:
        with Session(engine) as session, session.begin():
            return notifications.notify(session, reviewer, NOW, OFFICE, visit_id).reference

    # Each one twice: a double press among fifty.
    with ThreadPoolExecutor(CROWD) as crowd:
        references = list(crowd.map(send, [each for each in visits for _ in range(2)]))
    assert references[::2] == references[1::2]
    assert sorted(set(references)) == [f"NORF-2026-{number:06}" for number in range(1, CROWD + 1)]
    with Session(engine) as session:
        assert len(session.scalars(select(Document.id)).all()) == CROWD


def test_a_certificate_falls_in_the_commit_of_the_decision(app: Flask) -> None:
    audited_on = VISITED_ON - timedelta(days=21)
    with Session(db.engine) as session, session.begin():
        town = made.build(session)
        audit = town.agree(town.record("store_audit", audit_answers(), on=audited_on))
        town.notify(audit)
        decisions.decide(
            session,
            town.reviewer,
            noon(audited_on + timedelta(days=3)),
            audit.id,
            step="no_further_action",
        )
        certificates.issue(
            session,
            town.reviewer,
            noon(audited_on + timedelta(days=4)),
            OFFICE,
            town.premises.id,
        )
        sale = town.agree(town.record("test_purchase", SALE))
        town.notify(sale)
        reviewer, visit_id = town.reviewer, sale.id

    def seen() -> tuple[str, str]:
        """What another person sees meanwhile."""
        with Session(db.engine.execution_options(writes=False)) as other:
            certificate = other.scalars(select(Certificate)).one()
            return certificate.status, other.get_one(Visit, visit_id).state

    with Session(db.engine) as session:
        decisions.decide(
            session, reviewer, NOW, visit_id, step="advice_and_re_test", reason="First sale"
        )
        assert seen() == ("valid", "notified")
        session.rollback()
        assert seen() == ("valid", "notified")
        decisions.decide(
            session, reviewer, NOW, visit_id, step="advice_and_re_test", reason="First sale"
        )
        session.commit()
    assert seen() == ("withdrawn", "decided")


def test_a_letters_year_is_londons(app: Flask) -> None:
    with Session(db.engine) as session, session.begin():
        town = made.build(session)
        number = issue.next_reference(session, town.police, noon(date(2026, 12, 31)))
        late = noon(date(2026, 12, 31)) + timedelta(hours=13)
        assert (number, issue.next_reference(session, town.police, late)) == (
            "NORF-2026-000001",
            "NORF-2027-000001",
        )
