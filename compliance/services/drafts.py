"""Drafts: what was typed so far, kept as it was typed, for a first record or for a correction of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.services import rulebooks
from compliance.services.errors import Refused
from compliance.services.visit_content import (
    Particulars,
    Record,
    is_correcting,
    local_moment,
    particulars_of,
    without_controls,
)
from compliance.store.models import Operation, Visit, VisitVersion

#: A draft keeps what was typed even when it is wrong, up to this many characters a field.
LONGEST_TYPED = 20_000
_OF_A_CORRECTION = ("correcting", "particulars")


@dataclass(frozen=True)
class Typed:
    """One screen as it was typed, and what could be read of it."""

    #: Field name to its values as typed, blank ones too.
    fields: Mapping[str, Sequence[str]]
    #: Question id to its answer; None where there is none (yet).
    answers: Mapping[str, Any] = field(default_factory=dict)
    #: Operation fact id to its value for this visit alone; None where there is none.
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: Question id to a code of `WHY_NOT_OBSERVED`; None where no reason is given.
    why: Mapping[str, str | None] = field(default_factory=dict)
    #: Question or fact id to what is wrong with what was typed; None where nothing is.
    errors: Mapping[str, str | None] = field(default_factory=dict)


def save_draft(session: Session, actor: Actor, now: datetime, visit: Visit, typed: Typed) -> None:
    """Keep one screen in the draft: as it was typed, what was read of it, and what is wrong.

    Wrong or right, it is kept: nothing typed is lost. What another screen kept stays as it is.
    """
    draft = dict(visit.draft)
    fields = {
        name: [without_controls(value)[:LONGEST_TYPED] for value in values]
        for name, values in typed.fields.items()
    }
    draft["fields"] = {**draft.get("fields", {}), **fields}
    for part in ("answers", "facts", "why", "errors"):
        merged = {**draft.get(part, {}), **getattr(typed, part)}
        draft[part] = {name: value for name, value in merged.items() if value is not None}
    visit.draft = draft
    visit.draft_saved_at = now
    session.flush()


def drafted(visit: Visit) -> Record:
    """Return what the draft would hand in now."""
    draft = visit.draft
    return Record(draft.get("answers", {}), draft.get("facts", {}), draft.get("why", {}))


def recorded(version: VisitVersion, operation: Operation | None, pack: Pack) -> Record:
    """Return what was handed in for a version, to begin a correction with.

    What is entered once for the operation is taken from its file as it stands now.
    """
    shared = operation.facts if operation is not None else {}
    once = {
        section["id"]
        for section in pack.entries("section")
        if section.get("asked", "operation") == "operation"
    }
    return Record(
        version.answers,
        {
            name: value
            for name, value in version.operation_facts.items()
            if name not in shared or pack.facts.get(name, {}).get("section") not in once
        },
        version.particulars.get("why_not_observed", {}),
    )


def discard_draft(session: Session, actor: Actor, visit: Visit) -> None:
    """Delete a draft that was never recorded. Raises `Refused` for anything else."""
    if visit.state != "draft" or visit.officer_id != actor.user_id:
        raise Refused("Only your own unfinished visit can be discarded")
    session.delete(visit)
    session.flush()


def open_drafts(session: Session, actor: Actor) -> list[Visit]:
    """Return the actor's unfinished visits, the newest first."""
    query = (
        select(Visit)
        .where(Visit.officer_id == actor.user_id, Visit.state == "draft")
        .order_by(Visit.created_at.desc())
    )
    return list(session.scalars(query))


def newest_of_day(session: Session, actor: Actor, day: date) -> Visit | None:
    """Return the actor's newest visit of a day: the next one that day is often arranged alike."""
    query = (
        select(Visit)
        .where(Visit.officer_id == actor.user_id, Visit.visited_on == day)
        .order_by(Visit.created_at.desc())
        .limit(1)
    )
    return session.scalar(query)


def pending(session: Session, visit: Visit) -> Particulars:
    """Return why, how and when of a visit as it would be recorded now: a correction may change them."""
    changed = visit.draft.get("particulars") if is_correcting(visit) else None
    if changed is None:
        return particulars_of(visit)
    operation_id = changed["operation_id"]
    return Particulars(
        changed["purpose"],
        changed["channels"],
        date.fromisoformat(changed["visited_on"]),
        _aware(changed["started_at"]),
        _aware(changed["ended_at"]),
        session.get(Operation, operation_id) if operation_id else None,
    )


def keep_particulars(session: Session, visit: Visit, particulars: Particulars) -> None:
    """Keep changed particulars in the draft of a correction; the record stays as it is."""
    visit.draft = {**visit.draft, "particulars": _kept(particulars)}
    session.flush()


def _kept(particulars: Particulars) -> dict[str, Any]:
    return {
        "purpose": particulars.purpose,
        "channels": list(particulars.channels),
        "visited_on": particulars.visited_on.isoformat(),
        "started_at": local_moment(particulars.started_at),
        "ended_at": local_moment(particulars.ended_at),
        "operation_id": particulars.operation.id if particulars.operation else None,
    }


def _aware(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def start_correction(
    session: Session,
    actor: Actor,
    now: datetime,
    visit: Visit,
    fields: Mapping[str, Sequence[str]],
    pack: Pack | None = None,
) -> None:
    """Open a recorded visit for a correction; `fields` are its answers as they would be typed.

    The record itself stays as it is until `correct`. Raises `Refused` while a colleague corrects it.
    """
    if visit.state == "draft":
        raise Refused("This visit is not recorded yet. Change its answers instead.")
    if is_correcting(visit):
        if visit.draft["correcting"]["by"] != actor.user_id:
            raise Refused("A colleague is correcting this visit")
        return
    latest = visit.latest_version
    assert latest is not None  # a visit that is no draft has a version
    begun = recorded(latest, visit.operation, pack or rulebooks.for_visit(session, visit))
    visit.draft = {
        "rulebook": visit.draft.get("rulebook"),
        "fields": {name: list(values) for name, values in fields.items()},
        "answers": dict(begun.answers),
        "facts": dict(begun.operation_facts),
        "why": dict(begun.why_not_observed),
        "correcting": {"by": actor.user_id, "since": now.isoformat()},
    }
    visit.draft_saved_at = now
    session.flush()


def drop_correction(session: Session, actor: Actor, visit: Visit) -> None:
    """Give up a correction that was begun; the record stays as it was."""
    visit.draft = {key: visit.draft[key] for key in visit.draft if key not in _OF_A_CORRECTION}
    session.flush()
