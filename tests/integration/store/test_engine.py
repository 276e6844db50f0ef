"""The database is durable and strict, takes turns, and knows a moment from a guess."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from compliance.store.engine import db, separate_session
from compliance.store.models import Authority, NumberSeries, Tenure
from compliance.store.series import free, next_number, reserve
from tests.integration.store import shop

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))


def authority(name: str, moment: datetime = SUMMER) -> Authority:
    return Authority(name=name, kind="council", short_code=name[:8], created_at=moment)


def test_sqlite_flushes_before_it_answers_and_minds_foreign_keys(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL does so by default")
    with db.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
    }


def test_a_reference_to_nothing_is_refused(app: Flask) -> None:
    with pytest.raises(IntegrityError), separate_session() as session:
        session.add(Tenure(premises_id=1, operator_id=1))


def test_a_moment_comes_back_as_utc(app: Flask) -> None:
    with separate_session() as session:
        session.add(authority("Norwich"))
    with separate_session(writes=False) as session:
        moment = session.scalars(select(Authority.created_at)).one()
    assert moment == SUMMER
    assert moment.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    session.add(authority("Norwich", datetime(2026, 7, 1)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        session.flush()
    session.rollback()


def test_values_are_kept_out_of_error_messages(session: Session) -> None:
    session.add_all([authority("Norwich secret"), authority("Norwich secret")])
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    session.rollback()
    assert "[SQL parameters hidden" in str(caught.value)


def test_a_page_reads_beside_a_writer_and_a_form_waits_its_turn(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    with separate_session() as writer:
        writer.add(authority("Norwich"))
        writer.flush()
        with app.test_request_context(method="GET"), Session(db.engine) as reader:
            assert reader.scalars(select(Authority)).all() == []
        with app.test_request_context(method="POST"), db.engine.connect() as form:
            # That it waits is what is tested, not how long.
            driver = form.connection.driver_connection
            assert driver
            driver.execute("PRAGMA busy_timeout = 50")
            with pytest.raises(OperationalError, match="locked"):
                form.execute(text("SELECT 1"))


def test_a_series_has_no_hole_after_a_rollback(app: Flask) -> None:
    with separate_session() as session:
        assert next_number(session, "letters", NOW) == 1
    with Session(db.engine) as session:
        assert next_number(session, "letters", NOW) == 2
        session.rollback()
    with separate_session() as session:
        assert [next_number(session, "letters", NOW) for _ in range(3)] == [2, 3, 4]
        assert next_number(session, "certificates", NOW) == 1


def test_a_series_has_no_hole_or_twin_under_parallel_writers(app: Flask) -> None:
    taken: list[int] = []

    def work(worker: int) -> None:
        with app.app_context():
            for turn in range(25):
                with Session(db.engine) as session:
                    number = next_number(session, "letters", NOW)
                    if (worker + turn) % 5 == 0:
                        session.rollback()
                        continue
                    session.commit()
                    taken.append(number)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 80
    assert sorted(taken) == list(range(1, 81))
    with separate_session(writes=False) as session:
        assert session.get_one(NumberSeries, "letters").next_number == 81


def test_a_number_that_was_given_back_goes_to_who_read_the_clock_before(app: Flask) -> None:
    """Who waits for the database has an older moment in hand than who was given it first."""
    later = NOW + timedelta(seconds=1)
    with separate_session() as session:
        assert reserve(session, "letters", "one", NOW, later + timedelta(minutes=2)) == 1
    with separate_session() as session:
        free(session, "one", later)
    with separate_session() as session:
        assert reserve(session, "letters", "another", NOW, later) == 1


def test_one_operator_at_a_time(session: Session) -> None:
    world = shop.build(session)
    operator = session.scalars(select(Tenure.operator_id)).first()
    session.add(Tenure(premises_id=world.premises, operator_id=operator))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
