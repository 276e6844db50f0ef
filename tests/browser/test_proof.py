"""The large code of a certificate, checked in a browser with the network gone: what it states, every
forgery refused, and plain words where the browser cannot."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from compliance.store.models import Document
from tests.browser.conftest import PHONE, Server, axe, screenshot, sideways, small_targets
from tests.documents.proof_forgeries import forgeries
from tests.documents.reading import picture

#: Takes Ed25519 away, as a browser of 2024 would.
OLD_BROWSER = """
if (window.SubtleCrypto) {
  const importKey = SubtleCrypto.prototype.importKey
  SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
    return algorithm.name === 'Ed25519'
      ? Promise.reject(new DOMException('Unrecognized name', 'NotSupportedError'))
      : importKey.call(this, format, data, algorithm, ...rest)
  }
}
"""
#: A reader of codes, as phones have one: it reads whatever the test has put there.
READER = """
window.seen = []
window.BarcodeDetector = class { async detect () { return window.seen.map((rawValue) => ({ rawValue })) } }
"""


def _photo() -> bytes:
    """A picture of nothing."""
    content = BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def printed(server: Server) -> str:
    """What the large code of the world's certificate says, read from its page."""
    engine = create_engine(server.settings.database_url)
    with Session(engine) as session:
        wanted = select(Document).where(Document.reference == server.world.certificate_reference)
        pdf = session.scalars(wanted).one().file.content
    engine.dispose()
    codes = [code.text for code in zxingcpp.read_barcodes(picture(pdf, dpi=100))]
    (found,) = (code for code in codes if "/proof#" in code)
    return found


@pytest.fixture
def offline(open_context: Callable[..., BrowserContext]) -> Page:
    """The page, loaded, with the network cut; any request after that would fail it."""
    context = open_context(PHONE)
    page = context.new_page()
    page.goto("/proof", wait_until="networkidle")
    page.on("request", lambda request: pytest.fail(f"asked for {request.url}"))
    context.set_offline(True)
    return page


def _check(page: Page, text: str) -> str:
    page.get_by_label("What the large square code says").fill(text)
    page.get_by_role("button", name="Check the proof").click()
    page.wait_for_function("document.activeElement.id === 'proof-result'")
    said = page.locator("#proof-result").inner_text()
    page.evaluate("document.activeElement.blur()")
    return said


def test_a_printed_code_is_proved_without_a_network(offline: Page, printed: str) -> None:
    said = _check(offline, printed)
    assert "This proof is ours" in said
    assert "no issues were found on the points that were checked" in said
    assert "It may hold until" in said
    assert "Whether the certificate has ended since cannot be seen here" in said
    assert "valid" not in said.lower()
    axe(offline)
    assert small_targets(offline) == []
    assert sideways(offline) == 0
    screenshot(offline, "proof-result-phone")


def test_every_forgery_is_refused(offline: Page, printed: str) -> None:
    proof = printed.split("#")[1]
    assert "This proof is ours" in _check(offline, proof)
    for name, forged in forgeries(proof).items():
        said = _check(offline, f"{printed.split('#')[0]}#{forged}" if forged else "")
        assert "This proof is not ours" in said, name


def test_a_scanned_link_is_checked_as_the_page_opens_and_its_secret_is_not_sent(
    open_context: Callable[..., BrowserContext], printed: str
) -> None:
    page = open_context(PHONE).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/proof#{printed.split('#')[1]}", wait_until="networkidle")
    page.get_by_text("This proof is ours").wait_for()
    assert not any(printed.split("#")[1][:20] in url.split("#")[0] for url in asked)


def test_after_its_last_day_it_is_not_to_be_relied_on(offline: Page, printed: str) -> None:
    offline.clock.set_fixed_time("2031-01-01T12:00:00Z")
    said = _check(offline, printed)
    assert "This certificate has expired" in said
    assert "This proof is ours" not in said
    assert "The certificate ended on" in said
    assert "Do not rely on it." in said
    assert offline.locator("#proof-result .app-status--valid").count() == 0


def test_a_clock_that_cannot_be_right_is_told(offline: Page, printed: str) -> None:
    offline.clock.set_fixed_time("2020-01-01T12:00:00Z")
    assert "The clock of this device is wrong" in _check(offline, printed)


def test_a_browser_without_ed25519_says_so(
    open_context: Callable[..., BrowserContext], printed: str
) -> None:
    context = open_context(PHONE)
    context.add_init_script(OLD_BROWSER)
    page = context.new_page()
    page.goto("/proof", wait_until="networkidle")
    said = _check(page, printed)
    assert "This browser is too old to check a proof." in said
    assert "scan the small square code" in said
    assert "not ours" not in said


def test_where_the_browser_reads_codes_a_photo_is_enough(
    open_context: Callable[..., BrowserContext], printed: str
) -> None:
    context = open_context(PHONE)
    context.add_init_script(READER)
    page = context.new_page()
    page.goto("/proof", wait_until="networkidle")
    context.set_offline(True)
    photo = page.get_by_label("Photo of the large square code")
    page.evaluate("text => { window.seen = [text] }", printed)
    photo.set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": _photo()})
    page.get_by_text("This proof is ours").wait_for()
    page.evaluate("() => { window.seen = [] }")
    photo.set_input_files({"name": "other.png", "mimeType": "image/png", "buffer": _photo()})
    page.get_by_text("We found no code in this photo").wait_for()
    page.evaluate("text => { window.seen = [text]; document.activeElement.blur() }", printed)
    photo.set_input_files({"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.wait_for_function("document.activeElement.id === 'proof-result'")
    assert "We found no code in this photo" in page.locator("#proof-result").inner_text()
    axe(page)
    assert small_targets(page) == []
    screenshot(page, "proof-photo-phone")


def test_where_it_does_not_no_photo_is_asked_for(offline: Page) -> None:
    assert offline.get_by_label("Photo of the large square code").is_hidden()
