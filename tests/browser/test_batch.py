"""A batch of letters with the real worker: ordered in the browser, killed on the way, done exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from compliance.access import Role
from compliance.documents.conformance import nonconformities
from compliance.documents.keys import root_certificates
from compliance.documents.verifying import Outcome, verify_certificate
from compliance.store.models import BatchLetter, Document, Tenure
from tests import town
from tests import world as made
from tests.browser.conftest import (
    ROOT,
    TABLET,
    Server,
    axe,
    screenshot,
    sideways,
    sign_in,
    small_targets,
    started,
)
from tests.integration.lifecycle.conftest import REFUSED, audit_answers, settle
from tests.world import World

LETTERS = 6


def _with_letters_due(session: Session, keys: Path) -> World:
    """The world, letters that are due to shops of their own, and a certificate that one has earned."""
    there = town.build(session)
    world = made.build(session, keys, there)
    for number in range(LETTERS):
        now = town.noon(town.VISITED_ON)
        shop = town.shop(session, now, there.police, there.council, f"Shop {number}", "NR1 1AA")
        session.add(Tenure(premises_id=shop.id, operator_id=there.operator.id, from_date=None))
        session.flush()
        day = town.VISITED_ON - timedelta(days=30 + number)
        there.agree(there.record("test_purchase", REFUSED, on=day, premises=shop))
    now = town.noon(town.VISITED_ON)
    shop = town.shop(session, now, there.police, there.council, "Earned", "NR1 1AA")
    session.add(Tenure(premises_id=shop.id, operator_id=there.operator.id, from_date=None))
    session.flush()
    settle(there, there.record("store_audit", audit_answers(), premises=shop))
    return world


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with letters that are due; nobody works on them."""
    with started(tmp_path_factory.mktemp("batch"), _with_letters_due) as serving:
        yield serving


@contextmanager
def working(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a group of processes of its own."""
    environment = {
        "DATABASE_URL": server.settings.database_url,
        "DATA_DIR": str(server.settings.data_dir),
        "PUBLIC_URL": server.url,
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield worker
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGTERM)
            worker.wait(timeout=60)


def test_a_batch_is_ordered_its_worker_killed_and_every_letter_goes_out_once(
    server: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(TABLET).new_page()
    sign_in(page, Role.REVIEWER)
    page.goto("/documents")
    page.get_by_role("link", name="Batches of letters").click()
    page.get_by_role("button", name="Choose what to issue").click()
    page.get_by_role("button", name="Issue what is chosen").click()
    assert page.get_by_role("alert").get_by_role("link").inner_text().startswith("Enter a title")
    screenshot(page, "batch-choose-tablet")
    page.get_by_label("Title of the batch").fill("Week of action")
    page.get_by_role("button", name="Issue what is chosen").click()
    page.get_by_text("0 of ").wait_for()
    axe(page)
    assert small_targets(page) == []
    assert sideways(page) == 0
    screenshot(page, "batch-in-work-tablet")
    with working(server) as worker:
        expect(page.get_by_text("0 of ")).to_have_count(0, timeout=60_000)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    with working(server):
        page.get_by_role("link", name="Print run (PDF)").wait_for(timeout=120_000)
    screenshot(page, "batch-finished-tablet")
    letters = _letters(server)
    assert len(letters) >= LETTERS
    assert {each.state for each in letters} == {"issued"}
    assert len({each.document_id for each in letters}) == len(letters)
    numbers = sorted(int(reference.rpartition("-")[2]) for reference in _references(server))
    assert numbers == list(range(1, len(numbers) + 1))
    href = page.get_by_role("link", name="Print run (PDF)").get_attribute("href")
    content = page.request.get(f"{server.url}{href}").body()
    assert nonconformities(content) == []
    with pikepdf.open(BytesIO(content)) as run:
        assert len(run.pages) >= len(letters)
    zipped = page.get_by_role("link", name="Certificates (ZIP)").get_attribute("href")
    with ZipFile(BytesIO(page.request.get(f"{server.url}{zipped}").body())) as files:
        (certificate,) = [files.read(each) for each in files.namelist()]
    roots = root_certificates(server.settings.data_dir / "keys")
    assert verify_certificate(certificate, roots).outcome is Outcome.GENUINE
    manifest = page.request.get(f"{server.url}{href}".replace("print-run.pdf", "manifest.csv"))
    assert manifest.text().count("\r\n") == len(letters) + 1


def _letters(server: Server) -> list[BatchLetter]:
    with Session(create_engine(server.settings.database_url)) as session:
        return list(session.scalars(select(BatchLetter).where(BatchLetter.batch_id > 1)))


def _references(server: Server) -> list[str]:
    with Session(create_engine(server.settings.database_url)) as session:
        return list(
            session.scalars(select(Document.reference).where(Document.reference.like("NORF%")))
        )
