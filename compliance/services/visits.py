"""Visits: begun, drafted, recorded once and locked, corrected as new versions that keep the old.

A recorded version is evidence. Nothing here refuses to save what happened: a fact that spoils a test
is recorded, and the assessment flags it.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.rulebook import AnswerError, Pack, shipped_pack
from compliance.rulebook.answers import Reader
from compliance.rulebook.asked import asked, asked_facts
from compliance.rulebook.pack import dims_match
from compliance.rulebook.words import question_line
from compliance.services import assessments
from compliance.services.errors import NotFound, Refused
from compliance.store.models import (
    Operation,
    Premises,
    Visit,
    VisitShare,
    VisitVersion,
)
from compliance.store.models.visits import VISIT_PURPOSES

LONDON = ZoneInfo("Europe/London")

#: Why the team came: codes of `visits.purpose` and how people say them.
PURPOSES: Mapping[str, str] = {
    "first": "First visit",
    "re_test": "Re-test",
    "after_challenge_25": "After a Challenge 25 audit",
    "complaint": "Complaint",
    "intelligence": "Intelligence",
    "follow_up": "Follow-up",
}
#: Why something could not be observed; kept beside the answer, never scored.
WHY_NOT_OBSERVED: Mapping[str, str] = {
    "area_shut": "Area closed to us",
    "access_refused": "Access refused",
    "no_time": "Ran out of time",
    "another_reason": "Another reason",
}
LONGEST_TEXT = 10_000
_OF_A_CORRECTION = ("correcting", "particulars")
#: A draft keeps what was typed even when it is wrong, up to this many characters a field.
LONGEST_TYPED = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Record:
    """What an officer hands in: answers as the rulebook reads them (JSON), by question id."""

    answers: Mapping[str, Any]
    #: Operation facts that hold for this visit alone, laid over those of the operation.
    operation_facts: Mapping[str, Any] = field(default_factory=dict)
    #: Question id to a code of `WHY_NOT_OBSERVED`.
    why_not_observed: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True)
class Particulars:
    """Why, how and when: what is decided before a question is asked."""

    purpose: str
    channels: Sequence[str]
    visited_on: date
    started_at: datetime | None = None
    ended_at: datetime | None = None
    operation: Operation | None = None


def local_day(moment: datetime) -> date:
    """Return the day it is in London at an aware moment."""
    return moment.astimezone(LONDON).date()


def clean_text(text: str) -> str:
    """Return typed text with one kind of line end, and no control or direction characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def begin(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    premises: Premises,
    kind: str,
    purpose: str,
    visited_on: date,
    channels: Sequence[str],
    operation: Operation | None = None,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    visit_id: str | None = None,
    pack: Pack | None = None,
) -> Visit:
    """Begin a visit as a draft of `actor`; times are aware, the day is London's.

    The same `visit_id` again is success and gives the visit that is there. Raises `Refused` for a kind,
    channel or purpose there is not, a day to come, or an end before the start.
    """
    pack = pack or shipped_pack()
    if visit_id is not None:
        there = session.get(Visit, visit_id)
        if there is not None:
            if there.officer_id != actor.user_id:
                raise NotFound
            return there
    if kind not in codes_of(pack, "kind"):
        raise Refused("Choose what kind of visit this is", "kind")
    particulars = Particulars(purpose, channels, visited_on, started_at, ended_at, operation)
    check_particulars(kind, particulars, actor.authority_id, now, pack)
    visit = Visit(
        id=visit_id or str(uuid.uuid4()),
        authority_id=actor.authority_id,
        premises=premises,
        kind=kind,
        nation=premises.nation,
        officer_id=actor.user_id,
        state="draft",
        draft={"rulebook": pack.sha256},
        created_at=now,
    )
    _arrange(visit, particulars)
    session.add(visit)
    session.flush()
    return visit


