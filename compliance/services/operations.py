"""Operations: one team, one afternoon, several shops. What was arranged is entered once.

The volunteer is a code and an age: no identity is kept anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents.gates import refuse_judging
from compliance.documents.refused import DocumentRefused
from compliance.rulebook import AnswerError, Pack, assess
from compliance.rulebook.answers import Reader
from compliance.rulebook.asked import asked_facts
from compliance.rulebook.conditions import reads
from compliance.rulebook.pack import Entry, dims_match, text_of
from compliance.rulebook.words import question_line
from compliance.services import rulebooks
from compliance.services.assessments import STAGES
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.visit_content import clean_text, codes_of
from compliance.store.models import Authority, Operation, Visit

LONGEST_TITLE = 120
#: A volunteer's code: letters, a hyphen and a number, so that no name and no date fits.
VOLUNTEER_CODE = re.compile(r"[A-Z]{1,3}-[0-9]{1,6}")
#: An operation is offered to a new visit for this many days before and after its own day.
OFFERED_DAYS = 60


@dataclass(frozen=True)
class Page:
    """One page of a list and how many there are in all."""

    items: Sequence[Operation]
    total: int


@dataclass(frozen=True)
class Missing:
    """Something a sound file still needs, and when that bites."""

    fact: str
    section: str
    line: str
    #: The file says something a sound file does not; otherwise nothing was said yet.
    departs: bool
    #: When it bites, in words, the first first.
    stages: tuple[str, ...]
    means: tuple[str, ...]


def create(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    held_on: date,
    partner_authority_id: int | None = None,
    volunteer_code: str = "",
) -> Operation:
    """Begin an operation led by the actor's authority. Raises `Refused` naming the field."""
    require(actor, "operation.edit")
    operation = Operation(
        lead_authority_id=actor.authority_id,
        created_by_id=actor.user_id,
        created_at=now,
        facts={},
        references={},
    )
    _describe(session, operation, now, title, held_on, partner_authority_id, volunteer_code)
    session.add(operation)
    session.flush()
    return operation


def describe(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    operation_id: int,
    title: str,
    held_on: date,
    partner_authority_id: int | None = None,
    volunteer_code: str = "",
) -> Operation:
    """Change title, day and partner. Raises `Refused` naming the field, `NotFound`."""
    operation = editable(session, actor, operation_id)
    _describe(session, operation, now, title, held_on, partner_authority_id, volunteer_code)
    session.flush()
    return operation


def _describe(
    session: Session,
    operation: Operation,
    now: datetime,
    title: str,
    held_on: date,
    partner_authority_id: int | None,
    volunteer_code: str,
) -> None:
    title = " ".join(clean_text(title).split())
    if not title:
        raise Refused("Enter a title, such as City centre, October", "title")
    if len(title) > LONGEST_TITLE:
        raise Refused(f"Use at most {LONGEST_TITLE} characters for the title", "title")
    try:  # the evidence bundle prints it
        refuse_judging(title, "The title", "title", "en")
    except DocumentRefused as refused:
        raise Refused(refused.reason, refused.field) from None
    if partner_authority_id is not None:
        partner = session.get(Authority, partner_authority_id)
        if partner is None or partner.id == operation.lead_authority_id:
            raise Refused("Choose another authority as partner", "partner")
    code = volunteer_code.strip().upper()
    if code and not VOLUNTEER_CODE.fullmatch(code):
        raise Refused(
            "Enter a code such as V-1234, never a name or a date of birth", "volunteer_code"
        )
    operation.volunteer_code = code or None
    operation.title = title
    operation.held_on = held_on
    operation.partner_authority_id = partner_authority_id
    operation.updated_at = now


def readable(session: Session, actor: Actor, operation_id: int) -> Operation:
    """Return an operation the actor's authority leads or takes part in; else raise `NotFound`."""
    require(actor, "operation.read")
    operation = session.get(Operation, operation_id)
    if operation is None or actor.authority_id not in (
        operation.lead_authority_id,
        operation.partner_authority_id,
    ):
        raise NotFound
    return operation


def editable(session: Session, actor: Actor, operation_id: int, *, hold: bool = False) -> Operation:
    """Return an operation the actor's authority leads; a partner changes none. Raises `NotFound`.

    With `hold` nobody else changes it before the transaction ends.
    """
    require(actor, "operation.edit")
    operation = readable(session, actor, operation_id)
    if operation.lead_authority_id != actor.authority_id:
        raise NotFound
    if hold:
        session.refresh(operation, with_for_update=True)
    return operation


def listed(session: Session, actor: Actor, *, offset: int = 0, limit: int = 25) -> Page:
    """Return the operations of the actor's authority, the newest first."""
    require(actor, "operation.read")
    query = select(Operation).where(_ours(actor))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Operation.held_on.desc(), Operation.id.desc())
    return Page(session.scalars(ordered.offset(offset).limit(limit)).all(), total)


def offered(session: Session, actor: Actor, on: date) -> Sequence[Operation]:
    """Return the operations a visit of that day may belong to, the nearest day first."""
    span = timedelta(days=OFFERED_DAYS)
    query = select(Operation).where(
        _ours(actor), Operation.held_on >= on - span, Operation.held_on <= on + span
    )
    return sorted(session.scalars(query), key=lambda one: (abs((one.held_on - on).days), -one.id))


