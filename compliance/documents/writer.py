"""The objects of a PDF written into one file: each worked out once, small ones packed together.

pydyf, which WeasyPrint writes with, works out every object twice: for its place in the file, and for the number
that tells files apart. What is written here is laid out as it would write it, with two differences: streams are
compressed at the usual level rather than the highest (a letter is half a kilobyte larger, and done in a third of
the time); and a stream that happens to end with a carriage return, which with the line feed that follows would
read as one line end and make its length wrong to a strict reader, gets a line end of its own.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from typing import Any, BinaryIO

import pydyf

LEVEL = 6
HEADER = b"%%PDF-%s\n%%\xf0\x9f\x96\xa4\n"


def write(pdf: Any, output: BinaryIO, version: bytes) -> None:
    """Write a pydyf.PDF (1.5 or later) with a file identifier, as `pdf.write(..., True, True)` does."""
    if pdf.info:
        pdf.add_object(pdf.info)
    whole = bytearray(HEADER % version)
    told_apart = md5(usedforsecurity=False)
    places: list[tuple[int, int, int]] = []  # what the cross-reference has of each object
    packed: list[bytes] = []
    numbers: list[str] = []
    length, pack = 0, len(pdf.objects)
    for each in pdf.objects:
        if each.free == "f":
            places.append((0, 0, each.generation))
            continue
        data = data_of(each)
        told_apart.update(data)
        if each.compressible:
            places.append((2, pack, len(packed)))
            numbers += str(each.number), str(length)
            packed.append(data)
            length += len(data) + 1
        else:
            places.append((1, len(whole), each.generation))
            whole += b"%d %d obj\n%s\nendobj\n" % (each.number, each.generation, data)

    first = " ".join(numbers).encode()
    extra: dict[str, Any] = {"Type": "/ObjStm", "N": len(packed), "First": len(first) + 1}
    data = _stream(b"\n".join([first, *packed]), extra, compress=True)
    told_apart.update(data)
    places.append((1, len(whole), 0))
    whole += b"%d 0 obj\n%s\nendobj\n" % (pack, data)

    begins = len(whole)
    places.append((1, begins, 0))
    sizes = 1, _bytes_of(begins), _bytes_of(max(len(packed), *(last for _, _, last in places)))
    table = b"".join(
        value.to_bytes(size, "big")
        for place in places
        for size, value in zip(sizes, place, strict=True)
    )
    extra = {
        "Type": "/XRef",
        "Index": pydyf.Array((0, len(places))),
        "W": pydyf.Array(sizes),
        "Size": len(places),
        "Root": pdf.catalog.reference,
    }
    if pdf.info:
        extra["Info"] = pdf.info.reference
    extra["ID"] = pydyf.Array([pydyf.String(told_apart.hexdigest())] * 2)
    whole += b"%d 0 obj\n%s\nendobj\n" % (pack + 1, _stream(table, extra, compress=True))
    output.write(whole + b"startxref\n%d\n%%%%EOF\n" % begins)


def data_of(each: Any) -> bytes:
    """Return what is between an object's number and its end."""
    if not isinstance(each, pydyf.Stream):
        data: bytes = each.data
        return data
    content = b"\n".join(
        [item if type(item) is bytes else pydyf._to_bytes(item) for item in each.stream]
    )
    return _stream(content, each.extra, compress=each.compress)


def _stream(content: bytes, extra: dict[str, Any], *, compress: bool) -> bytes:
    about = pydyf.Dictionary({**extra})
    if compress:
        about["Filter"] = "/FlateDecode"
        content = zlib.compress(content, LEVEL)
    about["Length"] = len(content)
    end = b"\r\nendstream" if content.endswith(b"\r") else b"\nendstream"
    return b"%s\nstream\n%s%s" % (about.data, content, end)


def _bytes_of(number: int) -> int:
    """How many bytes hold a number."""
    return (number.bit_length() + 7) // 8


@contextmanager
def our_writer() -> Iterator[None]:
    """Have every PDF that WeasyPrint writes meanwhile written here."""
    _ours.append(True)
    try:
        yield
    finally:
        _ours.pop()


_ours: list[bool] = []


def _write(
    pdf: pydyf.PDF,
    output: BinaryIO,
    version: str | bytes | None = None,
    identifier: bool | bytes = False,
    compress: bool = False,
) -> None:
    if _ours and version is not None and identifier is True and compress:
        write(pdf, output, version if isinstance(version, bytes) else version.encode())
    else:
        _of_pydyf(pdf, output, version, identifier, compress)


_of_pydyf = pydyf.PDF.write
pydyf.PDF.write = _write
