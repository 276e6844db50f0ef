"""Three hundred letters, the worker killed ten times, one letter that cannot be printed: `python -m tests.soak.batch`.

Exactly 299 letters with the numbers from 1 on, each whole, and the poisoned one reported.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.app import create_app
from compliance.config import Settings
from compliance.documents.conformance import nonconformities
from compliance.services.lifecycle import batches
from compliance.services.worklists import Filter
from compliance.store.engine import db, separate_session, upgrade
from compliance.store.models import Batch, BatchLetter, Document, Tenure
from tests import town
from tests.integration.lifecycle.conftest import REFUSED

ROOT = Path(__file__).resolve().parents[2]
LETTERS, KILLS = 300, 10
#: A name that no line of a letter can hold: its letter is refused.
POISON = "W" * 400


def order(session: Session) -> int:
    """Make the shops, their visits and the batch; return its id."""
    there = town.build(session)
    now = town.noon(town.VISITED_ON)
    for number in range(LETTERS):
        shop = town.shop(session, now, there.police, there.council, f"Shop {number}", "NR1 1AA")
        if number == LETTERS // 2:
            shop.trading_name = POISON
        session.add(Tenure(premises_id=shop.id, operator_id=there.operator.id, from_date=None))
        session.flush()
        there.agree(there.record("test_purchase", REFUSED, premises=shop))
    keys = [each.key for each in batches.sendable(session, there.reviewer, now, Filter())]
    assert len(keys) == LETTERS
    return batches.order(session, there.reviewer, now, title="Soak", keys=keys).id


def begin(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the worker in a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def settled(batch: int) -> tuple[int, str]:
    """Return how many letters are settled, and the state of the batch."""
    with separate_session(writes=False) as session:
        done = session.scalar(
            select(func.count()).where(
                BatchLetter.batch_id == batch, BatchLetter.state != "waiting"
            )
        )
        return done or 0, session.get_one(Batch, batch).state


def main() -> None:
    """Run it and say what became of the letters."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/soak.db",
            "DATA_DIR": folder,
            "PUBLIC_URL": "https://knives.example",
        }
        app = create_app(Settings.from_environment(environment))
        with app.app_context():
            upgrade()
            with separate_session() as session:
                batch = order(session)
            began, kills = time.monotonic(), 0
            worker = begin(environment)
            while settled(batch)[1] != "finished":
                time.sleep(0.2)
                if kills < KILLS and settled(batch)[0] >= (kills + 1) * LETTERS // (KILLS + 2):
                    os.killpg(worker.pid, signal.SIGKILL)
                    worker.wait()
                    kills += 1
                    worker = begin(environment)
                assert time.monotonic() - began < 1800, "the batch does not end"
            os.killpg(worker.pid, signal.SIGTERM)
            worker.wait()
            _judge(batch, kills, time.monotonic() - began)
            db.engine.dispose()


def _judge(batch: int, kills: int, seconds: float) -> None:
    with separate_session(writes=False) as session:
        letters = session.scalars(select(BatchLetter).where(BatchLetter.batch_id == batch)).all()
        states = Counter(each.state for each in letters)
        reasons = [each.reason for each in letters if each.state == "refused"]
        documents = session.scalars(select(Document)).all()
        numbers = sorted(int(each.reference.rpartition("-")[2]) for each in documents)
        assert kills == KILLS
        assert states == {"issued": LETTERS - 1, "refused": 1}, states
        assert numbers == list(range(1, LETTERS)), "a hole or a twin"
        for each in documents:
            assert hashlib.sha256(each.file.content).hexdigest() == each.sha256
            assert nonconformities(each.file.content) == []
    print(f"{LETTERS} letters, {kills} kills, {seconds:.0f} s: {dict(states)}")
    print(f"numbers 1 to {LETTERS - 1}, no hole, no twin, every PDF whole; refused: {reasons[0]}")


if __name__ == "__main__":
    main()