def visits_of(session: Session, actor: Actor, operation: Operation) -> Sequence[Visit]:
    """Return the actor's authority's visits under an operation, in the order they were made."""
    query = (
        select(Visit)
        .where(Visit.operation_id == operation.id, Visit.authority_id == actor.authority_id)
        .order_by(Visit.visited_on, Visit.started_at, Visit.created_at)
    )
    return session.scalars(query).all()


def possible_partners(session: Session, actor: Actor) -> Sequence[Authority]:
    """Return every authority but the actor's own, by name."""
    query = select(Authority).where(Authority.id != actor.authority_id).order_by(Authority.name)
    return session.scalars(query).all()


def _ours(actor: Actor) -> Any:
    mine = actor.authority_id
    return or_(Operation.lead_authority_id == mine, Operation.partner_authority_id == mine)


def save_facts(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    operation_id: int,
    facts: Mapping[str, Any],
    pack: Pack | None = None,
) -> Operation:
    """Keep facts of the file; None takes one away. Recorded visits keep the facts they were recorded with.

    Raises `Refused` naming the fact that the rulebook cannot read.
    """
    operation = editable(session, actor, operation_id)
    pack = pack or rulebooks.current(session, operation.held_on)
    merged = {**operation.facts, **facts}
    kept = {name: value for name, value in merged.items() if value is not None}
    try:
        Reader(pack.facts, "operation fact").read(kept)
    except AnswerError as error:
        raise Refused("This cannot be read. Enter it again.", error.question) from error
    operation.facts = kept
    operation.updated_at = now
    session.flush()
    return operation


def mark_checked(session: Session, actor: Actor, now: datetime, *, operation_id: int) -> Operation:
    """Keep that a person went through the checklist before the first shop."""
    operation = editable(session, actor, operation_id)
    operation.checklist_done_at = now
    operation.checklist_done_by_id = actor.user_id
    session.flush()
    return operation


def kinds_with_a_file(pack: Pack) -> list[str]:
    """Return the kinds of visit for which a file of facts is kept, in the order of the rulebook."""
    sections = [one for one in pack.entries("section") if one["id"] in _sections(pack)]
    return [
        kind
        for kind in codes_of(pack, "kind")
        if any(dims_match(one.get("dims"), {"kind": kind}) for one in sections)
    ]


def _sections(pack: Pack) -> set[str]:
    """The sections whose facts are asked once for an operation."""
    held = {fact.get("section") for fact in pack.entries("fact")}
    return {
        one["id"]
        for one in pack.entries("section")
        if one["id"] in held and one.get("asked", "operation") == "operation"
    }


def file_dims(pack: Pack, kind: str) -> dict[str, list[str]]:
    """Return the dimensions under which the file is asked: one kind, every shop it may go to."""
    return {dim: codes_of(pack, dim) for dim in pack.by_id("dim")} | {"kind": [kind]}


def checklist(operation: Operation, kind: str, pack: Pack) -> list[Missing]:
    """Return what the file lacks for sound tests of a kind, and at which stage each gap bites.

    Read from the rulebook alone: each fact has a `sound` value, and the conditions that read it say what
    a departure means and when. What depends on a later stage only, and is no departure, is left out.
    """
    typed = Reader(pack.facts, "operation fact").read(operation.facts)
    fired = _fired(pack, kind, operation)
    sections = _sections(pack)
    missing = []
    for entry in asked_facts(pack, file_dims(pack, kind), operation.held_on, typed):
        if entry.get("section") not in sections:
            continue
        name = entry["id"]
        reading = [one for one in pack.entries("condition") if _reads(one, name, kind)]
        bites = [one for one in reading if one["id"] in fired and not _usual(entry, one)]
        departs = name in typed and bool(bites)
        if not departs and (name in typed or not reading):
            continue
        shown = bites if departs else reading
        missing.append(
            Missing(
                fact=name,
                section=str(entry["section"]),
                line=question_line(entry),
                departs=departs,
                stages=tuple(dict.fromkeys(STAGES[one["stage"]] for one in shown)),
                means=tuple(text_of(one.get("means")) for one in bites),
            )
        )
    return missing


def _reads(condition: Entry, fact: str, kind: str) -> bool:
    return dims_match(condition.get("dims"), {"kind": kind}) and (
        fact in reads(condition["when"]).fact
    )


def _usual(entry: Entry, condition: Entry) -> bool:
    """Whether what fired belongs to every sound test of the kind and only stops formal steps."""
    return "options" not in entry and condition.get("stage") == "formal"


def _fired(pack: Pack, kind: str, operation: Operation) -> set[str]:
    """The conditions that the file fires by itself, before anything is observed."""
    visit: dict[str, Any] = {
        "visited_on": operation.held_on.isoformat(),
        "operation": dict(operation.facts),
    }
    for dim in pack.entries("dim"):
        code = kind if dim["id"] == "kind" else dim["options"][0]["code"]
        many = bool(dim.get("many"))
        visit[f"{dim['id']}s" if many else dim["id"]] = [code] if many else code
    validity = assess(pack, visit)["validity"]
    return {one["id"] for one in validity["conditions"]} if validity else set()
