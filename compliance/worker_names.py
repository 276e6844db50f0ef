"""The name a worker goes by, and whether it still lives.

Machine, process and when that process began: a number alone is given out again, after a restart of the
machine even the same one.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

PROCESSES = Path("/proc")
#: States in `/proc/PID/stat` of a process that runs no more: a zombie, or dead (proc(5)).
_ENDED = {"Z", "X"}


def own_name() -> str:
    """Return the name of this process."""
    number = os.getpid()
    return f"{socket.gethostname()} {number} {_began(number)}"


def has_ended(name: str) -> bool:
    """Say whether the worker of this name has ended; of another machine nobody here can know."""
    host, number, began = name.split(" ") if name.count(" ") == 2 else ("", "", "")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    return _began(int(number)) != began


def _began(number: int) -> str:
    """When a process began, in ticks since the machine did; empty when it runs no more."""
    try:
        told = (PROCESSES / str(number) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The second field is the program's name in brackets, which may hold anything.
    fields = told.rpartition(")")[2].split()
    return "" if fields[0] in _ENDED else fields[19]
