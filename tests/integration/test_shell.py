"""The shell around every page: headers, cookies, form tokens, one commit, friendly errors, signing in."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Blueprint
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from compliance.access import PUBLIC, Role
from compliance.app import create_app
from compliance.config import Settings
from compliance.services.errors import Refused
from compliance.store.engine import db, separate_session
from compliance.store.models import Premises, User, UserSession, VisitShare
from compliance.web import views
from compliance.web.application import Application
from compliance.web.csv_export import neutral
from compliance.web.dates import local_moment, local_time, long_date
from compliance.web.guard import UnguardedView, permission
from compliance.web.signed_in import TOKEN
from tests.integration.conftest import Kept, SignIn
from tests.town import VISITED_ON
from tests.world import PASSWORD, World, email

# --- what every answer says -------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/sign-in", "/no-such-page", "/work", "/health"])
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'nonce-")
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_nonce_is_new_each_time_and_the_one_in_the_page(client: FlaskClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = [
        re.search(r"nonce-([\w-]+)", answer.headers["Content-Security-Policy"])
        for answer in (first, second)
    ]
    assert nonces[0]
    assert nonces[1]
    assert nonces[0][1] != nonces[1][1]
    assert f'nonce="{nonces[0][1]}"' in first.text


def test_only_the_open_pages_may_be_listed_by_search_engines(client: FlaskClient) -> None:
    assert "X-Robots-Tag" not in client.get("/").headers
    assert client.get("/sign-in").headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_built_file_is_kept_by_its_hash_and_never_otherwise(client: FlaskClient) -> None:
    hashed = client.get("/static/icons/mark.svg?v=1")
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    plain = client.get("/static/icons/mark.svg")
    assert "immutable" not in plain.headers["Cache-Control"]
    hashed.close()
    plain.close()


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.text == "This service does not answer to that name."
    assert "X-Content-Type-Options" in answer.headers


def test_a_request_that_is_too_large_is_refused_in_plain_words(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "That is too large" in answer.text


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [
        ("http://localhost:8000", "check-knife-sales", False),
        ("https://knives.example.gov.uk", "__Host-check-knife-sales", True),
    ],
)
def test_the_cookie_is_bound_to_the_host_wherever_there_is_https(
    url: str, name: str, secure: bool, tmp_path: Path
) -> None:
    app = create_app(
        Settings.from_environment(
            {"PUBLIC_URL": url, "DATA_DIR": str(tmp_path), "DATABASE_URL": "sqlite://"}
        )
    )
    answer = app.test_client().get("/sign-in", base_url=url)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) is secure
    assert ("Strict-Transport-Security" in answer.headers) is secure


# --- permissions ------------------------------------------------------------------------------


def test_the_application_refuses_to_start_with_a_view_without_permission(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    forgetful = Blueprint("forgetful", __name__)

    @forgetful.get("/open-by-accident")
    def view() -> str:
        return "anyone may read this"

    register = views.register
    monkeypatch.setattr(
        views, "register", lambda app: (register(app), app.register_blueprint(forgetful))
    )
    with pytest.raises(UnguardedView, match=r"forgetful\.view"):
        create_app(Settings.from_environment({"DATA_DIR": str(tmp_path)}))


def test_a_permission_that_is_not_on_the_page_is_refused_at_import() -> None:
    with pytest.raises(ValueError, match=r"visit\.recrod"):
        permission("visit.recrod")


def test_a_view_cannot_stand_under_two_permissions() -> None:
    with pytest.raises(ValueError, match="another permission"):

        @permission("visit.read")
        @permission(PUBLIC)
        def view() -> str:
            return ""


def test_the_menu_shows_what_the_role_may_open(signed_in: SignIn) -> None:
    officer = signed_in(Role.OFFICER).get("/work").text
    assert 'href="/users"' not in officer
    assert 'href="/work/to-review"' not in officer
    administrator = signed_in(Role.ADMINISTRATOR).get("/users").text
    assert 'href="/users"' in administrator
    assert 'href="/work"' not in administrator


# --- commit once, at the edge -----------------------------------------------------------------


@pytest.fixture
def fresh(kept: Kept, app: Application) -> Application:
    """Another application on the same database, to which a test may still add views."""
    made = create_app(kept.app.settings)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def _name(app: Application) -> str:
    with app.app_context(), separate_session(writes=False) as session:
        return session.get_one(Premises, 1).trading_name


@pytest.mark.parametrize(
    ("ending", "method", "lasts"),
    [
        ("success", "POST", True),
        ("redirect", "POST", True),
        ("success", "GET", False),
        ("shown again", "POST", False),
        ("refused", "POST", False),
        ("crash", "POST", False),
    ],
)
def test_a_request_is_committed_once_and_only_on_success(
    ending: str, method: str, lasts: bool, fresh: Application
) -> None:
    def view() -> tuple[str, int, dict[str, str]]:
        db.session.get_one(Premises, 1).trading_name = "Changed"
        db.session.flush()
        if ending == "crash":
            raise RuntimeError("a fault of ours")
        if ending == "refused":
            raise Refused("Not today")
        status = {"success": 200, "redirect": 302, "shown again": 422}[ending]
        return "done", status, {"Location": "/"} if status == 302 else {}

    permission(PUBLIC)(view)
    fresh.add_url_rule("/write", "write", view, methods=["GET", "POST"])
    answer = fresh.test_client().open("/write", method=method)
    assert (answer.status_code >= 500) is (ending == "crash")
    assert _name(fresh) == ("Changed" if lasts else "Blades R Us")


def test_a_commit_that_fails_is_not_acknowledged(
    fresh: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view() -> str:
        def fail() -> None:
            raise OperationalError("COMMIT", None, Exception("database is locked"))

        monkeypatch.setattr(db.session, "commit", fail)
        return "your visit is recorded"

    permission(PUBLIC)(view)
    fresh.add_url_rule("/write", "write", view, methods=["POST"])
    answer = fresh.test_client().post("/write")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "your visit is recorded" not in answer.text
    assert "Your last step was not saved" in answer.text


# --- friendly errors --------------------------------------------------------------------------


def test_errors_are_told_in_plain_words(client: FlaskClient) -> None:
    assert "Page not found" in client.get("/no-such-page").text
    wrong_method = client.get("/sign-out")
    assert wrong_method.status_code == 405
    assert "POST" in wrong_method.headers["Allow"]
    assert "This page cannot be opened that way" in wrong_method.text


def test_a_signed_in_person_keeps_the_menu_on_an_error_page(signed_in: SignIn) -> None:
    officer = signed_in(Role.OFFICER)
    for address in ("/no-such-page", "/users"):
        assert 'href="/work"' in officer.get(address).text


def test_a_crash_shows_a_page_and_no_inside(fresh: Application) -> None:
    def view() -> str:
        raise RuntimeError("secret inside")

    permission(PUBLIC)(view)
    fresh.add_url_rule("/crash", "crash", view)
    answer = fresh.test_client().get("/crash")
    assert answer.status_code == 500
    assert "there is a problem with the service" in answer.text
    assert "secret inside" not in answer.text


def test_a_service_that_refuses_says_why(fresh: Application) -> None:
    def view() -> str:
        raise Refused("The letter waits for <the> Welsh version")

    permission(PUBLIC)(view)
    fresh.add_url_rule("/refused", "refused", view, methods=["POST"])
    answer = fresh.test_client().post("/refused")
    assert answer.status_code == 409
    assert "The letter waits for &lt;the&gt; Welsh version" in answer.text


# --- form tokens ------------------------------------------------------------------------------


@pytest.fixture
def strict(app: Application) -> FlaskClient:
    """A browser whose forms need their token."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


