"""The lists a day starts with say how much waits in each, for the person who reads them."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from compliance.access import Role
from tests.integration.conftest import SignIn
from tests.world import World

LISTS = {"to_review": "/work/to-review", "to_decide": "/work/to-decide", "due": "/work/due"}


def counts(client: FlaskClient, address: str = "/work") -> dict[str, int]:
    """Return what each tab of a list says, by the address it leads to."""
    tabs = re.findall(
        r'class="app-tabs__link" href="([^"]+)"[^>]*>[^<]*<span class="app-tabs__count">(\d+)<',
        client.get(address).text,
    )
    return {href: int(count) for href, count in tabs}


def test_a_reviewer_starts_the_day_with_what_waits(world: World, signed_in: SignIn) -> None:
    reviewer = signed_in(Role.REVIEWER)
    told = counts(reviewer)
    assert set(told) == set(LISTS.values())
    for address in LISTS.values():
        lines = reviewer.get(address).text.count('<th scope="row"')
        assert told[address] == lines > 0, address
        assert counts(reviewer, address) == told


def test_a_count_follows_what_is_done(world: World, signed_in: SignIn) -> None:
    reviewer = signed_in(Role.REVIEWER)
    before = counts(reviewer)
    agreed = reviewer.post(
        f"/visits/{world.visits['recorded']}/review", data={"version": "1", "outcome": "agreed"}
    )
    assert agreed.status_code == 302
    after = counts(reviewer)
    assert after["/work/to-review"] == before["/work/to-review"] - 1
    assert after["/work/to-decide"] == before["/work/to-decide"] + 1


@pytest.mark.parametrize(
    ("role", "foreign", "seen"),
    [(Role.OFFICER, False, {"/work/due"}), (Role.REVIEWER, True, set(LISTS.values()))],
)
def test_nobody_is_told_of_lists_that_are_not_theirs(
    signed_in: SignIn, role: Role, foreign: bool, seen: set[str]
) -> None:
    told = counts(signed_in(role, foreign=foreign))
    assert set(told) == seen
    if foreign:
        assert set(told.values()) == {0}
