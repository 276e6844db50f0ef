"""The parser of HTML keeps the patterns it reads by.

tinyhtml5 means to keep the pattern for "up to one of these characters", but keeps it under the pattern itself, and
so makes it anew for every word and attribute of a page.
"""

import re

from tinyhtml5 import inputstream

from compliance.documents.pinned import known

SOURCE = "dfe353323dff1fdc"


class _Patterns(dict[tuple[frozenset[str], bool], re.Pattern[str]]):
    """A pattern for some characters, or for all but them."""

    def __missing__(self, asked: tuple[frozenset[str], bool]) -> re.Pattern[str]:
        characters, opposite = asked
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        pattern = re.compile(f"[{'' if opposite else '^'}{listed}]+")
        self[asked] = pattern
        return pattern


def install() -> bool:
    """Put it in place for this process; False when this is not the tinyhtml5 it knows."""
    if not known(SOURCE, inputstream.HTMLUnicodeInputStream.chars_until):
        return False
    inputstream.characters_until_regex = _Patterns()
    return True
