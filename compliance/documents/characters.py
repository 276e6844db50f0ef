"""Which characters may be printed: invisible ones go, look-alikes are replaced, and what our
typeface cannot print is refused by name. A missing glyph would show as a box and would break the
archive format of the file."""

import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

from compliance.documents.data import DocumentData
from compliance.documents.field_words import called
from compliance.documents.fonts import covered
from compliance.documents.refused import DocumentRefused

# Invisible: joiners, direction marks, soft hyphen, variation selectors, byte order mark.
_DROPPED = frozenset(
    [
        *(0x00AD, 0x034F, 0x061C, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
    ]
)
_SPACES = frozenset([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029])


def printable(data: DocumentData) -> DocumentData:
    """Return the same data with every text ready to print.

    Raises DocumentRefused naming the field and the character that cannot be printed.
    """
    cleaned = _clean(data, "")
    assert isinstance(cleaned, DocumentData)
    return cleaned


def printable_text(text: str, field: str) -> str:
    """Return `text` normalised, without invisible characters, runs of spaces made one.

    Raises DocumentRefused for a control character, or one our typeface lacks.
    """
    glyphs = covered()
    result: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        code = ord(character)
        if code in _SPACES:
            result.append(" ")
        elif code in _DROPPED:
            continue
        elif code in glyphs and unicodedata.category(character) != "Cc":
            result.append(character)
        else:
            plain = unicodedata.normalize("NFKC", character)
            if plain == character or any(ord(each) not in glyphs for each in plain):
                raise DocumentRefused(_reason(character, field), field)
            result.append(plain)
    return " ".join(each for each in "".join(result).split(" ") if each)


def spelled_out(text: str) -> str:
    """Return `text` with every character that cannot be printed named in brackets instead.

    For what somebody recorded and nobody may reword: "[U+1F52A hocho]" stands for a drawn knife.
    """
    glyphs = covered()

    def told(character: str) -> str:
        code = ord(character)
        plain = unicodedata.normalize("NFKC", character)
        if code in _SPACES or code in _DROPPED:
            return character
        if unicodedata.category(character) != "Cc" and all(ord(each) in glyphs for each in plain):
            return character
        return f"[U+{code:04X} {unicodedata.name(character, 'control character').lower()}]"

    return "".join(told(each) for each in unicodedata.normalize("NFC", text))


def _reason(character: str, field: str) -> str:
    name = unicodedata.name(character, "a control character").lower()
    shown = character if character.isprintable() else ""
    return (
        f"{called(field)} has a character that our letters cannot print: {shown} (U+{ord(character):04X}, "
        f"{name}). Take it out, or spell it in ordinary letters."
    ).replace(":  (", ": (")


def _clean(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return printable_text(value, path)
    if isinstance(value, tuple):
        return tuple(_clean(each, f"{path}[{n}]") for n, each in enumerate(value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                part.name: _clean(
                    getattr(value, part.name), f"{path}.{part.name}" if path else part.name
                )
                for part in fields(value)
            },
        )
    return value