def codes_of(pack: Pack, dim: str) -> list[str]:
    """Return the codes of a dimension of the pack; none when the pack has no such dimension."""
    entry = pack.by_id("dim").get(dim, {})
    return [option["code"] for option in entry.get("options", ())]


def _option(pack: Pack, dim: str, code: str) -> Mapping[str, Any]:
    for option in pack.by_id("dim").get(dim, {}).get("options", ()):
        if option["code"] == code:
            return dict(option)
    return {}


def check_particulars(
    kind: str, particulars: Particulars, authority_id: int, now: datetime, pack: Pack
) -> None:
    """Raise `Refused`, naming the field, for particulars that cannot be true."""
    known = codes_of(pack, "channel")
    if not particulars.channels or not set(particulars.channels) <= set(known):
        raise Refused("Choose the way of selling this visit is about", "channels")
    if len(particulars.channels) > 1 and _option(pack, "kind", kind).get("one_channel"):
        raise Refused("Choose one way of selling: a test is made in one", "channels")
    if particulars.purpose not in VISIT_PURPOSES:
        raise Refused("Choose why you are visiting", "purpose")
    if particulars.visited_on > local_day(now):
        raise Refused("The day of the visit must be today or in the past", "visited_on")
    start, end = particulars.started_at, particulars.ended_at
    if start is not None and start > now:
        raise Refused("The start must not be in the future", "started_at")
    if start is not None and end is not None and end < start:
        raise Refused("The end must be after the start", "ended_at")
    operation = particulars.operation
    if operation is not None and authority_id not in (
        operation.lead_authority_id,
        operation.partner_authority_id,
    ):
        raise Refused("Choose one of your own operations", "operation")


def _arrange(visit: Visit, particulars: Particulars) -> None:
    visit.purpose = particulars.purpose
    visit.channels = list(particulars.channels)
    visit.visited_on = particulars.visited_on
    visit.started_at = particulars.started_at
    visit.ended_at = particulars.ended_at
    visit.operation = particulars.operation
    visit.operator = visit.premises.operator_on(particulars.visited_on)


def arrange(
    session: Session,
    actor: Actor,
    now: datetime,
    visit: Visit,
    particulars: Particulars,
    pack: Pack | None = None,
) -> None:
    """Change why, how and when of a draft, or of a correction: there the record stays until `correct`."""
    pack = pack or shipped_pack()
    check_particulars(visit.kind, particulars, actor.authority_id, now, pack)
    if visit.state == "draft":
        _arrange(visit, particulars)
    else:
        visit.draft = {**visit.draft, "particulars": _kept(particulars)}
    session.flush()


def pending(session: Session, visit: Visit) -> Particulars:
    """Return why, how and when of a visit as it would be recorded now: a correction may change them."""
    changed = visit.draft.get("particulars") if is_correcting(visit) else None
    if changed is None:
        return _particulars(visit)
    operation_id = changed["operation_id"]
    return Particulars(
        changed["purpose"],
        changed["channels"],
        date.fromisoformat(changed["visited_on"]),
        _aware(changed["started_at"]),
        _aware(changed["ended_at"]),
        session.get(Operation, operation_id) if operation_id else None,
    )


def is_correcting(visit: Visit) -> bool:
    """Whether a correction of this visit is under way."""
    return "correcting" in visit.draft


def _kept(particulars: Particulars) -> dict[str, Any]:
    return {
        "purpose": particulars.purpose,
        "channels": list(particulars.channels),
        "visited_on": particulars.visited_on.isoformat(),
        "started_at": _moment(particulars.started_at),
        "ended_at": _moment(particulars.ended_at),
        "operation_id": particulars.operation.id if particulars.operation else None,
    }


