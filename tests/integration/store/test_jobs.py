"""The queue on both databases: the same tasks wake the workers, and what waits is found without a message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.config import Settings
from compliance.documents import DocumentData, Rendered
from compliance.documents.pades import DocumentSeal
from compliance.documents.print_run import print_run
from compliance.jobs import Jobs
from compliance.rulebook import Pack, shipped_pack
from compliance.services import proposals
from compliance.services.lifecycle import batch_work, batches, issue
from compliance.services.lifecycle.issue import Office
from compliance.services.worklists import Filter
from compliance.store.engine import db
from compliance.store.models import Batch, BatchLetter, Proposal, Visit
from tests import town as made
from tests.integration.lifecycle.conftest import REFUSED, audit_answers, settle
from tests.integration.store.test_batches import quickly
from tests.town import VISITED_ON, noon

NOW = noon(VISITED_ON + timedelta(days=3))
LETTERS = 3


@pytest.fixture
def jobs(app: Flask, tmp_path: Path) -> Iterator[Jobs]:
    """The queue of an application on that database."""
    url = db.engine.url.render_as_string(hide_password=False)
    app.config["PUBLIC_URL"] = "https://knives.example"
    made = Jobs(app, Settings.from_environment({"DATABASE_URL": url, "DATA_DIR": str(tmp_path)}))
    yield made
    made.queue.storage.close()


@pytest.fixture(autouse=True)
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing is tested elsewhere; what is made here is no PDF, so nothing can be joined either."""
    monkeypatch.setattr(issue, "rendered", lambda data, _office, **_: quickly(data))
    monkeypatch.setattr("compliance.jobs.make_print_run", lambda *_: False)


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The batches whose letters the workers meant to join, one by one."""
    asked: list[int] = []
    monkeypatch.setattr("compliance.jobs.make_print_run", lambda *given: asked.append(given[-1]))
    return asked


def run_all(jobs: Jobs) -> int:
    """Do what is in the queue, as a worker would; say how many tasks there were."""
    done = 0
    while (task := jobs.queue.dequeue()) is not None:
        jobs.queue.execute(task)
        done += 1
    return done


def order(session: Session, town: made.Town) -> int:
    for _ in range(LETTERS):
        town.agree(town.record("test_purchase", REFUSED))
    due = batches.sendable(session, town.reviewer, NOW, Filter())
    keys = [each.key for each in due]
    return batches.order(session, town.reviewer, NOW, title="Week of action", keys=keys).id


def states() -> list[str]:
    with Session(db.engine) as session:
        return list(session.scalars(select(BatchLetter.state)))


def test_workers_are_woken_by_the_commit_and_not_before(jobs: Jobs) -> None:
    with Session(db.engine) as session:
        batch = order(session, made.build(session))
        jobs.wake_after(session, batch)
        assert run_all(jobs) == 0
        session.commit()
    assert run_all(jobs) >= 1
    assert states() == ["issued"] * LETTERS


def test_a_worker_has_the_seal_that_a_certificate_needs(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seals: list[object] = []

    def printed(data: DocumentData, office: Office, **_: object) -> Rendered:
        seals.append(office.seal)
        return quickly(data)

    with Session(db.engine) as session, session.begin():
        town = made.build(session)
        settle(town, town.record("store_audit", audit_answers()))
        # Today: a worker has no other clock.
        keys = [f"certificate {session.scalars(select(Visit.id)).one()}"]
        batches.order(session, town.reviewer, datetime.now(UTC), title="Week", keys=keys)
    monkeypatch.setattr(issue, "rendered", printed)
    jobs.look()
    run_all(jobs)
    assert states() == ["issued"]
    (seal,) = seals
    assert isinstance(seal, DocumentSeal)


def test_an_order_that_was_not_kept_wakes_nobody(jobs: Jobs) -> None:
    with Session(db.engine) as session:
        jobs.wake_after(session, order(session, made.build(session)))
        session.rollback()
    assert run_all(jobs) == 0


def test_what_waits_is_found_although_its_message_was_lost(jobs: Jobs) -> None:
    with Session(db.engine) as session, session.begin():
        order(session, made.build(session))
    jobs.look()
    run_all(jobs)
    assert states() == ["issued"] * LETTERS


def test_what_a_killed_worker_held_does_not_wait_for_its_lease(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(db.engine) as session, session.begin():
        batch = order(session, made.build(session))
    with Session(db.engine) as session, session.begin():
        assert batch_work.take(session, datetime.now(UTC), batch, "dead")
    monkeypatch.setattr("compliance.jobs.has_ended", "dead".__eq__)
    jobs.look()
    run_all(jobs)
    assert states() == ["issued"] * LETTERS


def test_a_batch_finished_with_its_worker_s_last_breath_still_gets_its_print_run(
    jobs: Jobs, joined: list[int]
) -> None:
    with Session(db.engine) as session, session.begin():
        batch = order(session, made.build(session))
    with Session(db.engine) as session, session.begin():
        session.get_one(Batch, batch).state = "finished"
        first = session.scalars(select(BatchLetter)).first()
        assert first is not None
        first.state = "issued"
    jobs.look()
    run_all(jobs)
    assert set(joined) == {batch}


def test_a_print_run_that_cannot_be_made_says_why_and_waits_to_be_asked_for(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(db.engine) as session, session.begin():
        town = made.build(session)
        batch = order(session, town)

    asked: list[int] = []

    def broken(*given: object) -> bool:
        asked.append(batch)
        return print_run([("NORF-2026-000001", b"%PDF-1.7 cut short")], "Week of action") is None

    monkeypatch.setattr("compliance.jobs.make_print_run", broken)
    jobs.look()
    run_all(jobs)
    with Session(db.engine) as session, session.begin():
        told = session.get_one(Batch, batch).print_run_fault
        assert told == "The file of the letter NORF-2026-000001 is damaged."
    asked.clear()
    jobs.look()
    assert (run_all(jobs), asked) == (0, [])
    with Session(db.engine) as session, session.begin():
        batches.join_again(session, town.reviewer, batch)
    jobs.look()
    run_all(jobs)
    assert asked


def test_a_worker_that_is_to_end_begins_no_further_letter(jobs: Jobs) -> None:
    with Session(db.engine) as session, session.begin():
        batch = order(session, made.build(session))
    jobs.end_soon()
    jobs.print_letters(batch)
    assert states() == ["waiting"] * LETTERS


def test_a_proof_that_waits_is_found_and_made(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.services.proposals.problems_of", lambda *_: [])
    shipped = shipped_pack().content
    new = Pack({**shipped, "pack": {**shipped["pack"], "version": "9"}})
    with Session(db.engine) as session, session.begin():
        town = made.build(session)
        proposal = proposals.propose_pack(session, town.reviewer, NOW, new).id
        jobs.prove_after(session, proposal)
    assert run_all(jobs) == 1
    with Session(db.engine) as session, session.begin():
        kept = session.get_one(Proposal, proposal)
        assert kept.is_proved
        kept.proved_at = kept.proof_begun_at = None
    jobs.look()
    assert run_all(jobs) == 1
    with Session(db.engine) as session:
        assert session.get_one(Proposal, proposal).is_proved
