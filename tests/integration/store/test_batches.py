"""A batch of letters on both databases: every letter once, whatever becomes of its workers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError, local

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from compliance.documents import DocumentData, Rendered
from compliance.documents.press import PrintingFailed
from compliance.documents.print_run import CannotJoin, Run
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import batch_work, batches, certificates, issue
from compliance.services.lifecycle.ahead import print_ahead
from compliance.services.lifecycle.sorts import SORTS, Desk
from compliance.services.visit_content import Record
from compliance.services.visits import correct
from compliance.services.worklists import Filter
from compliance.store.engine import db
from compliance.store.models import (
    Batch,
    BatchLetter,
    Certificate,
    Document,
    Premises,
    Tenure,
    Visit,
)
from tests import town as made
from tests.integration.lifecycle.conftest import REFUSED, SALE, audit_answers, settle
from tests.town import OFFICE, VISITED_ON, Town, noon

NOW = noon(VISITED_ON + timedelta(days=3))
LETTERS = 6
DAY = timedelta(days=1)

Print = Callable[[DocumentData], Rendered]


class Killed(BaseException):
    """The worker's process ends here: nothing after this line runs."""


class Office:
    """An office with a batch: its sessions, a clock that can be put forward, and how it prints."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = NOW
        self.batch = 0
        self.visits: list[str] = []
        #: The references there were before the batch.
        self.before: set[str] = set()
        self.before_commit: Callable[[], None] = lambda: None
        #: What happens while a letter waits for those with lower numbers.
        self.meanwhile: Callable[[], None] = lambda: None

    @contextmanager
    def sessions(self, *, writes: bool = True) -> Iterator[Session]:
        with Session(
            self.engine.execution_options(writes=writes), expire_on_commit=False
        ) as session:
            yield session
            self.before_commit()
            session.commit()

    def clock(self) -> datetime:
        return self.now

    def work(self) -> bool:
        """Settle one letter; False when there is none to take."""
        return batch_work.work_on(
            self.sessions, self.clock, OFFICE, self.batch, pause=lambda _: self.meanwhile()
        )

    def work_all(self) -> None:
        while self.work():
            pass

    def letters(self) -> list[tuple[str, str | None]]:
        with Session(self.engine) as session:
            return [
                (each.state, each.reason)
                for each in session.scalars(select(BatchLetter).order_by(BatchLetter.position))
            ]

    def state(self) -> str:
        with Session(self.engine) as session:
            return session.get_one(Batch, self.batch).state

    def references(self) -> list[str]:
        with Session(self.engine) as session:
            return sorted(session.scalars(select(Document.reference)))


def references(count: int) -> list[str]:
    """The references of a series without a hole or a twin."""
    return [f"NORF-2026-{number:06}" for number in range(1, count + 1)]


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Print], None]:
    """Says how a letter is printed. Printing itself is tested elsewhere."""

    def use(print_: Print) -> None:
        monkeypatch.setattr(issue, "rendered", lambda data, _office, **_: print_(data))

    use(quickly)
    return use


def quickly(data: DocumentData) -> Rendered:
    pdf = b"%PDF-" + data.reference.encode()
    return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), 1, "none", data.language)


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    with Session(db.engine, expire_on_commit=False) as session:
        yield made.build(session)


@pytest.fixture
def office(town: Town, printing: object) -> Office:
    """An office that has ordered a batch."""
    session = town.session
    found = Office(db.engine)
    for _ in range(LETTERS):
        visit = town.agree(town.record("test_purchase", REFUSED))
        found.visits.append(visit.id)
    due = batches.sendable(session, town.reviewer, NOW, Filter())
    assert all(each.reason is None for each in due)
    batch = batches.order(
        session, town.reviewer, NOW, title="Week of action", keys=[each.key for each in due]
    )
    found.batch = batch.id
    session.commit()
    return found


def test_workers_side_by_side_issue_every_letter_once_and_finish_the_batch(office: Office) -> None:
    with ThreadPoolExecutor(3) as crowd:
        list(crowd.map(lambda _: office.work_all(), range(3)))
    assert office.state() == "finished"
    assert office.references() == references(LETTERS)
    assert {state for state, _ in office.letters()} == {"issued"}
    with Session(office.engine) as session:
        assert {session.get_one(Visit, each).state for each in office.visits} == {"notified"}


def test_two_workers_that_settle_the_last_two_letters_at_once_finish_the_batch(
    office: Office,
) -> None:
    for _ in range(LETTERS - 2):
        office.work()
    both = Barrier(2, timeout=5)
    issuing = local()

    def meet() -> None:
        """Both have settled their letter, as far as the database lets them, before either commits."""
        issuing.commits = getattr(issuing, "commits", 0) + 1
        if issuing.commits == 3:
            with suppress(BrokenBarrierError):
                both.wait(1)

    office.before_commit = meet
    with ThreadPoolExecutor(2) as crowd:
        list(crowd.map(lambda _: office.work(), range(2)))
    assert office.state() == "finished"


@pytest.mark.parametrize("commit", range(1, 4))
def test_a_worker_killed_at_any_commit_leaves_no_half_letter_no_twin_and_no_hole(
    office: Office, commit: int
) -> None:
    """A letter is three transactions: taken, printed (only read), issued."""
    office.work()
    commits = iter(range(1, 4))

    def die() -> None:
        if next(commits) == commit:
            raise Killed

    office.before_commit = die
    with pytest.raises(Killed):
        office.work()
    office.before_commit = lambda: None
    assert office.references() == references(1)
    # The others go on at once; the one that was in the dead worker's hands when its lease is over.
    office.work_all()
    office.now += batch_work.LEASE
    office.work_all()
    assert office.references() == references(LETTERS)
    assert office.state() == "finished"


def test_what_an_ended_worker_held_is_taken_over_at_once(office: Office) -> None:
    with office.sessions() as session:
        assert batch_work.take(session, office.now, office.batch, "here 1")
        assert batch_work.take(session, office.now, office.batch, "here 2")
    with office.sessions() as session:
        assert batch_work.give_back(session, office.now, {"here 1"}.__contains__) == 1
    office.work_all()
    assert office.references() == [
        reference for reference in references(LETTERS) if reference != "NORF-2026-000002"
    ]
    office.now += batch_work.LEASE
    office.work_all()
    assert office.references() == references(LETTERS)


def test_the_last_letter_bears_the_number_that_one_before_it_gave_back(office: Office) -> None:
    """Nothing comes after the last letter that could bear it: in its stead stood a hole."""
    for _ in range(LETTERS - 2):
        office.work()
    with office.sessions() as session:
        held = batch_work.take(session, office.now, office.batch, "here 1")
    assert held is not None

    def refuse() -> None:
        with office.sessions() as session:
            batch_work._refuse(session, office.now, held, "It has no address.")

    office.meanwhile = refuse
    office.work_all()
    assert office.references() == references(LETTERS - 1)
    assert office.state() == "finished"


@pytest.mark.parametrize("broken", [PrintingFailed, ValueError])
def test_one_letter_that_cannot_be_printed_stops_no_other_and_leaves_no_hole(
    office: Office, printing: Callable[[Print], None], broken: type[Exception]
) -> None:
    tried: list[str] = []

    def fail_the_first(data: DocumentData) -> Rendered:
        # The letter that was tried first comes again when every other has gone, with the last number.
        tried.append(data.reference)
        if len(tried) == 1 or len(tried) > LETTERS:
            raise broken("the child process ended")
        return quickly(data)

    printing(fail_the_first)
    office.work_all()
    outcomes = office.letters()
    assert [state for state, _ in outcomes].count("issued") == LETTERS - 1
    assert ("refused", "Printing broke off again and again over this letter.") in outcomes
    assert office.references() == references(LETTERS - 1)
    assert office.state() == "finished"
    assert len(tried) == LETTERS + 2


def test_a_letter_that_saw_ten_workers_end_still_goes_out(office: Office) -> None:
    for _ in range(10):
        for _ in range(LETTERS):
            with office.sessions() as session:
                assert batch_work.take(session, office.now, office.batch, "here 1")
        with office.sessions() as session:
            assert batch_work.give_back(session, office.now, {"here 1"}.__contains__) == LETTERS
    office.work_all()
    assert {state for state, _ in office.letters()} == {"issued"}
    assert office.references() == references(LETTERS)


def audited(town: Town, name: str) -> Visit:
    """A shop of its own whose audit found nothing, told and decided on."""
    there = made.shop(town.session, NOW, town.police, town.council, name, "NR1 1AA")
    town.session.add(Tenure(premises_id=there.id, operator_id=town.operator.id, from_date=None))
    town.session.flush()
    day = VISITED_ON - timedelta(days=10)
    audit = town.record("store_audit", audit_answers(), on=day, premises=there)
    settle(town, audit)
    return audit


@pytest.fixture
def week(town: Town, printing: object) -> Office:
    """A batch with a certificate, and letters about one that was given back and one that a decision ended."""
    session = town.session
    earned, given_back, fallen = (audited(town, name) for name in ("Earned", "Given", "Fallen"))
    for audit in (given_back, fallen):
        certificate = certificates.issue(session, town.reviewer, NOW, OFFICE, audit.premises_id)
        if audit is given_back:
            reference = certificate.document.reference
            certificates.end(session, town.reviewer, NOW, reference, "By post")
    sale = town.record("test_purchase", SALE, on=VISITED_ON - DAY, premises=fallen.premises)
    settle(town, sale)
    found = Office(db.engine)
    due = batches.sendable(session, town.reviewer, NOW, Filter())
    assert {(each.sort.step, each.visit.id, each.reason) for each in due} == {
        ("certificate", earned.id, None),
        ("tell_end", given_back.id, None),
        ("tell_decision", sale.id, None),
        ("tell_certificate", sale.id, None),
    }
    found.before = references_of(session)
    found.batch = batches.order(
        session, town.reviewer, NOW, title="Week of action", keys=[each.key for each in due]
    ).id
    session.commit()
    return found


def references_of(session: Session) -> set[str]:
    return set(session.scalars(select(Document.reference)))


def test_certificates_and_what_ended_them_go_out_once_whoever_is_killed(
    week: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is killed once while it is printed and once in the commit that issues it."""
    for round_ in (2, 3):
        for _ in week.letters():
            commits = iter(range(1, 4))

            def die(commits: Iterator[int] = commits, at: int = round_) -> None:
                if next(commits) == at:
                    raise Killed

            week.before_commit = die
            with pytest.raises(Killed):
                week.work()
        week.now += batch_work.LEASE
    week.before_commit = lambda: None
    week.work_all()
    assert {state for state, _ in week.letters()} == {"issued"}
    assert week.state() == "finished"
    with Session(week.engine) as session:
        new = references_of(session) - week.before
        kinds = session.scalars(select(Document.kind).where(Document.reference.in_(new)))
        assert sorted(kinds) == [
            "certificate",
            "certificate-ended",
            "certificate-ended",
            "decision-letter",
        ]
        valid = select(Certificate).where(Certificate.status == "valid")
        assert len(session.scalars(valid).all()) == 1
    assert week.references() == references(len(week.before) + len(new))
    # The certificate is no letter: the print run is made of the others alone.
    joined: list[str] = []
    monkeypatch.setattr(
        batch_work,
        "print_run",
        lambda letters, _: (
            joined.extend(name for name, _ in letters) or Run(b"%PDF-", ((1, 1),) * 3)
        ),
    )
    assert batch_work.make_print_run(week.sessions, week.clock, week.batch)
    assert len(joined) == 3


