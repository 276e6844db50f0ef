"""The forms of the steps after a visit, as pages: days in three boxes, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from compliance.access import Role
from compliance.services.lifecycle import documents
from compliance.services.visit_content import Record
from compliance.services.visits import begin, correct, record
from compliance.store.engine import separate_session
from compliance.store.models import FollowUp, Operator, Premises, User, Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.integration.lifecycle.conftest import DECIDED_ON, SALE
from tests.integration.lifecycle.test_pages import NOW, words
from tests.town import VISITED_ON, Town, noon
from tests.world import World


@pytest.fixture(autouse=True)
def some_weeks_later() -> Iterator[None]:
    """The day on which the pages are used."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reviewer(signed_in: SignIn) -> FlaskClient:
    """A reviewer, who did not propose the step that waits."""
    return signed_in(Role.REVIEWER)


@pytest.fixture
def partner(app: Application, world: World) -> None:
    """The operator has a Primary Authority partner."""
    with app.app_context(), separate_session() as session:
        shop = session.get_one(Premises, world.premises)
        visit = session.get_one(Visit, world.visits["notified"])
        assert shop.id == visit.premises_id
        operator = session.get_one(Operator, visit.operator_id)
        operator.primary_authority_name = "Hertfordshire County Council"


def typed(day: int | str, month: int | str, year: int | str, name: str) -> dict[str, str]:
    """A day as it is typed into its boxes."""
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


