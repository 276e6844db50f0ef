"""The journey of a letter and a certificate: review, send, decide, the shop's phone, the public's phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import BrowserContext, Page, expect

from compliance.access import Role
from tests import world as made
from tests.browser.conftest import PHONE, TABLET, Server, axe, screenshot, sign_in, started

Open = Callable[..., BrowserContext]


def press(page: Page, name: str) -> None:
    """Press a button, or a link that looks like one, and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def pdf_of(page: Page, reference: str) -> bytes:
    """The PDF of a document, as the signed-in browser gets it."""
    answer = page.request.get(f"/documents/{reference}/file")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def codes_on(pdf: bytes) -> list[str]:
    """What the square codes on a document hold."""
    found = []
    for sheet in pypdfium2.PdfDocument(pdf):
        picture = sheet.render(scale=3).to_pil()
        found += [each.text for each in zxingcpp.read_barcodes(picture)]
    return found


def text_of(pdf: bytes) -> str:
    """The words of a PDF."""
    return "\n".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(pdf))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: these journeys change its world."""
    with started(tmp_path_factory.mktemp("letters"), made.build) as serving:
        yield serving


@pytest.fixture
def reviewer(open_context: Open) -> Page:
    """A reviewer on a tablet."""
    page = open_context(TABLET).new_page()
    sign_in(page, Role.REVIEWER)
    return page


def test_a_sale_is_reviewed_told_and_decided_and_the_shop_reads_it_on_its_phone(
    server: Server, reviewer: Page, open_context: Open
) -> None:
    visit = server.world.visits["recorded"]
    reviewer.goto(f"/visits/{visit}/steps")
    press(reviewer, "Review the record")
    reviewer.get_by_label("Agree: the record is complete and sound").check()
    screenshot(reviewer, "letter-journey-review")
    axe(reviewer)
    press(reviewer, "Save the review")
    expect(reviewer.get_by_text("You agreed with the record")).to_be_visible()

    press(reviewer, "Send the letter")
    preview = reviewer.request.get(f"/visits/{visit}/letter-preview")
    assert "SPECIMEN" in text_of(preview.body())
    press(reviewer, "Issue the letter")
    reference = reviewer.get_by_role("heading", level=1).inner_text()
    assert re.fullmatch(r"NORF-\d{4}-\d{6}", reference)
    letter = pdf_of(reviewer, reference)
    (scanned,) = codes_on(letter)

    reviewer.goto(f"/visits/{visit}/steps")
    press(reviewer, "Decide")
    press(reviewer, "Save the decision")
    expect(reviewer.get_by_role("link", name="Choose a step")).to_be_visible()
    reviewer.get_by_label("Advice, then an under-18 re-test").check()
    reviewer.get_by_label("Why did you decide on this step?").fill("The shop trained its staff")
    screenshot(reviewer, "letter-journey-decide")
    press(reviewer, "Save the decision")
    expect(reviewer.get_by_text("The decision is made")).to_be_visible()
    screenshot(reviewer, "letter-journey-decided")
    axe(reviewer)

    # The shop scans the square code on its letter.
    phone = open_context(PHONE).new_page()
    address, _, secret = scanned.partition("#")
    assert address.endswith("/letter")
    phone.goto(f"/letter#{secret}")
    phone.wait_for_url("**/letter/view")
    assert secret not in phone.url
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        "A sale was made in a test at your shop"
    )
    expect(phone.get_by_role("heading", name="Do these things first")).to_be_visible()
    assert phone.get_by_role("textbox").count() == 0
    screenshot(phone, "letter-journey-shop")
    axe(phone)
    downloaded = phone.request.get(f"/letter/file/{reference}")
    assert downloaded.body() == letter


def test_anybody_scans_a_certificate_and_sees_at_once_when_it_ends(
    server: Server, reviewer: Page, open_context: Open
) -> None:
    world = server.world
    pdf = pdf_of(reviewer, world.certificate_reference)
    # The other code is the proof that is checked without a network.
    (scanned,) = (code for code in codes_on(pdf) if "/c/" in code)
    phone = open_context(PHONE).new_page()
    phone.goto(scanned.partition("/c/")[2].join(["/c/", ""]))
    expect(phone.get_by_text("Valid until")).to_be_visible()
    expect(phone.get_by_text("0800 555 111")).to_be_visible()
    screenshot(phone, "letter-journey-public-valid")
    axe(phone)

    phone.goto("/check-a-document")
    phone.get_by_label("PDF file").set_input_files(
        {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    press(phone, "Check the file")
    expect(phone.get_by_role("heading", level=1)).to_have_text("This document is genuine")
    screenshot(phone, "letter-journey-checked")
    axe(phone)

    reviewer.goto(f"/documents/{world.certificate_reference}")
    reviewer.get_by_role("radio", name="The business gave it back").tap()
    reviewer.get_by_label("Why does it end?").fill("Given back")
    press(reviewer, "End the certificate")
    expect(reviewer.get_by_text("No longer in force")).to_be_visible()
    phone.goto(f"/c/{world.certificate}")
    expect(phone.get_by_text("This certificate has been withdrawn.")).to_be_visible()
    expect(phone.get_by_text("Given back")).to_have_count(0)
    screenshot(phone, "letter-journey-public-ended")
    axe(phone)
