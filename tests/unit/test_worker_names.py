"""A worker is known by machine, process and beginning, so that what it held is taken over, and only then."""

from __future__ import annotations

import os
import subprocess
import sys

from compliance.worker_names import has_ended, own_name

ASKS_AND_WAITS = (
    "from compliance.worker_names import own_name; print(own_name(), flush=True); input()"
)


def test_a_worker_that_runs_has_not_ended() -> None:
    assert not has_ended(own_name())


def test_a_killed_worker_has_ended_even_while_nobody_has_asked_what_became_of_it() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", ASKS_AND_WAITS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    name = worker.stdout.readline().strip()
    assert not has_ended(name)
    worker.kill()
    # It stays in the list of processes until its parent asks.
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
    assert has_ended(name)
    worker.communicate()
    assert has_ended(name)


def test_another_process_that_was_given_the_same_number_is_not_the_worker() -> None:
    host, number, began = own_name().split(" ")
    assert has_ended(f"{host} {number} {int(began) - 1}")


def test_nobody_here_knows_of_a_worker_of_another_machine_or_without_a_name() -> None:
    assert not has_ended("elsewhere 1 1")
    assert not has_ended("")
