"""What officers answered, in columns: a file below the data folder that large trials of a rulebook read.

A recorded version never changes, so the file only ever grows: before each use it is given the agreed
versions that it lacks. It is a cache. Deleted, or made for other questions than those now asked, or of another
database, it is made again. It holds answers, with the day and the dimensions of each visit: no name, no free
text, no photograph, and of an answer in free text only that there is one.

Who traded where, and what reviewers have agreed to, may change later; that is read from the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import ipc
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from compliance.rulebook import Pack
from compliance.rulebook.answers import codes_of
from compliance.rulebook.block_difference import vocabulary_of
from compliance.rulebook.state import NOT_OBSERVED
from compliance.store.models import Review, Visit, VisitVersion

FILE = "past-answers.arrow"
#: Another number for another layout: a file of an older one is made again.
LAYOUT = "1"
#: Versions read from the database at a time.
A_BATCH = 500
#: Rows a piece of the file, so that one column of a long history is read in few pieces.
A_GROUP = 1 << 20
EPOCH = date(1970, 1, 1).toordinal()
#: Answers of these types are kept only as given or not: what people wrote stays in the database.
NOT_KEPT: dict[str, Any] = {"text": "", "photos": []}
#: How "nobody was recorded as trading" is written among numbers.
NOBODY = 0
#: How many digits of a version's hash are kept beside its answers.
_MARK = 8

Say = Callable[[int, int], None]
Array = np.ndarray


@dataclass(frozen=True)
class PastAnswers:
    """The file, open: the columns of `compliance.rulebook.columns.Stored`, and the version of each row.

    `marks` are the beginnings of the hashes of what the versions hold.
    """

    file: pa.MemoryMappedFile
    versions: Array
    marks: Array
    known: dict[str, list[str]]

    def rows(self, versions: Array) -> Array:
        """The rows of versions that are all there."""
        order = np.argsort(self.versions)
        return order[np.searchsorted(self.versions, versions, sorter=order)]

    def names(self) -> Iterable[str]:
        """The columns of answers and facts."""
        return [name for name in self.known if name != "dims"]

    def texts(self, name: str) -> Sequence[str]:
        """The answers of a column, as JSON."""
        return self.known[name]

    def places(self, name: str) -> Array:
        """Which answer each row has, counted from 1."""
        return column(self.file, name)

    def days(self) -> Array:
        """The day of each row, as day numbers."""
        return column(self.file, "visited_on") + np.int32(EPOCH)


def column(file: pa.MemoryMappedFile, name: str) -> Array:
    """Read one column of the file, and nothing else of it."""
    place = ipc.open_file(file).schema.get_field_index(name)
    options = ipc.IpcReadOptions(included_fields=[place], use_threads=False)
    found = ipc.open_file(file, options=options).read_all().column(0)
    return (found.cast(pa.int32()) if pa.types.is_date(found.type) else found).to_numpy()


@dataclass(frozen=True)
class Agreed:
    """The visits that reviewers have agreed to, each by its newest agreed version, sorted by version.

    `operators` has 0 where nobody was recorded as trading; `days` are the visits' own, as day numbers;
    `marks` are the beginnings of the hashes of what the versions hold.
    """

    versions: Array
    marks: Array
    premises: Array
    operators: Array
    authorities: Array
    days: Array


def agreed(session: Session) -> Agreed:
    """Read which visits were agreed to, and who traded where, as it now stands."""
    query = (
        select(
            Review.version_id,
            func.substr(VisitVersion.content_hash, 1, _MARK),
            Visit.premises_id,
            Visit.operator_id,
            Visit.authority_id,
            Visit.visited_on,
        )
        .join(VisitVersion, VisitVersion.id == Review.version_id)
        .join(Visit, Visit.id == Review.visit_id)
        .where(Review.outcome == "agreed")
    )
    parts = [np.zeros((0, 6), dtype=np.int64)]
    for rows in session.execute(query).partitions(50_000):
        parts.append(
            np.array(
                [
                    (
                        version,
                        int(mark, 16),
                        premises,
                        operator or NOBODY,
                        authority,
                        day.toordinal(),
                    )
                    for version, mark, premises, operator, authority, day in rows
                ],
                dtype=np.int64,
            )
        )
    found = np.concatenate(parts)
    _, first = np.unique(found[:, 0], return_index=True)
    found = found[first]
    found = found[~np.isin(found[:, 0], _replaced(session))]
    return Agreed(*(np.ascontiguousarray(found[:, at]) for at in range(6)))


def _replaced(session: Session) -> list[int]:
    """The agreed versions of which a later version was agreed too."""
    later, earlier = aliased(VisitVersion), aliased(VisitVersion)
    said, before = aliased(Review), aliased(Review)
    return list(
        session.scalars(
            select(earlier.id)
            .join(later, later.visit_id == earlier.visit_id)
            .join(said, said.version_id == later.id)
            .join(before, before.version_id == earlier.id)
            .where(
                later.number > 1,
                later.number > earlier.number,
                said.outcome == "agreed",
                before.outcome == "agreed",
            )
        )
    )


def up_to_date(
    session: Session, folder: Path, pack: Pack, wanted: Agreed, say: Say = lambda done, total: None
) -> PastAnswers:
    """Open the file with all that was agreed in it, made or added to as needed; `say` hears how far it is.

    `pack` says which answers are free text, which is not kept.
    """
    path = folder / FILE
    there = opened(path, pack)
    if there is not None and not _of_this_database(there, wanted):
        there = None
    held = np.zeros(0, dtype=np.int64) if there is None else there.versions
    missing = np.setdiff1d(wanted.versions, held)
    if there is not None and not len(missing):
        return there
    rows = _Rows(pack, {} if there is None else there.known)
    for start in range(0, len(missing), A_BATCH):
        batch = [int(one) for one in missing[start : start + A_BATCH]]
        for version in session.execute(
            select(
                VisitVersion.id,
                VisitVersion.content_hash,
                VisitVersion.particulars,
                VisitVersion.answers,
                VisitVersion.operation_facts,
            ).where(VisitVersion.id.in_(batch))
        ):
            rows.add(*version)
        say(min(start + A_BATCH, len(missing)), len(missing))
    write(path, pack, rows.known, rows.table(there))
    found = opened(path, pack)
    if found is None:
        raise RuntimeError(f"{path} was written and cannot be read")
    return found


def _of_this_database(there: PastAnswers, wanted: Agreed) -> bool:
    """Whether every version that both know holds the same: numbers begin again in another database."""
    _, here, held = np.intersect1d(
        wanted.versions, there.versions, assume_unique=True, return_indices=True
    )
    return bool(np.array_equal(wanted.marks[here], there.marks[held]))


def _vocabulary(pack: Pack) -> str:
    return hashlib.sha256(vocabulary_of(pack).encode()).hexdigest()


def opened(path: Path, pack: Pack) -> PastAnswers | None:
    """Open the file if it is whole, of this layout, and of the questions now asked."""
    try:
        file = pa.memory_map(str(path))
        told = ipc.open_file(file).schema.metadata or {}
        if (
            told.get(b"layout") != LAYOUT.encode()
            or told.get(b"vocabulary") != _vocabulary(pack).encode()
        ):
            return None
        return PastAnswers(
            file, column(file, "version"), column(file, "mark"), json.loads(told[b"texts"])
        )
    except (OSError, pa.ArrowException, ValueError):
        return None


def write(path: Path, pack: Pack, known: dict[str, list[str]], table: pa.Table) -> None:
    """Put the file in its place whole, or leave the one that is there."""
    table = table.replace_schema_metadata(
        {
            "layout": LAYOUT,
            "vocabulary": _vocabulary(pack),
            "last_version": str(max(table.column("version").to_numpy(), default=0)),
            "texts": json.dumps(known, ensure_ascii=False),
        }
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            options = ipc.IpcWriteOptions(compression="lz4")
            with ipc.new_file(file, table.schema, options=options) as writer:
                writer.write_table(table, max_chunksize=A_GROUP)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


@dataclass
class _Rows:
    """Versions being laid out in columns, after those that the file has."""

    pack: Pack
    known: dict[str, list[str]]
    versions: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._types = {
            f"{kind}.{name}": entry["type"]
            for kind, entries in (("answer", self.pack.questions), ("fact", self.pack.facts))
            for name, entry in entries.items()
        }
        if not self.known:
            # The codes of the rulebook first, in its order: they are then read without being looked up.
            self.known = {"dims": []} | {
                f"{kind}.{name}": [json.dumps(code) for code in codes_of(entry)]
                if entry["type"] in ("yes_no", "choice")
                else []
                for kind, entries in (("answer", self.pack.questions), ("fact", self.pack.facts))
                for name, entry in entries.items()
            }
        self._places = {
            name: {text: place for place, text in enumerate(texts, 1)}
            for name, texts in self.known.items()
        }
        self._columns: dict[str, tuple[list[int], list[int]]] = {
            name: ([], []) for name in self.known
        }

    def add(
        self,
        version: int,
        content_hash: str,
        particulars: dict[str, Any],
        answers: dict[str, Any],
        facts: dict[str, Any],
    ) -> None:
        """Lay out one version. What columns cannot hold leaves the row without dimensions."""
        row = len(self.versions)
        self.versions.append(version)
        self.marks.append(int(content_hash[:_MARK], 16))
        told = [
            *((f"answer.{name}", value) for name, value in answers.items()),
            *((f"fact.{name}", value) for name, value in facts.items()),
        ]
        told = [(name, value) for name, value in told if value not in (None, NOT_OBSERVED)]
        day = _day(particulars.get("visited_on"))
        self.days.append(0 if day is None else day.toordinal() - EPOCH)
        if (
            day is None
            or not particulars.get("nation")
            or any(name not in self._types for name, _ in told)
        ):
            return
        dims = {key: particulars.get(key) for key in ("kind", "nation", "channels")}
        for name, value in [*told, ("dims", dims)]:
            value = NOT_KEPT.get(self._types.get(name, ""), value)
            text = (
                f'"{value}"' if type(value) is str and value.isidentifier() else json.dumps(value)
            )
            places = self._places[name]
            place = places.get(text)
            if place is None:
                self.known[name].append(text)
                place = places[text] = len(self.known[name])
            rows, found = self._columns[name]
            rows.append(row)
            found.append(place)

    def table(self, before: PastAnswers | None) -> pa.Table:
        """Return these rows behind those of the file before."""
        size = len(self.versions)
        columns: dict[str, Any] = {
            "version": np.array(self.versions, dtype=np.int64),
            "mark": np.array(self.marks, dtype=np.uint32),
            "visited_on": np.array(self.days, dtype=np.int32),
        }
        for name, (rows, places) in self._columns.items():
            new = np.zeros(size, dtype=np.min_scalar_type(len(self.known[name])))
            new[rows] = places
            columns[name] = new
        if before is not None:
            columns = {
                name: np.concatenate([column(before.file, name), new])
                for name, new in columns.items()
            }
        arrays = {name: pa.array(values) for name, values in columns.items()}
        arrays["visited_on"] = arrays["visited_on"].cast(pa.date32())
        return pa.table(arrays)


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
