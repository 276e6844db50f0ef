"""The whole journey, from the shop's door to the certificate on the wall and off it again: an officer, a
reviewer, the business on its phone and anybody who scans the code, each in a browser of their own."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from compliance.rulebook import shipped_pack
from compliance.rulebook.months import add_months
from compliance.services.demo import files
from compliance.services.demo.city import found, open_shops
from compliance.services.demo.days import Calendar
from compliance.services.demo.operations import Operations
from compliance.web.dates import london_today
from compliance.web.forms.sections import question_sections
from tests.browser.conftest import (
    PHONE,
    ROOT,
    SCREENSHOTS,
    TABLET,
    Server,
    screenshot,
    sideways,
    small_targets,
    started,
    violations,
)
from tests.world import World

SHOP = "Pitchford & Daughters"
MISSPELT = "pitchfrod and dauhgters"
IN_STORE = {"nation": ["england"], "channel": ["in_store"]}

#: Pictures that the README shows: `make screenshots` copies them to docs/screenshots/.
PICTURES = ROOT / "docs" / "screenshots"
LARGEST_PICTURE = 200_000

#: A link may look like a button.
LINKS: tuple[Literal["link", "button"], ...] = ("link", "button")

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo's city before its first visit: people, shops, and an operation planned for today."""
    with started(tmp_path_factory.mktemp("journey"), new_city) as serving:
        yield serving


def new_city(session: Session, _keys: Path) -> World:
    """Found the demo's city and open its shops."""
    today = london_today()
    city = found(session, Calendar(today))
    open_shops(session, city)
    officer = city.people["council"]["officer"]
    Operations(session).of(officer, {"kind": "test_purchase"}, today)
    return World(city.authorities["council"].id, city.authorities["police"].id)