OURS = {"Origin": "http://localhost"}


def test_a_form_without_its_token_is_refused_and_keeps_what_was_typed(strict: FlaskClient) -> None:
    typed = {
        "email": "a@b.example",
        "note": "<b>knives</b> in a locked case",
        "password": "hidden1",
    }
    answer = strict.post("/sign-in?next=/work", data=typed, headers=OURS)
    assert answer.status_code == 400
    assert "This form was open too long" in answer.text
    assert 'action="/sign-in?next=/work"' in answer.text
    assert 'name="note" value="&lt;b&gt;knives&lt;/b&gt; in a locked case"' in answer.text
    assert "hidden1" not in answer.text


def test_the_form_can_be_sent_again_with_one_press(strict: FlaskClient) -> None:
    page = strict.post("/sign-in", data={"email": "a@b.example"}, headers=OURS).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    again = strict.post("/sign-in", data={"email": "a@b.example", "csrf_token": token[1]})
    assert again.status_code == 422
    assert "Enter your password" in again.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_words_of_another_site_never_end_in_our_page(
    strict: FlaskClient, headers: dict[str, str]
) -> None:
    answer = strict.post("/sign-in", data={"note": "press the button"}, headers=headers)
    assert answer.status_code == 400
    assert "press the button" not in answer.text


