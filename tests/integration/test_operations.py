"""An operation entered once: its file, its checklist, its volunteer without a name."""

import re
from datetime import date

import pytest

from compliance.access import Role
from compliance.rulebook import shipped_pack
from compliance.services import operations
from compliance.store.engine import db
from compliance.store.models import Operation
from compliance.web.application import Application
from tests.integration.conftest import SignIn, send
from tests.world import World

SOUND = {fact["id"]: fact["sound"] for fact in shipped_pack().facts.values() if "sound" in fact}


def file(**facts: object) -> Operation:
    """An operation whose file is sound but for some facts; None takes one away."""
    kept = {name: value for name, value in (SOUND | facts).items() if value is not None}
    return Operation(facts=kept, held_on=date(2026, 10, 13))


def test_a_sound_file_lacks_nothing() -> None:
    assert operations.checklist(file(), "test_purchase", shipped_pack()) == []


def test_an_empty_file_lacks_what_a_condition_reads() -> None:
    empty = Operation(facts={}, held_on=date(2026, 10, 13))
    missing = operations.checklist(empty, "test_purchase", shipped_pack())
    assert {"parental_consent", "risk_assessment", "ripa_considered"} <= {
        one.fact for one in missing
    }
    assert not any(one.departs for one in missing)
    assert all(one.stages for one in missing)


@pytest.mark.parametrize(
    ("facts", "kind", "departing"),
    [
        ({"buyer_age": 18}, "test_purchase", {"buyer_age"}),
        ({"buyer_age": 19}, "challenge_25_audit", set()),
        ({"buyer_age": 17}, "challenge_25_audit", {"buyer_age"}),
        ({"parental_consent": "no"}, "test_purchase", {"parental_consent"}),
        ({"parental_consent": "no", "buyer_age": 19}, "challenge_25_audit", set()),
        ({"made_to_look_older": "yes"}, "test_purchase", {"made_to_look_older"}),
    ],
)
def test_a_departure_is_named_with_what_it_means(
    facts: dict[str, object], kind: str, departing: set[str]
) -> None:
    missing = [
        one for one in operations.checklist(file(**facts), kind, shipped_pack()) if one.departs
    ]
    assert {one.fact for one in missing} == departing
    assert all(one.means for one in missing)


def test_an_operation_is_begun_filled_in_and_shown(
    signed_in: SignIn, app: Application, world: World
) -> None:
    client = signed_in(Role.OFFICER)
    typed = {"title": "Market, November", "held_on-day": "3", "held_on-month": "11"}
    begun = client.post(
        "/operations/new", data=typed | {"held_on-year": "2026", "volunteer_code": "v-1234"}
    )
    assert begun.status_code == 302
    here = begun.location
    buyer = f"{here}/operation-buyer"
    saved = client.post(buyer, data={"buyer_age": "15", "age_evidence_seen": "yes"})
    assert saved.status_code == 302
    page = client.get(here).text
    assert "Market, November" in page
    assert "V-1234" in page
    assert re.search(r"\b2 of \d+", page)
    assert "not on file yet" in page
    assert 'value="15"' in client.get(buyer).text


@pytest.mark.parametrize(
    "identity", ["Jane Smith", "jane", "JS", "12/03/2011", "2011-03-12", "V-1234 Jane", "V–1234"]
)
def test_a_volunteer_is_a_code_and_never_a_name(
    signed_in: SignIn, app: Application, world: World, identity: str
) -> None:
    client = signed_in(Role.OFFICER)
    typed = {"title": "A", "held_on-day": "3", "held_on-month": "11", "held_on-year": "2026"}
    address = f"/operations/{world.operation}/about"
    answer = send(client, address, typed | {"volunteer_code": identity})
    assert answer.status_code == 422
    assert "such as V-1234" in answer.text
    with app.app_context():
        assert db.session.get_one(Operation, world.operation).volunteer_code is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"title": ""}, "Enter a title"),
        ({"title": "x" * 121}, "at most 120"),
        ({"title": "Shops that failed, July"}, "which we never say of a business"),
        ({"held_on-day": ""}, "The day is missing"),
        ({"partner": "999999"}, "Choose another authority"),
    ],
)
def test_what_is_wrong_with_an_operation_is_said_at_its_field(
    signed_in: SignIn, typed: dict[str, str], message: str
) -> None:
    sound = {"title": "A", "held_on-day": "3", "held_on-month": "11", "held_on-year": "2026"}
    answer = signed_in(Role.OFFICER).post("/operations/new", data=sound | typed)
    assert answer.status_code == 422
    assert message in answer.text


def test_a_partner_reads_that_an_operation_is_and_changes_nothing(
    signed_in: SignIn, app: Application, world: World
) -> None:
    with app.app_context():
        operation = db.session.get_one(Operation, world.operation)
        operation.partner_authority_id = world.foreign
        operation.facts = {"buyer_age": 15}
        operation.volunteer_code = "V-4711"
        db.session.commit()
    here = f"/operations/{world.operation}"
    partner = signed_in(Role.OFFICER, foreign=True)
    page = partner.get(here)
    assert page.status_code == 200
    assert "V-4711" not in page.text
    assert "Before the first shop" not in page.text
    for way in ("about", "operation-buyer", "checked"):
        assert f'"{here}/{way}' not in page.text
    assert partner.get(f"{here}/operation-buyer").status_code == 404
    assert partner.post(f"{here}/checked").status_code == 404


def test_the_checklist_is_kept_as_gone_through(
    signed_in: SignIn, app: Application, world: World
) -> None:
    client = signed_in(Role.OFFICER)
    client.post(f"/operations/{world.operation}/checked")
    assert "Checklist gone through" in client.get(f"/operations/{world.operation}").text


def test_a_visit_of_an_operation_begins_with_it(signed_in: SignIn, world: World) -> None:
    page = (
        signed_in(Role.OFFICER)
        .get(f"/visits/new?premises={world.premises}&operation={world.operation}")
        .text
    )
    assert re.search(rf'<option value="{world.operation}" selected', page)