@dataclass
class Person:
    """Somebody at a browser. Every picture they take is of a page without fault."""

    page: Page

    def sign_in(self, key: str) -> None:
        """Sign in as a person of the demo's council."""
        (council, _) = files.read("authorities")["authority"]
        (person,) = [each for each in council["people"] if each["key"] == key]
        self.page.goto("/sign-in")
        self.page.get_by_label("Email address").fill(person["email"])
        self.page.get_by_label("Password").fill(files.password())
        self.press("Sign in")

    def press(self, button: str) -> None:
        """Press a button and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).tap()

    def follow(self, link: str) -> None:
        """Follow a link, or one that looks like a button."""
        named = [self.page.get_by_role(role, name=link, exact=True) for role in LINKS]
        with self.page.expect_navigation():
            named[0].or_(named[1]).first.tap()

    def look(self, name: str) -> None:
        """Take a picture and check the page as it stands."""
        path = screenshot(self.page, f"journey-{name}")
        assert violations(self.page) == [], name
        assert small_targets(self.page) == [], name
        assert sideways(self.page) == 0, name
        assert path.stat().st_size > 0

    def picture(self, name: str) -> None:
        """Take a picture of what the screen shows, as the README has it."""
        path = SCREENSHOTS / f"readme-{name}.png"
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=path, animations="disabled")
        keep_picture(path, name)

    def pdf(self, link: str) -> bytes:
        """Open the PDF behind a link."""
        named = [self.page.get_by_role(role, name=re.compile(link)) for role in LINKS]
        href = named[0].or_(named[1]).first.get_attribute("href")
        assert href
        answer = self.page.request.get(href)
        assert answer.headers["content-type"] == "application/pdf"
        return answer.body()


def keep_picture(path: Path, name: str) -> None:
    """Copy a picture to where the README finds it, when asked to."""
    if "README_PICTURES" in os.environ:
        PICTURES.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, PICTURES / f"{name}.png")


def first_page(pdf: bytes, name: str) -> None:
    """Take a picture of the first page of a PDF."""
    path = SCREENSHOTS / f"readme-{name}.png"
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=1.1).to_pil()
    page.quantize(64).save(path, optimize=True)
    keep_picture(path, name)


def begin(officer: Person, kind: str, purpose: str) -> None:
    """Find the shop as badly as people type, and begin a visit there."""
    page = officer.page
    page.goto("/premises")
    page.get_by_label("Name, address or postcode").fill(MISSPELT)
    officer.press("Show")
    officer.follow(SHOP)
    officer.follow("Begin a visit here")
    choose(page, "kind", kind)
    choose(page, "purpose", purpose)
    channel = page.locator('input[name="channels"][value="in_store"]')
    if not channel.is_checked():
        channel.tap()


def choose(page: Page, name: str, value: str) -> None:
    """Press one answer."""
    page.locator(f'input[name="{name}"][value="{value}"]').tap()


def fill(officer: Person, kind: str, sheet: str, *, pictures: bool = False) -> None:
    """Answer every section of a questionnaire as an answer sheet has it, then check the answers."""
    answers, _ = files.sheet(sheet)
    sections = question_sections(shipped_pack(), {"kind": [kind], **IN_STORE})
    for section in sections:
        page = officer.page
        page.goto(f"{visit_address(page)}/{section.slug}")
        for question in section.answers:
            if question.id in answers:
                typed = question.typed(as_of_today(answers[question.id]))
                for name, values in typed.items():
                    for value in values:
                        give(page, name, value)
        if pictures:
            officer.look(f"{kind.replace('_', '-')}-{section.slug}")
        if pictures and section is sections[2]:
            officer.picture("questions")
        officer.press("Save and see the list")
    officer.look(f"{kind.replace('_', '-')}-sections")
    officer.follow("Check your answers")


def give(page: Page, name: str, value: str) -> None:
    """Give one value: a tap on an answer, or typing."""
    if page.locator(f'[name="{name}"]').first.get_attribute("type") in ("radio", "checkbox"):
        choose(page, name, value)
    else:
        page.locator(f'[name="{name}"]').fill(value)


def as_of_today(answer: Any) -> Any:
    """Put dates in place of days before today."""
    if isinstance(answer, dict):
        return (london_today() - timedelta(days=answer["days_before"])).isoformat()
    if isinstance(answer, list):
        return [as_of_today(each) for each in answer]
    return answer


def visit_address(page: Page) -> str:
    """The address of the visit that the page is about."""
    found_there = re.search(r"/visits/[0-9a-f-]{36}", page.url)
    assert found_there, page.url
    return found_there[0]


def review(reviewer: Person, visit: str) -> None:
    """Agree with a record, and send the letter that is due."""
    page = reviewer.page
    page.goto(f"{visit}/review")
    reviewer.look("review")
    page.get_by_label("Agree").check()
    reviewer.press("Save the review")
    page.goto(f"{visit}/notify")
    reviewer.look("notify")
    reviewer.press("Issue the letter")


def decide(reviewer: Person, visit: str, reason: str = "") -> None:
    """Take the step that is usual."""
    page = reviewer.page
    page.goto(f"{visit}/decide")
    reviewer.look("decide")
    page.get_by_role("radio", name=re.compile(r"\(usual\)")).tap()
    if reason:
        page.get_by_label("Why did you decide on this step?").fill(reason)
    reviewer.press("Save the decision")
    expect(page.get_by_text("There is a problem")).to_have_count(0)


def text_of(pdf: bytes) -> str:
    """The words of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def code_in(pdf: bytes, beginning: str) -> str:
    """The address in a QR code of a PDF, read from its pages as they are printed."""
    images = [page.render(scale=3).to_pil() for page in pypdfium2.PdfDocument(pdf)]
    texts = [each.text for image in images for each in zxingcpp.read_barcodes(image)]
    (address,) = [text for text in texts if text.startswith(beginning)]
    return address


def printed(day: date) -> str:
    """A day as the pages write it."""
    return f"{day.day} {day:%B %Y}"


