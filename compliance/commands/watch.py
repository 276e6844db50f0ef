"""`document watch`: the page anew whenever a template, a style or a text of the rulebook is saved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from compliance.documents import kinds
from compliance.documents.kinds import FOLDER
from compliance.rulebook.pack import PACKS

#: Seconds between two looks at the files.
PAUSE = 0.4


@click.command("watch")
@click.argument("kind")
@click.argument("target", metavar="OUT.pdf", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--story", default="", help="What the letter tells, where its kind tells several things."
)
@click.option("--language", type=click.Choice(["en", "cy"]), default="en", show_default=True)
@click.option("--times", type=int, default=0, help="Stop after so many pages; 0 goes on.")
def watch(kind: str, target: Path, story: str, language: str, times: int) -> None:
    """Write a specimen of KIND to OUT.pdf now, and again each time something it is made from is saved.

    Keep OUT.pdf open in a viewer that follows changes. What a gate refuses is said here, and the last
    good page stays. Needs no setting and no database; Ctrl+C ends it.
    """
    if kind not in kinds():
        raise click.UsageError(f"There is no kind of document called {kind!r}.")
    for made, _ in enumerate(_changes(), start=1):
        began = time.perf_counter()
        done = _preview(kind, target, story, language)
        said = (done.stdout if done.returncode == 0 else done.stderr).strip()
        click.echo(f"{said}  ({time.perf_counter() - began:.1f} s)")
        if times and made >= times:
            return


def _changes() -> Iterator[None]:
    """Give a turn at once, and one whenever a file that documents are made from is another."""
    last: dict[Path, int] | None = None
    while True:
        now = _stamps()
        if now != last:
            last = now
            yield
        time.sleep(PAUSE)


def _stamps() -> dict[Path, int]:
    found = {}
    for folder in (FOLDER, PACKS):
        for path in folder.rglob("*"):
            # An editor may put a file aside for a moment while it saves.
            try:
                if path.is_file():
                    found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue
    return found


def _preview(
    kind: str, target: Path, story: str, language: str
) -> subprocess.CompletedProcess[str]:
    # A process of its own: nothing of the page before is remembered.
    with tempfile.NamedTemporaryFile("w", suffix=".json") as facts:
        json.dump({"story": story} if story else {}, facts)
        facts.flush()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "document", "preview", kind]
        command += [str(target.absolute()), "--from", facts.name, "--language", language]
        return subprocess.run(  # noqa: S603 - our own command, a kind that there is
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
            env=os.environ,
        )
