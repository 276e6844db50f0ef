"""Ways to forge a certificate (security.md, case 5), each from a genuine one: for the reading of a file
alone, the command and the upload page."""

import re
from collections.abc import Callable
from io import BytesIO

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import NameObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def revised(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file saved again by another program, after a change."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        change(opened)
        output = BytesIO()
        opened.save(output)
        return output.getvalue()


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with a change appended as an incremental update; the signed part stays untouched."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def white_overlay(writer: IncrementalPdfFileWriter) -> None:
    writer.add_stream_to_page(
        0,
        writer.add_object(generic.StreamObject(stream_data=b"q 1 1 1 rg 60 600 500 60 re f Q")),
    )


def changed_catalog(writer: IncrementalPdfFileWriter) -> None:
    writer.root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    writer.update_root()


def note(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    annotation = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): pdf_string("Still holds"),
            pdf_name("/Rect"): generic.ArrayObject(generic.NumberObject(n) for n in (9, 9, 99, 99)),
        }
    )
    page["/Annots"].append(writer.add_object(annotation))
    writer.update_container(page["/Annots"])


def stripped(opened: pikepdf.Pdf) -> None:
    del opened.Root["/AcroForm"], opened.Root["/Perms"], opened.pages[0]["/Annots"]


def gap(pdf: bytes) -> tuple[int, int]:
    """Where the signature's own digits stand."""
    _, first, second, _ = map(int, re.findall(rb"/ByteRange \[\s*(\d+) (\d+) (\d+) (\d+)", pdf)[-1])
    return first, second


def flipped(pdf: bytes, at: int, bits: int = 1) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ bits]) + pdf[at + 1 :]


def ranged(pdf: bytes, numbers: tuple[int, int, int, int]) -> bytes:
    """The file with another range said to be signed, in the same length."""
    found = [*re.finditer(rb"/ByteRange \[[^\]]*\]", pdf)][-1]
    written = b"/ByteRange [%d %d %d %d" % numbers
    width = found.end() - found.start() - 1
    return pdf[: found.start()] + written.ljust(width)[:width] + b"]" + pdf[found.end() :]


def narrowed(pdf: bytes) -> bytes:
    """The file with a hundred bytes before the signature left out of what is said to be signed."""
    first, second = gap(pdf)
    return ranged(pdf, (0, first - 100, second, len(pdf) - second))


def retold(opened: pikepdf.Pdf) -> None:
    """Another reference in the page's own words and in the metadata, the signature carried along."""
    with opened.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:identifier"] = "CKS-C-2026-000043"


FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "zeroes in the signature": lambda pdf: (
        pdf[: gap(pdf)[0] + 1] + b"0" * (gap(pdf)[1] - gap(pdf)[0] - 2) + pdf[gap(pdf)[1] - 1 :]
    ),
    "bytes appended": lambda pdf: pdf + b"\n% more",
    "a line end appended": lambda pdf: pdf + b"\n",
    "truncated": lambda pdf: pdf[:-200],
    "truncated in the middle": lambda pdf: pdf[: len(pdf) // 2],
    "a white overlay": lambda pdf: updated(pdf, white_overlay),
    "a changed catalog": lambda pdf: updated(pdf, changed_catalog),
    "a note": lambda pdf: updated(pdf, note),
    "saved again": lambda pdf: revised(pdf, lambda opened: None),
    "the signature stripped": lambda pdf: revised(pdf, stripped),
    "the unsigned file": lambda pdf: pdf[: pdf.index(b"%%EOF") + 6],
    "another name in the same length": lambda pdf: pdf.replace(b"000042", b"000043"),
    "a range that leaves the middle out": narrowed,
    "a range that covers nothing": lambda pdf: ranged(pdf, (0, 0, 0, 0)),
    "a range beyond the end": lambda pdf: ranged(pdf, (0, gap(pdf)[0], gap(pdf)[1], 9_999_999)),
    "no digits of a signature": lambda pdf: pdf.replace(
        pdf[gap(pdf)[0] : gap(pdf)[1]], b"<" + b" " * (gap(pdf)[1] - gap(pdf)[0] - 2) + b">"
    ),
    "another file in front": lambda pdf: b"%PDF-1.4\n%%EOF\n" + pdf,
    "its signature on another file": lambda pdf: revised(pdf, retold),
}