def test_from_the_shop_to_the_certificate_and_back(server: Server, open_context: Open) -> None:
    began_on = london_today()
    officer = Person(open_context(TABLET).new_page())
    reviewer = Person(open_context(TABLET).new_page())

    # The officer audits the shop; the verdict waits for the record.
    officer.sign_in("officer")
    begin(officer, "store_audit", "first")
    officer.look("begin")
    officer.press("Begin the visit")
    fill(officer, "store_audit", "all_met", pictures=True)
    officer.look("check")
    expect(officer.page.get_by_text("Grade")).to_have_count(0)
    officer.press("Record this visit")
    expect(officer.page.get_by_text("A (best)").first).to_be_visible()
    officer.look("result")
    officer.picture("result")
    audit = visit_address(officer.page)
    officer.page.get_by_text(re.compile("points met$")).tap()
    expect(officer.page.get_by_role("heading", name="Till prompt for every knife")).to_be_visible()
    officer.look("result-explained")

    # Whoever recorded it does not review it.
    assert officer.page.goto(f"{audit}/review").status == 403

    # A colleague reviews it, tells the shop, decides, and issues the certificate.
    reviewer.sign_in("reviewer")
    reviewer.look("work")
    review(reviewer, audit)
    decide(reviewer, audit)
    reviewer.page.goto(f"{audit}/steps")
    reviewer.look("timeline")
    reviewer.picture("timeline")
    reviewer.follow("Certificates of these premises")
    reviewer.look("certificate-offered")
    reviewer.press("Issue the certificate")
    reviewer.look("certificate-issued")

    # The letter, as it is printed and posted.
    reviewer.page.goto(f"{audit}/steps")
    issued = reviewer.page.get_by_role("link", name=re.compile("EXFC-")).all_inner_texts()
    reference, _certificate = sorted(issued)
    reviewer.page.goto(f"/documents/{reference}")
    reviewer.look("letter")
    letter = reviewer.pdf("Open the PDF")
    words = text_of(letter)
    assert reference in words
    code = re.search(r"\b(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}\b", words)
    assert code, words
    assert code_in(letter, server.url) == f"{server.url}/letter#{reference}/{code[0]}"

    # The shop reads it on its phone, typing the code as people do.
    business = Person(open_context(PHONE).new_page())
    business.page.goto("/letter")
    business.look("business-enter")
    business.page.get_by_label("Letter reference").fill(reference.lower())
    business.page.get_by_label("Code").fill(code[0].lower().replace("0", "o").replace("-", " "))
    business.press("Open the letter")
    business.look("business-letter")
    business.picture("business")
    assert business.pdf("^(?!.*[Cc]ertificate).*PDF") == letter
    certificate = business.pdf("[Cc]ertificate.*PDF")
    first_page(letter, "letter")
    first_page(certificate, "certificate")

    # Anybody scans the certificate on the wall.
    anybody = Person(open_context(PHONE).new_page())
    link = code_in(certificate, f"{server.url}/c/")
    assert anybody.page.goto(link).status == 200
    # The audit may have begun on the day before: it can be midnight on the way.
    until = [f"Valid until {printed(add_months(day, 12))}" for day in (began_on, london_today())]
    expect(anybody.page.get_by_text(re.compile("|".join(until)))).to_be_visible()
    expect(anybody.page.get_by_text("0800 555 111")).to_be_visible()
    anybody.look("public-valid")
    anybody.picture("public")

    # Later the same day a volunteer is sold a knife there.
    begin(officer, "test_purchase", "first")
    officer.page.get_by_label("Operation").select_option(index=1)
    officer.press("Begin the visit")
    fill(officer, "test_purchase", "sold")
    went_by_the_procedure(officer)
    officer.press("Record this visit")
    expect(officer.page.get_by_text("E (lowest)").first).to_be_visible()
    officer.look("sale-result")
    sale = visit_address(officer.page)

    # Nothing is public before the decision, and the certificate falls with it.
    review(reviewer, sale)
    anybody.page.goto(link)
    expect(anybody.page.get_by_text("Valid until")).to_be_visible()
    decide(reviewer, sale, "A first sale: advice, and a re-test when it had time to work.")
    anybody.page.goto(link)
    expect(anybody.page.get_by_text("This certificate has been withdrawn.")).to_be_visible()
    expect(anybody.page.get_by_text("Valid until")).to_have_count(0)
    anybody.look("public-withdrawn")
    reviewer.page.goto(f"{sale}/steps")
    reviewer.look("sale-timeline")


def went_by_the_procedure(officer: Person) -> None:
    """Say of the test and of the shop that everything was as a sound file has it."""
    visit = visit_address(officer.page)
    for slug in ("test-conduct", "test-place"):
        officer.page.goto(f"{visit}/{slug}")
        officer.page.get_by_role("button", name="Everything here went by the procedure").tap()
        officer.press("Save and see the list")
    officer.look("test-purchase-all-sections")
    officer.follow("Check your answers")


def test_the_pictures_of_the_readme_are_small_and_there() -> None:
    shown = re.findall(r"docs/screenshots/([\w-]+\.png)", (ROOT / "README.md").read_text())
    assert shown
    for name in shown:
        picture = PICTURES / name
        assert picture.is_file(), name
        assert picture.stat().st_size < LARGEST_PICTURE, name
