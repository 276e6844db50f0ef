"""Conditions of which not everything is decided: the set of outcomes (true, false, unknown) still possible.

A set is a small number with a bit for each outcome. While a visit is only partly decided the set may be too
large and is never too small; once everything a condition reads is decided it is exact.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

TRUE, FALSE, UNKNOWN = 1, 2, 4
ANYTHING = TRUE | FALSE | UNKNOWN

#: An answer (``answer``) or an operation fact (``fact``), and its id.
Variable = tuple[str, str]
#: What is decided so far: a variable, and which of the answers tried for it, by number.
Decided = dict[Variable, int]
#: A condition, or the outcome of a rule: the set of what it can still be.
Node = Callable[[Decided], int]


def as_set(outcome: bool | None) -> int:
    """Return the set that holds one outcome."""
    return UNKNOWN if outcome is None else TRUE if outcome else FALSE


def always(outcomes: int) -> Node:
    """Return a condition that rests on nothing that can be decided."""
    return lambda _: outcomes


def every(parts: Sequence[Node]) -> Node:
    """Return ``all``: false as soon as one part is, true when all are."""

    def run(decided: Decided) -> int:
        true, others = TRUE, 0
        for part in parts:
            outcomes = part(decided)
            if outcomes == FALSE:
                return FALSE
            true &= outcomes
            others |= outcomes & (FALSE | UNKNOWN)
        return true | others

    return run


def some(parts: Sequence[Node]) -> Node:
    """Return ``any``: true as soon as one part is, false when all are."""

    def run(decided: Decided) -> int:
        false, others = FALSE, 0
        for part in parts:
            outcomes = part(decided)
            if outcomes == TRUE:
                return TRUE
            false &= outcomes
            others |= outcomes & (TRUE | UNKNOWN)
        return false | others

    return run


def no(part: Node) -> Node:
    """Return ``not``: unknown stays unknown."""

    def run(decided: Decided) -> int:
        outcomes = part(decided)
        return (
            (outcomes & UNKNOWN)
            | (FALSE if outcomes & TRUE else 0)
            | (TRUE if outcomes & FALSE else 0)
        )

    return run


Told = TypeVar("Told")


def once(node: Callable[[Decided], Told]) -> Callable[[Decided], Told]:
    """Return a node that many others read, worked out once for what is decided (a new dict each time)."""
    last: list[tuple[Decided, Told]] = []

    def run(decided: Decided) -> Told:
        if last and last[0][0] is decided:
            return last[0][1]
        told = node(decided)
        last[:] = [(decided, told)]
        return told

    return run