def test_letters_that_wait_again_while_they_are_joined_leave_no_print_run_without_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work_all()

    def meanwhile(letters: object, _: str) -> Run:
        with office.sessions() as session:
            session.get_one(Batch, office.batch).state = "running"
        return Run(b"%PDF-", ((1, 1),) * LETTERS)

    monkeypatch.setattr(batch_work, "print_run", meanwhile)
    assert not batch_work.make_print_run(office.sessions, office.clock, office.batch)
    with Session(office.engine) as session:
        assert session.get_one(Batch, office.batch).print_run is None


def test_a_single_letter_bears_the_number_that_came_free_while_it_was_printed(
    office: Office, town: Town, printing: Callable[[Print], None]
) -> None:
    with office.sessions() as session:
        held = batch_work.take(session, office.now, office.batch, "here 1")
    assert held is not None
    assert held.slot.number == 1

    def while_another_gives_back(data: DocumentData) -> Rendered:
        with office.sessions() as session:
            batch_work.give_back(session, office.now, {"here 1"}.__contains__)
        return quickly(data)

    printing(while_another_gives_back)
    printed = print_ahead(office.sessions, town.reviewer, NOW, OFFICE, office.visits[-1], "notify")
    assert printed is not None
    assert printed.number == 1


def test_a_letter_whose_bytes_changed_goes_to_no_printer(
    office: Office, printing: Callable[[Print], None]
) -> None:
    printing(lambda data: replace(quickly(data), sha256="0" * 64))
    office.work_all()
    with pytest.raises(CannotJoin, match="letter NORF-2026-000001 is damaged"):
        batch_work.make_print_run(office.sessions, office.clock, office.batch)


