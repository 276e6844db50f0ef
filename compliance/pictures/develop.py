"""The parent's side of decoding a photo: what is no photo is told in plain words, and a child does the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

#: Bytes of one photo as it is received: twice what a good phone makes.
MOST_BYTES = 15 * 1024 * 1024
SECONDS = 20.0  # for one photo; one of 12 megapixels takes a third of a second
#: Children at a time, in this process: each may take as much memory as its limit says.
AT_ONCE = 2

_ROOT = Path(__file__).parents[2]
_turns = threading.BoundedSemaphore(AT_ONCE)

_KINDS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
#: What a phone writes for HEIC and its kin: bytes 4 to 12 of the file.
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
#: What the child answers, in words.
_WORDS = {
    "pixels": "has too many pixels. Take it at an ordinary size and try again.",
    "damaged": "is incomplete or damaged. Take or copy it again.",
}


class PictureRefused(ValueError):
    """A file that is not taken. The message is the second half of a sentence about the file."""


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: no EXIF, no position, no name of a camera."""

    jpeg: bytes
    width: int  # pixels, as is `height`; the longer at most 1600
    height: int
    #: A copy of at most 480 pixels, for lists and for print.
    small: bytes
    #: When the camera says that it was taken: ISO, local as the camera has it, with an offset where it
    #: gives one. None where it does not say.
    taken: str | None


def developed(content: bytes) -> Picture:
    """Turn the bytes of a JPEG or PNG photo into what is kept of it.

    Raises PictureRefused for anything else, and for what is too large, damaged, or takes too long.
    """
    _look(content)
    with _turns:
        try:
            child = subprocess.run(
                [sys.executable, "-m", "compliance.pictures.worker"],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PictureRefused(_WORDS["damaged"]) from None
    head, _, rest = child.stdout.partition(b"\n")
    if child.returncode != 0 or not head:  # ended by a limit
        raise PictureRefused(_WORDS["damaged"])
    answer = json.loads(head)
    if "refused" in answer:
        raise PictureRefused(_WORDS[answer["refused"]])
    jpeg, small = rest[: answer["bytes"]], rest[answer["bytes"] :]
    return Picture(jpeg, answer["width"], answer["height"], small, answer["taken"])


def _look(content: bytes) -> None:
    """Say what is wrong with a file that need not be decoded to see it."""
    if not content:
        raise PictureRefused("is empty.")
    if len(content) > MOST_BYTES:
        raise PictureRefused(f"is larger than {MOST_BYTES // 1024 // 1024} MB.")
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise PictureRefused(
            "is a HEIC photo, which cannot be taken here. Set the camera to JPEG "
            "(on an iPad or iPhone: Settings, Camera, Formats, Most Compatible), or save it as JPEG."
        )
    if not content.startswith(_KINDS):
        raise PictureRefused("is not a JPEG or PNG photo.")
