"""Past visits as columns: the answers of many visits, one small array a question.

A column keeps what the reader of ``answers.py`` made of an answer, packed: a code as one byte, several
codes as the bits of one number, a measurement as a whole number with its decimals, dates as day numbers. What
was not observed is a value of its own in every column.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from compliance.rulebook.answers import codes_of, read_answer, read_date
from compliance.rulebook.errors import AnswerError
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.program import Program
from compliance.rulebook.state import NOT_APPLICABLE, Measure

Array = NDArray[Any]
CODED = ("yes_no", "choice")
PLACES = 10
NO_NUMBER = np.iinfo(np.int64).min
NO_DAY = np.iinfo(np.int32).min
SEEN = np.uint64(1) << np.uint64(63)


@dataclass(frozen=True)
class Columns:
    """Visits in columns: ``arrays`` by name, all of the same length, and which of the visits are meant.

    Names: ``visited_on`` and ``dim.<id>``; ``answer.<id>`` and ``fact.<id>``, and beside some of them
    ``<name>.decimals``, ``<name>.last`` (the latest of several dates) and ``<name>.na``.
    """

    arrays: Mapping[str, Array]
    start: int = 0
    stop: int | None = None

    def __len__(self) -> int:
        return len(self["visited_on"])

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name][self.start : self.stop]

    def block(self, start: int, stop: int) -> "Columns":
        """The visits from ``start`` up to ``stop``, without copying."""
        return Columns(self.arrays, start, stop)


def columns_of(program: Program, visits: Iterable[Mapping[str, Any]]) -> Columns:
    """Read visits (the JSON form, without their history) into columns.

    Raises ``AnswerError`` as ``assess`` does.
    """
    pack = program.pack
    layout = _Layout(pack)
    rows = [
        layout.row(
            read_date(visit["visited_on"], "visited_on"),
            program.dims(visit),
            program.answers.read(visit.get("answers") or {}),
            program.facts.read(visit.get("operation") or {}),
        )
        for visit in visits
    ]
    return layout.columns(rows)


class Stored(Protocol):
    """Answers as they were given, kept apart from any rulebook: each column as numbers and their texts.

    The numbers are places in the texts, counted from 1; 0 stands for no definite answer. A text is the JSON
    of an answer. The column ``dims`` holds the dimensions of each visit, 0 where columns cannot hold it.
    """

    def names(self) -> Iterable[str]:
        """The columns there are: ``answer.<id>`` and ``fact.<id>``."""
        ...

    def texts(self, name: str) -> Sequence[str]:
        """The texts of a column."""
        ...

    def places(self, name: str) -> Array:
        """The places of a column, one a visit."""
        ...

    def days(self) -> Array:
        """The day of each visit, as day numbers."""
        ...


class Read(Mapping[str, Array]):
    """Stored answers as a rulebook reads them, a column at a time when it is asked for.

    Each text is read once, by the same reader that ``assess`` uses. ``unreadable`` marks the visits that
    ``assess`` would refuse, or that columns cannot hold: they are left to it.
    """

    def __init__(self, program: Program, stored: Stored) -> None:
        self._program = program
        self._stored = stored
        self._layout = _Layout(program.pack)
        self._entries = dict(self._layout.asked)
        self._arrays: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._arrays:
            self._arrays |= self._column(name)
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layout.types)

    def __len__(self) -> int:
        return len(self._layout.types)

    @cached_property
    def unreadable(self) -> NDArray[np.bool_]:
        """Where a visit holds something that this rulebook cannot read."""
        found = self._stored.places("dims") == 0
        for name in ("dims", *self._stored.names()):
            refused = [place for place, read in enumerate(self._texts(name), 1) if read is None]
            if refused:
                found |= np.isin(self._stored.places(name), refused)
        return np.asarray(found)

    def _column(self, name: str) -> dict[str, Array]:
        if name == "visited_on":
            return {name: self._stored.days().astype(np.int32, copy=False)}
        if name.startswith("dim."):
            places = self._stored.places("dims")
            rows = [read or [0] * len(self._layout.dims) for read in self._texts("dims")]
            rows.insert(0, [0] * len(self._layout.dims))
            return {
                f"dim.{one}": _looked_up([row[at] for row in rows], places, np.uint8)
                for at, one in enumerate(self._layout.dims)
            }
        asked = next(one for one in self._entries if name == one or name.startswith(f"{one}."))
        entry = self._entries[asked]
        nothing = _packed(entry, None)
        if asked in set(self._stored.names()):
            places = self._stored.places(asked)
            rows = [nothing, *(read or nothing for read in self._texts(asked))]
        else:
            places, rows = np.zeros(len(self._stored.days()), dtype=np.uint8), [nothing]
        return {
            asked + part: _looked_up([row[at] for row in rows], places, kind)
            for at, (part, kind) in enumerate(_parts(entry))
        }

    def _texts(self, name: str) -> list[list[Any] | None]:
        """What the rulebook makes of each text of a column; None of one that it refuses."""
        return [self._text(name, json.loads(text)) for text in self._stored.texts(name)]

    def _text(self, name: str, given: Any) -> list[Any] | None:
        try:
            if name == "dims":
                dims = self._program.dims(given)
                return [
                    sum(1 << codes.index(code) for code in dims.get(one, ()))
                    for one, codes in self._layout.dims.items()
                ]
            entry = self._entries.get(name)
            return None if entry is None else _packed(entry, read_answer(entry, given))
        except AnswerError:
            return None


def _looked_up(table: list[Any], places: Array, kind: type) -> Array:
    if places.dtype == np.uint8 and table == list(range(len(table))):
        return places.view(kind) if np.dtype(kind).itemsize == 1 else places.astype(kind)
    return np.take(np.array(table, dtype=kind), places)


class _Layout:
    """Which arrays a pack needs, and how one visit becomes one row of them."""

    def __init__(self, pack: Pack) -> None:
        self.dims = {
            dim["id"]: [option["code"] for option in dim["options"]] for dim in pack.entries("dim")
        }
        self.asked = [
            *((f"answer.{entry['id']}", entry) for entry in pack.entries("question")),
            *((f"fact.{entry['id']}", entry) for entry in pack.entries("fact")),
        ]
        self.types: dict[str, type] = {"visited_on": np.int32}
        self.types |= {f"dim.{name}": np.uint8 for name in self.dims}
        for name, entry in self.asked:
            for part, kind in _parts(entry):
                self.types[name + part] = kind

    def row(
        self,
        on: date,
        dims: Mapping[str, frozenset[str]],
        answers: Mapping[str, Any],
        facts: Mapping[str, Any],
    ) -> list[Any]:
        """The values of one visit, in the order of ``types``."""
        row: list[Any] = [on.toordinal()]
        for name, codes in self.dims.items():
            row.append(sum(1 << codes.index(code) for code in dims.get(name, ())))
        for name, entry in self.asked:
            place, _, key = name.partition(".")
            row.extend(_packed(entry, (answers if place == "answer" else facts).get(key)))
        return row

    def columns(self, rows: list[list[Any]]) -> Columns:
        """Rows turned into arrays."""
        turned = list(zip(*rows, strict=True)) if rows else [()] * len(self.types)
        return Columns(
            {
                name: np.array(values, dtype=kind)
                for (name, kind), values in zip(self.types.items(), turned, strict=True)
            }
        )


def _parts(entry: Entry) -> list[tuple[str, type]]:
    kind = entry["type"]
    if kind in CODED:
        return [("", np.int8)]
    by_kind: dict[str, list[tuple[str, type]]] = {
        "choices": [("", np.uint64)],
        "integer": [("", np.int64)],
        "measure": [("", np.int64), (".decimals", np.int8)],
        "date": [("", np.int32)],
        "dates": [("", np.int32), (".last", np.int32), (".seen", np.int8)],
    }
    found = by_kind.get(kind, [("", np.int8)])
    return [*found, (".na", np.int8)] if entry.get("not_applicable") else found


def _packed(entry: Entry, answer: Any) -> list[Any]:
    kind = entry["type"]
    if kind in CODED:
        return [0 if answer is None else codes_of(entry).index(answer) + 1]
    na = answer == NOT_APPLICABLE
    if na:
        answer = None
    if kind == "choices":
        codes = codes_of(entry)
        packed = [0 if answer is None else int(SEEN) | sum(1 << codes.index(one) for one in answer)]
    elif kind == "integer":
        packed = [NO_NUMBER if answer is None else answer * 10**PLACES]
    elif kind == "measure":
        packed = [NO_NUMBER, -1] if answer is None else [scaled(answer), answer.decimals]
    elif kind == "date":
        packed = [NO_DAY if answer is None else answer.toordinal()]
    elif kind == "dates":
        days = [day.toordinal() for day in answer or ()]
        packed = [min(days, default=NO_DAY), max(days, default=NO_DAY), int(answer is not None)]
    else:
        packed = [int(answer is not None)]
    return [*packed, int(na)] if entry.get("not_applicable") else packed


def scaled(number: Any) -> int:
    """A number as a whole number of 10^-10, exact: an answer has at most ten decimals."""
    value = number.value if isinstance(number, Measure) else Decimal(str(number))
    return int(value.scaleb(PLACES))
