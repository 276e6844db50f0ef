"""A real server with a small world behind it, and Chromium at the sizes of a tablet and a phone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from sqlalchemy.orm import Session

from compliance.access import Role
from compliance.app import create_app
from compliance.config import Settings
from compliance.store.engine import db, separate_session, upgrade
from tests import world as made
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"

TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}

#: How long a page may take to do what a test waits for, in milliseconds.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Server:
    """A running server: its address, its settings, and what is in its database."""

    url: str
    settings: Settings
    world: World


@contextmanager
def _own_port() -> Iterator[int]:
    """A port that nobody else is given while the server starts and runs.

    Whoever shares ports by consent, as the server does, may listen on it; the system hands it to no
    other server and to no connection on its way out.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the production server on a database of its own with the world of `tests/world.py`."""
    with started(tmp_path_factory.mktemp("server"), made.build) as serving:
        yield serving


@contextmanager
def started(folder: Path, fill: Callable[[Session, Path], World]) -> Iterator[Server]:
    """Run the production server on a new database in `folder`.

    `fill` puts into it what the tests need; it is given the session and the folder of the keys.
    """
    with _own_port() as port:
        yield from _serving(folder, fill, port)


def _serving(folder: Path, fill: Callable[[Session, Path], World], port: int) -> Iterator[Server]:
    url = f"http://127.0.0.1:{port}"
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'server.db'}",
        "DATA_DIR": str(folder),
        "PUBLIC_URL": url,
        "PORT": str(port),
    }
    settings = Settings.from_environment(environment)
    with create_app(settings).app_context():
        upgrade()
        # Aside: a certificate cannot be signed within Playwright's running event loop.
        with separate_session() as session, ThreadPoolExecutor(1) as aside:
            world = aside.submit(fill, session, folder / "keys").result()
        db.engine.dispose()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--blocking-threads", "4", "--log-level", "warning"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "wsgi:app"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_up(f"{url}/health", process, folder / "server.log")
            yield Server(url, settings, world)
        finally:
            process.terminate()
            _wait_until_ended(process)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - http to ourselves
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


def _wait_until_ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for a server that was asked to stop; one that a slow machine holds up is ended."""
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: `make test` installs it"
    switches = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    switches += ["--disable-component-update", "--disable-sync", "--lang=en-GB"]
    if os.geteuid() == 0:
        switches.append("--no-sandbox")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=switches)
        yield started
        started.close()


@pytest.fixture
def open_context(server: Server, browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a browser of its own (own cookies): `open_context(PHONE)`.

    Any error a page throws, and any word of the content security policy, fails the test.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_one(size: ViewportSize = TABLET, **more: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=server.url,
            viewport=size,
            has_touch=size != DESKTOP,
            locale="en-GB",
            timezone_id="Europe/London",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on(
            "console",
            lambda said: (
                problems.append(said.text)
                if said.type == "error" and "Content Security Policy" in said.text
                else None
            ),
        )
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A page on a tablet, 820 by 1180."""
    return open_context(TABLET).new_page()


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> Page:
    """A page on a phone, 390 by 844."""
    return open_context(PHONE).new_page()


def sign_in(page: Page, role: Role, *, foreign: bool = False) -> None:
    """Sign the page in as the world's person of that role, by the form."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(made.email(role, foreign=foreign))
    page.get_by_label("Password").fill(made.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def settled(page: Page) -> None:
    """Wait until the page is there whole: a press on a button ends when the first of it arrives."""
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready.then(() => null)")


def weight(page: Page, address: str) -> int:
    """Open an address, and return how many bytes it and all that it loads have sent."""
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(address, wait_until="networkidle")
    return sum(each.sizes()["responseBodySize"] for each in finished)


#: axe's rules for WCAG 2.2 AA and good practice; of what it finds only what is wrong.
_AXE = """async () => {
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await axe.run({runOnly: rules, resultTypes: ['violations'], preload: false});
  return found.violations.map(each =>
    `${each.id}: ${each.help}: ${each.nodes.map(node => node.html).join(' ')}`);
}"""
_AXE_SOURCE = AXE_FILE_PATH.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return axe's violations of WCAG 2.2 AA and good practice: the rule, and the elements."""
    settled(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE_SOURCE)
    found: list[str] = page.evaluate(_AXE)
    return found


def axe(page: Page) -> None:
    """Fail with axe's own words when the page has a violation."""
    assert violations(page) == [], page.url


def screenshot(page: Page, name: str) -> Path:
    """Save the whole page as build/screenshots/<name>.png and return where."""
    settled(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


#: Finds what a finger can press that is smaller than 48 px, or closer than 8 px to another.
#: Links within a sentence are exempt (WCAG 2.2, 2.5.8 "inline"), and so is what is not shown.
_TARGETS = """() => {
  const pressable = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  // What a closed <details> holds has a box, but is not there to be pressed.
  const shown = el => {
    const box = el.getBoundingClientRect();
    return el.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})
      && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0;
  };
  const inSentence = el => {
    if (el.tagName !== 'A' || getComputedStyle(el).display !== 'inline') return false;
    const block = el.closest('p, li, dd, td, div');
    return block && block.textContent.trim().length > el.textContent.trim().length + 1;
  };
  // A task's link, and a radio or checkbox, is pressed on the whole row or label that belongs to it.
  const boxOf = el => {
    if (el.matches('.govuk-task-list__link')) return el.closest('.govuk-task-list__item').getBoundingClientRect();
    return el.getBoundingClientRect();
  };
  const targets = [...document.querySelectorAll(pressable)].filter(shown).filter(el => !inSentence(el))
    .map(el => ({el, box: boxOf(el), name: `${el.tagName.toLowerCase()} "${(el.getAttribute('aria-label') || el.textContent || el.name || '').trim().slice(0, 40)}"`}));
  const wrong = [];
  for (const {box, name} of targets)
    if (box.width < 47.5 || box.height < 47.5)
      wrong.push(`${name} is ${Math.round(box.width)} x ${Math.round(box.height)}`);
  for (let i = 0; i < targets.length; i++) for (let j = i + 1; j < targets.length; j++) {
    const a = targets[i], b = targets[j];
    if (a.el.contains(b.el) || b.el.contains(a.el)) continue;
    if (a.el.matches('.govuk-task-list__link') && b.el.matches('.govuk-task-list__link')) continue;
    const across = Math.max(a.box.left, b.box.left) - Math.min(a.box.right, b.box.right);
    const down = Math.max(a.box.top, b.box.top) - Math.min(a.box.bottom, b.box.bottom);
    if (across < 7.5 && down < 7.5)
      wrong.push(`${a.name} and ${b.name} are ${Math.round(Math.max(across, down))} px apart`);
  }
  return wrong;
}"""


def small_targets(page: Page) -> list[str]:
    """Return, in words, each target below 48 by 48 px and each pair less than 8 px apart."""
    settled(page)
    found: list[str] = page.evaluate(_TARGETS)
    return found


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    settled(page)
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
