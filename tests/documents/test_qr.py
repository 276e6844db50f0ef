"""Our QR codes have the squares that the standard asks for, read, and are drawn alike in a page and in a PDF."""

import random
import string

import pytest
import segno
import zxingcpp
from PIL import Image
from segno import encoder

from compliance.documents.qr import Code, code_in, code_of
from compliance.documents.qr_squares import LEVELS, MASK, squares

LENGTHS = [*range(2, 80, 6), 106, 107, 230, 231, 300, 700, 1500]


def texts() -> list[str]:
    chance = random.Random(42)
    letters = string.ascii_letters + string.digits + "-_/:#."
    return ["h" + "".join(chance.choices(letters, k=length - 1)) for length in LENGTHS]


@pytest.mark.parametrize("error", "lmqh")
def test_the_squares_are_those_of_segno(error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # segno fills up with one empty byte more than the standard asks for.
    monkeypatch.setattr(encoder, "write_padding_bits", lambda *_: None)
    for text in texts():
        try:
            theirs = segno.make(text, error=error, micro=False, mask=MASK)
        except segno.DataOverflowError:
            with pytest.raises(ValueError, match=f"no code holds {len(text)} bytes"):
                squares(text, LEVELS["lmqh".index(error)])
            continue
        assert squares(text, LEVELS["lmqh".index(error)]) == [bytes(row) for row in theirs.matrix]


def test_every_code_reads() -> None:
    for text in texts():
        rows = squares(text, LEVELS[0])
        side = len(rows)
        light = Image.new("L", (side + 8, side + 8), 255)
        light.paste(
            Image.frombytes("L", (side, side), bytes(255 - 255 * s for s in b"".join(rows))), (4, 4)
        )
        found = zxingcpp.read_barcode(
            light.resize((4 * light.width, 4 * light.height), Image.Resampling.NEAREST)
        )
        assert found is not None
        assert found.text == text


def test_a_code_is_read_back_from_its_picture_alone() -> None:
    code = code_of("https://knifesales.example/c/4Qm8V2tZ7xKpN1rJ6yB3Lw")
    assert code_in(code.image) == code
    assert Code(21, "M0,0.5L7,0.5M9,0.5L10,0.5").lines == b"0 0.5 m\n7 0.5 l\n9 0.5 m\n10 0.5 l"
    for other in (
        "data:,",
        code.image + " ",
        code.image.replace("%23000", "%23001"),
        code.image[:-9],
    ):
        assert code_in(other) is None
