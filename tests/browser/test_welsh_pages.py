"""The pages for shops and the public in Welsh: accessible, as light as in English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import (
    PHONE,
    TABLET,
    Server,
    screenshot,
    sideways,
    small_targets,
    violations,
    weight,
)
from tests.browser.test_pages import MOST_BYTES

SIZES = {"phone": PHONE, "tablet": TABLET}
PAGES = {
    "start": "/",
    "letter": "/letter",
    "certificate": "/c/{certificate}",
    "certificate-not-there": "/c/nothing",
    "check-a-document": "/check-a-document",
    "proof": "/proof",
    "law": "/law?nation=wales",
    "self-check": "/self-check",
    "self-check-list": "/self-check/list",
    "for-shops": "/for-shops",
    "for-shops-log": "/for-shops/refusals-log",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
}


def _address(name: str, server: Server) -> str:
    return PAGES[name].format(certificate=server.world.certificate)


def _in(language: str, address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_welsh_is_accessible_and_light(
    name: str, size: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(SIZES[size]).new_page()
    assert 0 < weight(page, _in("cy", _address(name, server))) <= MOST_BYTES
    assert page.locator("html").get_attribute("lang") == "cy"
    screenshot(page, f"welsh-{name}-{size}")
    assert small_targets(page) == []
    assert sideways(page) == 0
    assert violations(page) == []


def test_the_choice_is_kept_and_can_be_taken_back(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="Cymraeg").click()
    phone.get_by_role("link", name="Agor eich llythyr").click()
    phone.get_by_role("heading", name="Agor eich llythyr").wait_for()
    phone.get_by_role("button", name="Agor y llythyr").click()
    phone.get_by_role("heading", name="Mae problem").wait_for()
    screenshot(phone, "welsh-letter-errors-phone")
    assert phone.title().startswith("Gwall: ")
    assert violations(phone) == []
    phone.get_by_role("link", name="English").click()
    phone.get_by_role("heading", name="Open your letter").wait_for()


def test_a_proof_is_told_in_welsh(phone: Page) -> None:
    phone.goto("/proof?lang=cy")
    phone.get_by_label("Yr hyn y mae'r cod sgwâr mawr yn ei ddweud").fill("nothing")
    phone.get_by_role("button", name="Gwirio'r prawf").click()
    phone.get_by_text("Nid prawf yw hwn.").wait_for()