def send_by_hand(session: Session, town: Town) -> None:
    """Send everything that waits in the batch, as the pages of a visit do."""
    desk = Desk(session, town.reviewer, NOW, OFFICE)
    for letter in session.scalars(select(BatchLetter)).all():
        SORTS[letter.step].issue(desk, letter.visit_id, None)


@pytest.mark.parametrize("printed", [False, True], ids=["before", "while it is printed"])
def test_what_was_sent_by_hand_while_it_waited_is_not_sent_by_the_batch_too(
    week: Office, town: Town, monkeypatch: pytest.MonkeyPatch, printed: bool
) -> None:
    """Each sort, sent before the worker takes it, or between its printing and its issue."""
    if printed:
        monkeypatch.setattr(batch_work, "_print", by_hand_meanwhile(week, town))
    else:
        with week.sessions() as session:
            send_by_hand(session, town)
    week.work_all()
    by_hand = set(week.references()) - week.before
    assert len(by_hand) == len(week.letters())
    day = f"{NOW.day}\N{NO-BREAK SPACE}{NOW:%B %Y}"
    assert {reason for _, reason in week.letters()} == {
        f"It was issued on {day} as {each}, not in this batch." for each in by_hand
    }
    assert {state for state, _ in week.letters()} == {"refused"}
    with Session(week.engine) as session:
        assert batches.issued(session, session.get_one(Batch, week.batch)) == []
    assert not batch_work.make_print_run(week.sessions, week.clock, week.batch)


