"""What waits for whom: the lists an officer or reviewer starts the day with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from compliance.access import Actor, allows
from compliance.services.lifecycle import deadlines
from compliance.services.lifecycle.cases import pack_of
from compliance.services.lifecycle.machine import AWAITING, NOTIFIED, RECORDED, REVIEWED
from compliance.services.permission import require
from compliance.services.spelling import fold
from compliance.store.models import (
    Assessment,
    BatchLetter,
    Decision,
    FollowUp,
    Premises,
    User,
    Visit,
    VisitShare,
    VisitVersion,
)


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; None and empty narrow nothing."""

    #: Words of the shop's name, address or postcode.
    text: str = ""
    kind: str | None = None
    state: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return self != Filter()


class Worklist(Protocol):
    """A list of visits, a part of it at a time, with the count of the whole."""

    def __call__(
        self,
        session: Session,
        actor: Actor,
        wanted: Filter,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> tuple[Sequence[Visit], int]: ...


@dataclass(frozen=True)
class Due:
    """Something to be done about a visit by a day."""

    visit: Visit
    what: str
    on: date


def mine(
    session: Session, actor: Actor, wanted: Filter, *, offset: int = 0, limit: int | None = None
) -> tuple[Sequence[Visit], int]:
    """Return the visits `actor` made, the newest first, and how many there are in all."""
    require(actor, "visit.read")
    query = _visits(actor, wanted).where(Visit.officer_id == actor.user_id)
    return _part(session, query, offset, limit, newest_first=True)


def to_review(
    session: Session, actor: Actor, wanted: Filter, *, offset: int = 0, limit: int | None = None
) -> tuple[Sequence[Visit], int]:
    """Return the recorded visits that `actor` may review, the oldest first: never their own."""
    require(actor, "visit.review")
    return _part(session, _to_review(actor, wanted), offset, limit)


def to_decide(
    session: Session, actor: Actor, wanted: Filter, *, offset: int = 0, limit: int | None = None
) -> tuple[Sequence[Visit], int]:
    """Return the reviewed visits that wait for a letter or a decision, the oldest first."""
    require(actor, "visit.decide")
    return _part(session, _to_decide(actor, wanted), offset, limit)


def to_issue(
    session: Session,
    actor: Actor,
    wanted: Filter,
    step: str,
    may_be_due: ColumnElement[bool],
    *,
    limit: int,
) -> Sequence[Visit]:
    """Return the newest visits about which a step may issue something: not those where it waits in a batch."""
    require(actor, "visit.notify")
    ordered = exists().where(
        BatchLetter.visit_id == Visit.id,
        BatchLetter.step == step,
        BatchLetter.state == "waiting",
    )
    query = _visits(actor, wanted).where(may_be_due, ~ordered)
    return _part(session, query, 0, limit, newest_first=True)[0]


def shared(
    session: Session, actor: Actor, wanted: Filter, *, offset: int = 0, limit: int | None = None
) -> tuple[Sequence[Visit], int]:
    """Return the visits of other authorities that were shared with the actor's, the newest first."""
    require(actor, "visit.read")
    theirs = exists().where(
        VisitShare.visit_id == Visit.id, VisitShare.authority_id == actor.authority_id
    )
    return _part(session, _narrowed(wanted).where(theirs), offset, limit, newest_first=True)


def due(session: Session, actor: Actor, wanted: Filter, now: datetime) -> list[Due]:
    """Return what is to be done by a day about the visits of the actor's authority, soonest first.

    Follow-ups that are not done, Primary Authority periods that run, and the deadlines that the
    rulebook works out for visits still open (such as the limit for charging).
    """
    require(actor, "visit.read")
    found = [
        *_follow_ups(session, actor, wanted),
        *_primary_authority_periods(session, actor, wanted),
        *_deadlines(session, actor, wanted, deadlines.local_day(now)),
    ]
    return sorted(found, key=lambda each: (each.on, each.visit.id, each.what))


def waiting(session: Session, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Return how much waits in each list that `actor` may open: `to_review`, `to_decide`, `due`."""
    found: dict[str, int] = {}
    if allows(actor, "visit.review"):
        found["to_review"] = _count(session, _to_review(actor, Filter()))
    if allows(actor, "visit.decide"):
        found["to_decide"] = _count(session, _to_decide(actor, Filter()))
    if allows(actor, "visit.read"):
        found["due"] = len(due(session, actor, Filter(), now))
    return found


def _to_review(actor: Actor, wanted: Filter) -> Select[Visit]:
    later = aliased(VisitVersion)
    newest_is_own = exists().where(
        VisitVersion.visit_id == Visit.id,
        VisitVersion.recorded_by_id == actor.user_id,
        ~exists().where(later.visit_id == Visit.id, later.number > VisitVersion.number),
    )
    return _visits(actor, wanted).where(Visit.state == RECORDED, ~newest_is_own)


def _to_decide(actor: Actor, wanted: Filter) -> Select[Visit]:
    return _visits(actor, wanted).where(Visit.state.in_((REVIEWED, NOTIFIED)))


def _visits(actor: Actor, wanted: Filter) -> Select[Visit]:
    return _narrowed(wanted).where(Visit.authority_id == actor.authority_id)


def _narrowed(wanted: Filter) -> Select[Visit]:
    query = (
        select(Visit)
        .join(Visit.premises)
        .options(
            contains_eager(Visit.premises),
            joinedload(Visit.officer).joinedload(User.authority),
        )
    )
    for word in fold(wanted.text).split():
        query = query.where(Premises.search_text.contains(word, autoescape=True))
    if wanted.kind:
        query = query.where(Visit.kind == wanted.kind)
    if wanted.state:
        query = query.where(Visit.state == wanted.state)
    if wanted.since:
        query = query.where(Visit.visited_on >= wanted.since)
    if wanted.until:
        query = query.where(Visit.visited_on <= wanted.until)
    return query


def _part(
    session: Session,
    query: Select[Visit],
    offset: int,
    limit: int | None,
    *,
    newest_first: bool = False,
) -> tuple[Sequence[Visit], int]:
    total = _count(session, query)
    order = (Visit.visited_on, Visit.created_at, Visit.id)
    ordered = query.order_by(*([each.desc() for each in order] if newest_first else order))
    return session.scalars(ordered.offset(offset).limit(limit)).all(), total


def _count(session: Session, query: Select[Visit]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _follow_ups(session: Session, actor: Actor, wanted: Filter) -> Iterable[Due]:
    query = _visits(actor, wanted).join(
        FollowUp,
        and_(
            FollowUp.visit_id == Visit.id,
            FollowUp.done_at.is_(None),
            FollowUp.due_on.is_not(None),
        ),
    )
    for visit, follow_up in session.execute(query.add_columns(FollowUp)).unique():
        yield Due(visit, follow_up.note, follow_up.due_on)


def _primary_authority_periods(session: Session, actor: Actor, wanted: Filter) -> Iterable[Due]:
    query = _visits(actor, wanted).join(
        Decision,
        and_(
            Decision.visit_id == Visit.id,
            Decision.state == "awaiting_second_person",
            Decision.primary_authority_due_on.is_not(None),
        ),
    )
    for visit, decision in session.execute(query.add_columns(Decision)).unique():
        yield Due(visit, "End of the Primary Authority period", decision.primary_authority_due_on)


def _deadlines(session: Session, actor: Actor, wanted: Filter, today: date) -> Iterable[Due]:
    newest = select(func.max(Assessment.id)).where(Assessment.visit_id == Visit.id)
    query = (
        _visits(actor, wanted)
        .join(Assessment, Assessment.id == newest.correlate(Visit).scalar_subquery())
        .where(Visit.state.in_(AWAITING))
    )
    for visit, assessment in session.execute(query.add_columns(Assessment)).unique():
        for deadline in deadlines.deadlines_of(pack_of(assessment), assessment, today):
            if deadline.on is not None:
                yield Due(visit, deadline.what, deadline.on)
