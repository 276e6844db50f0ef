"""Visits: begun, recorded once and locked, corrected as new versions that keep the old.

A recorded version is evidence. Nothing here refuses to save what happened: a fact that spoils a test
is recorded, and the assessment flags it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.services import assessments, drafts, rulebooks
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.withdrawal import take_back
from compliance.services.visit_content import (
    LONGEST_TEXT,
    Particulars,
    Record,
    clean_text,
    codes_of,
    content_of,
    hash_of,
    is_correcting,
    local_day,
    nation_now,
    particulars_of,
    says_the_same,
)
from compliance.store.models import Operation, Premises, Visit, VisitShare, VisitVersion
from compliance.store.models.visits import VISIT_PURPOSES


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
    channel or purpose there is not, a day to come or before the rulebook's first, or an
    end before the start.
    """
    pack = pack or rulebooks.current(session, visited_on)
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
    if particulars.visited_on < pack.first_day:
        first = pack.first_day
        raise Refused(
            f"The day of the visit must be {first.day} {first:%B %Y} or later", "visited_on"
        )
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
    pack = pack or rulebooks.current(session, particulars.visited_on)
    check_particulars(visit.kind, particulars, actor.authority_id, now, pack)
    if visit.state == "draft":
        _arrange(visit, particulars)
    else:
        drafts.keep_particulars(session, visit, particulars)
    session.flush()


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


def editable(session: Session, actor: Actor, visit_id: str, *, hold: bool = False) -> Visit:
    """Return a visit whose answers the actor may change now: their draft, or their correction.

    With `hold` nobody else changes it before the transaction ends. Raises `NotFound` for another authority's,
    `Refused` for a colleague's or a locked one.
    """
    lock = {"of": Visit} if hold else None
    visit = session.get(Visit, visit_id, options=_WITH_ITS_SHOP, with_for_update=lock)
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
    pack = pack or rulebooks.for_visit(session, visit)
    session.flush()
    session.refresh(visit, with_for_update=True)
    if visit.state == "draft":
        visit.nation = nation_now(visit)
        visit.operator = visit.premises.operator_on(visit.visited_on)
        check_particulars(visit.kind, particulars_of(visit), visit.authority_id, now, pack)
    content = content_of(visit, handed_in, pack)
    version = visit.latest_version
    if version is not None:
        if says_the_same(version, content, handed_in):
            return version
        raise Refused("This visit is already recorded. To change it, make a correction.")
    version = _version(visit, actor, now, content, number=1, reason=None)
    session.add(version)
    visit.state = "recorded"
    visit.recorded_at = now
    session.flush()
    assessments.assess_visit(session, now, visit, pack)
    return version


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

    The nation and the operator are those that are known now for its premises and its day. Content equal
    to the newest version changes nothing and returns it. Raises `Refused` without a reason.
    """
    session.flush()
    session.refresh(visit, with_for_update=True)
    latest = visit.latest_version
    if latest is None:
        raise Refused("This visit is not recorded yet. Change its answers instead.")
    reason = clean_text(reason)
    if not reason:
        raise Refused("Say why the record is being corrected", "reason")
    particulars = particulars or drafts.pending(session, visit)
    pack = pack or rulebooks.current(session, particulars.visited_on)
    check_particulars(visit.kind, particulars, visit.authority_id, now, pack)
    drafts.drop_correction(session, actor, visit)
    visit.nation = nation_now(visit)
    _arrange(visit, particulars)
    content = content_of(visit, handed_in, pack)
    if latest.content_hash == hash_of(content):
        session.flush()
        return latest
    version = _version(
        visit, actor, now, content, number=latest.number + 1, reason=reason[:LONGEST_TEXT]
    )
    session.add(version)
    visit.state = "recorded"
    # The new version has been looked at by nobody yet; what was sent and decided stays on record.
    # A step that was only proposed rests on a record that no longer stands: it is taken back.
    for decision in visit.decisions:
        if decision.state == "awaiting_second_person":
            take_back(actor, now, decision, f"The record was corrected: {version.reason}")
    visit.reviewed_at = None
    visit.closed_at = None
    visit.closed_by_id = None
    session.flush()
    session.refresh(visit, ["versions"])
    assessments.assess_visit(session, now, visit, pack)
    return version


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
        content_hash=hash_of(content),
        **content,
    )


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
