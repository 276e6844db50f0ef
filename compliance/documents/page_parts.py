"""A page of HTML taken apart into what pages of one kind share and what each fills in.

What they share is a key: every tag, without the values that a template fills in, and where texts stand. Two pages
with the same key differ in nothing but the texts and values listed here.
"""

import re
from dataclasses import dataclass
from html import unescape

_PARTS = re.compile(r"(<[^>]*>)")
#: The attributes that a page fills in; every other one belongs to the key.
_VALUES = re.compile(r'(?<=\s)(src|alt|content|data-[a-z-]+)="([^"]*)"')
_NAME = re.compile(r'\sname="([^"]*)"')
#: Where pages with one key could still differ in more than they list.
_OPAQUE = re.compile(r"<!--|<style|<script|<a\s|<svg|<base|<link", re.IGNORECASE)


@dataclass(frozen=True)
class PageParts:
    """What a page shares with others (`key`), and what it fills in, in the order of the page.

    `tags` says of each text which tag it follows; `names` of each value its tag, its attribute and, in the
    head, the name it is given.
    """

    key: str
    texts: tuple[str, ...]
    tags: tuple[str, ...]
    values: tuple[str, ...]
    names: tuple[tuple[str, str, str], ...]


def parts_of(html: str) -> PageParts | None:
    """Take a page apart; None when it has parts that cannot be compared."""
    if _OPAQUE.search(html):
        return None
    key: list[str] = []
    texts: list[str] = []
    tags: list[str] = []
    values: list[str] = []
    names: list[tuple[str, str, str]] = []
    tag = ""
    for number, piece in enumerate(_PARTS.split(html)):
        if number % 2 == 0:
            if piece.strip():
                texts.append(unescape(piece))
                tags.append(tag)
                key.append("\0")
            else:
                key.append(piece)
            continue
        tag = piece
        if '="' in piece and (found := _VALUES.findall(piece)):
            name = _NAME.search(piece)
            of = piece[1:].split(None, 1)[0]
            values += [unescape(value) for _, value in found]
            names += [(of, attribute, name[1] if name else "") for attribute, _ in found]
            piece = _VALUES.sub(r"\1", piece)
        key.append(piece)
    return PageParts("".join(key), tuple(texts), tuple(tags), tuple(values), tuple(names))
