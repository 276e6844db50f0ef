"""Document data as JSON and back: for a file given on the command line, and for the inputs kept
with every issued document."""

import difflib
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any

from compliance.documents.data import DocumentData
from compliance.documents.refused import DocumentRefused

Json = Any


def to_json(data: object) -> Json:
    """Turn document data (or any part of it) into plain JSON values; dates become ISO text."""
    if is_dataclass(data) and not isinstance(data, type):
        return {part.name: to_json(getattr(data, part.name)) for part in fields(data)}
    if isinstance(data, date):
        return data.isoformat()
    if isinstance(data, tuple | list):
        return [to_json(each) for each in data]
    return data


def from_json(values: Json) -> DocumentData:
    """Read document data from JSON values.

    Raises DocumentRefused naming the entry that is unknown (with the nearest name there is),
    missing, or of the wrong kind.
    """
    data = _read(values, DocumentData, "")
    assert isinstance(data, DocumentData)
    return data


def merged(base: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Lay `changes` over `base`: tables are merged entry by entry, everything else is replaced."""
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result


def _read(value: Json, wanted: Any, path: str) -> Any:
    origin = typing.get_origin(wanted)
    if origin is types.UnionType:
        if value is None:
            return None
        wanted = next(each for each in typing.get_args(wanted) if each is not type(None))
        origin = typing.get_origin(wanted)
    if is_dataclass(wanted):
        return _read_table(value, typing.cast(type, wanted), path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise DocumentRefused(f"{path} must be a list.", path)
        inside = typing.get_args(wanted)[0]
        return tuple(_read(each, inside, f"{path}[{n}]") for n, each in enumerate(value))
    if wanted is date:
        return _read_date(value, path)
    if not isinstance(value, wanted) or (wanted is str and isinstance(value, bool)):
        words = {str: "text", bool: "true or false"}.get(wanted, wanted.__name__)
        raise DocumentRefused(f"{path} must be {words}.", path)
    return value


def _read_date(value: Json, path: str) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise DocumentRefused(f"{path} must be a date like 2026-10-13.", path) from None


def _read_table(value: Json, wanted: type, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise DocumentRefused(f"{path or 'The file'} must be a table of entries.", path)
    known = {part.name: part for part in fields(wanted)}
    hints = typing.get_type_hints(wanted)
    given = {}
    for key, each in value.items():
        here = f"{path}.{key}" if path else str(key)
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.0)[0]
            meant = f"{path}.{near}" if path else near
            raise DocumentRefused(
                f"There is no entry called {here!r}. Did you mean {meant!r}?", here
            )
        given[key] = _read(each, hints[key], here)
    for name, part in known.items():
        if name not in given and part.default is MISSING:
            raise DocumentRefused(f"{f'{path}.' if path else ''}{name} is missing.", name)
    return wanted(**given)
