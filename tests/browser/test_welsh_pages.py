"""The pages for shops and the public in Welsh: nothing left in English, accessible, as light as in English."""

from __future__ import annotations

import re
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
    "privacy": "/privacy",
    "accessibility": "/accessibility",
}
#: What is called alike in both languages, or is a name: of a body, an Act, a place on the web.
ALIKE = re.compile(
    r"English|Cymraeg|0800 555 111|fearless\.org|knifefree\.co\.uk|PDF|Challenge 25|ID|Online",
)
_TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = [document.title]
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement
    if (at.closest('script, style') || at.closest('[lang]').lang === 'en') continue
    found.push(walker.currentNode.data.replace(/\\s+/g, ' ').trim())
  }
  return found.filter((text) => /[A-Za-z]{3}/.test(text))
}"""


def _address(name: str, server: Server) -> str:
    return PAGES[name].format(certificate=server.world.certificate)


def _in(language: str, address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def _named(page: Page, server: Server) -> list[str]:
    """What the world calls its shops and bodies; citations stand as their source has them."""
    return [*page.locator(".app-source").all_inner_texts()]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_welsh_is_accessible_and_light(
    name: str, size: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(SIZES[size]).new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(_in("cy", _address(name, server)), wait_until="networkidle")
    assert 0 < sum(sizes) <= MOST_BYTES
    assert page.locator("html").get_attribute("lang") == "cy"
    screenshot(page, f"welsh-{name}-{size}")
    assert small_targets(page) == []
    assert sideways(page) == 0
    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_a_page_in_welsh_is_left_in_english(
    name: str, server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(PHONE).new_page()
    page.goto(_in("en", _address(name, server)))
    english = set(page.evaluate(_TEXTS))
    page.goto(_in("cy", _address(name, server)))
    sources = " ".join(_named(page, server))
    left = [
        text
        for text in page.evaluate(_TEXTS)
        if text in english and not ALIKE.fullmatch(text) and text not in sources
    ]
    shop = [text for text in left if not re.search(r"Kitchen Corner|Constabulary|CERT-|-20", text)]
    assert shop == []


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
