"""A trial of a proposed rulebook in a browser: it goes on by itself and shows how far it is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from compliance.access import Role
from compliance.rulebook.pack import PACKS
from tests.browser.conftest import TABLET, axe, screenshot, sideways, sign_in, small_targets


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for file in (PACKS / "uk_knives").rglob("*.toml"):
            text = file.read_text(encoding="utf-8")
            archive.writestr(
                file.relative_to(PACKS).as_posix(),
                text.replace(
                    'met = { answer = "accepted_id_list", is = "yes" }',
                    'met = { answer = "accepted_id_list", is = "no" }',
                ),
            )
    return target.getvalue()


def _upload(context: BrowserContext) -> None:
    page = context.pages[0]
    page.goto("/rulebook")
    page.get_by_role("link", name="Try a proposed rulebook").click()
    page.get_by_label("Rulebook", exact=True).set_input_files(
        {"name": "rulebook.zip", "mimeType": "application/zip", "buffer": _zip()}
    )
    page.get_by_role("button", name="Try it").click()


def test_a_trial_goes_on_by_itself_to_the_end(open_context: Callable[..., BrowserContext]) -> None:
    context = open_context(TABLET)
    page = context.new_page()
    sign_in(page, Role.REVIEWER)
    _upload(context)
    page.get_by_text("Tried on").wait_for()
    assert page.locator("progress").count() == 0
    expect(page.get_by_role("rowheader", name="Rule: Sound list of accepted ID")).to_be_visible()
    screenshot(page, "replay-done-tablet")
    axe(page)
    assert small_targets(page) == []
    assert sideways(page) == 0


def test_without_a_script_a_button_goes_on(open_context: Callable[..., BrowserContext]) -> None:
    context = open_context(TABLET, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, Role.REVIEWER)
    _upload(context)
    expect(page.get_by_text("shops tried")).to_be_visible()
    screenshot(page, "replay-begun-tablet")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Tried on")).to_be_visible()
