"""While another holds the database for longer than anybody waits: pages are still read, and a form that
could not be saved is kept in its answer and sent again."""

from __future__ import annotations

import html
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.exc import TimeoutError as NoConnection

from compliance.access import PUBLIC, Role
from compliance.app import create_app
from compliance.store import engine
from compliance.store.engine import separate_session
from compliance.store.models import Visit
from compliance.web.application import Application
from compliance.web.guard import permission
from tests.integration.conftest import Kept, SignIn
from tests.world import PASSWORD, World, email

OURS = {"Origin": "http://localhost"}


@pytest.fixture(autouse=True)
def nobody_waits_long(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer is told at once that the database is busy (after 20 seconds, in use)."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)


@contextmanager
def held(kept: Kept) -> Iterator[None]:
    """Another process that writes, and does not come to an end."""
    other = sqlite3.connect(kept.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def sent_again(client: FlaskClient, page: str) -> str:
    """Press the button of the busy page, and return where it led."""
    target = re.search(r'<form method="post" action="([^"]*)"', page)
    assert target
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    typed = {name: html.unescape(value) for name, value in fields}
    answer = client.post(html.unescape(target[1]), data=typed, headers=OURS)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_decision_is_kept_in_the_page_and_sent_again(
    kept: Kept, app: Application, world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    address = f"/visits/{world.visits['notified']}/decide"
    typed = {"step": "advice_and_re_test", "reason": "First sale: <b>“quoted”</b> & more\nNext"}
    with held(kept):
        answer = reviewer.post(address, data=typed, headers=OURS)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "10"
        assert "was not saved yet" in answer.text
        assert reviewer.post(address, data=typed, headers=OURS).status_code == 503
    assert sent_again(reviewer, answer.text).endswith("/steps")
    with app.app_context(), separate_session(writes=False) as session:
        decisions = session.get_one(Visit, world.visits["notified"]).decisions
        assert [each.reason.replace("\r\n", "\n") for each in decisions] == [typed["reason"]]


def test_a_letter_that_could_not_be_issued_is_issued_once_by_the_next_press(
    kept: Kept, app: Application, world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    visit = world.visits["reviewed"]
    with held(kept):
        answer = reviewer.post(f"/visits/{visit}/notify", headers=OURS)
        assert answer.status_code == 503
        assert "try again in a minute" in answer.text
    assert reviewer.post(f"/visits/{visit}/notify", headers=OURS).status_code == 302
    with app.app_context(), separate_session(writes=False) as session:
        assert len(session.get_one(Visit, visit).documents) == 1


def test_a_password_is_never_kept_in_the_page(kept: Kept, client: FlaskClient) -> None:
    typed = {"email": email(Role.OFFICER), "password": PASSWORD}
    with held(kept):
        answer = client.post("/sign-in", data=typed, headers=OURS)
    assert answer.status_code == 503
    assert email(Role.OFFICER) in answer.text
    assert PASSWORD not in answer.text


def test_words_from_elsewhere_are_not_put_under_our_button(
    kept: Kept, world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    with held(kept):
        answer = reviewer.post(
            f"/visits/{world.visits['notified']}/decide",
            data={"step": "advice", "reason": "Theirs"},
            headers={"Origin": "https://elsewhere.example"},
        )
    assert answer.status_code == 503
    assert "Theirs" not in answer.text
    assert "<form" not in answer.text


def test_reading_waits_for_nobody(
    kept: Kept, world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 20)
    reviewer = signed_in(Role.REVIEWER)
    # By now the last use of the sign-in is to be written, which is not worth a wait.
    with (
        held(kept),
        time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)),
    ):
        began = time.perf_counter()
        assert reviewer.get(f"/visits/{world.visits['notified']}/decide").status_code == 200
        assert time.perf_counter() - began < engine.BUSY_SECONDS


def test_who_is_impatient_leaves_the_connection_as_patient_as_it_was(app: Application) -> None:
    def patience() -> int:
        with separate_session(writes=False) as session:
            return int(session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one())

    with app.app_context():
        assert patience() == 50
        with separate_session(patience=0.2) as session:
            asked = session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        assert asked == 200
        assert patience() == 50


def test_no_connection_left_is_a_busy_service_and_no_fault(kept: Kept, app: Application) -> None:
    def view() -> str:
        raise NoConnection("QueuePool limit of size 5 overflow 10 reached")

    permission(PUBLIC)(view)
    fresh = create_app(kept.app.settings)
    fresh.config["WTF_CSRF_ENABLED"] = False
    fresh.add_url_rule("/crowd", "crowd", view, methods=["POST"])
    answer = fresh.test_client().post("/crowd", data={"a": "b"}, headers=OURS)
    assert answer.status_code == 503
    assert 'name="a" value="b"' in answer.text
