"""Photos for tests: one as a phone makes it, and one as it is kept."""

from __future__ import annotations

import hashlib
from io import BytesIO

from PIL import Image

from compliance.pictures import Picture
from compliance.services.photos import Received


def jpeg(width: int = 3000, height: int = 2000, colour: str = "teal") -> bytes:
    """A photo as a phone makes it: on its side, with a time, a place and the name of a device."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the right
    exif[0x010F] = "CanaryPhone"
    exif.get_ifd(0x8769)[0x9003] = "2026:10:13 14:05:09"
    exif.get_ifd(0x8769)[0x9011] = "+01:00"
    exif.get_ifd(0x8825)[2] = (52.0, 37.0, 40.0)
    written = BytesIO()
    Image.new("RGB", (width, height), colour).save(
        written, "JPEG", exif=exif, comment=b"CanaryWords", quality=60
    )
    return written.getvalue()


def some_photo(colour: str = "teal") -> Received:
    """A photo as it is once decoded, without decoding; another colour is another photo."""
    written = BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, "JPEG")
    data = written.getvalue()
    picture = Picture(data, 64, 48, data, "2026-10-13T14:05:09")
    return Received(hashlib.sha256(data).hexdigest(), len(data), picture)
