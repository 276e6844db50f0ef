"""The child process that decodes one photo: bytes in on standard input, a line of JSON and two JPEGs out.

It holds no secret and no setting, opens no connection and no file to write, starts no process, and ends
with the photo.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import warnings
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageOps

MEMORY = 1024 * 1024 * 1024  # bytes of address space
CPU_SECONDS = 15
MOST_PIXELS = 64_000_000  # as received; decoded they take a quarter of the memory
LONGEST_SIDE = 1600  # pixels, of what is kept
SMALL_SIDE = 480
QUALITY = 85
SMALL_QUALITY = 75
#: EXIF: when the picture was taken, when it was digitised, and the offset from UTC of each.
_EXIF = 0x8769
_TAKEN = ((0x9003, 0x9011), (0x9004, 0x9012))
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_FORBIDDEN = ("socket.", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn")


def main() -> None:
    """Decode the photo on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    Image.preinit()
    sys.addaudithook(_forbid)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    content = sys.stdin.buffer.read()
    try:
        answer, jpegs = kept(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        answer, jpegs = {"refused": "pixels"}, b""
    except Exception:  # a decoder may raise anything for bytes made to break it
        answer, jpegs = {"refused": "damaged"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + jpegs)


def kept(content: bytes) -> tuple[dict[str, object], bytes]:
    """Return what is told of a photo, and its two JPEGs one after the other."""
    image: Image.Image
    with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as image:
        taken = _taken(image)
        # A JPEG is decoded no larger than needed: a large one then takes little memory.
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
        ImageOps.exif_transpose(image, in_place=True)
        clean = _clean(image)
    jpeg = _jpeg(clean, QUALITY)
    width, height = clean.size
    clean.thumbnail((SMALL_SIDE, SMALL_SIDE))
    answer: dict[str, object] = {
        "width": width,
        "height": height,
        "taken": taken,
        "bytes": len(jpeg),
    }
    return answer, jpeg + _jpeg(clean, SMALL_QUALITY)


def _clean(image: Image.Image) -> Image.Image:
    """The pixels alone, on white where they are transparent: nothing that was written beside them."""
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image, mask=image if image.mode == "RGBA" else None)
    return clean


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _taken(image: Image.Image) -> str | None:
    """When the camera says that it was taken; None where it does not, or not in earnest."""
    try:
        exif = image.getexif().get_ifd(_EXIF)
        for at, offset in _TAKEN:
            found = _MOMENT.fullmatch(str(exif.get(at, "")).strip("\x00 "))
            if found is None:
                continue
            zone = str(exif.get(offset, "")).strip("\x00 ")
            written = f"{found[1]}-{found[2]}-{found[3]}T{found[4]}"
            written += zone if _OFFSET.fullmatch(zone) else ""
            datetime.fromisoformat(written)
            return written
    except Exception:  # what is written beside the pixels may be broken; the pixels are the photo
        return None
    return None


def _forbid(event: str, _: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while a photo is decoded")


if __name__ == "__main__":
    main()
