"""What a visit put in by hand may not be, beyond what the engine refuses: slips that would go unnoticed.

The engine leaves out what does not concern a visit, since a recorded visit may keep answers from before its
nation or its ways of selling were put right. A file written by hand has no such past: there it is a slip.
"""

from collections.abc import Mapping
from typing import Any

from compliance.rulebook.answers import read_dims
from compliance.rulebook.errors import AnswerError
from compliance.rulebook.pack import Pack
from compliance.rulebook.state import NOT_OBSERVED


def refuse_slips(pack: Pack, visit: Mapping[str, Any]) -> None:
    """Look through a visit that the engine could read, and each visit of its history.

    Raises ``AnswerError`` for a standing asked for before the visit, and for an answer to a question that
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
    for one in (visit, *(visit.get("history") or ())):
        dims = read_dims(pack, one)
        for dim in apart:
            _of_another(pack, dim, dims.get(dim, frozenset()), one.get("answers") or {})


def _of_another(pack: Pack, dim: str, mine: frozenset[str], answers: Mapping[str, Any]) -> None:
    for name, answer in answers.items():
        wanted = (pack.questions[name].get("dims") or {}).get(dim)
        if wanted and mine.isdisjoint(wanted) and answer not in (None, NOT_OBSERVED):
            theirs, ours = " or ".join(wanted), " or ".join(sorted(mine)) or "none"
            raise AnswerError(f'"{name}" is a question of {dim} {theirs}, not of {ours}', name)
