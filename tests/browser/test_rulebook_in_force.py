"""A change of the law entered on a tablet by an administrator, and a rulebook adopted by two people."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from compliance.access import Role
from tests.browser.conftest import axe, screenshot, sideways, sign_in, small_targets


def looked_at(page: Page, name: str) -> None:
    """Keep a picture; no axe violation, no small target, nothing wider than the screen."""
    screenshot(page, name)
    axe(page)
    assert small_targets(page) == []
    assert sideways(page) <= 0


def test_an_administrator_switches_a_provision_on_and_everybody_sees_when(page: Page) -> None:
    sign_in(page, Role.ADMINISTRATOR)
    page.goto("/rulebook")
    page.get_by_role("link", name="Enter a change of the law").click()
    looked_at(page, "switches")
    page.get_by_role("link", name="section 141C").first.click()
    page.get_by_role("button", name="Continue").click()
    looked_at(page, "switch-errors")
    page.get_by_label("Instrument").fill("SSI 2026/900, reg 2")
    page.get_by_label("Day", exact=True).fill("1")
    page.get_by_label("Month").fill("3")
    page.get_by_label("Year").fill("2027")
    page.get_by_label("Your name").fill("Ada Administrator")
    page.get_by_role("button", name="Continue").click()
    looked_at(page, "switch-check")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator("main")).to_contain_text("from 1 March 2027")
    page.get_by_role("link", name="section 141C").first.click()
    looked_at(page, "switch-history")
    page.goto("/rulebook/timeline")
    looked_at(page, "rulebook-timeline")
    page.goto("/law?nation=scotland&channel=online&on=2027-03-01")
    expect(page.locator("main")).to_contain_text("SSI 2026/900")
    page.goto("/rulebook/policy")
    looked_at(page, "policy")
    page.get_by_role("button", name="Change the policy").click()
    page.get_by_role("button", name="Save as a new version").click()
    looked_at(page, "policy-errors")
    page.locator("#months-advice_and_revisit").fill("2")
    page.get_by_label("What does the change rest on?").fill("Our policy of 1 November 2026")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("h1, .app-caption").first).to_contain_text("policy 1")


def test_two_people_adopt_a_rulebook(
    page: Page, open_context: Callable[..., BrowserContext]
) -> None:
    sign_in(page, Role.REVIEWER)
    page.goto("/rulebook/timeline")
    page.get_by_role("link", name="Answer").click()
    expect(page.locator("main")).to_contain_text("You asked for this")
    looked_at(page, "adoption-mine")
    other = open_context().new_page()
    sign_in(other, Role.ADMINISTRATOR)
    other.goto("/rulebook/timeline")
    other.get_by_role("link", name="Answer").click()
    looked_at(other, "adoption")
    other.get_by_role("button", name="Agree and adopt it").click()
    expect(other.locator("main")).to_contain_text("Adopted, for visits from 1 January 2040 on")
    looked_at(other, "rulebook-timeline-adopted")
    page.reload()
    expect(page.locator("main")).to_contain_text("Adopted")
