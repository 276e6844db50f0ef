"""Which visits two rulebooks judge alike, from columns: only the others need be asked one at a time.

Where every rule, condition and value that differs comes to the same for every visit of a shop, all that
rests on them is the same, its standing too. Where columns cannot tell, they say so.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.rulebook.block_conditions import Block, Codes, Finding, Value
from compliance.rulebook.blocks import BlockScorer, Scored
from compliance.rulebook.columns import Columns, Read, Stored
from compliance.rulebook.conditions import AS_OF
from compliance.rulebook.errors import PackError
from compliance.rulebook.pack import KEY_OF, Entry, Pack
from compliance.rulebook.planes import Plane, unpacked
from compliance.rulebook.program import Node, Program

#: What a person reads of an entry, and no rule does.
TEXTS = frozenset({"label", "title", "hint", "error", "line"})
#: What every visit is read and weighed by: it has to be the same in both.
FIXED = ("dim", "severity", "tier")
#: Tests of a value that ask how long ago it was, on the day of asking.
AGES = ("within_months", "less_than_months_ago", "months_passed")


def moved(old: Program, new: Program, stored: Stored) -> NDArray[np.bool_] | None:
    """Return where a visit may be judged otherwise, by itself or in a standing that rests on it.

    None where columns cannot tell, and every shop has to be asked.
    """
    if not _same_vocabulary(old.pack, new.pack) or not _same_history(old, new):
        return None
    try:
        before, after = BlockScorer(old, every=True), BlockScorer(new, every=True)
        differing = _differing(before, after)
        if any(_depends_on_day(program, differing) for program in (old, new)):
            return None
        read_old, read_new = Read(old, stored), Read(new, stored)
        first = before.score(Columns(read_old))
        # The same answers, read alike wherever both rulebooks ask.
        second = after.score(Columns(read_new), earlier=first)
    except PackError:
        return None
    return _unlike(first, second) | read_old.unreadable | read_new.unreadable


def _bare(entry: Any) -> Any:
    """An entry without the texts that people read."""
    if isinstance(entry, Mapping):
        return {key: _bare(value) for key, value in entry.items() if key not in TEXTS}
    return [_bare(one) for one in entry] if isinstance(entry, list) else entry


def _same_vocabulary(old: Pack, new: Pack) -> bool:
    """Whether both read what was given alike; a new question may stand beside those there were."""
    if any(_bare(list(old.entries(table))) != _bare(list(new.entries(table))) for table in FIXED):
        return False
    return all(
        name in new.by_id(table) and _bare(entry) == _bare(new.by_id(table)[name])
        for table in ("question", "fact")
        for name, entry in old.by_id(table).items()
    )


def _same_history(old: Program, new: Program) -> bool:
    """Whether both work out what rests on other visits alike, and tell the same values."""
    if old.pack.content.get("output") != new.pack.content.get("output"):
        return False
    return _over_history(old) == _over_history(new)


def _over_history(program: Program) -> list[Any]:
    values = program.pack.by_id("value")
    return [
        (_bare(value), program.links["value", name])
        for name, value in values.items()
        if name in program.history_values
    ]


def _differing(old: BlockScorer, new: BlockScorer) -> set[Node]:
    """The entries that differ, of those that look at one visit. Raises ``PackError`` for one out of reach."""
    found: set[Node] = set()
    for node in old.program.links.keys() | new.program.links.keys():
        kind, name = node
        if kind == "value" and name in old.program.history_values | new.program.history_values:
            continue
        if _entry(old, node) != _entry(new, node):
            for scorer in (old, new):
                if node in scorer.program.links and node not in scorer.wanted:
                    raise PackError(f'blocks cannot work out "{name}"')
            found.add(node)
    return found


def _entry(scorer: BlockScorer, node: Node) -> Entry | None:
    key = KEY_OF.get(node[0], "id")
    return next((one for one in scorer.pack.entries(node[0]) if one[key] == node[1]), None)


def _depends_on_day(program: Program, differing: set[Node]) -> bool:
    """Whether what differs rests on the day on which a standing is asked for: columns know one day a visit."""
    dated: set[Node] = set()
    for node in program.sorted_nodes:
        entry = program.pack.by_id(node[0])[node[1]]
        if _asks_the_day(entry) or program.links[node] & dated:
            dated.add(node)
    return bool(dated & differing)


def _asks_the_day(tree: Any) -> bool:
    if isinstance(tree, Mapping):
        if AS_OF in tree or ("value" in tree and any(test in tree for test in AGES)):
            return True
        return any(_asks_the_day(one) for one in tree.values())
    if isinstance(tree, list):
        return any(_asks_the_day(one) for one in tree)
    return bool(tree == AS_OF)


def _unlike(first: Scored, second: Scored) -> NDArray[np.bool_]:
    found = np.zeros(first.size, dtype=np.bool_)
    for number, (before, after) in enumerate(zip(first.parts, second.parts, strict=True)):
        unlike = _Unlike(before.block, after.block)
        start = number * first.step
        found[start : start + before.block.size] = unlike.visits()
    return found


class _Unlike:
    """Where two rulebooks come to something else in one block."""

    def __init__(self, before: Block, after: Block) -> None:
        self.before = before
        self.after = after
        self.none = before.none
        self.found = before.none
        self.values = np.zeros(before.size, dtype=np.bool_)

    def visits(self) -> NDArray[np.bool_]:
        """Return where anything is not the same."""
        before, after = self.before, self.after
        self._each(before.findings, after.findings, self._findings)
        self._each(before.fired, after.fired, self._planes)
        self._each(before.values, after.values, self._values)
        return unpacked(self.found, before.size).view(np.bool_) | self.values

    def _each(
        self, old: Mapping[str, Any], new: Mapping[str, Any], compare: Callable[[Any, Any], None]
    ) -> None:
        for name in old.keys() | new.keys():
            if old.get(name) is not new.get(name):
                compare(old.get(name), new.get(name))

    def _planes(self, old: Plane | None, new: Plane | None) -> None:
        one, other = (self.none if plane is None else plane for plane in (old, new))
        if one is not other:
            self.found = self.found | (one ^ other)

    def _findings(self, old: Finding | None, new: Finding | None) -> None:
        for part in ("met", "not_met", "not_applicable", "not_in_force", "not_assessed"):
            self._planes(getattr(old, part, None), getattr(new, part, None))
        if old is None or new is None:
            return
        for part in ("severities", "gravest", "lightest", "weights"):
            one, other = getattr(old, part), getattr(new, part)
            self._each(one, other, self._planes)

    def _values(self, old: Value | None, new: Value | None) -> None:
        if old is None or new is None or isinstance(old, Codes) is not isinstance(new, Codes):
            self.values[:] = True
        elif isinstance(old, Codes) and isinstance(new, Codes):
            table = tuple(dict.fromkeys((*old.table, *new.table)))
            for end in ("low", "high"):
                one, other = (
                    np.array([*(table.index(code) for code in value.table), -1], dtype=np.int8)[
                        getattr(value, end)
                    ]
                    for value in (old, new)
                )
                self.values |= one != other
        elif not isinstance(old, Codes) and not isinstance(new, Codes):
            unlike = (old.low != new.low) | (old.high != new.high)
            self.values |= (old.known != new.known) | (unlike & old.known)


def vocabulary_of(pack: Pack) -> str:
    """Return what decides how answers are kept in columns, as text: each question's type and codes."""
    told = [
        [table, name, _bare(entry)]
        for table in ("dim", "question", "fact")
        for name, entry in pack.by_id(table).items()
    ]
    return json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
