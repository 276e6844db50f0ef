"""A rulebook written out as a directory of TOML files: `load_pack` of it gives the same SHA-256."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from compliance.rulebook.errors import PackError
from compliance.rulebook.languages import separated
from compliance.rulebook.pack import TABLES, Pack, load_pack
from compliance.rulebook.translations import FOLDER, written

#: Which tables stand in which file; every other table has a file of its own name.
FRAME = ("dim", "severity", "basis", "tier", "section")
FILES = {table: "pack.toml" if table in FRAME else f"{table}s.toml" for table in TABLES} | {
    "law": "law.toml"
}
#: Keys whose days are written as TOML dates, as people write them.
_DAYS = frozenset({"from", "to", "checked", "confirmed_on", "first_day"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_pack(pack: Pack, directory: Path) -> None:
    """Write a rulebook into a directory that is empty or not there yet.

    Raises ``PackError`` where something is there already, and ``OSError`` where it cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise PackError(f"{directory}: there is something here already")
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files_of(pack).items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8", newline="\n")
    if load_pack(directory).sha256 != pack.sha256:
        raise PackError(f"{directory}: what was written is not the same rulebook")


def files_of(pack: Pack) -> dict[str, str]:
    """Return the files of a rulebook: name to text. Translations stand apart, as a translator reads them."""
    content, translated = pack.content, {}
    for language in pack.languages[1:]:
        content, translations = separated(content, language)
        if translations:
            translated[f"{FOLDER}/{language}/texts.toml"] = [written(translations)]
    files: dict[str, list[str]] = {"pack.toml": []}
    for table in ("pack", "output"):
        if table in content:
            files["pack.toml"] += _table(table, content[table])
    for table in TABLES:
        for entry in content.get(table, ()):
            files.setdefault(FILES[table], []).extend(_entry(table, entry))
    files |= translated
    return {name: "\n".join(lines).strip() + "\n" for name, lines in files.items()}


def _table(name: str, body: Mapping[str, Any]) -> Iterator[str]:
    yield f"[{name}]"
    yield from _lines(body)
    yield ""


def _entry(table: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """An entry; the versions of a rule follow it as tables of their own."""
    versions = entry.get("version") if table == "rule" else None
    yield f"[[{table}]]"
    yield from _lines({key: value for key, value in entry.items() if value is not versions})
    yield ""
    for version in versions or ():
        yield f"[[{table}.version]]"
        yield from _lines(version)
        yield ""


def _lines(body: Mapping[str, Any]) -> Iterator[str]:
    for key, value in body.items():
        if isinstance(value, list) and len(value) > 1 and isinstance(value[0], dict):
            yield f"{_key(key)} = ["
            yield from (f"  {_value(one)}," for one in value)
            yield "]"
        elif key in _DAYS and isinstance(value, str) and _DAY.fullmatch(value):
            yield f"{_key(key)} = {value}"
        else:
            yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    """A value on one line. A boolean is a number in Python, so it is asked for first."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    raise PackError(f"{value!r} cannot be written as TOML")


def _text(text: str) -> str:
    # JSON's escapes are TOML's; only this one character may stand bare in JSON and not in TOML.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
