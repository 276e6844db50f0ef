"""Each kind of visit made on a tablet, tap by tap, and what it looks like."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from werkzeug.datastructures import MultiDict

from compliance.access import Role
from compliance.app import create_app
from compliance.rulebook import shipped_pack
from compliance.services import drafts
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web.officers.screens import Screens
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
        keys = group.get_by_role("radio", name=key).or_(group.get_by_role("checkbox", name=key))
        self.tap(keys.first)

    def press(self, button: str) -> None:
        """Press a button and wait for the next page."""
        here = self.page.url
        self.tap(self.page.get_by_role("button", name=button, exact=True))
        self.page.wait_for_url(lambda url: url != here)

    def press_link(self, link: str) -> None:
        """Press a link, or what looks like a button and leads to a page."""
        here = self.page.url
        name = re.compile(f"^{re.escape(link)}")
        target = self.page.get_by_role("link", name=name)
        self.tap(target.or_(self.page.get_by_role("button", name=name)).first)
        self.page.wait_for_url(lambda url: url != here)

    def look(self, what: str) -> None:
        """Take a picture and check the page as it stands, on the tablet and on a phone."""
        self.seen += 1
        assert violations(self.page) == []
        for size, window in (("phone", PHONE), ("tablet", TABLET)):
            self.page.set_viewport_size(window)
            screenshot(self.page, f"{self.name}-{size}-{self.seen}-{what}")
            assert small_targets(self.page) == []
            assert sideways(self.page) == 0


def begin(hand: Hand, kind: str) -> None:
    """Choose the shop and begin a visit; what is suggested stays."""
    page = hand.page
    page.goto("/visits/new")
    page.get_by_label("Name, street or postcode").fill("blades")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=blades*")
    hand.look("choose")
    hand.tap(page.get_by_role("link", name=re.compile("Blades")).first)
    page.wait_for_url("**premises=*")
    if not page.get_by_role("radio", name=re.compile(f"^{kind}")).is_checked():
        hand.answer("What kind of visit is it?", kind)
    if not page.locator("input[name=purpose]:checked").count():
        hand.answer("Why are you visiting?", "First visit")
    if not page.locator("input[name=channels]:checked").count():
        hand.answer("Which way of selling is it about?", "In store")
    hand.look("begin")
    hand.press("Begin the visit")


@pytest.fixture
def hand(page: Page) -> Callable[[str], Hand]:
    """A function that gives an officer's hand on a tablet."""

    def take(name: str) -> Hand:
        sign_in(page, Role.OFFICER)
        return Hand(page, f"visit-{name}")

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


def test_a_challenge_25_audit_is_made(hand: Callable[[str], Hand]) -> None:
    officer = hand("challenge-25")
    begin(officer, "Challenge 25 audit")
    officer.answer("What was the outcome?", "Asked for ID, none shown, served")
    officer.press("Save and check answers")
    officer.press("Record this visit")
    expect(
        officer.page.get_by_role("heading", name="Asked for ID, none shown, served")
    ).to_be_visible()
    officer.look("result")


def test_a_store_audit_opens_questions_in_place_and_asks_why(hand: Callable[[str], Hand]) -> None:
    officer = hand("audit")
    page = officer.page
    begin(officer, "Store audit")
    officer.answer("Which articles with a blade does the shop sell?", "Kitchen knives")
    officer.answer("Which articles with a blade does the shop sell?", "Swords")
    page.get_by_label("Who did you speak to? Name and role").fill("The manager")
    officer.look("visit")
    officer.press("Save and continue")
    swords = page.get_by_role("group", name="Straight swords: does any one item have")
    expect(swords).to_be_visible()
    suspected = page.get_by_role("group", name="What do you suspect it is?")
    expect(suspected).to_be_hidden()
    officer.answer("Is there anything for sale that seems to be a banned weapon", "Yes")
    expect(suspected).to_be_visible()
    officer.answer("Is there anything for sale that seems to be a banned weapon", "No")
    expect(suspected).to_be_hidden()
    officer.answer("Does any display, packaging or listing suggest combat", "No")
    officer.look("stock")
    officer.press("Save and continue")
    policy = "Is there a written age-restricted sales policy that covers knives?"
    listed = page.get_by_role("group", name="Does the policy list which products are restricted?")
    expect(listed).to_be_hidden()
    officer.answer(policy, "Yes")
    expect(listed).to_be_visible()
    officer.answer("Does the policy list which products are restricted?", "Not observed")
    why = page.get_by_role("group", name="Why was it not observed?").locator("visible=true")
    officer.tap(why.get_by_role("radio", name="Ran out of time"))
    officer.look("policy")
    officer.press("Save and continue")
    officer.answer("Did you see signed and dated training records", "Yes")
    trained = page.get_by_label("When did each sampled employee last have training?")
    trained.fill("27 3 2026\nsoon")
    officer.tap(page.get_by_role("button", name="Save and continue"))
    expect(page.get_by_role("alert")).to_contain_text("is not a date such as 27 3 2026")
    officer.look("training-error")
    trained.fill("27 3 2026\n1/4/2026")
    officer.press("Save and see the list")
    officer.look("list")
    officer.press_link("Check your answers")
    officer.look("check")
    officer.press("Record this visit")
    expect(page.get_by_role("heading", name=re.compile(r"Score \d+ to \d+ of 100"))).to_be_visible()
    officer.look("result")
    for summary in page.locator("details.app-points > summary").all():
        summary.tap()
    officer.look("result-open")
    officer.press_link("List to leave with the shop")
    officer.look("left-behind")


