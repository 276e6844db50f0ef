"""A tab that was left open does not know that the visit was recorded elsewhere: what is typed there is
shown again, and can begin a correction."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from compliance.access import Role
from compliance.store.engine import db, separate_session
from compliance.store.models import Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn, send
from tests.integration.test_visit_pages import SOLD, fill, particulars
from tests.world import World

OURS = {"Origin": "http://localhost"}
NOTES = "The till operator said <“nobody asks”> & laughed"


@pytest.fixture
def visit(signed_in: SignIn, world: World) -> tuple[FlaskClient, str]:
    """A sale that was recorded in one tab while another was open."""
    client = signed_in(Role.OFFICER)
    begun = client.post(f"/visits/new?premises={world.premises}", data=particulars("test_purchase"))
    found = re.match(r"/visits/([0-9a-f-]{36})/", begun.location)
    assert found
    fill(client, found[1], SOLD)
    assert client.post(f"/visits/{found[1]}/record").status_code == 302
    return client, found[1]


def typed(slug: str, **more: str) -> dict[str, str]:
    """The answers of a screen as they were, some changed."""
    return {**SOLD[slug], **more}


def button(page: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the form that begins a correction."""
    form = page.split("<main")[1].split('<form method="post"')[1].split("</form>")[0]
    action = re.search(r'action="([^"]*)"', form)
    assert action
    fields = re.findall(r'name="([^"]*)" value="([^"]*)"', form)
    return action[1], {name: html.unescape(value) for name, value in fields}


def test_what_came_too_late_is_shown_and_begins_a_correction(
    visit: tuple[FlaskClient, str], app: Application
) -> None:
    client, name = visit
    late = typed("test-article", tp_article_description=NOTES)
    answer = client.post(f"/visits/{name}/test-article", data=late, headers=OURS)
    assert answer.status_code == 409
    assert "What you typed was not saved" in answer.text
    assert html.escape(NOTES) in answer.text
    # Only what the record does not say already.
    assert answer.text.count('class="govuk-summary-list__row') == 1
    address, fields = button(answer.text)
    begun = client.post(address, data=fields, headers=OURS)
    assert begun.location == f"/visits/{name}/test-article"
    assert html.escape(NOTES) in client.get(begun.location).text
    recorded = client.post(
        f"/visits/{name}/correct/record", data={"reason": "Typed in another tab"}, headers=OURS
    )
    assert recorded.status_code == 302
    with app.app_context():
        versions = db.session.get_one(Visit, name).versions
        assert [each.answers.get("tp_article_description") for each in versions] == [
            "Kitchen knife",
            NOTES,
        ]
        assert versions[1].answers == {**versions[0].answers, "tp_article_description": NOTES}


def test_the_same_answers_again_are_nothing_to_save(visit: tuple[FlaskClient, str]) -> None:
    client, name = visit
    answer = client.post(f"/visits/{name}/test-article", data=SOLD["test-article"], headers=OURS)
    assert (answer.status_code, answer.location) == (302, f"/visits/{name}")


def test_what_cannot_be_read_is_shown_as_it_was_typed(visit: tuple[FlaskClient, str]) -> None:
    client, name = visit
    late = typed("test-article", tp_cutting_edge_cm="about nine")
    answer = client.post(f"/visits/{name}/test-article", data=late, headers=OURS)
    assert answer.status_code == 409
    assert "about nine" in answer.text


def test_why_how_and_when_are_shown_and_begin_a_correction(visit: tuple[FlaskClient, str]) -> None:
    client, name = visit
    late = {**particulars("test_purchase"), "purpose": "complaint", "ended_at": "14:31"}
    del late["kind"]
    answer = client.post(f"/visits/{name}/about", data=late, headers=OURS)
    assert answer.status_code == 409
    assert "14:31" in answer.text
    assert "Complaint" in answer.text
    address, fields = button(answer.text)
    begun = client.post(address, data=fields, headers=OURS)
    assert begun.location == f"/visits/{name}/about"
    page = client.get(begun.location).text
    assert 'value="14:31"' in page
    assert re.search(r'value="complaint" checked', page)


def test_while_a_colleague_corrects_it_the_words_are_shown_to_copy(
    visit: tuple[FlaskClient, str], app: Application, world: World
) -> None:
    client, name = visit
    with app.app_context(), separate_session() as session:
        found = session.get_one(Visit, name)
        found.draft = {
            **found.draft,
            "correcting": {"by": world.people[Role.REVIEWER], "since": "2026-10-13T12:00:00+00:00"},
        }
    late = typed("test-article", tp_article_description=NOTES)
    answer = client.post(f"/visits/{name}/test-article", data=late, headers=OURS)
    assert answer.status_code == 409
    assert "A colleague is correcting this visit" in answer.text
    assert html.escape(NOTES) in answer.text
    assert "<form" not in answer.text.split("<main")[1]


def test_the_reason_of_a_correction_that_another_tab_finished_is_shown(
    visit: tuple[FlaskClient, str],
) -> None:
    client, name = visit
    client.post(f"/visits/{name}/correct")
    send(client, f"/visits/{name}/test-till", {"tp_till_prompt": "yes"})
    address = f"/visits/{name}/correct/record"
    assert client.post(address, data={"reason": "The journal"}, headers=OURS).status_code == 302
    twice = client.post(address, data={"reason": "The journal"}, headers=OURS)
    assert (twice.status_code, twice.location) == (302, f"/visits/{name}/result")
    other = client.post(address, data={"reason": "The till roll says so"}, headers=OURS)
    assert other.status_code == 409
    assert "The till roll says so" in other.text


def test_words_from_elsewhere_are_not_shown_as_ours(visit: tuple[FlaskClient, str]) -> None:
    client, name = visit
    late = typed("test-article", tp_article_description=NOTES)
    answer = client.post(
        f"/visits/{name}/test-article", data=late, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 302
