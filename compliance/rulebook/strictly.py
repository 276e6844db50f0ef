"""What a visit put in by hand may not be, beyond what the engine refuses: slips that would go unnoticed.

The engine leaves out what does not concern a visit, since a recorded visit may keep answers from before its
nation or its ways of selling were put right. A file written by hand has no such past: there it is a slip.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from compliance.rulebook.answers import read_date, read_dims
from compliance.rulebook.assess import program_of
from compliance.rulebook.errors import AnswerError, nearest
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.state import NOT_OBSERVED

#: Days are reckoned ahead by months, and the calendar ends with the year 9999.
END_OF_DAYS = date(9000, 1, 1)

Visit = Mapping[str, Any]


def refuse_misshapen(pack: Pack, visit: Visit) -> None:
    """Look at the shape of a visit and of each visit of its history, before the engine reads them.

    Raises ``AnswerError`` for what is not of the documented form, and for a day after the visit in an answer
    that the pack marks ``past``; what is unknown is left to the engine.
    """
    history = visit.get("history")
    if history is not None and not isinstance(history, list):
        raise AnswerError('"history" must be a list of earlier visits', "history")
    for one in history or ():
        if not isinstance(one, Mapping):
            raise AnswerError('"history" must be a list of earlier visits', "history")
    known = program_of(pack).keys
    for one, named in _each(visit):
        if one is not visit:
            for key in one:
                if key not in known:
                    raise named(AnswerError(f'unknown key "{key}".{nearest(key, known)}', key))
            if one.get("visited_on") is None:
                raise named(AnswerError('"visited_on" is missing', "visited_on"))
        try:
            _shape(pack, one)
        except AnswerError as error:
            raise named(error) from None


def refuse_slips(pack: Pack, visit: Visit) -> None:
    """Look through a visit that the engine could read, and each visit of its history.

    Raises ``AnswerError`` for a standing asked for before the visit, and for a question or an option that
    belongs to visits of another kind (a dimension the pack marks ``never_mixed``).
    """
    as_of, visited_on = visit.get("as_of"), visit["visited_on"]
    if as_of and as_of < visited_on:
        raise AnswerError(
            f'"as_of" ({as_of}) is before "visited_on" ({visited_on}): standing is asked for on the day'
            " of the visit or later",
            "as_of",
        )
    apart = [dim["id"] for dim in pack.entries("dim") if dim.get("never_mixed")]
    for one, named in _each(visit):
        dims = read_dims(pack, one)
        for dim in apart:
            try:
                _of_another(pack, dim, dims.get(dim, frozenset()), one.get("answers") or {})
            except AnswerError as error:
                raise named(error) from None


def _each(visit: Visit) -> Iterator[tuple[Visit, Callable[[AnswerError], AnswerError]]]:
    """The visit and those of its history, each with how an error in it is told."""
    yield visit, partial(_named, "")
    for number, one in enumerate(visit.get("history") or (), start=1):
        yield one, partial(_named, f'"history", visit {number}: ')


def _named(place: str, error: AnswerError) -> AnswerError:
    return AnswerError(f"{place}{error}", error.question)


def _shape(pack: Pack, visit: Visit) -> None:
    """Raise ``AnswerError`` for a part of one visit that is not of the documented form."""
    for dim in pack.entries("dim"):
        _dimension(visit, dim)
    days = {
        name: _day(visit[name], name) for name in ("visited_on", "as_of") if _given(visit, name)
    }
    on = days.get("visited_on")
    if on is not None and on < pack.first_day:
        raise AnswerError(
            f'"visited_on" ({on}) is before {pack.first_day}, the first day this rulebook is for',
            "visited_on",
        )
    for part, entries in (("answers", pack.questions), ("operation", pack.facts)):
        given = visit.get(part)
        if given is not None and not isinstance(given, Mapping):
            raise AnswerError(f'"{part}" must be an object of "id": answer', part)
        for name, value in (given or {}).items():
            entry = entries.get(name)
            if entry is not None and value not in (None, NOT_OBSERVED):
                _answer(entry, value, on)


def _given(visit: Visit, name: str) -> bool:
    return visit.get(name) is not None


def _day(value: object, name: str) -> date:
    day = read_date(value, name)
    if day >= END_OF_DAYS:
        raise AnswerError(f'"{name}" ({day}) is too late: give a day before {END_OF_DAYS}', name)
    return day


def _dimension(visit: Visit, dim: Entry) -> None:
    """One code by the dimension's name, or a list by its plural; in "dims", as a record keeps it, either."""
    name, many = dim["id"], bool(dim.get("many", False))
    inner = visit.get("dims")
    places = [visit, inner] if isinstance(inner, Mapping) else [visit]
    found = [(place, key) for place in places for key in (name, f"{name}s") if key in place]
    if len(found) > 1:
        first, second = (key for _, key in found[:2])
        raise AnswerError(
            f'"{first}" is given twice: only one can be meant'
            if first == second
            else f'"{first}" and "{second}" are both given: only one can be meant',
            name,
        )
    for place, key in found:
        value = place[key]
        if key != name and many and not isinstance(value, list):
            raise AnswerError(
                f'"{key}" takes a list, such as ["{dim["options"][0]["code"]}"]', name
            )
        if key == name and isinstance(value, list) and not (many and place is inner):
            instead = f', or "{name}s" a list' if many else ""
            raise AnswerError(f'"{name}" takes one code and not a list{instead}', name)


def _answer(entry: Entry, value: Any, visited_on: date | None) -> None:
    name, kind = entry["id"], entry["type"]
    if kind == "integer" and isinstance(value, str):
        raise AnswerError(
            f'{name}: "{value}" is text: a whole number is written without quotation marks', name
        )
    if kind == "choices" and isinstance(value, list) and len(value) > 1:
        for option in entry["options"]:
            if option.get("exclusive") and option["code"] in value:
                raise AnswerError(
                    f'{name}: "{option["code"]}" stands alone, never beside others', name
                )
    if visited_on is not None and entry.get("past"):
        for one in value if isinstance(value, list) else [value]:
            if read_date(one, name) > visited_on:
                raise AnswerError(
                    f'"{name}" ({one}) is after the visit ({visited_on}), and cannot be', name
                )


def _of_another(pack: Pack, dim: str, mine: frozenset[str], answers: Mapping[str, Any]) -> None:
    ours = " or ".join(sorted(mine)) or "none"
    for name, answer in answers.items():
        if answer in (None, NOT_OBSERVED):
            continue
        entry = pack.questions[name]
        wanted = (entry.get("dims") or {}).get(dim)
        if wanted and mine.isdisjoint(wanted):
            theirs = " or ".join(wanted)
            raise AnswerError(f'"{name}" is a question of {dim} {theirs}, not of {ours}', name)
        chosen = answer if isinstance(answer, list) else [answer]
        for option in entry.get("options", ()):
            wanted = (option.get("dims") or {}).get(dim)
            if wanted and mine.isdisjoint(wanted) and option["code"] in chosen:
                theirs = " or ".join(wanted)
                raise AnswerError(
                    f'{name}: "{option["code"]}" is an option of {dim} {theirs}, not of {ours}',
                    name,
                )