def _aware(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


#: What every page of a visit shows is read with it.
_WITH_ITS_SHOP = (joinedload(Visit.premises), joinedload(Visit.operation))


def readable(session: Session, actor: Actor, visit_id: str) -> Visit:
    """Return a visit of the actor's authority, or one a partner shared; else raise `NotFound`."""
    visit = session.get(Visit, visit_id, options=_WITH_ITS_SHOP)
    if visit is None:
        raise NotFound
    if visit.authority_id != actor.authority_id:
        shared = select(VisitShare.id).where(
            VisitShare.visit_id == visit_id, VisitShare.authority_id == actor.authority_id
        )
        if visit.state == "draft" or session.scalar(shared) is None:
            raise NotFound
    return visit


def editable(session: Session, actor: Actor, visit_id: str) -> Visit:
    """Return a visit whose answers the actor may change now: their draft, or their correction.

    Raises `NotFound` for another authority's, `Refused` for a colleague's or a locked one.
    """
    visit = session.get(Visit, visit_id, options=_WITH_ITS_SHOP)
    if visit is None or visit.authority_id != actor.authority_id:
        raise NotFound
    if visit.state == "draft":
        if visit.officer_id != actor.user_id:
            raise Refused(f"Only {visit.officer.name}, who began this visit, can change it")
        return visit
    if not is_correcting(visit):
        raise Refused("This visit is recorded. To change it, make a correction.")
    if visit.draft["correcting"]["by"] != actor.user_id:
        raise Refused("A colleague is correcting this visit")
    return visit


def save_draft(
    session: Session, actor: Actor, now: datetime, visit: Visit, section: str, typed: Typed
) -> None:
    """Keep one screen in the draft: as it was typed, what was read of it, and what is wrong.

    Wrong or right, it is kept: nothing typed is lost. What another screen kept stays as it is.
    """
    draft = dict(visit.draft)
    fields = {
        name: [_CONTROL.sub("", value)[:LONGEST_TYPED] for value in values]
        for name, values in typed.fields.items()
    }
    draft["fields"] = {**draft.get("fields", {}), **fields}
    for part in ("answers", "facts", "why", "errors"):
        merged = {**draft.get(part, {}), **getattr(typed, part)}
        draft[part] = {name: value for name, value in merged.items() if value is not None}
    draft["saved"] = sorted({*draft.get("saved", ()), section})
    visit.draft = draft
    visit.draft_saved_at = now
    session.flush()


def drafted(visit: Visit) -> Record:
    """Return what the draft would hand in now."""
    draft = visit.draft
    return Record(draft.get("answers", {}), draft.get("facts", {}), draft.get("why", {}))


def recorded(version: VisitVersion, operation: Operation | None) -> Record:
    """Return what was handed in for a version, to begin a correction with."""
    shared = operation.facts if operation is not None else {}
    return Record(
        version.answers,
        {
            name: value
            for name, value in version.operation_facts.items()
            if shared.get(name) != value
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


def dims_of(visit: Visit, pack: Pack) -> dict[str, list[str]]:
    """Return the dimensions under which a visit is asked about.

    While the nation is to confirm, the questions of every nation are asked: the answers are then
    there when a person has confirmed it.
    """
    nation = visit.nation or visit.premises.nation
    changed = visit.draft.get("particulars", {}) if is_correcting(visit) else {}
    held = {
        "kind": [visit.kind],
        "nation": [nation] if nation else codes_of(pack, "nation"),
        "channel": list(changed.get("channels", visit.channels)),
    }
    return {name: codes for name, codes in held.items() if name in pack.by_id("dim")}


def facts_of(visit: Visit, own: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """Return the operation's facts with those that hold for this visit alone laid over them.

    What the visit itself says already (`filled_by` in the rulebook) is not asked twice.
    """
    shared = visit.operation.facts if visit.operation is not None else {}
    said = {"purpose": visit.purpose}
    filled = {
        entry["id"]: said[entry["filled_by"]]
        for entry in pack.entries("fact")
        if entry.get("filled_by") in said and dims_match(entry.get("dims"), {"kind": visit.kind})
    }
    return {**shared, **own, **filled}


def record(
    session: Session,
    actor: Actor,
    now: datetime,
    visit: Visit,
    handed_in: Record,
    pack: Pack | None = None,
) -> VisitVersion:
    """Lock the observations as version 1 and assess them.

    The same content again is success and adds nothing. Raises `Refused` when other content is handed
    in for a recorded visit, or when an answer names something the rulebook does not know.
    """
    pack = pack or shipped_pack()
    session.flush()
    session.refresh(visit, with_for_update=True)
    if visit.state == "draft":
        visit.nation = visit.nation or visit.premises.nation
        visit.operator = visit.premises.operator_on(visit.visited_on)
        check_particulars(visit.kind, _particulars(visit), visit.authority_id, now, pack)
    content = _content(visit, handed_in, pack)
    version = visit.latest_version
    if version is not None:
        if version.content_hash == _hash(content):
            return version
        raise Refused("This visit is already recorded. To change it, make a correction.")
    version = _version(visit, actor, now, content, number=1, reason=None)
    session.add(version)
    visit.state = "recorded"
    visit.recorded_at = now
    session.flush()
    assessments.assess_visit(session, now, visit, pack)
    return version


def start_correction(
    session: Session,
    actor: Actor,
    now: datetime,
    visit: Visit,
    fields: Mapping[str, Sequence[str]],
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
    begun = recorded(latest, visit.operation)
    visit.draft = {
        "rulebook": visit.draft.get("rulebook"),
        "fields": {name: list(values) for name, values in fields.items()},
        "answers": dict(begun.answers),
        "facts": dict(begun.operation_facts),
        "why": dict(begun.why_not_observed),
        "saved": [],
        "correcting": {"by": actor.user_id, "since": now.isoformat()},
    }
    visit.draft_saved_at = now
    session.flush()


def drop_correction(session: Session, actor: Actor, visit: Visit) -> None:
    """Give up a correction that was begun; the record stays as it was."""
    visit.draft = {key: visit.draft[key] for key in visit.draft if key not in _OF_A_CORRECTION}
    session.flush()


def correct(
    session: Session,
    actor: Actor,
    now: datetime,
    visit: Visit,
    handed_in: Record,
    *,
    reason: str,
    particulars: Particulars | None = None,
    pack: Pack | None = None,
) -> VisitVersion:
    """Add a version that keeps the old one, says who, when and why, and goes back to review.

    Content equal to the newest version changes nothing and returns it. Raises `Refused` without a reason.
    """
    pack = pack or shipped_pack()
    session.flush()
    session.refresh(visit, with_for_update=True)
    latest = visit.latest_version
    if latest is None:
        raise Refused("This visit is not recorded yet. Change its answers instead.")
    reason = clean_text(reason)
    if not reason:
        raise Refused("Say why the record is being corrected", "reason")
    particulars = particulars or pending(session, visit)
    check_particulars(visit.kind, particulars, visit.authority_id, now, pack)
    visit.draft = {key: visit.draft[key] for key in visit.draft if key not in _OF_A_CORRECTION}
    _arrange(visit, particulars)
    content = _content(visit, handed_in, pack)
    if latest.content_hash == _hash(content):
        session.flush()
        return latest
    version = _version(
        visit, actor, now, content, number=latest.number + 1, reason=reason[:LONGEST_TEXT]
    )
    session.add(version)
    visit.state = "recorded"
    # The new version has been looked at by nobody yet; what was sent and decided stays on record.
    visit.reviewed_at = None
    visit.closed_at = None
    visit.closed_by_id = None
    session.flush()
    session.refresh(visit, ["versions"])
    assessments.assess_visit(session, now, visit, pack)
    return version


def _particulars(visit: Visit) -> Particulars:
    return Particulars(
        visit.purpose,
        visit.channels,
        visit.visited_on,
        visit.started_at,
        visit.ended_at,
        visit.operation,
    )


def _content(visit: Visit, handed_in: Record, pack: Pack) -> dict[str, Any]:
    """Everything a version holds, read strictly; questions that were not put are left out."""
    dims = dims_of(visit, pack)
    facts = facts_of(visit, handed_in.operation_facts, pack)
    try:
        typed_facts = Reader(pack.facts, "operation fact").read(facts)
        typed = Reader(pack.questions).read(handed_in.answers)
    except AnswerError as error:
        raise Refused(_in_plain(error, pack), error.question) from error
    put = [entry["id"] for entry in asked(pack, dims, visit.visited_on, typed, typed_facts)]
    facts_put = {entry["id"] for entry in asked_facts(pack, dims, visit.visited_on, typed_facts)}
    answers = {name: handed_in.answers[name] for name in put if name in handed_in.answers}
    reasons = {
        name: why
        for name, why in handed_in.why_not_observed.items()
        if why in WHY_NOT_OBSERVED and name in put and name not in typed
    }
    return {
        "particulars": {
            "kind": visit.kind,
            "purpose": visit.purpose,
            "nation": visit.nation,
            "channels": list(visit.channels),
            "visited_on": visit.visited_on.isoformat(),
            "started_at": _moment(visit.started_at),
            "ended_at": _moment(visit.ended_at),
            "premises_id": visit.premises_id,
            "operator_id": visit.operator.id if visit.operator else None,
            "operation_id": visit.operation.id if visit.operation else None,
            "officer_id": visit.officer_id,
            "why_not_observed": reasons,
        },
        "answers": answers,
        "operation_facts": {name: facts[name] for name in facts if name in facts_put},
    }


def _in_plain(error: AnswerError, pack: Pack) -> str:
    entry = pack.questions.get(error.question or "") or pack.facts.get(error.question or "")
    if entry is None:
        return str(error)
    return f"{question_line(entry)}: this answer cannot be read. Give it again."


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(LONDON).isoformat()


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _version(
    visit: Visit,
    actor: Actor,
    now: datetime,
    content: Mapping[str, Any],
    *,
    number: int,
    reason: str | None,
) -> VisitVersion:
    return VisitVersion(
        visit=visit,
        number=number,
        recorded_by_id=actor.user_id,
        recorded_at=now,
        reason=reason,
        content_hash=_hash(content),
        **content,
    )


def hashes_true(version: VisitVersion) -> bool:
    """Say whether a stored version still has the content its hash was made of."""
    content = {
        "particulars": version.particulars,
        "answers": version.answers,
        "operation_facts": version.operation_facts,
    }
    return _hash(content) == version.content_hash


def same_day(session: Session, visit: Visit) -> list[Visit]:
    """Return other visits of the same authority to these premises on that day: flagged, not blocked."""
    query = (
        select(Visit)
        .where(
            Visit.premises_id == visit.premises_id,
            Visit.visited_on == visit.visited_on,
            Visit.authority_id == visit.authority_id,
            Visit.id != visit.id,
        )
        .order_by(Visit.created_at)
    )
    return list(session.scalars(query))


def at_premises(session: Session, actor: Actor, premises: Premises) -> list[Visit]:
    """Return the recorded visits to these premises that the actor may read, the newest first."""
    shared = select(VisitShare.visit_id).where(VisitShare.authority_id == actor.authority_id)
    query = (
        select(Visit)
        .where(
            Visit.premises_id == premises.id,
            Visit.state != "draft",
            or_(Visit.authority_id == actor.authority_id, Visit.id.in_(shared)),
        )
        .order_by(Visit.visited_on.desc(), Visit.created_at.desc())
    )
    return list(session.scalars(query))


def unanswered(entries: Iterable[Mapping[str, Any]], answers: Mapping[str, Any]) -> list[str]:
    """Return the ids of questions put and not answered at all ("not observed" is an answer)."""
    return [entry["id"] for entry in entries if entry["id"] not in answers]
