"""The sides of a comparison of documents, each a process of its own that is kept warm, and the table they fill.

A side reads a line of JSON and answers with one: a number for the document of that number, or a word.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from compliance.documents.fonts import write_fontconfig


class Side:
    """One process, seen from here."""

    def __init__(self, bench: str, name: str, folder: str, config: Path) -> None:
        """Start a side of a bench, by its name, with our fonts and nothing else."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", bench, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"FONTCONFIG_FILE": str(config), "HOME": folder, "LANG": "C.UTF-8"},
        )

    def ask(self, what: int | str) -> dict[str, Any]:
        """Return its answer to a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def sides(bench: str, *names: str) -> Iterator[list[Side]]:
    """The processes of some sides of a bench."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        config = write_fontconfig(Path(folder))
        started = [Side(bench, name, folder, config) for name in names]
        for each in started:
            stack.callback(each.close)
        yield started


def side_by_side(workers: list[Side], numbers: list[int]) -> list[dict[str, Any]]:
    """Letters made by whoever is free."""
    made: list[dict[str, Any]] = []

    def work(side: Side) -> None:
        while True:
            try:
                number = numbers.pop()
            except IndexError:
                return
            made.append(side.ask(number))

    threads = [threading.Thread(target=work, args=(each,)) for each in workers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return made


def row(name: str, seconds: float, ratio: float | None) -> None:
    """Print a line of the table."""
    told = "" if ratio is None else f"{ratio:8.2f}"
    print(f"  {name:40}{seconds * 1000:8.1f} ms{told}")


def judge(measured: float, goal: float, unit: str = "") -> None:
    """Print whether a goal was kept."""
    verdict = "kept" if measured <= goal else "MISSED"
    print(f"  goal <= {goal:g}: {verdict} ({measured:.2f}{' ' if unit else ''}{unit})")
