"""Letters and certificates on both databases: numbers under a crowd, and a fall in one commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services.lifecycle import certificates, decisions, issue
from compliance.store.engine import db
from compliance.store.models import Certificate, Visit
from tests import town as made
from tests.integration.lifecycle.conftest import SALE, audit_answers
from tests.integration.store.crowd import issue_at_once, unprinted, without_hole_or_twin
from tests.town import OFFICE, VISITED_ON, noon

NOW = noon(VISITED_ON + timedelta(days=3))
CROWD = 50


@pytest.fixture(autouse=True)
def nothing_is_printed() -> Iterator[None]:
    """Leave the printing out."""
    with unprinted():
        yield


def test_fifty_letters_at_once_have_numbers_without_a_hole_or_a_twin(app: Flask) -> None:
    """Five hundred are tried by `make bench` (tests/bench/numbers.py)."""
    crowd = issue_at_once(db.engine, CROWD)
    assert without_hole_or_twin(crowd, CROWD), (crowd.answered, crowd.kept)


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
