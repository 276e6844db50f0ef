"""A visit made in a browser without JavaScript, from the choice of a shop to the verdict."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from compliance.access import Role
from compliance.services import visits
from compliance.store.engine import db
from compliance.store.models import Premises, User, Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn, send
from tests.world import VISITED_ON, World

SOLD = {
    "test-outcome": {
        "tp_outcome": "sold_no_challenge",
        "tp_money_taken": "yes",
        "tp_goods_handed_over": "yes",
    },
    "test-article": {"tp_article_covered": "knife", "tp_article_description": "Kitchen knife"},
    "test-till": {"tp_till_prompt": "no"},
}
Begin = Callable[..., tuple[FlaskClient, str]]


@pytest.fixture
def begin(signed_in: SignIn, world: World) -> Begin:
    """A function that begins a visit as the officer and returns the client and the visit's id."""

    def begin_one(kind: str = "test_purchase", **given: Any) -> tuple[FlaskClient, str]:
        client = signed_in(Role.OFFICER)
        answer = client.post(
            f"/visits/new?premises={world.premises}", data=particulars(kind) | given
        )
        assert answer.status_code == 302, answer.text
        found = re.match(r"/visits/([0-9a-f-]{36})/", answer.location)
        assert found
        return client, found[1]

    return begin_one


def particulars(kind: str) -> dict[str, Any]:
    """Why, how and when, as the form posts it."""
    return {
        "kind": kind,
        "purpose": "first",
        "operation": "",
        "channels": ["in_store"],
        "visited_on-day": str(VISITED_ON.day),
        "visited_on-month": str(VISITED_ON.month),
        "visited_on-year": str(VISITED_ON.year),
        "started_at": "14:05",
        "ended_at": "14:20",
    }


def fill(client: FlaskClient, visit: str, screens: dict[str, dict[str, Any]]) -> None:
    """Save some screens, one after another."""
    for slug, typed in screens.items():
        answer = send(client, f"/visits/{visit}/{slug}", typed)
        assert answer.status_code == 302, answer.text


def kept(app: Application, visit: str) -> Visit:
    """The visit as it is kept."""
    with app.app_context():
        found = db.session.get_one(Visit, visit)
        assert found.draft is not None
        assert found.versions is not None
        return found


def test_a_sale_is_recorded_and_its_verdict_explained(begin: Begin, app: Application) -> None:
    client, visit = begin()
    fill(client, visit, SOLD)
    check = client.get(f"/visits/{visit}/check").text
    assert "Sold: no question asked" in check
    assert "Grade" not in check
    assert "Critical" not in check
    recorded = client.post(f"/visits/{visit}/record")
    assert recorded.location == f"/visits/{visit}/result"
    result = client.get(recorded.location).text
    assert "Sold: no question asked" in result
    assert "Criminal Justice Act 1988, s.141A" in result
    assert "Critical" in result
    again = client.post(f"/visits/{visit}/record")
    assert again.location == f"/visits/{visit}/result"
    with app.app_context():
        assert len(db.session.get_one(Visit, visit).versions) == 1


def test_what_is_recorded_cannot_be_changed_without_a_correction(begin: Begin) -> None:
    client, visit = begin()
    fill(client, visit, SOLD)
    client.post(f"/visits/{visit}/record")
    changed = client.post(
        f"/visits/{visit}/test-outcome", data={"tp_outcome": "refused_id_requested"}
    )
    assert changed.status_code == 302
    assert changed.location == f"/visits/{visit}"
    assert "Sold: no question asked" in client.get(f"/visits/{visit}/result").text


def test_a_correction_keeps_both_versions_and_its_reason(begin: Begin, app: Application) -> None:
    client, visit = begin()
    fill(client, visit, SOLD)
    client.post(f"/visits/{visit}/record")
    client.post(f"/visits/{visit}/correct")
    assert "Correction" in client.get(f"/visits/{visit}").text
    outcome = client.get(f"/visits/{visit}/test-outcome").text
    assert re.search(r'value="sold_no_challenge" checked', outcome)
    fill(client, visit, {"test-outcome": {"tp_outcome": "refused_id_requested"}})
    silent = client.post(f"/visits/{visit}/correct/record", data={"reason": "  "})
    assert silent.status_code == 422
    assert "Say why the record is being corrected" in silent.text
    client.post(f"/visits/{visit}/correct/record", data={"reason": "Pressed the wrong key"})
    result = client.get(f"/visits/{visit}/result").text
    assert "Pressed the wrong key" in result
    assert "Sold: no question asked → Refused: asked for ID, none shown" in result
    with app.app_context():
        numbers = [one.number for one in db.session.get_one(Visit, visit).versions]
    assert numbers == [1, 2]