def test_a_form_sent_after_signing_out_is_kept_too(strict: FlaskClient) -> None:
    answer = strict.post("/account/password", data={"note": "kept", "new": "x"}, headers=OURS)
    assert answer.status_code == 401
    assert 'name="note" value="kept"' in answer.text


# --- signing in and out -----------------------------------------------------------------------


def _sign_in(client: FlaskClient, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post(
        "/sign-in", data={"email": email(Role.OFFICER), "password": password, **more}
    )


def _live_sessions(app: Application) -> int:
    with app.app_context(), separate_session(writes=False) as session:
        return len(session.scalars(select(UserSession)).all())


def test_signing_in_leads_to_the_page_that_was_wanted(client: FlaskClient, world: World) -> None:
    assert _sign_in(client).location == "/work"
    assert client.get("/work").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        "/work/due",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\tevil",
        "javascript:x",
    ],
)
def test_only_a_path_of_ours_is_followed_after_signing_in(
    wanted: str, client: FlaskClient, world: World
) -> None:
    assert _sign_in(client, next=wanted).location == (wanted if wanted == "/work/due" else "/work")


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: FlaskClient) -> None:
    def told(address: str) -> str:
        page = client.post("/sign-in", data={"email": address, "password": "wrong password"})
        assert page.status_code == 422
        text = re.sub(r'nonce="[^"]+"|value="[^"]+"', "", page.text)
        return text.replace(address, "")

    assert told(email(Role.OFFICER)) == told("nobody@norfolk.example")
    assert "Email address or password is not right" in told(email(Role.OFFICER))


def test_a_password_never_comes_back_in_a_page(client: FlaskClient) -> None:
    assert "a wrong password" not in _sign_in(client, "a wrong password").text


def test_guessing_is_slowed_down_and_counted_although_each_try_is_refused(
    client: FlaskClient, world: World
) -> None:
    for _ in range(5):
        assert _sign_in(client, "wrong password 1").status_code == 422
    shut = _sign_in(client)
    assert shut.status_code == 429
    assert "Too many wrong tries" in shut.text


def test_one_address_may_not_flood_the_form(client: FlaskClient) -> None:
    answers = [client.post("/sign-in").status_code for _ in range(61)]
    assert answers[:60] == [422] * 60
    assert answers[60] == 429
    assert "Too many tries" in client.post("/sign-in").text
    assert client.get("/sign-in").status_code == 200


def test_each_sign_in_is_a_new_session_and_the_old_cookie_value_does_not_survive(
    client: FlaskClient, world: World
) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    _sign_in(client)
    with client.session_transaction() as cookie:
        first = cookie[TOKEN]
        assert "planted" not in cookie
    _sign_in(client)
    with client.session_transaction() as cookie:
        assert cookie[TOKEN] != first


def test_signing_out_ends_the_session_on_the_server(
    client: FlaskClient, app: Application, world: World
) -> None:
    _sign_in(client)
    with client.session_transaction() as cookie:
        token = cookie[TOKEN]
    assert _live_sessions(app) == 1
    assert client.post("/sign-out").location == "/sign-in"
    assert _live_sessions(app) == 0
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    assert client.get("/work").status_code == 302


def test_signing_out_needs_the_token_of_our_form(strict: FlaskClient) -> None:
    assert strict.post("/sign-out").status_code == 400
    assert strict.get("/sign-out").status_code == 405


@pytest.mark.parametrize(("minutes", "open_still"), [(14, True), (16, False)])
def test_a_tablet_put_down_is_signed_out(
    minutes: int, open_still: bool, client: FlaskClient, world: World
) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False):
        _sign_in(client)
    with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
        assert (client.get("/work").status_code == 200) is open_still


def test_reading_a_page_keeps_the_session_alive_but_never_over_twelve_hours(
    client: FlaskClient, world: World
) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False):
        _sign_in(client)
    for minutes in range(10, 12 * 60, 10):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get("/work").status_code == 200
    with time_machine.travel(start + timedelta(hours=12), tick=False):
        assert client.get("/work").status_code == 302


