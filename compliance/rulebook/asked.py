"""Which questions a visit is asked, given what has been answered so far."""

from collections.abc import Iterable, Mapping
from datetime import date

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
    entries = pack.questionnaire({dim: list(codes) for dim, codes in dims.items()})
    return _put(entries, dims, visited_on, answers, facts)


def asked_facts(
    pack: Pack,
    dims: Mapping[str, Iterable[str]],
    visited_on: date,
    facts: Mapping[str, Answer],
) -> list[Entry]:
    """Return the operation facts asked for, in the order written; a fact may depend on another."""
    given = {dim: list(codes) for dim, codes in dims.items()}
    entries = [entry for entry in pack.entries("fact") if dims_match(entry.get("dims"), given)]
    return _put(entries, dims, visited_on, {}, facts)


def _put(
    entries: list[Entry],
    dims: Mapping[str, Iterable[str]],
    visited_on: date,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Answer],
) -> list[Entry]:
    tests: dict[str, Test] = {
        entry["id"]: compile_condition(entry["ask_when"])
        for entry in entries
        if "ask_when" in entry
    }
    every = {entry["id"] for entry in entries}
    put = every - set(tests)
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
        found = (every - set(tests)) | {name for name, test in tests.items() if test(state) is True}
        if found == put:
            break
        put = found
    return [entry for entry in entries if entry["id"] in put]
