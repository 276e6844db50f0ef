"""`worker`: issues the letters of batches and proves proposed rulebooks, beside the web server or on a machine of its own."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import click
from flask import current_app
from flask.cli import with_appcontext

from compliance.commands.stopping import plainly
from compliance.jobs import jobs_of
from compliance.store.engine import make_ready


@click.command("worker")
@click.option("--workers", default=2, show_default=True, help="Letters printed side by side.")
@click.option(
    "--with-parent", is_flag=True, help="Stop when the process that started this one ends."
)
@with_appcontext
def worker(workers: int, with_parent: bool) -> None:
    """Issue the letters of batches and prove proposed rulebooks until stopped; what is begun is finished first."""
    with plainly():
        make_ready()
    jobs = jobs_of(current_app)
    consumer = jobs.queue.create_consumer(
        workers=workers,
        worker_type="process",
        periodic=True,
        max_delay=1.0,
        graceful_signal="TERM",
        check_worker_health=True,
    )
    if with_parent:
        _follow(os.getppid(), lambda: os.kill(os.getpid(), signal.SIGTERM))
    begin, consumer_id = consumer.environment.init_child, os.getpid()

    def begin_child(process: object) -> None:
        # A child heeds no SIGTERM: the consumer stops it through its flag, and nobody sets that once
        # the consumer was killed.
        begin(process)

        def end() -> None:
            jobs.end_soon()
            consumer.stop_flag.set()

        _follow(consumer_id, end)

    consumer.environment.init_child = begin_child
    consumer.run()


def _follow(parent: int, end: Callable[[], None]) -> None:
    """Call `end` once the parent of this process is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        end()

    threading.Thread(target=watch, daemon=True).start()
