"""Yes or no about many visits, a bit each: a condition over a thousand visits is then a few machine words.

A *plane* is an array of bytes that holds one bit a visit, the first visit in the lowest bit. The bits
behind the last visit are nought, which every function here keeps.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Array = NDArray[Any]

#: One step each of turning a square of 8 by 8 bits: how far, and which bits change places.
_TURN = tuple(
    (np.uint64(shift), np.uint64(mask))
    for shift, mask in (
        (7, 0x00AA00AA00AA00AA),
        (14, 0x0000CCCC0000CCCC),
        (28, 0x00000000F0F0F0F0),
    )
)
#: Up to so many digits it is quicker to lay them out one by one than to turn squares.
_FEW = 5


def packed(truths: Array) -> Plane:
    """Return the plane of an array of truths, or of numbers that hold where they are not nought."""
    return np.packbits(truths, bitorder="little")


def unpacked(plane: Plane, size: int) -> NDArray[np.uint8]:
    """Return a plane as an array of 0 and 1, one a visit."""
    return np.unpackbits(plane, count=size, bitorder="little")


@dataclass(frozen=True)
class Planes:
    """The planes of all visits and of none, and how planes are joined.

    Most rules concern every visit of a block: what is joined with ``all`` or ``none`` is handed on as it is.
    """

    all: Plane
    none: Plane

    @classmethod
    def of(cls, size: int) -> "Planes":
        """Return those of so many visits."""
        everywhere = packed(np.ones(size, dtype=np.bool_))
        return cls(everywhere, np.zeros_like(everywhere))

    def known(self, plane: Plane) -> Plane:
        """Return a plane, as ``all`` or ``none`` itself where it is that."""
        if np.array_equal(plane, self.all):
            return self.all
        return plane if plane.any() else self.none

    def both(self, one: Plane, other: Plane) -> Plane:
        """Return where both hold."""
        if other is self.all or one is self.none or one is other:
            return one
        if one is self.all or other is self.none:
            return other
        return one & other

    def either(self, one: Plane, other: Plane) -> Plane:
        """Return where at least one holds."""
        if other is self.none or one is self.all or one is other:
            return one
        if one is self.none or other is self.all:
            return other
        return one | other

    def any(self, planes: Iterable[Plane]) -> Plane:
        """Return where at least one of them holds."""
        found = self.none
        for plane in planes:
            found = self.either(found, plane)
        return found

    def less(self, one: Plane, other: Plane) -> Plane:
        """Return where one holds and the other does not."""
        if one is other or other is self.all:
            return self.none
        if other is self.none or one is self.none:
            return one
        return one ^ other if one is self.all else one & ~other


def total(terms: Iterable[tuple[int, Plane]]) -> list[Plane]:
    """Add up what each plane weighs where it holds; return the binary digits, the lowest first.

    Full adders over whole planes: three planes of one digit become one of it and one of the next.
    """
    levels: list[list[Plane]] = []
    for weight, plane in terms:
        for place in range(weight.bit_length()):
            if weight >> place & 1:
                _at(levels, place).append(plane)
    digits: list[Plane] = []
    place = 0
    while place < len(levels):
        level = levels[place]
        while len(level) > 1:
            first, second = level.pop(), level.pop()
            either = first ^ second
            carried = first & second
            if level:
                third = level.pop()
                carried |= either & third
                either ^= third
            # In front, so that what was just added up is not added to again at once.
            level.insert(0, either)
            _at(levels, place + 1).append(carried)
        digits.append(level[0] if level else np.zeros_like(levels[-1][0]))
        place += 1
    return digits


def _at(levels: list[list[Plane]], place: int) -> list[Plane]:
    while len(levels) <= place:
        levels.append([])
    return levels[place]


def numbers(digits: Sequence[Plane], size: int) -> Array:
    """Return, for each visit, the number whose binary digits are given, in the smallest unsigned type."""
    if not digits:
        return np.zeros(size, dtype=np.uint8)
    if len(digits) <= _FEW:
        found = unpacked(digits[-1], size)
        for digit in reversed(digits[:-1]):
            found += found
            found += unpacked(digit, size)
        return found
    if len(digits) <= 8:
        return turned(digits)[:size]
    kind = np.uint16 if len(digits) <= 16 else np.uint32
    wide = np.left_shift(numbers(digits[8:], size).astype(kind), 8)
    return np.asarray(np.bitwise_or(wide, turned(digits[:8])[:size]))


def turned(planes: Sequence[Plane]) -> NDArray[np.uint8]:
    """Return up to eight planes as one byte a visit, the first plane in its lowest bit."""
    squares = np.zeros((len(planes[0]), 8), dtype=np.uint8)
    for place, plane in enumerate(planes):
        squares[:, place] = plane
    words = squares.view(np.uint64).ravel()
    moved = np.empty_like(words)
    for shift, mask in _TURN:
        np.right_shift(words, shift, out=moved)
        moved ^= words
        moved &= mask
        words ^= moved
        moved <<= shift
        words ^= moved
    return words.view(np.uint8)


def stepped(given: Array, first: int, last: int, step: Callable[[int], int]) -> NDArray[np.int8]:
    """Return ``step`` of each number, which lie from ``first`` to ``last``.

    Looking each up would jump about in memory; where the result is another only a few times on the way
    from first to last, adding up those jumps is quicker.
    """
    before = step(first)
    found = np.full(len(given), before, dtype=np.int8)
    for number in range(first + 1, last + 1):
        after = step(number)
        if after != before:
            found += (given >= number).view(np.int8) * np.int8(after - before)
            before = after
    return found


def chosen(where: Array, one: Array | np.int8, other: Array | np.int8) -> Array:
    """Return ``one`` where it holds (an array of 0 and 1, or of truths), ``other`` elsewhere."""
    mask = -where.view(np.int8)
    return np.asarray(other ^ ((one ^ other) & mask))
