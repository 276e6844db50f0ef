"""The gatekeeper: what a pack must satisfy before it is released, each problem with file and line."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from compliance.rulebook.errors import PackError
from compliance.rulebook.gatekeeper.contradictions import contradictions
from compliance.rulebook.gatekeeper.entries import Gate
from compliance.rulebook.gatekeeper.keys import unknown_keys
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.gatekeeper.reach import Reach
from compliance.rulebook.gatekeeper.translated import untranslated
from compliance.rulebook.pack import KEY_OF, TABLES, Entry, Pack, load_pack
from compliance.rulebook.program import Program
from compliance.rulebook.sources import Sources

__all__ = ["Problem", "check"]

#: What comes of a table, a list or a word where another of them belongs.
_MISSHAPEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_IN_A_FILE = re.compile(r"(?P<file>[^:]+\.toml)(:(?P<line>\d+))?: (?P<message>.*)", re.DOTALL)
_LINE = re.compile(r"\(at line (\d+), ")
_TABLE = re.compile(
    r'unknown table "([^"]+)"|a \[\[(\w+)\]\] without|(\w+) is (?:one table|a list)'
)
_WORD = re.compile(
    r'unknown [a-z ]+ "([^"]+)"|"[^"]+" has no option "([^"]+)"|"[^"]+" is never "([^"]+)"|"([^"]+)" must be'
)
_TWICE = re.compile(r'(\w+) "([^"]+)" is also in')


def check(directory: Path | str, *, reach: bool = True) -> list[Problem]:
    """Return every problem of the pack in a directory; an empty list means it may be released.

    ``reach=False`` leaves out what can and cannot be answered, which takes longest: enough where a
    rulebook that passed has only other days and other rows of the law.

    What rests on the shape of the pack is looked at once the shape is right, and what can and cannot be
    answered once everything named is known.
    """
    root = Path(directory)
    try:
        pack = load_pack(root)
    except PackError as error:
        return [_unreadable(root, str(error))]
    sources = Sources(root)
    for part in (_shape, _entries, _working if reach else _runs):
        try:
            problems = list(
                dict.fromkeys(_nearer(one, sources) for one in part(pack, root, sources))
            )
        except PackError as error:
            problems = [_in_a_circle(pack, root, sources, str(error))]
        except _MISSHAPEN:
            problems = [_misshapen(pack, root, sources)]
        if problems:
            return problems
    return []


def _nearer(problem: Problem, sources: Sources) -> Problem:
    """Where a problem is about one word of an entry, name the line of that word."""
    found = _WORD.match(problem.message)
    if found is None:
        return problem
    word = next(one for one in found.groups() if one is not None)
    return Problem(sources.within(problem.place, word), problem.message)


def _unreadable(root: Path, message: str) -> Problem:
    """Tell where in which file the reading of a pack ended."""
    found = _IN_A_FILE.fullmatch(message)
    if found is None:
        return Problem(str(root), message.removeprefix(f"{root}: "))
    place, told = found["file"], found["message"]
    if found["line"]:
        return Problem(f"{place}:{found['line']}", told)
    line, table, twice = _LINE.search(told), _TABLE.match(told), _TWICE.match(told)
    if line:
        place = f"{place}:{line[1]}"
    elif table:
        place = Sources(root).place(table[1] or table[2] or table[3], "", place)
    elif twice:
        place = Sources(root).place(twice[1], twice[2], place)
    return Problem(place, told)


def _misshapen(pack: Pack, root: Path, sources: Sources) -> Problem:
    """Tell at which entry the reading breaks off: words where a table belongs, a list where a word does."""

    def breaks(table: str, entries: list[Entry]) -> bool:
        try:
            for part in (_shape, _entries):
                list(part(Pack({**pack.content, table: entries}), root, sources))
        except PackError:
            return False
        except _MISSHAPEN:
            return True
        return False

    for table in TABLES:
        entries = pack.entries(table)
        if not breaks(table, entries) or breaks(table, []):
            continue
        # The shortest beginning of the table that breaks ends with the entry.
        last = bisect_left(
            range(len(entries)), True, key=lambda at: breaks(table, entries[: at + 1])
        )
        place = sources.entry(table, str(entries[last][KEY_OF.get(table, "id")]), last)
        return Problem(
            place, "something in this entry is of a shape that the language does not have"
        )
    place = sources.place("pack", "")
    return Problem(
        place, "something in this rulebook is of a shape that the language does not have"
    )


def _in_a_circle(pack: Pack, root: Path, sources: Sources, message: str) -> Problem:
    """Tell where the first entry of a circle stands."""
    first = message.partition(": ")[2].partition(" -> ")[0]
    for table in ("rule", "condition", "value"):
        if first in pack.by_id(table):
            return Problem(sources.place(table, first), message)
    return Problem(str(root), message)


def _shape(pack: Pack, root: Path, sources: Sources) -> Iterator[Problem]:
    yield from unknown_keys(pack, sources)


def _entries(pack: Pack, root: Path, sources: Sources) -> Iterator[Problem]:
    yield from Gate(pack, sources).problems()
    yield from untranslated(pack, root, sources)


def _runs(pack: Pack, root: Path, sources: Sources) -> Iterator[Problem]:
    Program(pack)
    yield from ()


def _working(pack: Pack, root: Path, sources: Sources) -> Iterator[Problem]:
    Program(pack)
    reach = Reach(pack, sources)
    yield from reach.problems()
    yield from contradictions(reach)
