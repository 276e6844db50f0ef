"""One screen open in two windows, or on two tablets: neither save takes away what the other typed."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from compliance.access import Role
from compliance.store.engine import db
from compliance.store.models import Operation, Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn, drawn_from, send
from tests.integration.test_visit_pages import particulars
from tests.world import World

OUTCOME = {"tp_outcome": "sold_no_challenge"}
SAID = "also changed in another window or on another device"


@pytest.fixture
def visit(signed_in: SignIn, world: World) -> tuple[FlaskClient, str]:
    """A visit with its outcome, and who made it."""
    client = signed_in(Role.OFFICER)
    begun = client.post(f"/visits/new?premises={world.premises}", data=particulars("test_purchase"))
    found = re.match(r"/visits/[0-9a-f-]{36}", begun.location)
    assert found
    send(client, f"{found[0]}/test-outcome", OUTCOME)
    return client, found[0]


def answers(app: Application, address: str) -> dict[str, object]:
    """What can be read of the draft, its outcome apart."""
    with app.app_context():
        kept = db.session.get_one(Visit, address.rsplit("/", 1)[1]).draft["answers"]
    return {name: value for name, value in kept.items() if name not in OUTCOME}


def test_what_one_window_saved_stays_when_the_other_saves_the_rest(
    visit: tuple[FlaskClient, str], app: Application
) -> None:
    client, address = visit
    screen = f"{address}/test-article"
    first = drawn_from(client.get(screen).text)
    send(client, screen, {"tp_article_covered": "knife"})
    late = client.post(screen, data={"tp_article_description": "Bread knife", **first})
    assert late.status_code == 302
    assert answers(app, address) == {
        "tp_article_covered": "knife",
        "tp_article_description": "Bread knife",
    }


def test_what_both_windows_changed_is_shown_at_its_field_and_chosen(
    visit: tuple[FlaskClient, str], app: Application
) -> None:
    client, address = visit
    screen = f"{address}/test-article"
    both = {"tp_article_covered": "knife", "tp_article_description": "Bread knife <20 cm>"}
    first = drawn_from(client.get(screen).text)
    send(client, screen, both)
    typed = {"tp_article_covered": "knife", "tp_article_description": "Cleaver"}
    late = client.post(screen, data=typed | first)
    assert late.status_code == 422
    error = late.text.split('id="tp_article_description-error"')[1].split("</p>")[0]
    assert SAID in error
    assert "Saved there: “Bread knife &lt;20 cm&gt;”. You typed: “Cleaver”." in error
    assert 'href="#tp_article_description"' in late.text
    # What both say alike is no question.
    assert 'id="tp_article_covered-error"' not in late.text
    assert answers(app, address) == both
    chosen = client.post(screen, data=typed | drawn_from(late.text))
    assert chosen.status_code == 302
    assert answers(app, address) == typed


def test_an_answer_that_was_only_cleared_elsewhere_stays_cleared(
    visit: tuple[FlaskClient, str], app: Application
) -> None:
    client, address = visit
    screen = f"{address}/test-article"
    send(client, screen, {"tp_article_description": "Cleaver"})
    first = drawn_from(client.get(screen).text)
    send(client, screen, {})
    assert (
        client.post(screen, data={"tp_article_description": "Cleaver", **first}).status_code == 302
    )
    assert answers(app, address) == {}


def test_a_page_without_marks_overwrites_nothing(
    visit: tuple[FlaskClient, str], app: Application
) -> None:
    client, address = visit
    screen = f"{address}/test-article"
    send(client, screen, {"tp_article_description": "Cleaver"})
    assert client.post(screen, data={"tp_article_description": "Axe"}).status_code == 422
    assert answers(app, address) == {"tp_article_description": "Cleaver"}


def test_when_and_why_are_weighed_alike(visit: tuple[FlaskClient, str]) -> None:
    client, address = visit
    screen = f"{address}/about"
    about = particulars("test_purchase") | {"ended_at": "14:25"}
    first = drawn_from(client.get(screen).text)
    assert send(client, screen, about | {"purpose": "complaint"}).status_code == 302
    late = client.post(screen, data=about | {"ended_at": "14:40", **first})
    assert late.status_code == 422
    assert "Saved there: “14:25”. You typed: “14:40”." in late.text
    # The purpose was not touched here, so it is shown as it was saved there.
    assert re.search(r'value="complaint" checked', late.text)
    chosen = about | {"purpose": "complaint", "ended_at": "14:40"}
    assert client.post(screen, data=chosen | drawn_from(late.text)).status_code == 302
    assert 'value="14:40"' in client.get(screen).text


def test_nothing_is_recorded_that_was_changed_after_it_was_checked(
    visit: tuple[FlaskClient, str],
) -> None:
    client, address = visit
    about = particulars("test_purchase") | {"ended_at": "14:25"}
    checked = drawn_from(client.get(f"{address}/check").text)
    send(client, f"{address}/about", about | {"purpose": "complaint"})
    send(client, f"{address}/test-article", {"tp_article_description": "Cleaver"})
    late = client.post(f"{address}/record", data=checked)
    assert late.status_code == 422
    problems = late.text.split('role="alert"')[1].split("</ul>")[0]
    assert re.findall(r'href="([^"]*)">“([^”]*)” was changed in another', problems) == [
        (f"{address}/about", "About this visit"),
        (f"{address}/test-article#tp_article_description-question", "Article"),
    ]
    # The page shows what is saved now; looked at, it is recorded.
    assert "Cleaver" in late.text
    recorded = client.post(f"{address}/record", data=drawn_from(late.text))
    assert recorded.status_code == 302
    assert client.get(f"{address}/result").status_code == 200


def test_the_file_of_an_operation_keeps_what_two_officers_typed(
    signed_in: SignIn, world: World, app: Application
) -> None:
    client = signed_in(Role.OFFICER)
    screen = f"/operations/{world.operation}/operation-buyer"
    first = drawn_from(client.get(screen).text)
    send(client, screen, {"buyer_age": "15"})
    late = client.post(screen, data={"buyer_age": "16", "age_evidence_seen": "yes", **first})
    assert late.status_code == 422
    assert "Saved there: “15 years”. You typed: “16 years”." in late.text
    with app.app_context():
        assert db.session.get_one(Operation, world.operation).facts == {"buyer_age": 15}
    untouched = client.post(screen, data={"age_evidence_seen": "yes", **first})
    assert untouched.status_code == 302
    about = f"/operations/{world.operation}/about"
    first = drawn_from(client.get(about).text)
    day = {"held_on-day": "13", "held_on-month": "10", "held_on-year": "2026"}
    send(client, about, {"title": "Market", **day})
    assert SAID in client.post(about, data={"title": "Harbour", **day, **first}).text
    with app.app_context():
        operation = db.session.get_one(Operation, world.operation)
        assert operation.facts == {"buyer_age": 15, "age_evidence_seen": "yes"}
        assert operation.title == "Market"
