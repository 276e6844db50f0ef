"""A letter as a page: on a phone, in large print, without a word of the content security policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from compliance.access import Role
from tests.browser.conftest import (
    PHONE,
    TABLET,
    Server,
    axe,
    screenshot,
    settled,
    sideways,
    sign_in,
    small_targets,
)


def _fits(page: Page, name: str) -> None:
    axe(page)
    assert sideways(page) == 0
    assert small_targets(page) == []
    screenshot(page, name)


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_an_officer_reads_a_letter_and_a_certificate_as_pages(
    size: ViewportSize, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(size).new_page()
    sign_in(page, Role.OFFICER)
    for reference in (server.world.letter, server.world.certificate_reference):
        page.goto(f"/documents/{reference}")
        page.get_by_role("button", name="Read it as a page").click()
        page.wait_for_url("**/html*")
        _fits(page, f"document-page-{reference}-{size['width']}")
    page.get_by_role("link", name="Large print").click()
    _fits(page, f"document-large-{size['width']}")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "24px"
    page.get_by_role("link", name="Ordinary print").click()
    settled(page)
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px"
    page.get_by_role("link", name="Back").click()
    page.wait_for_url(f"**/documents/{reference}")


def test_a_shop_reads_its_letter_as_a_page(
    server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(PHONE).new_page()
    page.goto(f"/letter/page/{server.world.letter}")
    page.wait_for_url("**/letter")
    page.get_by_label("Letter reference").fill(server.world.letter)
    page.get_by_label("Code").fill(server.world.code)
    page.get_by_role("button", name="Open the letter").click()
    page.wait_for_url("**/letter/view")
    page.get_by_role("link", name="Read it as a page").first.click()
    page.get_by_role("heading", level=1).wait_for()
    settled(page)
    assert server.world.code not in page.content()
    _fits(page, "letter-page-phone")
    page.goto("/letter/page/NORF-2026-999999")
    expect(page.get_by_text("Page not found")).to_be_visible()


def test_an_evidence_bundle_is_made_opened_and_read(
    server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(TABLET).new_page()
    sign_in(page, Role.OFFICER)
    page.goto(f"/visits/{server.world.visits['decided']}/evidence")
    page.get_by_role("button", name="Make the file as it stands now").click()
    page.get_by_text("Evidence bundle NORF").first.wait_for()
    _fits(page, "evidence-made")
    page.get_by_role("button", name="Read it as a page").click()
    page.get_by_role("heading", name="10. Every version of the record").wait_for()
    _fits(page, "evidence-page")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert sideways(page) == 0
    page.goto(f"/visits/{server.world.visits['decided']}/evidence")
    expect(page.get_by_text("File 1")).to_be_visible()
    _fits(page, "evidence-list")