def test_nothing_typed_is_lost_when_it_cannot_be_read(begin: Begin) -> None:
    client, visit = begin()
    fill(
        client,
        visit,
        {
            "test-outcome": {"tp_outcome": "sold_no_challenge"},
            "test-article": {
                "tp_article_covered": "exempt_folding",
                "tp_cutting_edge_cm": '7,5 <about> "that"',
                "tp_article_description": "Folding & small",
            },
        },
    )
    page = client.get(f"/visits/{visit}/test-article").text
    assert 'value="7,5 &lt;about&gt; &#34;that&#34;"' in page
    assert "Folding &amp; small" in page
    assert 'href="#tp_cutting_edge_cm"' in page
    assert "govuk-error-message" in page
    stopped = client.post(f"/visits/{visit}/record")
    assert stopped.status_code == 422
    assert "There is a problem" in stopped.text


def test_a_day_after_the_visit_is_refused_at_its_field_where_it_cannot_be(begin: Begin) -> None:
    client, visit = begin("store_audit")
    trained = {"training_records_seen": "yes", "training_last_date": "1 8 2026\n1/1/2030"}
    sent = client.post(f"/visits/{visit}/audit-training", data=trained)
    assert sent.location.endswith("/audit-training")
    page = client.get(sent.location).text
    told = "last training. It must not be after the visit, and 1 January 2030 is."
    assert f'href="#training_last_date">Enter the date of each employee&#39;s {told}' in page
    assert 'id="training_last_date-error"' in page
    assert "1/1/2030" in page
    assert client.post(f"/visits/{visit}/record").status_code == 422
    fill(client, visit, {"audit-training": trained | {"training_last_date": "1 8 2026"}})
    assert client.post(f"/visits/{visit}/record").status_code == 302


def test_a_visit_moved_to_an_earlier_day_is_held_against_the_days_given(begin: Begin) -> None:
    client, visit = begin("store_audit")
    day = {"refusals_last_entry-month": "10", "refusals_last_entry-year": "2026"}
    log = {"refusals_log_exists": "yes", "refusals_last_entry-day": str(VISITED_ON.day)} | day
    fill(client, visit, {"audit-till": log})
    earlier = particulars("store_audit") | {"visited_on-day": str(VISITED_ON.day - 1)}
    assert send(client, f"/visits/{visit}/about", earlier).status_code == 302
    stopped = client.post(f"/visits/{visit}/record")
    assert stopped.status_code == 422
    assert "Enter the day of the last entry. It must not be after the visit" in stopped.text


def test_a_question_that_is_shut_again_does_not_hold_the_visit_up(begin: Begin) -> None:
    client, visit = begin()
    article = {"tp_article_covered": "exempt_folding", "tp_cutting_edge_cm": "seven"}
    outcome = {"tp_outcome": "sold_no_challenge"}
    fill(client, visit, {"test-outcome": outcome, "test-article": article})
    fill(client, visit, {"test-article": article | {"tp_article_covered": "knife"}})
    assert client.post(f"/visits/{visit}/record").status_code == 302


def test_without_a_script_a_question_opens_when_its_screen_is_saved(begin: Begin) -> None:
    client, visit = begin()
    first = client.post(f"/visits/{visit}/test-outcome", data={"tp_outcome": "sold_no_challenge"})
    assert first.location.endswith("/test-outcome#tp_money_taken-question")
    page = client.get(f"/visits/{visit}/test-outcome").text
    assert re.search(r'id="tp_money_taken-question"[^>]*>', page)
    assert not re.search(r'id="tp_money_taken-question"[^>]* hidden', page)
    assert re.search(r'id="tp_refusal_reason-question"[^>]* hidden', page)
    second = client.post(
        f"/visits/{visit}/test-outcome",
        data={"tp_outcome": "sold_no_challenge", "tp_money_taken": "yes"},
    )
    assert second.location.endswith("/test-article")


@pytest.mark.parametrize(
    "hostile",
    [
        {"tp_outcome": "drop table"},
        {"tp_outcome": ["sold_no_challenge", "refused_id_requested"]},
        {"tp_outcome": "x" * 300_000},
        {"tp_outcome": "\x00\x01\x1b"},
        {"tp_outcome": "off"},
        {"tp_outcome": "c25_not_challenged_served"},
        {"csrf_token": "", "then": "elsewhere", "stranger": "1"},
        {},
    ],
)
def test_a_hostile_post_is_read_as_no_answer(
    begin: Begin, app: Application, hostile: dict[str, Any]
) -> None:
    client, visit = begin()
    answer = client.post(f"/visits/{visit}/test-outcome", data=hostile)
    assert answer.status_code == 302
    assert client.get(f"/visits/{visit}/test-outcome").status_code == 200
    with app.app_context():
        draft = db.session.get_one(Visit, visit).draft
        assert draft["answers"] == {}
        assert "stranger" not in draft["fields"]


def test_a_draft_is_resumed_by_a_clear_question(begin: Begin, world: World) -> None:
    client, visit = begin()
    fill(client, visit, {"test-outcome": SOLD["test-outcome"]})
    page = client.get("/visits/new").text
    assert "Unfinished: Under-18 test purchase at Blades R Us" in page
    assert re.search(r"3 of \d+ answered", page)
    assert f"/visits/{visit}" in page
    assert "Continue" in page
    assert "Discard" in page
    assert client.get(f"/visits/{visit}/discard").status_code == 200
    client.post(f"/visits/{visit}/discard")
    assert client.get(f"/visits/{visit}").status_code == 404


