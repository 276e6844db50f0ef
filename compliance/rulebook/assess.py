"""From a visit to its assessment: validity, findings, score, grade, standing and next step, explained."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from compliance.rulebook.answers import read_date
from compliance.rulebook.errors import AnswerError, nearest
from compliance.rulebook.pack import Pack, dims_match, text_of
from compliance.rulebook.program import Plan, Program
from compliance.rulebook.state import Moment, Range, State
from compliance.rulebook.values import plain

Visit = Mapping[str, Any]


MOST_PROGRAMS = 8
_programs: dict[str, Program] = {}


def program_of(pack: Pack) -> Program:
    """Return the pack compiled; the same pack is compiled once."""
    program = _programs.get(pack.sha256)
    if program is None:
        program = Program(pack)
        if len(_programs) >= MOST_PROGRAMS:
            _programs.clear()
        _programs[pack.sha256] = program
    return program


def assess(pack: Pack, visit: Visit, language: str = "en") -> dict[str, Any]:
    """Assess one visit at its own date under a pack.

    ``visit`` is the JSON form documented in ``docs/rulebook.md``: the pack's dimensions, ``visited_on``,
    ``answers``, and optionally ``operation``, ``history`` (earlier visits to the same operator at the
    same premises, all reviewed) and ``as_of`` (the day on which standing is asked; the visit date unless
    given). The result is plain JSON data. Raises ``AnswerError`` for anything unknown or ill-typed.
    """
    program = program_of(pack)
    state, plan = _history(program, visit)
    for step in plan.history_steps:
        step(state)
    output = pack.content.get("output", {})
    score = state.values.get(output.get("score", ""))
    result: dict[str, Any] = {
        "rulebook": {"id": pack.id, "version": pack.version, "sha256": pack.sha256},
        "validity": _validity(pack, state, output.get("validity"), language),
        "findings": plan.findings(language)(
            state.findings,
            state.severities,
            visit.get("answers") or {},
            visit.get("operation") or {},
        ),
        "score": None if score is None else dict(zip(("low", "high"), _ends(score), strict=True)),
        "grade": _settled(state, output.get("grade")),
        "narrowed_by": plan.narrowing(state),
        "standing": _settled(state, output.get("standing")),
        "next_step": _settled(state, output.get("next_step")),
        "values": _shown(program, state),
    }
    return {"id": visit["id"]} | result if "id" in visit else result


def _history(program: Program, visit: Visit) -> tuple[State, Plan]:
    """Work out this visit and each earlier one, at its own date; return this one's state and plan."""
    if not visit.keys() <= program.keys:
        key = next(key for key in visit if key not in program.keys)
        raise AnswerError(f'unknown key "{key}".{nearest(key, program.keys)}', str(key))
    if visit.get("visited_on") is None:
        program.dims(visit)  # what is unknown is told before what is missing
        raise AnswerError('"visited_on" is missing', "visited_on")
    visited_on = read_date(visit["visited_on"], "visited_on")
    as_of = read_date(visit["as_of"], "as_of") if visit.get("as_of") else visited_on
    states: list[State] = []
    if visit.get("history"):
        for on, one in _earlier(visit["history"], visited_on):
            states.append(_one(program, one, on, on, len(states))[0])
    state, plan = _one(program, visit, visited_on, as_of, len(states))
    states.append(state)
    state.visits = states
    return state, plan


def _earlier(history: Any, visited_on: date) -> list[tuple[date, Visit]]:
    """The earlier visits with their dates, oldest first; those of one day as they were given."""
    if not isinstance(history, list) or not all(isinstance(one, Mapping) for one in history):
        raise AnswerError('"history" must be a list of earlier visits', "history")
    earlier = sorted(
        ((read_date(one.get("visited_on"), "visited_on"), one) for one in history),
        key=lambda dated: dated[0],
    )
    if earlier[-1][0] > visited_on:
        raise AnswerError("a visit of the history is later than this visit", "history")
    return earlier


def _one(
    program: Program, visit: Visit, visited_on: date, as_of: date, place: int
) -> tuple[State, Plan]:
    dims = program.dims(visit)
    plan = program.plan(visited_on, dims)
    state = State(
        visited_on,
        as_of,
        dims,
        program.answers.read(visit.get("answers") or {}),
        program.facts.read(visit.get("operation") or {}),
        Moment(place, visited_on),
        severities=dict(plan.severities),
    )
    for step in plan.steps:
        step(state)
    return state, plan


def _ends(value: Any) -> tuple[Any, Any]:
    return (
        (plain(value.low), plain(value.high)) if isinstance(value, Range) else (plain(value),) * 2
    )


def _settled(state: State, name: str | None) -> Any:
    value = state.values.get(name) if name else None
    return None if isinstance(value, Range) else plain(value)


def _shown(program: Program, state: State) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in program.shown_values:
        value = state.values.get(name)
        if value is None:
            continue
        if isinstance(value, Range):
            shown[f"{name}_low"], shown[f"{name}_high"] = _ends(value)
        else:
            shown[name] = plain(value)
    return shown


def _validity(
    pack: Pack, state: State, output: Mapping[str, Any] | None, language: str
) -> dict[str, Any] | None:
    if output is None or not dims_match(output.get("dims"), state.dims):
        return None
    return {
        "result": _settled(state, output["result"]),
        "may_allege": _settled(state, output["may_allege"]) == "yes",
        "counts": _settled(state, output["counts"]) == "yes",
        "conditions": [
            {
                "id": condition["id"],
                "tier": condition["tier"],
                "stage": condition.get("stage"),
                "means": text_of(condition.get("means"), language),
            }
            for condition in pack.entries("condition")
            if condition["id"] in state.fired
        ],
    }
