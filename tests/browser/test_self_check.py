"""The self-check in a browser: answered with the network gone, explained, nothing sent, nothing kept."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import (
    PHONE,
    TABLET,
    axe,
    screenshot,
    sideways,
    small_targets,
    weight,
)

MOST_BYTES = 160_000


def _pick(page: Page, question: str, answer: str) -> None:
    page.locator(f"[data-question={question}]").get_by_label(answer, exact=True).check(force=True)


def _open(page: Page) -> None:
    """Open the check and wait for its rules: only then does the form show itself, and listen."""
    page.goto("/self-check/questions", wait_until="networkidle")
    expect(page.locator("#self-check")).to_be_visible()


def _begin(page: Page) -> None:
    _open(page)
    page.get_by_label("England").check(force=True)
    page.get_by_label("In store").check(force=True)
    page.get_by_role("button", name="Show what to put right").wait_for()


def test_a_shop_is_told_what_to_put_right_and_no_request_leaves_the_page(
    open_context: Callable[..., BrowserContext],
) -> None:
    context = open_context(TABLET)
    page = context.new_page()
    _open(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    context.set_offline(True)
    page.get_by_label("England").check(force=True)
    page.get_by_label("In store").check(force=True)
    _pick(page, "age_policy_written", "No")
    _pick(page, "refusals_log_exists", "Yes")
    _pick(page, "training_records_seen", "Not sure")
    page.get_by_role("button", name="Show what to put right").click()
    result = page.locator("#result")
    result.get_by_role("heading", name="to put right").wait_for()
    wrong = result.locator("> [data-point=age_policy_written]")
    assert "We saw no written policy" in wrong.inner_text()
    assert "What to do" in wrong.inner_text()
    assert "Helps to show due diligence" in wrong.inner_text()
    assert "Source:" in wrong.inner_text()
    assert result.locator("> [data-point=refusals_log_exists]").count() == 0
    assert result.locator("> [data-point=training_records_seen]").count() == 0
    assert result.locator("details [data-point=refusals_log_exists]").count() == 1
    assert "Grade" not in result.inner_text()
    assert "Score" not in result.inner_text()
    assert sent == []
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )
    assert kept[:2] == [0, 0]
    assert kept[3:] == [0, 0]
    assert kept[2] == ""
    assert page.url.endswith("/self-check/questions")
    context.set_offline(False)
    axe(page)
    assert small_targets(page) == []
    assert sideways(page) == 0
    screenshot(page, "self-check-result-tablet")


def test_a_question_opens_when_another_answer_calls_for_it(
    open_context: Callable[..., BrowserContext],
) -> None:
    page = open_context(PHONE).new_page()
    _begin(page)
    inner = page.locator("[data-question=prohibited_items_suspected]")
    expect(inner).to_be_hidden()
    _pick(page, "prohibited_on_sale", "Yes")
    expect(inner).to_be_visible()
    _pick(page, "prohibited_on_sale", "No")
    expect(inner).to_be_hidden()
    assert page.locator("[data-question=responsible_person]").count() == 0
    assert page.locator("[data-question=prep_two_step]").count() == 0
    axe(page)
    assert sideways(page) == 0
    assert small_targets(page) == []
    screenshot(page, "self-check-questions-phone")


def test_without_javascript_it_says_so_and_leads_to_the_list(
    open_context: Callable[..., BrowserContext],
) -> None:
    page = open_context(PHONE, java_script_enabled=False).new_page()
    page.goto("/self-check/questions")
    expect(page.get_by_text("needs JavaScript, which is off")).to_be_visible()
    expect(page.locator("#self-check")).to_be_hidden()
    page.get_by_role("link", name="print the list of questions").first.click()
    expect(page.get_by_role("heading", name="Check your own shop: list to print")).to_be_visible()
    expect(page.get_by_text("Is there a written age-restricted sales policy")).to_be_visible()


def test_the_law_page_works_without_javascript(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(PHONE, java_script_enabled=False).new_page()
    page.goto("/law")
    page.get_by_label("Nation").select_option(label="Wales")
    page.get_by_label("Day").fill("2024-09-24")
    page.get_by_role("button", name="Show the law").click()
    expect(page.get_by_role("heading", name="Wales: 24 September 2024")).to_be_visible()
    expect(page.get_by_text("SI 2024/583").first).to_be_visible()


def test_the_check_and_its_rules_are_not_heavy(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(PHONE).new_page()
    assert 0 < weight(page, "/self-check/questions") <= MOST_BYTES
