"""A PDF file of which most is written once: what never changes comes first, and each file adds what is its own.

The file is of the same form as the ones that pydyf writes: streams, the other objects packed into one stream, a
stream of cross-references. What changes is not packed.
"""

from hashlib import md5
from typing import Any

import pydyf

from compliance.documents.writer import HEADER, data_of

WIDTHS = (1, 4, 2)  # bytes of a cross-reference: its form, a place, a place in the pack
FREE, PLACED, PACKED = 0, 1, 2


class Frozen:
    """An object as it is written, and no more of it."""

    def __init__(self, each: Any) -> None:
        """Write `each` now, for good."""
        self.number: int = each.number
        self.data = data_of(each)
        self.may_be_packed: bool = each.compressible


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
        self._static = bytearray(HEADER % b"1.7")
        packed: list[Frozen] = []
        for each in objects:
            if each.number in changing:
                continue
            if each.may_be_packed:
                self._enter(self._entries, each.number, PACKED, self._pack, len(packed))
                packed.append(each)
            else:
                self._place(self._static, self._entries, each.number, each.data)
        places, content = [], bytearray()
        for each in packed:
            places.append(f"{each.number} {len(content)}")
            content += each.data + b"\n"
        head = " ".join(places).encode() + b"\n"
        about = {"Type": "/ObjStm", "N": len(packed), "First": len(head)}
        pack = pydyf.Stream([head + content], about, compress=True)
        self._place(self._static, self._entries, self._pack, data_of(pack))
        self._digest = md5(self._static, usedforsecurity=False)

    def with_own(self, own: list[Any], info: Any) -> bytes:
        """Return the file with the objects that are its own: those that change, and `info`, one of them."""
        file, entries = bytearray(self._static), bytearray(self._entries)
        digest = self._digest.copy()
        for each in own:
            start = len(file)
            self._place(file, entries, each.number, data_of(each))
            digest.update(file[start:])
        identifier = pydyf.String(digest.hexdigest())
        start = len(file)
        self._enter(entries, self._table, PLACED, start, 0)  # the table has itself in it
        about = {
            "Type": "/XRef",
            "Size": self._table + 1,
            "W": pydyf.Array(WIDTHS),
            "Root": self._root,
            "Info": info.reference,
            "ID": pydyf.Array((identifier, identifier)),
        }
        table = pydyf.Stream([bytes(entries)], about, compress=True)
        self._place(file, entries, self._table, data_of(table))
        file += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(file)

    def _place(self, file: bytearray, entries: bytearray, number: int, data: bytes) -> None:
        self._enter(entries, number, PLACED, len(file), 0)
        file += b"%d 0 obj\n%s\nendobj\n" % (number, data)

    @staticmethod
    def _enter(entries: bytearray, number: int, form: int, place: int, within: int) -> None:
        start = number * sum(WIDTHS)
        entries[start : start + sum(WIDTHS)] = _entry(form, place, within)


def _entry(*fields: int) -> bytes:
    return b"".join(each.to_bytes(width, "big") for each, width in zip(fields, WIDTHS, strict=True))
