"""Every page at the sizes of a phone, a tablet and a desktop: no axe violation, big targets, no sideways
scroll, light where the signal may be poor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from compliance.access import PERMISSIONS, PUBLIC, Role
from compliance.web import guard
from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    TABLET,
    Server,
    screenshot,
    sideways,
    sign_in,
    small_targets,
    violations,
    weight,
)
from tests.routes import ROUTES, without_disk
from tests.world import World

SIZES = {"tablet": TABLET, "phone": PHONE, "desktop": DESKTOP}

_APP = without_disk()

#: Pages in a state that their address alone does not show: who opens them, and their address.
STATES: dict[str, tuple[Role | None, str]] = {
    "not-found": (None, "/no-such-page"),
    "forbidden": (Role.OFFICER, "/users"),
    "work-empty": (Role.OFFICER, "/work?q=nosuchshop"),
}


def _opened_by(endpoint: str) -> Role | None:
    permission = guard.permission_of(_APP, endpoint)
    if permission == PUBLIC:
        return None
    return next(role for role in Role if role in PERMISSIONS[permission])


def _pages() -> dict[str, str]:
    """Return the endpoints that give a page to a GET, by the name of their screenshot."""
    return {
        rule.endpoint.replace(".", "-").replace("_", "-"): rule.endpoint
        for rule in _APP.url_map.iter_rules()
        if "GET" in (rule.methods or set())
        and rule.endpoint in ROUTES
        and not ROUTES[rule.endpoint].file
    }


PAGES = _pages()


def _address(endpoint: str, world: World) -> str:
    return _APP.url_map.bind("localhost").build(endpoint, ROUTES[endpoint].args(world))


def _of(role: Role | None, world: World) -> dict[str, str]:
    """Return the pages that `role` is the first to be allowed, as name to address."""
    pages = {
        name: _address(endpoint, world)
        for name, endpoint in PAGES.items()
        if _opened_by(endpoint) == role
    }
    return pages | {name: address for name, (by, address) in STATES.items() if by == role}


def _wrong(page: Page, name: str) -> dict[str, object]:
    """Look at the page that is open at every size; return what is wrong with it, by what was asked."""
    wrong: dict[str, object] = {}
    for size, window in SIZES.items():
        page.set_viewport_size(window)
        if found := small_targets(page):
            wrong[f"{name}, {size}, targets"] = found
        if wider := sideways(page):
            wrong[f"{name}, {size}, sideways"] = wider
        # A desktop shows what a tablet shows, only wider: there is nothing new to find, or to look at.
        if size != "desktop":
            screenshot(page, f"{name}-{size}")
            if broken := violations(page):
                wrong[f"{name}, {size}, axe"] = broken
    return wrong


def test_an_opened_letter_is_accessible_at_every_size(page: Page, server: Server) -> None:
    page.goto("/letter")
    page.get_by_label("Letter reference").fill(server.world.letter)
    page.get_by_label("Code").fill(server.world.code)
    page.get_by_role("button", name="Open the letter").click()
    page.wait_for_url("**/letter/view")
    assert _wrong(page, "letter-opened") == {}


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "anyone")
def test_pages_are_accessible_at_every_size(role: Role | None, page: Page, server: Server) -> None:
    if role is not None:
        sign_in(page, role)
    wrong: dict[str, object] = {}
    for name, address in _of(role, server.world).items():
        page.set_viewport_size(TABLET)
        answer = page.goto(address)
        assert answer is not None
        if answer.status >= 500:
            wrong[name] = answer.status
        wrong |= _wrong(page, name)
    assert wrong == {}


#: What a shop or the public opens on a phone, everything it loads counted.
LIGHT = [name for name, endpoint in PAGES.items() if _opened_by(endpoint) is None]
MOST_BYTES = 60_000
#: Opened from a light page by somebody who wants it; the self-check carries all the rules, and has a
#: limit of its own in test_self_check.py.
HEAVIER = ("auth-sign-in", "self-check-questions")


@pytest.mark.parametrize("name", [name for name in LIGHT if name not in HEAVIER])
def test_an_open_page_is_light_on_a_poor_signal(
    name: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(PHONE).new_page()
    assert 0 < weight(page, _address(PAGES[name], server.world)) <= MOST_BYTES
