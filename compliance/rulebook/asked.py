"""Which questions a visit is asked, given what has been answered so far."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from compliance.rulebook.conditions import Test, compile_condition
from compliance.rulebook.pack import Entry, Pack, dims_match
from compliance.rulebook.state import Answer, Moment, State


def asked(
    pack: Pack,
    dims: Mapping[str, Iterable[str]],
    visited_on: date,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Answer],
) -> list[Entry]:
    """Return the questions put at a visit, in the order of asking.

    ``dims`` maps each dimension to its codes (all of them while one is not known), ``answers`` and
    ``facts`` hold definite answers as ``read_answers`` gives them. A question whose ``ask_when`` is
    not true is not put, and its answer counts for no other question either.
    """
    return _put(_entries(pack, "question", dims), dims, visited_on, answers, facts)


def asked_facts(
    pack: Pack,
    dims: Mapping[str, Iterable[str]],
    visited_on: date,
    facts: Mapping[str, Answer],
) -> list[Entry]:
    """Return the operation facts asked for, in the order written; a fact may depend on another."""
    return _put(_entries(pack, "fact", dims), dims, visited_on, {}, facts)


def _entries(
    pack: Pack, table: str, dims: Mapping[str, Iterable[str]]
) -> list[tuple[Entry, Test | None]]:
    """The entries for these dimensions, each with its condition made ready."""
    return _ready(_Held(pack), table, tuple((dim, tuple(codes)) for dim, codes in dims.items()))


class _Held:
    """A pack as a cache key: equal when the content is."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return hash(self.pack.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.pack.sha256 == self.pack.sha256


@lru_cache(maxsize=256)
def _ready(
    held: _Held, table: str, dims: tuple[tuple[str, tuple[str, ...]], ...]
) -> list[tuple[Entry, Test | None]]:
    given = {dim: list(codes) for dim, codes in dims}
    return [
        (entry, compile_condition(entry["ask_when"]) if "ask_when" in entry else None)
        for entry in held.pack.entries(table)
        if dims_match(entry.get("dims"), given)
    ]


def _put(
    entries: list[tuple[Entry, Test | None]],
    dims: Mapping[str, Iterable[str]],
    visited_on: date,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Answer],
) -> list[Entry]:
    tests: dict[str, Test] = {entry["id"]: test for entry, test in entries if test is not None}
    every = {entry["id"] for entry, _ in entries}
    always = every - set(tests)
    put = always
    held = {dim: frozenset(codes) for dim, codes in dims.items()}
    # One question may open another, which opens a third: at most as many rounds as questions.
    for _ in range(len(tests) + 1):
        state = State(
            visited_on,
            visited_on,
            held,
            {name: answer for name, answer in answers.items() if name in put},
            {name: fact for name, fact in facts.items() if name in put or name not in every},
            Moment(0, visited_on),
        )
        found = always | {name for name, test in tests.items() if test(state) is True}
        if found == put:
            break
        put = found
    return [entry for entry, _ in entries if entry["id"] in put]