def test_an_engagement_visit_is_made_and_corrected(hand: Callable[[str], Hand]) -> None:
    officer = hand("engagement")
    page = officer.page
    begin(officer, "Engagement visit")
    officer.press("Save and continue")
    officer.answer("What did you talk about?", "Training staff")
    officer.press("Save and check answers")
    officer.press("Record this visit")
    officer.look("result")
    officer.press_link("Correct the record")
    officer.look("correct")
    officer.press("Begin the correction")
    officer.press_link("What we talked about")
    expect(page.get_by_role("checkbox", name="Training staff")).to_be_checked()
    officer.answer("What did you talk about?", "Checking ID")
    officer.press("Save and check answers")
    page.get_by_label("Why is the record being corrected?").fill("Forgot one topic")
    officer.look("correction")
    officer.press("Record the correction")
    expect(page.get_by_text("Forgot one topic")).to_be_visible()
    officer.look("corrected")


def test_an_unfinished_visit_is_asked_about(hand: Callable[[str], Hand]) -> None:
    officer = hand("unfinished")
    page = officer.page
    begin(officer, "Challenge 25 audit")
    officer.answer("What was the outcome?", "Asked for ID, ID looked at, served")
    officer.press("Save and see the list")
    page.goto("/visits/new")
    card = page.locator(".app-card", has_text="1 of").first
    expect(card).to_contain_text("Unfinished: Challenge 25 audit at Blades R Us")
    with page.expect_navigation():
        officer.tap(card.get_by_role("button", name=re.compile("Continue")))
    officer.press_link("Discard this visit")
    officer.look("discard")
    officer.press("Discard it")
    expect(page.get_by_text("is discarded")).to_be_visible()


#: Presses random keys on a screen, as given, and says which questions are then shown.
_TRY = """tries => {
  const form = document.querySelector('[data-questions]');
  const blocks = [...form.querySelectorAll('[data-question]')];
  return tries.map(pressed => {
    for (const input of form.querySelectorAll('input[type=radio], input[type=checkbox]'))
      input.checked = (pressed[input.name] ?? []).includes(input.value);
    form.dispatchEvent(new Event('input'));
    return blocks.filter(block => !block.hidden).map(block => block.dataset.question);
  });
}"""


@pytest.mark.parametrize("kind", ["Under-18 test purchase", "Store audit"])
def test_the_page_opens_the_questions_that_the_server_asks(
    kind: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(TABLET).new_page()
    sign_in(page, Role.OFFICER)
    officer = Hand(page, "differential")
    page.goto(f"/visits/new?premises={server.world.premises}")
    officer.answer("What kind of visit is it?", kind)
    if not page.locator("input[name=purpose]:checked").count():
        officer.answer("Why are you visiting?", "First visit")
    if not page.locator("input[name=channels]:checked").count():
        officer.answer("Which way of selling is it about?", "In store")
    officer.press("Begin the visit")
    if kind == "Under-18 test purchase":
        officer.answer("What was the outcome?", "Sold: after a question about age or ID")
    else:
        officer.answer("Which articles with a blade does the shop sell?", "Swords")
    officer.press("Save and see the list")
    visit = page.url.rsplit("/", 1)[1]
    links = page.locator(".govuk-task-list__link").all()[1:]
    addresses = [link.get_attribute("href") or "" for link in links]
    rng = random.Random(11)
    app = create_app(server.settings)
    compared = 0
    for address in addresses:
        page.goto(address)
        given = page.evaluate(
            "() => Object.fromEntries([...document.querySelectorAll('[data-question]')].map(block =>"
            " [block.dataset.question, [...block.querySelectorAll('input')]"
            ".filter(input => input.name === block.dataset.question && input.type !== 'text')"
            ".map(input => [input.type, input.value, 'alone' in input.dataset])]))"
        )
        tries = [_pressed(rng, given) for _ in range(40)]
        found = page.evaluate(_TRY, tries)
        with app.app_context():
            for pressed, shown in zip(tries, found, strict=True):
                assert shown == _asked_by_the_server(visit, address, pressed), address
                compared += 1
    assert compared >= 200


def _pressed(
    rng: random.Random, given: dict[str, list[tuple[str, str, bool]]]
) -> dict[str, list[str]]:
    """Some keys of some questions: one of a radio, any of the ticks that may stand together."""
    pressed = {}
    for name, keys in given.items():
        if not keys or rng.random() > 0.8:
            continue
        together = [value for kind, value, alone in keys if kind == "checkbox" and not alone]
        ticked = [value for value in together if rng.random() < 0.4]
        pressed[name] = ticked or [rng.choice(keys)[1]]
    return pressed


def _asked_by_the_server(visit_id: str, address: str, pressed: dict[str, list[str]]) -> list[str]:
    """What the server would ask on this screen had these keys been pressed and saved."""
    visit = db.session.get_one(Visit, visit_id)
    pack = shipped_pack()
    section = Screens(db.session, visit, pack).find(address.rsplit("/", 1)[1])
    assert section is not None
    typed = section.read(MultiDict(pressed))
    drafts.save_draft(db.session, visit.officer.actor, visit.created_at, visit, typed)
    ids = Screens(db.session, visit, pack).asked_in(section)
    db.session.rollback()
    return [one.id for one in section.answers if one.id in ids]
