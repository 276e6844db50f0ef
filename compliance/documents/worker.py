"""The resident child process that turns HTML into PDF, under limits and with no way out.

It speaks on its standard streams: a length and a JSON job in; a length and a JSON answer, a length
and the PDF out. It holds no secret and no setting, opens no connection and starts no process.
"""

import gc
import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

MEMORY = 1536 * 1024 * 1024  # bytes of address space; a long letter needs a third of it
MOST_BOXES = 1_000_000  # objects; a letter of ten pages has a quarter of it
FULL_AFTER = 50  # documents between two searches through all that is kept
LENGTH = struct.Struct(">I")
FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system")


def main() -> None:
    """Serve jobs until the other end closes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not break the talk
    jobs = sys.stdin.buffer

    from compliance.documents.conformance import nonconformities
    from compliance.documents.engine import Engine
    from compliance.documents.refused import DocumentRefused
    from compliance.documents.sheets import Sheets

    engine = Engine()
    sheets = Sheets(engine)
    sys.addaudithook(_forbid)
    warm()
    while (job := _read(jobs)) is not None:
        pdf = b""
        answer: dict[str, Any]
        try:
            printed = sheets.write(**json.loads(job))
            pdf = printed.pdf
            answer = {"pages": printed.pages}
            if faults := nonconformities(pdf):
                pdf, answer = b"", {"fault": "; ".join(faults[:5])}
        except DocumentRefused as refusal:
            answer = {"refused": refusal.reason, "field": refusal.field}
        except MemoryError:
            answer = {"refused": "The document is too large to be made. Shorten its texts."}
        except BaseException as error:  # WeasyPrint's fetch error is not an Exception
            answer = {"fault": f"{type(error).__name__}: {error}"}
        _write(answers, json.dumps(answer).encode())
        _write(answers, pdf)
        answers.flush()
        engine.rest()
        tidy()


def warm() -> None:
    """Tell the collector what this process is like: much that stays, and nothing to look for inside a
    document, whose boxes point at each other until it is done."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MOST_BOXES, 20, 20)


def tidy() -> None:
    """Throw away what the last document left, before it can grow old; now and then, all."""
    gc.collect(0)
    if gc.get_count()[1] >= FULL_AFTER:
        gc.collect()


def _forbid(event: str, _: object) -> None:
    if event in FORBIDDEN:
        raise PermissionError(f"{event} is not allowed while a document is made")


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)


if __name__ == "__main__":
    main()
