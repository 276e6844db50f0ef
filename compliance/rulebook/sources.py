"""Where each entry of a pack stands, so that a problem can be named by file and line."""

import re
from pathlib import Path

from compliance.rulebook.pack import KEY_OF

_HEADER = re.compile(r"^\s*\[\[?\s*([a-z_.]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*(id|name)\s*=\s*[\"']([^\"']*)[\"']")


class Sources:
    """Finds ``file:line`` for an entry, or for the n-th ``[[rule.version]]`` of a rule."""

    def __init__(self, directory: Path) -> None:
        self._places: dict[tuple[str, str], str] = {}
        self._versions: dict[tuple[str, int], str] = {}
        self._headers: dict[str, list[str]] = {}
        self._lines: dict[str, list[str]] = {}
        for file in sorted(directory.rglob("*.toml")):
            self._scan(file, file.relative_to(directory).as_posix())

    def place(self, table: str, key: str, otherwise: str = "pack.toml") -> str:
        """``file:line`` of an entry's header (of the first of its table without a key), where it is found."""
        return self._places.get((table, key), otherwise)

    def entry(self, table: str, key: str, number: int) -> str:
        """``file:line`` of the n-th entry of a table, counted from 0 as they are read: several sentences
        may have the same id."""
        headers = self._headers.get(table, [])
        return headers[number] if number < len(headers) else self.place(table, key)

    def version(self, rule: str, number: int) -> str:
        """``file:line`` of a rule's version, counted from 0."""
        return self._versions.get((rule, number), self.place("rule", rule))

    def within(self, place: str, word: str) -> str:
        """``file:line`` of the first line that has a word as a key or in quotation marks, in the entry at a place.

        The place itself where no line of the entry has it.
        """
        file, _, header = place.rpartition(":")
        lines = self._lines.get(file, [])
        if not header.isdigit():
            return place
        written = re.escape(word)
        alone = re.compile(rf"[\"']{written}[\"']|(?<![\w.-]){written}\s*=")
        for number, line in enumerate(lines[int(header) :], start=int(header) + 1):
            if _HEADER.match(line):
                break
            if alone.search(line.partition(" #")[0]):
                return f"{file}:{number}"
        return place

    def _scan(self, file: Path, name: str) -> None:
        table, header, entry, count = "", 0, "", 0
        self._lines[name] = lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            found = _HEADER.match(line)
            if found:
                if found[1] == "rule.version":
                    self._versions[(entry, count)] = f"{name}:{number}"
                    count += 1
                    table = found[1]
                else:
                    table, header, entry, count = found[1], number, "", 0
                    self._places.setdefault((table, ""), f"{name}:{number}")
                    self._headers.setdefault(table, []).append(f"{name}:{number}")
                continue
            key = _KEY.match(line)
            if key and not entry and key[1] == KEY_OF.get(table, "id"):
                entry = key[2]
                self._places[(table, entry)] = f"{name}:{header}"
