"""The processes of `flask worker`: none lives on after the one that began them was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

WITHIN = 60.0


def children(parent: int) -> list[int]:
    told = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(each) for each in told.split()]


def runs(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def test_the_children_of_a_killed_worker_end(tmp_path: Path) -> None:
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    url = f"sqlite:///{tmp_path / 'here.db'}"
    env = os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    with subprocess.Popen([*flask, "worker", "--workers", "1"], env=env) as worker:
        begun: list[int] = []
        try:
            end = time.monotonic() + WITHIN
            while len(begun) < 2 and time.monotonic() < end:  # a worker, and what wakes each minute
                assert worker.poll() is None
                time.sleep(0.1)
                begun = children(worker.pid)
            assert len(begun) == 2
            time.sleep(1)
        finally:
            worker.kill()
    end = time.monotonic() + WITHIN
    while any(map(runs, begun)) and time.monotonic() < end:
        time.sleep(0.1)
    left = [each for each in begun if runs(each)]
    for each in left:
        os.kill(each, 9)
    assert left == []