def test_changing_the_password_signs_out_everywhere_else(
    client: FlaskClient, app: Application, world: World
) -> None:
    elsewhere = app.test_client()
    _sign_in(client)
    _sign_in(elsewhere)
    new = "quiet lantern marmalade 7"
    changed = client.post("/account/password", data={"current": PASSWORD, "new": new, "again": new})
    assert changed.status_code == 302
    assert client.get("/work").status_code == 200
    assert elsewhere.get("/work").status_code == 302
    assert _sign_in(elsewhere, new).status_code == 302


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"current": "wrong", "new": "quiet lantern 7777", "again": "quiet lantern 7777"}, "Current password is not right"),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "Password must be 12 characters or more"),
        ({"current": PASSWORD, "new": "quiet lantern 7777", "again": "other lantern 7777"}, "The two new passwords are different"),
        ({}, "Enter your current password"),
    ],
)  # fmt: skip
def test_a_password_that_cannot_be_changed_says_why(
    typed: dict[str, str], words: str, signed_in: SignIn
) -> None:
    answer = signed_in(Role.OFFICER).post("/account/password", data=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text


# --- looking after people ---------------------------------------------------------------------


def test_an_administrator_takes_a_colleague_in_who_can_then_sign_in(
    signed_in: SignIn, app: Application
) -> None:
    typed = {
        "name": "New Person",
        "email": "New@norfolk.example",
        "role": "reviewer",
        "password": PASSWORD,
    }
    assert signed_in(Role.ADMINISTRATOR).post("/users/new", data=typed).status_code == 302
    answer = app.test_client().post(
        "/sign-in", data={"email": "new@norfolk.example", "password": PASSWORD}
    )
    assert answer.status_code == 302


def test_a_closed_account_is_signed_out_and_stays_out(
    signed_in: SignIn, app: Application, world: World
) -> None:
    theirs = app.test_client()
    _sign_in(theirs)
    administrator = signed_in(Role.ADMINISTRATOR)
    address = f"/users/{world.people[Role.OFFICER]}"
    assert administrator.post(f"{address}/close").status_code == 302
    assert theirs.get("/work").status_code == 302
    assert _sign_in(theirs).status_code == 422
    assert administrator.post(f"{address}/open").status_code == 302
    assert _sign_in(theirs).status_code == 302


def test_the_last_administrator_cannot_stop_being_one(signed_in: SignIn, world: World) -> None:
    answer = signed_in(Role.ADMINISTRATOR).post(
        f"/users/{world.people[Role.ADMINISTRATOR]}/role", data={"role": "officer"}
    )
    assert answer.status_code == 422
    assert "Somebody must remain an administrator" in answer.text


# --- lists ------------------------------------------------------------------------------------


def _rows(answer_text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer_text.removeprefix("\ufeff"))))


def test_my_visits_are_filtered_by_state_and_shop(signed_in: SignIn, world: World) -> None:
    officer = signed_in(Role.OFFICER)
    every = f"{len(world.visits)} visits"
    assert every in officer.get("/work").text
    assert "1 visit<" in officer.get("/work?state=draft").text
    assert "1 visit<" in officer.get("/work?q=kitchen+nr2").text
    assert "No visits match" in officer.get("/work?q=nosuchshop").text
    day = f"{VISITED_ON:since-day=%d&since-month=%m&since-year=%Y}"
    assert "1 visit<" in officer.get(f"/work?{day}").text
    assert "1 visit<" in officer.get(f"/work?since={VISITED_ON}").text  # as it was shared earlier
    assert officer.get("/work?state=nonsense").status_code == 404
    assert officer.get("/work?page=0").status_code == 404


@pytest.mark.parametrize("page", ["work.mine", "work.due", "documents.index"])
def test_the_days_of_a_filter_are_boxes_with_what_is_wrong_at_them(
    app: Application, signed_in: SignIn, world: World, page: str
) -> None:
    officer, address = signed_in(Role.OFFICER), app.url_map.bind("localhost").build(page)
    typed = "since-day={}&since-month=10&since-year=2026"
    assert officer.get(f"{address}?{typed.format(13)}").status_code == 200
    for wrong, at, said in (
        (typed.format(32), "since", "There is no such day"),
        (typed.format(""), "since", "The day is missing"),
        ("since=yesterday", "since", "is missing"),
        (f"{typed.format(13)}&until=2026-10-12", "until", "must not be before the first"),
    ):
        answer = officer.get(f"{address}?{wrong}")
        assert answer.status_code == 422
        assert f'href="#{at}"' in answer.text
        assert said in answer.text.split(f'id="{at}-error"')[1].split("</p>")[0]
        # What is not read narrows nothing, and is not shown as if it did.
        assert "<table" not in answer.text
        assert '<details class="govuk-details app-filter-box" open>' in answer.text


