"""A file of which most was written before is whole, names itself, and every stream in it is as long as it says."""

import re
from io import BytesIO
from typing import Any

import pikepdf
import pydyf

from compliance.documents.prepared_file import Frozen, PreparedFile

STREAM = re.compile(rb"/Length (\d+)>>\nstream\n")


def numbered(each: Any, number: int) -> Any:
    each.number = number
    return each


def made(told: int) -> tuple[bytes, bytes]:
    """Two files that share a page, and a number that is told; each says another word."""
    objects = [
        pydyf.Dictionary({"Type": "/Pages", "Kids": pydyf.Array([b"3 0 R"]), "Count": 1}),
        pydyf.Dictionary({"Type": "/Catalog", "Pages": b"1 0 R", "Told": told}),
        pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": b"1 0 R",
                "MediaBox": pydyf.Array([0, 0, 9, 9]),
                "Contents": b"4 0 R",
                "Resources": pydyf.Dictionary(),
            }
        ),
        pydyf.Stream([b"q Q"]),
        pydyf.Dictionary({"Title": pydyf.String("First")}),
    ]
    for number, each in enumerate(objects, start=1):
        each.number = number
    file = PreparedFile([Frozen(each) for each in objects], {4, 5}, b"2 0 R")
    own = [
        [
            numbered(pydyf.Stream([word], compress=True), 4),
            numbered(pydyf.Dictionary({"Title": pydyf.String("T")}), 5),
        ]
        for word in (b"q Q % one", b"q Q % two")
    ]
    return file.with_own(own[0], own[0][1]), file.with_own(own[1], own[1][1])


def test_each_file_has_what_is_shared_and_what_is_its_own() -> None:
    names = set()
    for pdf, word in zip(made(7), (b"one", b"two"), strict=True):
        with pikepdf.open(BytesIO(pdf)) as file:
            assert file.check_pdf_syntax() == []
            assert file.Root.Told == 7
            assert file.pages[0].Contents.read_bytes() == b"q Q % " + word
            assert file.docinfo.Title == "T"
            names.add(bytes(file.trailer.ID[0]))
    assert len(names) == 2


def test_a_stream_that_ends_like_a_line_is_told_from_its_end() -> None:
    ends = 0
    for told in range(400):
        pdf, _ = made(told)
        for found in STREAM.finditer(pdf):
            content, after = pdf[found.end() :][: int(found[1])], pdf[found.end() + int(found[1]) :]
            ends += content.endswith(b"\r")
            assert after.startswith(b"\r\nendstream" if content.endswith(b"\r") else b"\nendstream")
    assert ends > 0
