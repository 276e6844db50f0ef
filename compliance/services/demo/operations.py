"""The operations behind the demo's tests: one for each team, day and kind, with a complete and sound file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.rulebook.pack import dims_match
from compliance.services import operations, rulebooks
from compliance.services.demo.days import at
from compliance.services.demo.files import Entry, read
from compliance.store.models import Operation, Premises


class Operations:
    """Operations made so far."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._made: dict[tuple[str, date, str], Operation] = {}

    def of(self, actor: Actor, visit: Entry, visited_on: date) -> Operation | None:
        """Return the operation that a visit belongs to; None for a kind that has none."""
        title = read("operations")["titles"].get(visit["kind"])
        if title is None:
            return None
        team = visit.get("team", "council")
        key = (team, visited_on, visit["kind"])
        if key not in self._made:
            self._made[key] = self._make(actor, team, visit["kind"], title, visited_on)
        return self._made[key]

    def _make(self, actor: Actor, team: str, kind: str, title: str, held_on: date) -> Operation:
        now = at(held_on - timedelta(days=7), "14:00")
        operation = operations.create(
            self._session, actor, now, title=f"{title}, {held_on.day} {held_on:%B}", held_on=held_on
        )
        facts = {
            **sound_facts(kind, "operation", rulebooks.current(self._session, held_on)),
            **_differing(kind),
            **_differing(team),
        }
        operations.save_facts(self._session, actor, now, operation_id=operation.id, facts=facts)
        morning: datetime = at(held_on, "09:00")
        operations.mark_checked(self._session, actor, morning, operation_id=operation.id)
        return operation


def facts_of_visit(
    visit: Entry, premises: Premises, visited_on: date, pack: Pack
) -> dict[str, Any]:
    """Return the facts that hold for one visit alone: how it went, the shop, its own departures."""
    if visit["kind"] not in read("operations")["titles"]:
        return {}
    facts = sound_facts(visit["kind"], "visit", pack)
    operator = premises.operator_on(visited_on)
    if operator is not None and operator.primary_authority_name:
        facts |= _differing("primary_authority")
    if "purpose" in visit:
        facts[read("operations")["purpose"]["fact"]] = visit["purpose"]
    return {**facts, **visit.get("facts", {})}


def sound_facts(kind: str, asked: str, pack: Pack) -> dict[str, Any]:
    """Return the facts of a sound file that are asked once for an operation, or at each visit."""
    sections = {
        section["id"] for section in pack.entries("section") if section.get("asked") == asked
    }
    return {
        fact["id"]: fact["sound"]
        for fact in pack.entries("fact")
        if fact["section"] in sections
        and "sound" in fact
        and dims_match(fact.get("dims"), {"kind": kind, "nation": "england"})
    }


def _differing(name: str) -> dict[str, Any]:
    differing: dict[str, Any] = read("operations")["facts"].get(name, {})
    return dict(differing)
