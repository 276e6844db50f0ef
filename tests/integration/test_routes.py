"""Every route, as every role, signed out and as another authority: who gets in, who is told nothing.

A new route needs a line in `tests/routes.py`; without one the first test fails.
"""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from compliance.access import PERMISSIONS, PUBLIC, Role
from compliance.web import guard
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.routes import ROUTES, without_disk
from tests.world import World

_APP = without_disk()
_DOORS = sorted(
    (rule.endpoint, method)
    for rule in _APP.url_map.iter_rules()
    for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
)
_KNOWN = [door for door in _DOORS if door[0] in ROUTES]
_CLOSED = [door for door in _KNOWN if guard.permission_of(_APP, door[0]) != PUBLIC]
_OWNED = [door for door in _CLOSED if ROUTES[door[0]].owned]


def _ask(
    client: FlaskClient, app: Application, world: World, door: tuple[str, str]
) -> TestResponse:
    endpoint, method = door
    with app.test_request_context():
        address = app.url_for(endpoint, **ROUTES[endpoint].args(world))
    return client.open(address, method=method)


def test_an_application_without_disk_cannot_be_given_one() -> None:
    with pytest.raises(OSError, match="Not a directory"):
        _APP.settings.ensure_data_dir()


def test_every_route_is_in_the_table() -> None:
    missing = sorted({endpoint for endpoint, _ in _DOORS} - ROUTES.keys())
    assert missing == [], (
        "add each of these to ROUTES in tests/routes.py, with the variable parts "
        "of its address and owned=True when it shows something of one authority"
    )


def test_the_table_holds_no_route_that_is_gone() -> None:
    assert sorted(ROUTES.keys() - {endpoint for endpoint, _ in _DOORS}) == []


def test_a_route_with_variable_parts_that_is_not_public_says_whose_it_is() -> None:
    shared = [
        rule.endpoint
        for rule in _APP.url_map.iter_rules()
        if rule.arguments
        and rule.endpoint in ROUTES
        and guard.permission_of(_APP, rule.endpoint) != PUBLIC
        and not ROUTES[rule.endpoint].owned
    ]
    assert sorted(set(shared) - NOT_OWNED) == []


#: Endpoints with variable parts that show nothing of one authority.
NOT_OWNED: set[str] = {
    "rulebook.show",
    "rulebook.part",
    "rulebook.rule",
    # The rulebook is everybody's, and so is what is asked and switched for it.
    "adoptions.show",
    "adoptions.agree",
    "adoptions.decline",
    "switches.show",
    "switches.take_back",
    # So is its Welsh.
    "translations.show",
    "translations.specimen",
}


@pytest.mark.parametrize("door", _CLOSED, ids=" ".join)
def test_signed_out_people_are_asked_to_sign_in(
    door: tuple[str, str], client: FlaskClient, app: Application, world: World
) -> None:
    answer = _ask(client, app, world, door)
    if door[1] == "GET":
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in?next=")
    else:
        assert answer.status_code == 401
        assert "You have been signed out" in answer.text


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("door", _CLOSED, ids=" ".join)
def test_a_role_gets_where_its_permission_leads_and_nowhere_else(
    door: tuple[str, str], role: Role, signed_in: SignIn, app: Application, world: World
) -> None:
    with _ask(signed_in(role), app, world, door) as answer:
        if role not in PERMISSIONS[guard.permission_of(app, door[0])]:
            assert answer.status_code == 403
            assert "You do not have access to this page" in answer.text
            return
        assert answer.status_code < 500
        assert answer.status_code not in (401, 403, 404, 405)
        if door[1] == "GET":
            assert answer.status_code in (200, 302)


@pytest.mark.parametrize(
    ("door", "role"),
    [
        pytest.param(door, role, id=f"{' '.join(door)} {role}")
        for door in _OWNED
        for role in sorted(PERMISSIONS[guard.permission_of(_APP, door[0])])
    ],
)
def test_another_authority_is_told_that_there_is_nothing(
    door: tuple[str, str], role: Role, signed_in: SignIn, app: Application, world: World
) -> None:
    answer = _ask(signed_in(role, foreign=True), app, world, door)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


@pytest.mark.parametrize("door", [d for d in _KNOWN if d not in _CLOSED], ids=" ".join)
def test_open_pages_open_for_anyone(
    door: tuple[str, str], client: FlaskClient, app: Application, world: World
) -> None:
    answer = _ask(client, app, world, door)
    assert answer.status_code < 500
    answer.close()
