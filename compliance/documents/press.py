"""The parent's side of printing: keeps a child process warm, gives it a job at a time, and ends it
when it takes too long, breaks, or has served its share."""

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from compliance.documents.fonts import write_fontconfig
from compliance.documents.refused import DocumentRefused
from compliance.documents.worker import LENGTH

SECONDS = 20.0  # for one document; a warm letter takes a sixth of a second
STARTING_SECONDS = 60.0
SHARE = 500  # documents, then a fresh child


class PrintingFailed(RuntimeError):
    """The printing itself broke: nothing the writer of the document can mend."""


class Press:
    """One resident child process. Safe to share between threads: they take turns."""

    def __init__(self, *, seconds: float = SECONDS, share: int = SHARE) -> None:
        """`seconds` is the longest one document may take; `share` how many a child makes."""
        self._seconds = seconds
        self._share = share
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made = 0
        self._owner = os.getpid()

    def make(self, job: dict[str, Any]) -> tuple[bytes, int]:
        """Make one document of a job (the arguments of `Engine.write`): its PDF and pages.

        Raises DocumentRefused when the document is too large, too slow or does not fit, and
        PrintingFailed when the fault is ours.
        """
        with self._turn:
            child, limit = self._ready()
            try:
                assert child.stdin is not None
                content = json.dumps(job).encode()
                child.stdin.write(LENGTH.pack(len(content)) + content)
                child.stdin.flush()
                deadline = time.monotonic() + limit
                answer = json.loads(self._read(child, deadline))
                pdf = self._read(child, deadline)
            except TimeoutError:
                self._end()
                raise DocumentRefused(
                    "The document took too long to lay out. Shorten its texts."
                ) from None
            except OSError as error:
                self._end()
                raise PrintingFailed(f"The printing process ended: {error}") from error
            self._made += 1
        if "refused" in answer:
            raise DocumentRefused(answer["refused"], answer.get("field", ""))
        if "fault" in answer:
            raise PrintingFailed(answer["fault"])
        return pdf, answer["pages"]

    def close(self) -> None:
        """End the child process, if one runs."""
        with self._turn:
            self._end()

    def _ready(self) -> tuple[subprocess.Popen[bytes], float]:
        if self._owner != os.getpid():  # after a fork the child belongs to the parent
            self._child, self._folder, self._owner = None, None, os.getpid()
        if self._child is not None and (
            self._made >= self._share or self._child.poll() is not None
        ):
            self._end()
        if self._child is not None:
            return self._child, self._seconds
        self._folder = tempfile.TemporaryDirectory(prefix="documents-")
        config = write_fontconfig(Path(self._folder.name))
        self._made = 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", "compliance.documents.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
            env={
                "FONTCONFIG_FILE": str(config),
                "HOME": self._folder.name,
                "TMPDIR": self._folder.name,
                "PATH": os.environ.get("PATH", ""),
                "LANG": "C.UTF-8",
            },
        )
        return self._child, STARTING_SECONDS

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    stream.close()
            self._child = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @staticmethod
    def _read(child: subprocess.Popen[bytes], deadline: float) -> bytes:
        """Read one length and its bytes before the deadline (monotonic seconds)."""
        assert child.stdout is not None
        handle = child.stdout.fileno()

        def exactly(size: int) -> bytes:
            parts: list[bytes] = []
            while size:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([handle], [], [], left)[0]:
                    raise TimeoutError
                part = os.read(handle, min(size, 1 << 20))
                if not part:
                    raise ConnectionError("it closed its end")
                parts.append(part)
                size -= len(part)
            return b"".join(parts)

        return exactly(LENGTH.unpack(exactly(LENGTH.size))[0])


@cache
def press() -> Press:
    """This process's own press, started at its first document and closed at exit."""
    shared = Press()
    atexit.register(shared.close)
    return shared
