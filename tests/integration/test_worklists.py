"""The lists a day starts with say how much waits in each, for the person who reads them."""

from __future__ import annotations

import re
from functools import partial

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from compliance.access import Role
from compliance.services import worklists
from compliance.services.worklists import Filter
from compliance.store.engine import separate_session
from compliance.store.models import User, Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.town import VISITED_ON, noon
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


def test_what_is_due_is_counted_and_cut_into_pages_without_reading_the_visits(
    app: Application, world: World
) -> None:
    """A force may have twenty thousand of them."""
    read: list[Visit] = []

    def load(visit: Visit, _: object) -> None:
        read.append(visit)

    event.listen(Visit, "load", load)
    try:
        with app.app_context(), separate_session(writes=False) as session:
            reviewer = session.get_one(User, world.people[Role.REVIEWER]).actor
            now = noon(VISITED_ON)
            due = partial(worklists.due, session, reviewer, Filter(), now)
            count = worklists.waiting(session, reviewer, now)["due"]
            assert read == []
            first, total = due(limit=1)
            assert (len(first), total, len(read)) == (1, count, 1)
            every, total = due()
            assert len(every) == total == count > 2
            assert [each.on for each in every] == sorted(each.on for each in every)
            assert due(offset=1, limit=1)[0] == every[1:2]
            nothing = worklists.due(session, reviewer, Filter(text="nowhere"), now)
            assert nothing == ([], 0)
    finally:
        event.remove(Visit, "load", load)


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
