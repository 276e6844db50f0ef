"""The translations of a pack as its directory keeps them: ``languages/<code>/*.toml``, an English sentence and
its translation side by side."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compliance.rulebook.errors import PackError, nearest

FOLDER = "languages"
KEYS = ("of", "text")
_HEADER = re.compile(r"^\s*\[\[\s*text\s*\]\]\s*(#.*)?$")


@dataclass(frozen=True)
class Translation:
    """One text in another language, and the sentence in the pack's first language it was made from."""

    of: str
    text: str
    place: str = ""  # file:line, for whoever has to change it


def is_translation(file: Path, root: Path) -> bool:
    """Whether a file below the directory of a pack holds translations."""
    return file.relative_to(root).parts[0] == FOLDER


def read_translations(root: Path) -> dict[str, list[Translation]]:
    """Read the translations in the directory of a pack, by language, in the order of the files.

    Raises ``PackError`` naming file and line when a file holds anything but ``[[text]]`` with ``of`` and
    ``text``, or one sentence is translated twice.
    """
    found: dict[str, list[Translation]] = {}
    first: dict[tuple[str, str], str] = {}
    for file in sorted((root / FOLDER).rglob("*.toml")):
        name = file.relative_to(root)
        if len(name.parts) < 3:
            raise PackError(f"{name.as_posix()}: translations stand in {FOLDER}/<language>/")
        language = name.parts[1]
        for one in _read(file, name.as_posix()):
            if (language, one.of) in first:
                raise PackError(
                    f'{one.place}: "{one.of}" is also translated in {first[(language, one.of)]}'
                )
            first[(language, one.of)] = one.place
            found.setdefault(language, []).append(one)
    return found


def _read(file: Path, name: str) -> Iterator[Translation]:
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{name}: not readable as TOML: {error}") from error
    except OSError as error:
        raise PackError(f"{name}: cannot be read: {error.strerror}") from error
    for table in data:
        if table != "text":
            raise PackError(f'{name}: unknown table "{table}": translations are [[text]] only')
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if _HEADER.match(line)]
    for number, entry in enumerate(data.get("text", ())):
        place = f"{name}:{lines[number]}" if number < len(lines) else name
        for key in entry:
            if key not in KEYS:
                raise PackError(f'{place}: unknown key "{key}" in a [[text]].{nearest(key, KEYS)}')
        for key in KEYS:
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                raise PackError(f'{place}: a [[text]] needs "{key}"')
        yield Translation(entry["of"], entry["text"], place)


def written(translations: list[Translation]) -> str:
    """Return translations as the text of a file that `read_translations` reads."""
    return "\n".join(
        f"[[text]]\nof = {_quoted(each.of)}\ntext = {_quoted(each.text)}\n" for each in translations
    )


def _quoted(text: str) -> str:
    """A TOML basic string; control characters have no place in a text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
