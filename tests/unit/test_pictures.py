"""What is kept of a photo: upright, small, nothing beside its pixels; what is no photo is told in plain words."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from compliance.pictures import PictureRefused, developed
from tests.photographed import jpeg


def png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and has next to nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def test_what_is_kept_is_upright_small_and_says_nothing_but_its_pixels() -> None:
    sent = jpeg()
    assert b"CanaryPhone" in sent
    kept = developed(sent)
    assert (kept.width, kept.height) == (1067, 1600)
    assert kept.taken == "2026-10-13T14:05:09+01:00"
    for data in (kept.jpeg, kept.small):
        image = Image.open(BytesIO(data))
        assert image.format == "JPEG"
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"Canary" not in data
    assert max(Image.open(BytesIO(kept.small)).size) == 480


def test_a_transparent_png_is_kept_on_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (30, 20), (255, 0, 0, 0)).save(written, "PNG")
    kept = developed(written.getvalue())
    assert Image.open(BytesIO(kept.jpeg)).getpixel((5, 5)) == (255, 255, 255)
    assert kept.taken is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), "is a HEIC photo.*Most Compatible"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a JPEG or PNG"),
        (b"GIF89a" + bytes(50), "is not a JPEG or PNG"),
        (b"\xff\xd8\xff" + b"x" * 200, "incomplete or damaged"),
        (jpeg()[:9000], "incomplete or damaged"),
        (b"\xff\xd8\xff" + bytes(15 * 1024 * 1024), "larger than 15 MB"),
        (png(30_000, 30_000), "too many pixels"),
        (png(60_000, 1_100), "too many pixels"),
    ],
    ids=["empty", "heic", "svg", "gif", "no jpeg", "cut off", "heavy", "bomb", "wide bomb"],
)
def test_what_is_no_photo_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(PictureRefused, match=words):
        developed(content)


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.pictures.develop.SECONDS", 0.001)
    with pytest.raises(PictureRefused, match="damaged"):
        developed(jpeg())
