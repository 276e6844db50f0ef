"""Read a list of premises from the bytes of a CSV file, trusting nothing in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from compliance.services.errors import Refused

#: A list of every food shop in the country is about a tenth of this.
LARGEST_FILE = 200 * 1024 * 1024
MOST_LINES = 500_000

#: The Agency's columns, in lower case, to the fields of a premises.
AGENCY_COLUMNS = {
    "fhrsid": "id",
    "businessname": "trading_name",
    "addressline1": "address_line_1",
    "addressline2": "address_line_2",
    "addressline3": "address_line_3",
    "addressline4": "address_line_4",
    "postcode": "postcode",
    "nation": "nation",
}
AGENCY_NEEDED = ("FHRSID", "BusinessName", "AddressLine1", "PostCode")

OUR_COLUMNS = {
    name: name
    for name in (
        "id",
        "trading_name",
        "address_line_1",
        "address_line_2",
        "address_line_3",
        "address_line_4",
        "postcode",
        "nation",
        "uprn",
        "channels",
        "shop_kind",
        "sells_knives",
        "sells_knives_seen_on",
    )
}
OUR_NEEDED = ("id", "trading_name", "address_line_1", "postcode")

#: What a spreadsheet would take for a formula when it stands first in a cell.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One data line: where it begins in the file, its cells, and the fields read from them."""

    number: int
    cells: tuple[str, ...]
    values: dict[str, str]
    #: Why the line cannot be read; None: it can.
    problem: str | None = None


@dataclass(frozen=True)
class PremisesFile:
    """A list as read."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]
    #: Whether the columns are the Food Standards Agency's.
    is_agency: bool


def read(content: bytes) -> PremisesFile:
    """Read the bytes of a CSV file. Raises Refused, saying what to change, when it is no list."""
    if len(content) > LARGEST_FILE:
        raise Refused(f"The file is larger than {LARGEST_FILE // 1024**2} MB. Split it")
    text = _decoded(content)
    # One cell may not be longer than the file: a long one is a rejected line, not an error.
    csv.field_size_limit(max(len(text), 131_072))
    rows = _rows(text)
    header = next(rows, None)
    if header is None:
        raise Refused("The file is empty")
    names, columns, is_agency = _columns(header[1])
    lines: list[Line] = []
    for number, cells in rows:
        if len(lines) == MOST_LINES:
            raise Refused(f"The file has more than {MOST_LINES:,} lines. Split it")
        lines.append(_line(number, cells, columns, len(names)))
    return PremisesFile(names, tuple(lines), is_agency)


def rejected_csv(header: tuple[str, ...], rejected: list[tuple[Line, str]]) -> bytes:
    """Return a CSV of rejected lines, each with its line number and reason, to mend and import.

    UTF-8 with a byte order mark, as spreadsheets expect. A cell that a spreadsheet would take
    for a formula gets an apostrophe before it, which `read` takes away again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["Line", "Reason", *header])
    for line, reason in rejected:
        writer.writerow([line.number, *(_inert(cell) for cell in (reason, *line.cells))])
    return out.getvalue().encode("utf-8-sig")


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        # What Excel writes in this country when it does not write UTF-8.
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("The file is not text that can be read. Save it as CSV UTF-8 and try again")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not blank with the line of the file it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(
                f"The quotes on line {begins} do not match ({error}), so where its cells end "
                "cannot be told. Mend that line and try again"
            ) from None
        if cells:
            yield begins, cells
        begins = reader.line_num + 1


def _columns(header: list[str]) -> tuple[tuple[str, ...], list[str | None], bool]:
    """Return the names as written, the field of each column, and whether they are the Agency's."""
    names = tuple(name.strip() for name in header)
    if any("\x00" in name for name in names):
        raise Refused("The file is not text that can be read. Save it as CSV UTF-8 and try again")
    plain = [name.casefold() for name in names]
    is_agency = "fhrsid" in plain
    known = AGENCY_COLUMNS if is_agency else OUR_COLUMNS
    needed = AGENCY_NEEDED if is_agency else OUR_NEEDED
    missing = [name for name in needed if name.casefold() not in plain]
    if missing:
        near = get_close_matches(missing[0].casefold(), plain, n=1)
        hint = f" (is {names[plain.index(near[0])]!r} meant for {missing[0]}?)" if near else ""
        raise Refused(
            f"The first line must name the columns. Missing: {', '.join(missing)}{hint}. "
            f"It has: {', '.join(names)[:300]}. The columns are described in docs/import.md"
        )
    fields = [known.get(name) for name in plain]
    twice = {each for each in fields if each and fields.count(each) > 1}
    if twice:
        raise Refused(f"The first line names a column twice: {min(twice)}")
    return names, fields, is_agency


def _line(number: int, cells: list[str], columns: list[str | None], width: int) -> Line:
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    values = {field: _read_cell(cell) for field, cell in zip(columns, cells, strict=False) if field}
    problem = None
    if len(cells) != width:
        problem = f"The line has {len(cells)} cells, the first line of the file has {width}"
    return Line(number, tuple(cells), values, problem)


def _read_cell(cell: str) -> str:
    cell = cell.replace("\\&", "&").strip()
    if cell[:1] == "'" and cell[1:2] in _FORMULA_STARTS:
        cell = cell[1:]
    return cell


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
