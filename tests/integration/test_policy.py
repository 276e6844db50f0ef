"""An authority's enforcement policy: seen by its people, changed by its administrator, every version kept."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from compliance.access import Role
from compliance.rulebook import shipped_pack
from compliance.services.lifecycle import decisions
from compliance.services.lifecycle.cases import case_of
from compliance.store.engine import separate_session
from compliance.store.models import Authority, Decision, PolicyVersion, User, Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.world import World

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "/rulebook/policy/change"


def typed(client: FlaskClient, **changes: str) -> dict[str, str]:
    """What the form holds when it is opened, with changes; `usual__code` is `usual-code`."""
    usual = {
        code: step["id"]
        for step in shipped_pack().entries("step")
        for code in step.get("usual_for", ())
    }
    labels = shipped_pack().by_id("value")[shipped_pack().content["output"]["next_step"]]["labels"]
    fields = {f"usual-{code}": usual.get(code, "") for code in labels}
    fields |= {
        f"months-{step['id']}": str(step["within_months"])
        for step in shipped_pack().entries("step")
        if step.get("within_months")
    }
    fields["reason"] = "Our policy of 1 November 2026"
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def test_everybody_sees_what_is_usual_and_only_an_administrator_changes_it(
    signed_in: SignIn,
) -> None:
    for role in Role:
        page = signed_in(role).get("/rulebook/policy").text
        assert "Advice, then an under-18 re-test, within" not in page
        assert "Under-18 re-test, not announced, within 6 months" in page
        assert ("Change the policy" in page) is (role is Role.ADMINISTRATOR)


def test_a_change_is_a_new_version_and_decisions_name_theirs(
    signed_in: SignIn, app: Application, world: World
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    answer = client.post(
        ADDRESS,
        data=typed(
            client, usual__advise_then_re_test="training_course", months__training_course="2"
        ),
        follow_redirects=True,
    )
    assert "Saved as NORF policy 1" in answer.text
    assert "Our policy of 1 November 2026" in answer.text
    with app.app_context(), separate_session() as session:
        authority = session.get_one(Authority, world.home)
        assert authority.policy_version == "NORF policy 1"
        assert authority.policy == {
            "usual": {"advise_then_re_test": "training_course"},
            "steps": {"training_course": {"within_months": 2}},
        }
        earlier = session.scalars(
            select(Decision).where(Decision.visit_id == world.visits["decided"])
        ).one()
        assert earlier.policy_version == f"{shipped_pack().id} {shipped_pack().version}"
        visit = session.get_one(Visit, world.visits["notified"])
        case = case_of(visit)
        assert case is not None
        assert case.policy.version == "NORF policy 1"
        reviewer = session.get_one(User, world.people[Role.REVIEWER]).actor
        made = decisions.decide(
            session, reviewer, NOW, visit.id, step="advice", reason="A first sale"
        )
        assert made.policy_version == "NORF policy 1"
    client = signed_in(Role.ADMINISTRATOR)
    client.post(ADDRESS, data=typed(client))
    with app.app_context(), separate_session() as session:
        kept = session.scalars(select(PolicyVersion).order_by(PolicyVersion.number)).all()
        assert [one.version for one in kept] == ["NORF policy 1", "NORF policy 2"]
        assert kept[0].policy["usual"] == {"advise_then_re_test": "training_course"}
        assert kept[1].policy == {"usual": {}, "steps": {}}


def test_another_authority_keeps_its_own(signed_in: SignIn, app: Application, world: World) -> None:
    client = signed_in(Role.ADMINISTRATOR, foreign=True)
    client.post(ADDRESS, data=typed(client, months__store_audit="4"), follow_redirects=True)
    with app.app_context(), separate_session() as session:
        assert session.get_one(Authority, world.home).policy is None
        assert session.get_one(Authority, world.foreign).policy is not None
    assert "ELSE policy" not in signed_in(Role.REVIEWER).get("/rulebook/policy").text


def test_what_cannot_be_a_policy_is_said_at_its_field(signed_in: SignIn, app: Application) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    for changes, words in (
        ({"reason": ""}, "Say what the change rests on"),
        ({"months__store_audit": "0"}, "from 1 to 36"),
        ({"months__store_audit": "３"}, "from 1 to 36"),
        ({"months__store_audit": "100000000000"}, "from 1 to 36"),
        ({"usual__advise_then_re_test": "flogging"}, "Choose one of the steps"),
        ({}, "nothing would change"),
    ):
        answer = client.post(ADDRESS, data=typed(client, **changes))
        assert answer.status_code == 422, changes
        assert words in answer.text
    with app.app_context(), separate_session() as session:
        assert session.scalars(select(PolicyVersion)).all() == []


def test_own_words_are_entered_in_both_languages_and_confirmed(
    signed_in: SignIn, app: Application, world: World
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    address = "/rulebook/policy/words"
    assert "The rulebook says: Rydym yn rhoi cyngor i chi." in client.get(address).text
    given = {"says-advice-en": "We are helping you this time.", "reason": "Our policy"}
    welsh = {"says-advice-cy": "Rydym yn eich helpu y tro hwn."}
    for wrong, words in (
        ({**welsh, "says-advice-en": ""}, "Enter the English that this was made from"),
        ({"says-advice-en": "You are guilty."}, "which we never say"),
        ({"says-advice-en": "We \u2764 your shop."}, "that our letters cannot print"),
        ({"says-advice-cy": "Rydych yn euog."}, "which we never say"),
        ({"says-advice-en": "We " + "help " * 30 + "you."}, "A sentence has 32 words"),
        ({"reason": ""}, "Say what the change rests on"),
        ({"says-advice-en": ""}, "nothing would change"),
    ):
        answer = client.post(address, data={**given, **wrong})
        assert answer.status_code == 422, wrong
        assert words in html.unescape(answer.text), wrong
    shown = client.post(address, data=given, follow_redirects=True).text
    assert "Letters in Wales wait." in shown
    shown = client.post(address, data={**given, **welsh}, follow_redirects=True).text
    assert "Rydym yn eich helpu y tro hwn." in shown
    assert ">Draft<" in re.sub(r"\s", "", shown)
    page = client.get("/rulebook/translations/own").text
    assert "Confirm the 1 draft on this page" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    client.post("/rulebook/translations/own", data={"seen": seen[1], "translator": "Mared Prys"})
    shown = client.get("/rulebook/policy").text
    assert ">Confirmed<" in re.sub(r"\s", "", shown)
    # What is usual is changed on a page of its own, and the words stay.
    client.post(ADDRESS, data=typed(client, months__store_audit="4"))
    with app.app_context(), separate_session() as session:
        steps = session.get_one(Authority, world.home).policy["steps"]
        assert steps["advice"] == {
            "says": {"en": given["says-advice-en"], "cy": welsh["says-advice-cy"]}
        }
        assert steps["store_audit"] == {"within_months": 4}
    assert "euog" not in signed_in(Role.ADMINISTRATOR, foreign=True).get(address).text
