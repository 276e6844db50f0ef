"""A rulebook as data: reading the TOML files of a directory into one pack with an identity."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from compliance.rulebook.errors import PackError, nearest
from compliance.rulebook.languages import with_translations
from compliance.rulebook.translations import is_translation, read_translations

TABLES = (
    "dim",
    "severity",
    "basis",
    "tier",
    "section",
    "question",
    "fact",
    "rule",
    "condition",
    "value",
    "step",
    "sentence",
    "law",
)
KEY_OF = {"value": "name"}
PACKS = Path(__file__).parent / "packs"

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Pack:
    """A released rulebook. ``content`` is plain JSON data and decides the ``sha256``."""

    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The pack's id, for example ``uk-knives``."""
        return str(self.content["pack"]["id"])

    @property
    def version(self) -> str:
        """The pack's version, as its author wrote it."""
        return str(self.content["pack"]["version"])

    @cached_property
    def sha256(self) -> str:
        """The hash of the content, in lower-case hexadecimal: the pack's true identity."""
        text = json.dumps(self.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def first_day(self) -> date:
        """The first day a visit may be dated; the first there is where the pack names none."""
        try:
            return date.fromisoformat(self.content["pack"].get("first_day", "0001-01-01"))
        except (TypeError, ValueError):
            raise PackError('"first_day" of the pack must be a day') from None

    @property
    def languages(self) -> list[str]:
        """The languages in which the pack must have every text, the first being the default."""
        return list(self.content["pack"].get("languages") or ["en"])

    def entries(self, table: str) -> list[Entry]:
        """The entries of a table (``question``, ``rule`` ...) in the order written."""
        return list(self.content.get(table, []))

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Entry]]:
        return {
            table: {entry[KEY_OF.get(table, "id")]: entry for entry in self.entries(table)}
            for table in TABLES
        }

    def by_id(self, table: str) -> Mapping[str, Entry]:
        """The entries of a table by their id."""
        return self._by_id[table]

    @property
    def questions(self) -> Mapping[str, Entry]:
        """Every question by its id."""
        return self._by_id["question"]

    @property
    def facts(self) -> Mapping[str, Entry]:
        """Every operation fact by its id."""
        return self._by_id["fact"]

    @property
    def rules(self) -> Mapping[str, Entry]:
        """Every rule by its id."""
        return self._by_id["rule"]

    def label(self, table: str, code: str, language: str = "en") -> str:
        """The label of a coded entry such as a severity, basis or tier."""
        return text_of(self._by_id[table][code].get("label"), language) or code

    def value_label(self, name: str, code: object, language: str = "en") -> str:
        """The words for a code of a value, or the code itself where the pack has none."""
        labels = self._by_id["value"].get(name, {}).get("labels", {})
        return text_of(labels.get(str(code)), language) or str(code)

    def questionnaire(self, dims: Mapping[str, Any]) -> list[Entry]:
        """The questions of a visit with these dimensions, in the order of asking."""
        return [entry for entry in self.entries("question") if dims_match(entry.get("dims"), dims)]


def text_of(texts: Mapping[str, str] | str | None, language: str = "en") -> str:
    """The text in a language, else in any there is, else nothing; a plain string is itself."""
    if not texts:
        return ""
    if isinstance(texts, str):
        return texts
    return texts.get(language) or next(iter(texts.values()))


def dims_match(wanted: Mapping[str, list[str]] | None, dims: Mapping[str, Any]) -> bool:
    """Whether dimensions (each a code or several) fall within those an entry is written for."""
    if not wanted:
        return True
    for dim, codes in wanted.items():
        have = dims.get(dim, ())
        if not set(codes) & ({have} if isinstance(have, str) else set(have)):
            return False
    return True


def load_pack(directory: Path | str) -> Pack:
    """Read every ``*.toml`` below a directory and merge them into one pack, translations laid over its texts.

    Raises ``PackError`` naming file and reason when a file cannot be read, is not TOML or holds an unknown
    table, or two entries share an id.
    """
    root = Path(directory)
    files = sorted(file for file in root.rglob("*.toml") if not is_translation(file, root))
    if not files:
        raise PackError(f"{root}: no rulebook here (no .toml file)")
    content: dict[str, Any] = {}
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        name = file.relative_to(root).as_posix()
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PackError(f"{name}: not readable as TOML: {error}") from error
        except OSError as error:
            raise PackError(f"{name}: cannot be read: {error.strerror}") from error
        for table, body in _plain(data).items():
            if table in ("pack", "output"):
                if not isinstance(body, dict):
                    raise PackError(f"{name}: {table} is one table, written [{table}]")
                if not all(isinstance(one, str) for one in _listed(body.get("languages", []))):
                    said = f'{table} is one table, and its "languages" a list such as ["en", "cy"]'
                    raise PackError(f"{name}: {said}")
                if table in content:
                    raise PackError(f"{name}: a second [{table}] table")
                content[table] = body
            elif table in TABLES and _is_list_of_tables(body):
                for entry in body:
                    _register(seen, table, entry, name)
                content.setdefault(table, []).extend(body)
            elif table in TABLES:
                raise PackError(f"{name}: {table} is a list of tables, each written [[{table}]]")
            else:
                raise PackError(
                    f'{name}: unknown table "{table}".{nearest(table, (*TABLES, "pack", "output"))}'
                )
    if "pack" not in content:
        raise PackError(f"{root}: no [pack] table with the rulebook's id and version")
    for language, translations in read_translations(root).items():
        content = dict(with_translations(content, language, translations))
    return Pack(content)


def _is_list_of_tables(body: object) -> bool:
    return isinstance(body, list) and all(isinstance(entry, dict) for entry in body)


def _listed(body: object) -> list[object]:
    return body if isinstance(body, list) else [None]


def _register(seen: dict[tuple[str, str], str], table: str, entry: Entry, file: str) -> None:
    key = KEY_OF.get(table, "id")
    if key not in entry:
        raise PackError(f'{file}: a [[{table}]] without "{key}"')
    # A sentence about the law is dated: one id, a wording for each span of days.
    dated = f" from {entry.get('from')}" if table == "sentence" else ""
    identity = (table, f"{entry[key]}{dated}")
    if identity in seen:
        raise PackError(f'{file}: {table} "{entry[key]}" is also in {seen[identity]}')
    seen[identity] = file


def _plain(data: Any) -> Any:
    """TOML's dates become ISO text, so that the content is JSON and can be stored as it is."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    if isinstance(data, date | datetime | time):
        return data.isoformat()
    return data


@cache
def shipped_pack() -> Pack:
    """The rulebook that comes with the product."""
    return load_pack(PACKS / "uk_knives")
