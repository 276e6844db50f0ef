"""Each kind of visit made on a tablet, tap by tap, and what it looks like."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from compliance.access import Role
from tests.browser.conftest import (
    PHONE,
    TABLET,
    Server,
    screenshot,
    sideways,
    sign_in,
    small_targets,
    violations,
)


class Hand:
    """A hand on a tablet that counts its taps; typing is not a tap."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.taps = 0
        self.seen = 0

    def tap(self, target: Locator) -> None:
        """Press something once."""
        target.tap()
        self.taps += 1

    def answer(self, question: str, answer: str) -> None:
        """Press one of the keys under a question."""
        group = self.page.get_by_role("group", name=question)
        key = re.compile(f"^{re.escape(answer)}")
        self.tap(group.get_by_role("radio", name=key).or_(group.get_by_role("checkbox", name=key)))

    def press(self, button: str) -> None:
        """Press a button and wait for the next page."""
        here = self.page.url
        self.tap(self.page.get_by_role("button", name=button, exact=True))
        self.page.wait_for_url(lambda url: url != here)

    def look(self, what: str) -> None:
        """Take a picture and check the page as it stands: axe, targets, sideways."""
        self.seen += 1
        screenshot(self.page, f"{self.name}-{self.seen}-{what}")
        assert violations(self.page) == []
        assert small_targets(self.page) == []
        assert sideways(self.page) == 0


def begin(hand: Hand, kind: str) -> None:
    """Choose the shop and begin a visit; what is suggested stays."""
    page = hand.page
    page.goto("/visits/new")
    page.get_by_label("Name, street or postcode").fill("blades")
    page.keyboard.press("Enter")
    hand.look("choose")
    hand.tap(page.get_by_role("link", name=re.compile("Blades")).first)
    page.wait_for_url("**premises=*")
    if not page.get_by_role("radio", name=re.compile(kind)).is_checked():
        hand.answer("What kind of visit is it?", kind)
    if not page.locator("input[name=purpose]:checked").count():
        hand.answer("Why are you visiting?", "First visit")
    if not page.locator("input[name=channels]:checked").count():
        hand.answer("Which way of selling is it about?", "In store")
    hand.look("begin")
    hand.press("Begin the visit")


@pytest.fixture(params=["tablet", "phone"])
def hand(
    request: pytest.FixtureRequest, server: Server, open_context: Callable[..., BrowserContext]
) -> Callable[[str], Hand]:
    """A function that gives an officer's hand on a tablet or a phone."""

    def take(name: str) -> Hand:
        page = open_context(TABLET if request.param == "tablet" else PHONE).new_page()
        sign_in(page, Role.OFFICER)
        return Hand(page, f"visit-{name}-{request.param}")

    return take


def once_before(hand: Hand, kind: str) -> None:
    """Make the first visit of the round, so that the next begins like it."""
    begin(hand, kind)
    hand.press("Save and check answers")
    hand.press("Record this visit")
    hand.taps = hand.seen = 0


def test_a_refused_test_purchase_takes_at_most_twelve_taps(hand: Callable[[str], Hand]) -> None:
    officer = hand("refused")
    once_before(officer, "Under-18 test purchase")
    begin(officer, "Under-18 test purchase")
    officer.answer("What was the outcome?", "Refused: asked the age, true age given")
    officer.look("outcome")
    officer.press("Save and continue")
    officer.answer("What kind of article was it?", "Knife Kitchen")
    officer.look("article")
    officer.press("Save and continue")
    officer.answer("Did the young person give their true age when asked?", "Yes")
    officer.answer("When was the customer first challenged?", "At the till")
    officer.look("challenge")
    officer.press("Save and continue")
    officer.answer("Did the till or self-checkout prompt an age check?", "Yes")
    officer.press("Save and check answers")
    officer.look("check")
    officer.press("Record this visit")
    expect(officer.page.get_by_role("heading", name="Refused: asked the age")).to_be_visible()
    officer.look("result")
    assert officer.taps <= 12


def test_a_sale_takes_at_most_twenty_taps(hand: Callable[[str], Hand]) -> None:
    officer = hand("sold")
    page = officer.page
    once_before(officer, "Under-18 test purchase")
    begin(officer, "Under-18 test purchase")
    officer.answer("What was the outcome?", "Sold: no question asked")
    officer.answer("Was the price paid?", "Yes")
    officer.answer("Did the buyer leave with the article", "Yes")
    officer.look("outcome")
    officer.press("Save and continue")
    officer.answer("What kind of article was it?", "Knife Kitchen")
    page.get_by_label("Describe the article").fill("Kitchen knife, 15 cm blade")
    officer.press("Save and continue")
    page.get_by_label("What was said, word for word?").fill("“£4.99, please.”")
    officer.press("Save and continue")
    officer.answer("Did the till or self-checkout prompt an age check?", "Not observed")
    officer.look("till")
    officer.press("Save and continue")
    officer.answer("Is there CCTV that would show it", "Yes")
    officer.look("evidence")
    officer.press("Save and continue")
    page.goto(page.url.rsplit("/", 1)[0] + "/test-conduct")
    officer.tap(page.get_by_role("button", name="Everything here went by the procedure"))
    officer.look("conduct")
    officer.press("Save and continue")
    officer.tap(page.get_by_role("button", name="Everything here went by the procedure"))
    officer.press("Save and check answers")
    officer.look("check")
    officer.press("Record this visit")
    officer.look("result")
    assert officer.taps <= 20
