"""A page is made anew when what it is made from is saved."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from compliance.documents.kinds import FOLDER

ROOT = Path(__file__).parents[2]


def test_a_saved_style_gives_the_page_anew(tmp_path: Path) -> None:
    target = tmp_path / "page.pdf"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "document", "watch"]
    with subprocess.Popen(
        [*command, "test-purchase-pass", str(target), "--times", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        assert "test-purchase-pass, SPECIMEN" in watching.stdout.readline()
        first = target.stat().st_mtime_ns
        # Only its moment changes: the words stay as they are.
        os.utime(FOLDER / "partials" / "print.css", ns=(time.time_ns(), time.time_ns()))
        assert "test-purchase-pass, SPECIMEN" in watching.stdout.readline()
        assert target.stat().st_mtime_ns > first
        assert watching.wait(timeout=60) == 0


def test_a_kind_there_is_not_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "document", "watch", "letter"]
    done = subprocess.run(
        [*command, str(tmp_path / "x.pdf")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "There is no kind of document called 'letter'" in done.stderr