@pytest.mark.parametrize("number", [str(2**31), "9" * 30])
def test_a_number_that_no_row_can_have_is_not_found(signed_in: SignIn, number: str) -> None:
    officer = signed_in(Role.OFFICER)
    for address in (f"/premises/{number}", f"/operations/{number}"):
        assert officer.get(address).status_code == 404
    assert officer.post(f"/visits/new?premises={number}").status_code == 404
    for query in (f"premises={number}", f"premises=1&operation={number}"):
        assert officer.get(f"/visits/new?{query}").status_code == 200
    assert signed_in(Role.ADMINISTRATOR).get(f"/users/{number}").status_code == 404


def test_a_reviewer_sees_what_waits_and_the_recorder_does_not(
    signed_in: SignIn, app: Application, world: World
) -> None:
    waiting = f"/visits/{world.visits['recorded']}"
    assert waiting in signed_in(Role.REVIEWER).get("/work/to-review").text
    with app.app_context(), separate_session() as session:
        reviewer = session.get_one(User, world.people[Role.REVIEWER])
        officer = session.get_one(User, world.people[Role.OFFICER])
        reviewer.role, officer.role = officer.role, reviewer.role
    assert waiting not in signed_in(Role.OFFICER).get("/work/to-review").text


def test_another_authority_sees_none_of_our_visits(signed_in: SignIn, world: World) -> None:
    reviewer = signed_in(Role.REVIEWER, foreign=True)
    for address in ("/work", "/work/to-review", "/work/to-decide", "/work/due"):
        text = reviewer.get(address).text
        assert "Blades R Us" not in text
        assert all(visit not in text for visit in world.visits.values())


def test_a_partner_sees_what_was_shared_and_no_more(
    signed_in: SignIn, app: Application, world: World
) -> None:
    with app.app_context(), separate_session() as session:
        session.add(
            VisitShare(
                visit_id=world.visits["decided"],
                authority_id=world.foreign,
                shared_by_id=world.people[Role.REVIEWER],
                shared_at=datetime.now(UTC),
            )
        )
    partner = signed_in(Role.OFFICER, foreign=True)
    page = partner.get("/work/from-partners").text
    assert "1 visit<" in page
    assert f"/visits/{world.visits['decided']}" in page
    assert "Olive Officer" not in page
    assert partner.get(f"/visits/{world.visits['decided']}").status_code in (200, 302)
    assert "You have not made a visit yet" in partner.get("/work").text
    ours = signed_in(Role.OFFICER).get("/work/from-partners").text
    assert "No partner has shared a visit with you" in ours


def test_a_list_comes_as_csv_with_every_row_and_no_formula(
    signed_in: SignIn, app: Application, world: World
) -> None:
    with app.app_context(), separate_session() as session:
        session.get_one(Premises, world.premises).trading_name = '=HYPERLINK("http://evil")'
    answer = signed_in(Role.OFFICER).get("/work?as=csv&page=7")
    assert answer.mimetype == "text/csv"
    assert "filename=my-visits.csv" in answer.headers["Content-Disposition"]
    header, *rows = _rows(answer.data.decode())
    assert header[:3] == ["Visit", "Date of visit", "Shop"]
    assert {row[0] for row in rows} == set(world.visits.values())
    assert {row[2] for row in rows} == {"Kitchen Corner", '\'=HYPERLINK("http://evil")'}


@pytest.mark.parametrize("bad", ["=1+1", "+44", "-1", "@x", "\t=1", "  =1", "＝1"])
def test_cells_that_could_run_are_neutralised(bad: str) -> None:
    assert neutral(bad) == f"'{bad}"


def test_plain_cells_stay_as_they_are() -> None:
    assert [neutral(value) for value in ("Tesco", -3, None, 1.5)] == ["Tesco", "-3", "", "1.5"]


# --- small words ------------------------------------------------------------------------------


def test_times_are_told_as_in_london_whatever_the_season() -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    winter = datetime(2026, 12, 1, 14, 5, tzinfo=UTC)
    assert local_moment(summer) == "2 July 2026 at 12:30am"
    assert local_moment(winter) == "1 December 2026 at 2:05pm"
    assert long_date(summer) == "2 July 2026"
    assert local_time(datetime(2026, 12, 1, 12, 0, tzinfo=UTC)) == "midday"
    assert local_time(datetime(2026, 7, 1, 23, 0, tzinfo=UTC)) == "midnight"
    assert local_time(datetime(2026, 12, 1, 9, 0, tzinfo=UTC)) == "9am"


def test_health_tells_whether_the_database_answers(
    client: FlaskClient, fresh: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/health").json == {"status": "ok", "database": "ok"}

    def down(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", None, Exception("gone"))

    monkeypatch.setattr("sqlalchemy.orm.Session.execute", down)
    answer = fresh.test_client().get("/health")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "database": "unavailable"}