def by_hand_meanwhile(week: Office, town: Town) -> Callable[..., issue.Printed]:
    """Print, and send what was printed by hand before the worker issues it."""
    print_ = batch_work._print

    def print_slowly(
        session: Session, now: datetime, office: issue.Office, taken: batch_work.Taken
    ) -> issue.Printed:
        done = print_(session, now, office, taken)
        with week.sessions() as other:
            desk = Desk(other, town.reviewer, NOW, OFFICE)
            SORTS[taken.step].issue(desk, taken.visit_id, None)
        return done

    return print_slowly


def test_an_order_that_another_overtook_says_so_plainly(
    office: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits was not there yet when this order looked."""
    monkeypatch.setattr(batches, "_waits", lambda *_: False)
    with pytest.raises(Refused, match="now wait in another batch") as refused:
        batches.order(
            town.session, town.reviewer, NOW, title="Again", keys=[f"notify {office.visits[0]}"]
        )
    assert refused.value.field == "letters"
    # The page is still shown from the same transaction.
    assert town.session.get(Batch, office.batch) is not None


def test_a_certificate_whose_shop_is_in_doubt_meanwhile_is_refused_and_says_nothing_of_it(
    week: Office, town: Town
) -> None:
    earned = town.session.scalars(select(Premises).where(Premises.trading_name == "Earned")).one()
    town.record("test_purchase", SALE, by=town.council_officer, premises=earned)
    town.session.commit()
    week.work_all()
    assert ("refused", certificates.REFUSAL) in week.letters()


def test_a_certificate_in_wales_is_held_with_its_reason(town: Town, printing: object) -> None:
    audit = audited(town, "Siop")
    audit.nation = "wales"
    (due,) = batches.sendable(town.session, town.reviewer, NOW, Filter(), "certificate")
    assert due.visit is audit
    assert "the Welsh and the English version are owed together" in (due.reason or "")
    with pytest.raises(Refused, match="owed together"):
        batches.order(town.session, town.reviewer, NOW, title="Week", keys=[due.key])


def test_a_letter_that_may_not_go_any_more_is_refused_with_the_reason(
    office: Office, town: Town
) -> None:
    visit = town.session.get_one(Visit, office.visits[0])
    version = visit.latest_version
    assert version is not None
    correct(
        town.session,
        town.officer,
        NOW,
        visit,
        Record(
            answers=version.answers | {"tp_till_prompt": "no"},
            operation_facts=version.operation_facts,
        ),
        reason="The journal shows more",
    )
    town.session.commit()
    office.work_all()
    assert ("refused", "This visit is recorded: this step does not come now.") in office.letters()
    assert office.references() == references(LETTERS - 1)
    # Agreed again, it may have another try.
    town.agree(visit, on=VISITED_ON + timedelta(days=3))
    batches.try_again(town.session, town.reviewer, office.batch)
    town.session.commit()
    office.work_all()
    assert office.references() == references(LETTERS)
    assert office.state() == "finished"


def test_a_pause_begins_no_further_letter(office: Office, town: Town) -> None:
    office.work()
    batches.pause(town.session, town.reviewer, office.batch)
    town.session.commit()
    assert not office.work()
    assert office.references() == references(1)
    batches.resume(town.session, town.reviewer, office.batch)
    town.session.commit()
    office.work_all()
    assert office.references() == references(LETTERS)


def test_progress_tells_the_time_left(office: Office, town: Town) -> None:
    batch = batches.readable(town.session, town.reviewer, office.batch)
    assert batches.progress(town.session, batch).seconds_left is None
    town.session.commit()
    for _ in range(4):
        office.work()
        office.now += timedelta(seconds=10)
    told = batches.progress(town.session, batch)
    assert (told.issued, told.waiting, told.total) == (4, LETTERS - 4, LETTERS)
    assert told.seconds_left == 10 * (LETTERS - 4)


def test_a_letter_waits_in_one_batch_alone(office: Office, town: Town) -> None:
    assert batches.sendable(town.session, town.reviewer, NOW, Filter()) == []
    with pytest.raises(Refused, match="waits in another batch"):
        batches.order(
            town.session, town.reviewer, NOW, title="Again", keys=[f"notify {office.visits[0]}"]
        )


def test_an_order_names_what_is_missing_and_knows_no_other_authority(
    office: Office, town: Town
) -> None:
    for title, keys, field in (("", ["x"], "title"), ("Week", [], "letters")):
        with pytest.raises(Refused) as refused:
            batches.order(town.session, town.reviewer, NOW, title=title, keys=keys)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        batches.readable(town.session, town.council_reviewer, office.batch)
    with pytest.raises(NotFound):
        batches.order(
            town.session,
            town.council_reviewer,
            NOW,
            title="Theirs",
            keys=[f"notify {office.visits[0]}"],
        )
