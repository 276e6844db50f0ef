"""A PDF file of which most is written once: what never changes comes first, and each file adds what is its own.

The file is of the same form as the ones that pydyf writes: streams, the other objects packed into one stream, a
stream of cross-references. What changes is not packed.
"""

import hashlib
import zlib
from typing import Any

import pydyf  # type: ignore[import-untyped]

WIDTHS = (1, 4, 2)  # bytes of a cross-reference: its form, a place, a place in the pack
FREE, PLACED, PACKED = 0, 1, 2
QUICK = 5  # how hard a page's content is compressed; 9 takes four times as long, and gains nothing


class Frozen(pydyf.Object):
    """An object that is written as it was."""

    def __init__(self, written: Any) -> None:
        """Write `written` now, for good."""
        super().__init__()
        self.number, self.generation = written.number, written.generation
        self.content: bytes = written.data
        self.may_be_packed: bool = written.compressible

    @property
    def data(self) -> bytes:
        """What is between the number of the object and its end."""
        return self.content


def stream_of(content: bytes) -> Any:
    """Return a compressed stream."""
    return pydyf.Stream([zlib.compress(content, QUICK)], {"Filter": "/FlateDecode"})


class PreparedFile:
    """What files share; `with_own` makes one of them."""

    def __init__(self, objects: list[Frozen], changing: set[int], root: bytes) -> None:
        """Write what never changes.

        `objects` are those of a file in the order of their numbers, from 1 without gaps; `changing` the
        numbers of those that each file brings itself, `root` the reference to the catalog.
        """
        self._root = root
        size = len(objects) + 3  # with number 0, the pack and the cross-references themselves
        self._pack, self._table = size - 2, size - 1
        self._entries = bytearray(_entry(FREE, 0, 65535)) + bytearray(sum(WIDTHS) * (size - 1))
        self._static = bytearray(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
        packed: list[Frozen] = []
        for each in objects:
            if each.number in changing:
                continue
            if each.may_be_packed:
                self._enter(self._entries, each.number, PACKED, self._pack, len(packed))
                packed.append(each)
            else:
                self._place(self._static, self._entries, each)
        places, content = [], bytearray()
        for each in packed:
            places.append(f"{each.number} {len(content)}")
            content += each.data + b"\n"
        head = " ".join(places).encode() + b"\n"
        pack = pydyf.Stream(
            [zlib.compress(head + content, 9)],
            {"Type": "/ObjStm", "N": len(packed), "First": len(head), "Filter": "/FlateDecode"},
        )
        pack.number = self._pack
        self._place(self._static, self._entries, pack)
        self._digest = hashlib.md5(self._static, usedforsecurity=False)

    def with_own(self, own: list[Any], info: Any) -> bytes:
        """Return the file with the objects that are its own: those that change, and `info`, one of them."""
        file, entries = bytearray(self._static), bytearray(self._entries)
        digest = self._digest.copy()
        for each in own:
            start = len(file)
            self._place(file, entries, each)
            digest.update(file[start:])
        identifier = pydyf.String(digest.hexdigest())
        start = len(file)
        self._enter(entries, self._table, PLACED, start, 0)
        table = pydyf.Stream(
            [zlib.compress(bytes(entries), QUICK)],
            {
                "Type": "/XRef",
                "Size": self._table + 1,
                "W": pydyf.Array(WIDTHS),
                "Root": self._root,
                "Info": info.reference,
                "ID": pydyf.Array((identifier, identifier)),
                "Filter": "/FlateDecode",
            },
        )
        table.number = self._table
        file += table.indirect + b"\nstartxref\n%d\n%%%%EOF\n" % start
        return bytes(file)

    def _place(self, file: bytearray, entries: bytearray, each: Any) -> None:
        self._enter(entries, each.number, PLACED, len(file), 0)
        file += each.indirect + b"\n"

    @staticmethod
    def _enter(entries: bytearray, number: int, form: int, place: int, within: int) -> None:
        start = number * sum(WIDTHS)
        entries[start : start + sum(WIDTHS)] = _entry(form, place, within)


def _entry(*fields: int) -> bytes:
    return b"".join(each.to_bytes(width, "big") for each, width in zip(fields, WIDTHS, strict=True))