def value_of(html: str, name: str) -> str:
    """What a box of a page holds."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found, name
    return found[1]


def decided(app: Application, visit_id: str) -> list[tuple[str, str | None, str | None]]:
    """Step, day and reference of the Primary Authority step of each decision on a visit."""
    with app.app_context(), separate_session(writes=False) as session:
        visit = session.get_one(Visit, visit_id)
        return [
            (
                each.step,
                each.primary_authority_on.isoformat() if each.primary_authority_on else None,
                each.primary_authority_reference,
            )
            for each in visit.decisions
        ]


@pytest.mark.usefixtures("partner")
def test_a_formal_step_is_proposed_with_the_day_the_primary_authority_was_told(
    app: Application, world: World, reviewer: FlaskClient
) -> None:
    address = f"/visits/{world.visits['notified']}/decide"
    assert 'type="date"' not in reviewer.get(address).text
    step = {
        "step": "written_warning",
        "reason": "Second sale",
        "primary_authority_reference": "PA/12",
    }
    slip = reviewer.post(address, data=step | typed(31, 9, 2026, "primary_authority_on"))
    assert slip.status_code == 422
    assert (
        "Enter the day on which the Primary Authority was told. There is no such day." in slip.text
    )
    assert [value_of(slip.text, f"primary_authority_on-{part}") for part in ("day", "month")] == [
        "31",
        "9",
    ]
    assert ">\nSecond sale</textarea>" in slip.text
    done = reviewer.post(address, data=step | typed(30, "October", 2026, "primary_authority_on"))
    assert done.status_code == 302
    assert decided(app, world.visits["notified"]) == [("written_warning", "2026-10-30", "PA/12")]


@pytest.mark.usefixtures("partner")
def test_telling_the_primary_authority_later_keeps_what_was_typed_when_it_is_wrong(
    app: Application, world: World, reviewer: FlaskClient
) -> None:
    visit = world.visits["proposed"]
    address = f"/visits/{visit}/decide/primary-authority"
    told = {"primary_authority_reference": "PA/13"}
    for day, said in (
        (typed("", "", "", "primary_authority_on"), "Enter the day on which"),
        (typed(3, "", 2026, "primary_authority_on"), "The month is missing."),
        (typed(3, 12, 2026, "primary_authority_on"), "not in the future"),
    ):
        wrong = reviewer.post(address, data=told | day)
        assert wrong.status_code == 422
        assert said in wrong.text
        assert 'href="#primary_authority_on"' in wrong.text
        assert 'id="primary_authority_on"' in wrong.text
        assert value_of(wrong.text, "primary_authority_reference") == "PA/13"
    assert decided(app, visit) == [("written_warning", None, None)]
    right = reviewer.post(address, data=told | typed(30, 10, 2026, "primary_authority_on"))
    assert right.status_code == 302
    assert decided(app, visit) == [("written_warning", "2026-10-30", "PA/13")]


def test_a_follow_up_is_added_with_its_day_in_three_boxes(
    app: Application, world: World, reviewer: FlaskClient
) -> None:
    address = f"/visits/{world.visits['decided']}/follow-up"
    assert 'type="date"' not in reviewer.get(address).text
    gone = reviewer.post(address, data={"note": "Bring the poster", **typed(1, 11, 2026, "due_on")})
    assert gone.status_code == 422
    assert "The day must be today or later" in gone.text
    assert value_of(gone.text, "note") == "Bring the poster"
    assert value_of(gone.text, "due_on-month") == "11"
    kept = reviewer.post(
        address, data={"note": "Bring the poster", **typed(3, "nov", 2026, "due_on")}
    )
    assert kept.status_code == 302
    assert "By 3 November 2026" in words(reviewer.get(address).text)
    assert reviewer.post(address, data={"note": "Call them"}).status_code == 302
    assert "No day set" in words(reviewer.get(address).text)


def test_a_follow_up_that_cannot_be_finished_yet_keeps_what_was_typed(
    app: Application, world: World, reviewer: FlaskClient
) -> None:
    page = f"/visits/{world.visits['decided']}/follow-up"
    address, box = f"{page}/{world.follow_up}/finish", f"finish-{world.follow_up}-note"
    empty = reviewer.post(address)
    assert empty.status_code == 422
    assert "Say how it was done, or why it is not needed" in empty.text
    assert f'href="#{box}"' in empty.text
    assert re.search(r"<details[^>]* open>", empty.text)
    long = reviewer.post(address, data={box: "y" * 301})
    assert long.status_code == 422
    assert "How it was done must be 300 characters or fewer" in long.text
    assert value_of(long.text, box) == "y" * 301
    assert reviewer.post(address, data={box: "The shop closed"}).status_code == 302
    with app.app_context(), separate_session(writes=False) as session:
        assert session.get_one(FollowUp, world.follow_up).done_note == "The shop closed"


def test_who_proposed_a_step_is_told_who_can_confirm_it_and_is_not_asked_to(
    world: World, reviewer: FlaskClient
) -> None:
    own, others = world.visits["notified"], world.visits["proposed"]
    reviewer.post(f"/visits/{own}/decide", data={"step": "written_warning", "reason": "Again"})
    page = reviewer.get(f"/visits/{own}/decide").text
    assert f"/visits/{own}/confirm" not in page
    assert "any other reviewer of Norfolk Constabulary can confirm it" in page
    assert "Withdraw the proposal" in page
    page = reviewer.get(f"/visits/{others}/decide").text
    assert f'href="/visits/{others}/confirm"' in page
    assert "any other reviewer" not in page


def test_the_letters_of_one_visit_are_told_apart(world: World, reviewer: FlaskClient) -> None:
    sent = reviewer.post(f"/visits/{world.visits['decided']}/decision-letter")
    second = sent.location.rpartition("/")[2]
    pages = [reviewer.get(f"/documents/{each}").text for each in (world.letter, second)]
    titles = [re.search(r"<title>(.*?)</title>", page, re.S) for page in pages]
    assert titles[0]
    assert titles[1]
    assert titles[0][1].split(",")[0] == "Test purchase: a sale was made"
    assert titles[1][1].split(",")[0] == "Our decision"
    for address in ("/documents", "/documents?as=csv", f"/premises/{world.premises}"):
        listed = reviewer.get(address).get_data(as_text=True)
        rows = re.sub(r"<option.*?</option>", "", listed, flags=re.S)
        assert len(re.findall(r"(?:>|,)Our decision(?:<|,)", rows)) == 1, address


def test_letters_on_versions_of_a_record_are_told_apart(town: Town) -> None:
    sale = town.agree(town.record("test_purchase", SALE))
    first = town.notify(sale)
    correct(
        town.session,
        town.officer,
        noon(DECIDED_ON),
        sale,
        Record(answers={**SALE, "tp_till_prompt": "no"}, operation_facts={}),
        reason="The journal shows no prompt",
    )
    second = town.notify(town.agree(sale, on=DECIDED_ON), on=DECIDED_ON)
    assert "version" not in documents.title_on_file(first)
    assert documents.title_on_file(second).endswith(" (version 2 of the record)")


def test_a_test_without_result_and_without_a_file_is_not_called_properly_made(
    app: Application, world: World, reviewer: FlaskClient
) -> None:
    with app.app_context(), separate_session() as session:
        officer = session.get_one(User, world.people[Role.OFFICER]).actor
        day = VISITED_ON - timedelta(days=1)
        visit = begin(
            session,
            officer,
            noon(day),
            premises=session.get_one(Premises, world.certified),
            kind="test_purchase",
            purpose="first",
            visited_on=day,
            channels=["in_store"],
        )
        record(session, officer, noon(day), visit, Record(answers={"tp_outcome": "closed"}))
        name = visit.id
    for page in ("result", "review", "notify", "steps"):
        said = words(reviewer.get(f"/visits/{name}/{page}").text).lower()
        assert "properly made" not in said, page
        assert page == "steps" or "nothing rests on how it was made" in said, page
    passed = words(reviewer.get(f"/visits/{world.visits['reviewed']}/result").text)
    assert "How the test was made Properly made" in passed
