"""Every page at the sizes of a phone, a tablet and a desktop: no axe violation, big targets, no sideways scroll."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from compliance.access import Role
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
)
from tests.world import World

SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}

#: Name of the page: (role that opens it or None, its address in the world).
PAGES: dict[str, tuple[Role | None, Callable[[World], str]]] = {
    "start": (None, lambda world: "/"),
    "privacy": (None, lambda world: "/privacy"),
    "accessibility": (None, lambda world: "/accessibility"),
    "sign-in": (None, lambda world: "/sign-in"),
    "not-found": (None, lambda world: "/no-such-page"),
    "forbidden": (Role.OFFICER, lambda world: "/users"),
    "work": (Role.OFFICER, lambda world: "/work"),
    "work-empty": (Role.OFFICER, lambda world: "/work?q=nosuchshop"),
    "work-to-review": (Role.REVIEWER, lambda world: "/work/to-review"),
    "work-to-decide": (Role.REVIEWER, lambda world: "/work/to-decide"),
    "work-due": (Role.REVIEWER, lambda world: "/work/due"),
    "password": (Role.OFFICER, lambda world: "/account/password"),
    "users": (Role.ADMINISTRATOR, lambda world: "/users"),
    "user": (Role.ADMINISTRATOR, lambda world: f"/users/{world.people[Role.OFFICER]}"),
    "user-add": (Role.ADMINISTRATOR, lambda world: "/users/new"),
    "user-role": (Role.ADMINISTRATOR, lambda world: f"/users/{world.people[Role.OFFICER]}/role"),
    "user-password": (
        Role.ADMINISTRATOR,
        lambda world: f"/users/{world.people[Role.OFFICER]}/password",
    ),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "anyone")
def test_pages_are_accessible_at_every_size(
    role: Role | None, size: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(SIZES[size]).new_page()
    if role is not None:
        sign_in(page, role)
    wrong: dict[str, object] = {}
    for name, (opened_by, address) in PAGES.items():
        if opened_by != role:
            continue
        page.goto(address(server.world))
        screenshot(page, f"{name}-{size}")
        if broken := violations(page):
            wrong[f"{name}, axe"] = broken
        if found := small_targets(page):
            wrong[name] = found
        if wider := sideways(page):
            wrong[f"{name}, sideways"] = wider
    assert wrong == {}


#: What a shop or the public opens first on a phone, everything it loads counted.
LIGHT = {
    name: address for name, (role, address) in PAGES.items() if role is None and name != "sign-in"
}
MOST_BYTES = 60_000


@pytest.mark.parametrize("name", LIGHT)
def test_an_open_page_is_light_on_a_poor_signal(
    name: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(PHONE).new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(LIGHT[name](server.world), wait_until="networkidle")
    assert 0 < sum(sizes) <= MOST_BYTES
