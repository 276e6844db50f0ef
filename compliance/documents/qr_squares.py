"""Which squares of a QR code are dark, worked out for all of them at once.

segno works out one square after the other and tries eight masks, which for the two codes of a certificate takes as
long as a fifth of laying it out. All but the text itself is the same for every text of one version and level, so it
is asked of segno once: where each bit goes, and what every square is before any bit. The mask is always the same: it
is there to keep large even areas away, which the texts of our codes (half of it signatures and random letters) do
not make, and every reader reads all eight. The squares are those that segno draws with that mask.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import segno.consts
import segno.encoder

consts: Any = segno.consts  # their types say less than they hold
encoder: Any = segno.encoder
MASK = 3  # every third square along the diagonals
LEVELS = (consts.ERROR_LEVEL_L, consts.ERROR_LEVEL_M, consts.ERROR_LEVEL_Q, consts.ERROR_LEVEL_H)
# The logarithm of a product is a sum; that of nothing is so large that every sum with it stands for nothing again.
_NOTHING = 510
_LOG = np.array([_NOTHING, *(consts.GALIOS_LOG[each] for each in range(1, 256))], dtype=np.int16)
_POWER = np.zeros(2 * _NOTHING + 1, dtype=np.uint8)
_POWER[:_NOTHING] = consts.GALIOS_EXP[:255] * 2


@dataclass(frozen=True)
class _Plan:
    """What all codes of a version and level share.

    `blank` are its squares without any bit; `cells` where each bit of the message goes; `blocks` for each size of
    block its first data byte, its count, its bytes and the logarithms of what each of them adds to the check bytes;
    `order` the bytes of data and checks as they follow each other in the message.
    """

    side: int
    capacity: int
    blank: Any
    cells: Any
    blocks: tuple[tuple[int, int, int, Any], ...]
    order: Any


def squares(text: str, level: int) -> list[bytes]:
    """Return the rows of the smallest code for a text, a byte a square, dark ones 1.

    `level` is one of LEVELS, the least that may be damaged; more where there is room. Raises ValueError for a text
    that no code holds.
    """
    content = text.encode()
    version, level = _version(len(content), level)
    plan = _plan(version, level)
    header = consts.MODE_BYTE << _count_bits(version) | len(content)
    head = header << len(content) * 8 | int.from_bytes(content, "big")
    written = (head << 4).to_bytes(len(content) + 1 + _count_bits(version) // 8, "big")
    data = np.frombuffer((written + b"\xec\x11" * plan.capacity)[: plan.capacity], dtype=np.uint8)
    checks = [_checks(data, *block) for block in plan.blocks]
    message = np.concatenate([data, *checks])[plan.order]
    drawn = plan.blank.copy()
    drawn[plan.cells] ^= np.unpackbits(message)
    flat = drawn.tobytes()
    return [flat[start : start + plan.side] for start in range(0, len(flat), plan.side)]


def _version(size: int, level: int) -> tuple[int, int]:
    for version in range(1, 41):
        needed = 4 + _count_bits(version) + size * 8
        fitting = [each for each in LEVELS if consts.SYMBOL_CAPACITY[version][each] >= needed]
        if level in fitting:
            return version, fitting[-1]
    raise ValueError(f"no code holds {size} bytes")


def _count_bits(version: int) -> int:
    return 8 if version < 10 else 16


def _checks(data: Any, first: int, count: int, size: int, logs: Any) -> Any:
    """The check bytes of `count` blocks of `size` bytes."""
    blocks = data[first : first + count * size].reshape(count, size, 1)
    return np.bitwise_xor.reduce(_POWER[_LOG[blocks] + logs], axis=1).ravel()


@cache
def _plan(version: int, level: int) -> _Plan:
    side = encoder.calc_matrix_size(version)
    matrix = encoder.make_matrix(side, side)
    encoder.add_finder_patterns(matrix, side, side)
    encoder.add_alignment_patterns(matrix, side, side)
    sizes = [info for info in consts.ECC[version][level] for _ in range(info.num_blocks)]
    bits = 8 * sum(info.num_total for info in sizes)
    # segno puts each bit in its place; in place of bits it is given their numbers.
    places = [list(row) for row in matrix]
    encoder.add_codewords(places, range(3, 3 + bits), version)
    numbered = np.array(places).ravel()
    cells = np.argsort(numbered, kind="stable")[-bits:]
    is_dark = encoder.get_data_mask_functions(False)[MASK]
    for row in range(side):
        for column in range(side):
            if matrix[row][column] > 1:
                matrix[row][column] = is_dark(row, column)
    encoder.add_format_info(matrix, version, level, MASK)
    encoder.add_version_info(matrix, version)
    blocks, first = [], 0
    for info in consts.ECC[version][level]:
        logs = _logs(info.num_data, info.num_total - info.num_data)
        blocks.append((first, info.num_blocks, info.num_data, logs))
        first += info.num_blocks * info.num_data
    return _Plan(
        side=side,
        capacity=first,
        blank=np.frombuffer(b"".join(matrix), dtype=np.uint8).copy(),
        cells=cells,
        blocks=tuple(blocks),
        order=np.concatenate(
            [
                _in_turn([info.num_data for info in sizes]),
                first + _in_turn([info.num_total - info.num_data for info in sizes]),
            ]
        ),
    )


def _logs(size: int, checks: int) -> Any:
    """Of each byte of a block, the logarithms of what it adds to each check byte when it is 1."""
    generator = [consts.GALIOS_EXP[each] for each in consts.GEN_POLY[checks]]
    remainder, rows = [1] + [0] * (checks - 1), []
    for _ in range(size):
        top, *rest = remainder
        shifted = [*rest, 0]
        if top:
            log = consts.GALIOS_LOG[top]
            shifted = [
                low ^ consts.GALIOS_EXP[(log + consts.GALIOS_LOG[each]) % 255]
                for low, each in zip(shifted, generator, strict=True)
            ]
        remainder = shifted
        rows.append(remainder)
    return _LOG[np.array(rows[::-1])][np.newaxis]


def _in_turn(sizes: list[int]) -> Any:
    """The first byte of each block, then the second of each, and so on."""
    starts = np.cumsum([0, *sizes[:-1]])
    return np.array(
        [
            start + turn
            for turn in range(max(sizes))
            for start, size in zip(starts, sizes, strict=True)
            if turn < size
        ]
    )