def test_a_second_visit_on_one_day_is_pointed_out(begin: Begin) -> None:
    begin()
    client, visit = begin()
    assert "to this shop on the same day:" in client.get(f"/visits/{visit}").text


@pytest.mark.parametrize("kind", ["test_purchase", "challenge_25_audit"])
def test_a_test_leaves_no_list_of_findings(begin: Begin, kind: str) -> None:
    client, visit = begin(kind)
    client.post(f"/visits/{visit}/record")
    assert client.get(f"/visits/{visit}/left-behind").status_code == 302


def test_an_audit_leaves_a_list_of_what_was_seen_without_a_grade(begin: Begin) -> None:
    client, visit = begin("store_audit")
    fill(
        client,
        visit,
        {
            "audit-policy": {"age_policy_written": "no"},
            "notes": {"officer_opinion": "They do not care."},
        },
    )
    client.post(f"/visits/{visit}/record")
    page = client.get(f"/visits/{visit}/left-behind").text
    assert "Written policy that covers knives" in page
    for word in ("They do not care", "Grade", "Major", "Score"):
        assert word not in page


def test_an_audit_with_open_points_shows_a_range_and_what_narrows_it(begin: Begin) -> None:
    client, visit = begin("store_audit")
    fill(client, visit, {"audit-policy": {"age_policy_written": "yes"}})
    client.post(f"/visits/{visit}/record")
    page = client.get(f"/visits/{visit}/result").text
    assert re.search(r"Score\s+\d+ to \d+ of 100", page)
    assert "What would narrow the score" in page


def test_an_engagement_visit_has_no_score(begin: Begin) -> None:
    client, visit = begin("engagement_visit")
    fill(client, visit, {"engagement-advice": {"ev_topics": ["storage", "training"]}})
    client.post(f"/visits/{visit}/record")
    page = client.get(f"/visits/{visit}/result").text
    assert "Storing and displaying knives, Training staff" in page
    assert "of 100" not in page


def test_a_visit_waits_for_the_nation(begin: Begin, app: Application, world: World) -> None:
    with app.app_context():
        shop = db.session.get_one(Premises, world.premises)
        shop.nation, shop.nation_origin = None, "to_confirm"
        db.session.commit()
    client, visit = begin("store_audit")
    client.post(f"/visits/{visit}/record")
    assert "Recorded, not worked out yet" in client.get(f"/visits/{visit}/result").text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": ""}, "Choose what kind of visit this is"),
        ({"purpose": "<b>"}, "Choose why you are visiting"),
        ({"channels": []}, "Choose the way of selling"),
        ({"channels": ["in_store", "online"]}, "Choose one way of selling"),
        ({"visited_on-year": "2999"}, "Give the year in full"),
        ({"visited_on-day": ""}, "The day is missing"),
        ({"visited_on-day": "", "visited_on-month": "", "visited_on-year": ""}, "Enter the day"),
        ({"visited_on-year": "2099"}, "must be today or in the past"),
        ({"visited_on-year": "1987"}, "must be 1 January 1988 or later"),
        ({"started_at": "14:20", "ended_at": "14:05"}, "The end must be after the start"),
        ({"started_at": "half past"}, "Enter the start"),
    ],
)
def test_the_start_says_what_is_wrong_and_keeps_what_was_typed(
    signed_in: SignIn, world: World, given: dict[str, Any], message: str
) -> None:
    client = signed_in(Role.OFFICER)
    answer = client.post(
        f"/visits/new?premises={world.premises}", data=particulars("test_purchase") | given
    )
    assert answer.status_code == 422
    assert message in answer.text
    assert "There is a problem" in answer.text


def test_a_colleague_sees_that_a_visit_is_unfinished_and_no_answer(
    begin: Begin, app: Application, signed_in: SignIn
) -> None:
    client, visit = begin()
    fill(client, visit, SOLD)
    colleague = signed_in(Role.REVIEWER)
    page = colleague.get(f"/visits/{visit}").text
    assert "has not recorded it yet" in page
    assert "Sold" not in page
    answer = colleague.post(f"/visits/{visit}/test-outcome", data={"tp_outcome": "closed"})
    assert answer.status_code == 302
    with app.app_context():
        visit_kept = db.session.get_one(Visit, visit)
        assert visit_kept.draft["answers"]["tp_outcome"] == "sold_no_challenge"


def test_the_next_visit_of_the_day_is_suggested_alike(
    app: Application, signed_in: SignIn, world: World
) -> None:
    from compliance.web.dates import london_today, utc_now

    with app.app_context():
        officer = db.session.get_one(User, world.people[Role.OFFICER]).actor
        visits.begin(
            db.session,
            officer,
            utc_now(),
            premises=db.session.get_one(Premises, world.premises),
            kind="store_audit",
            purpose="complaint",
            visited_on=london_today(),
            channels=["in_store"],
        )
        db.session.commit()
    page = signed_in(Role.OFFICER).get(f"/visits/new?premises={world.premises}").text
    assert "Filled in like your last visit today" in page
    assert re.search(r'value="store_audit" checked', page)
    assert re.search(r'value="complaint" checked', page)
