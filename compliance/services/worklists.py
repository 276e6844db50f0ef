"""What waits for whom: the lists an officer or reviewer starts the day with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from compliance.access import Actor, allows
from compliance.rulebook import Pack
from compliance.services import rulebooks
from compliance.services.lifecycle import deadlines
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

#: Visits read in one question to the database.
AT_ONCE = 500

#: The day, the visit's id, and what is to be done.
_Day = tuple[date, str, str]


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


def due(
    session: Session,
    actor: Actor,
    wanted: Filter,
    now: datetime,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[Sequence[Due], int]:
    """Return what is to be done by a day about the visits of the actor's authority, soonest first,
    and how much there is in all.

    Follow-ups that are not done, Primary Authority periods that run, and the deadlines that the
    rulebook works out for visits still open (such as the limit for charging).
    """
    require(actor, "visit.read")
    days = sorted(_days(session, actor, wanted, deadlines.local_day(now)))
    part = days[offset:][:limit]
    visits = _read(session, [visit_id for _, visit_id, _ in part])
    return [Due(visits[visit_id], what, on) for on, visit_id, what in part], len(days)


def waiting(session: Session, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Return how much waits in each list that `actor` may open: `to_review`, `to_decide`, `due`."""
    found: dict[str, int] = {}
    if allows(actor, "visit.review"):
        found["to_review"] = _count(session, _to_review(actor, Filter()))
    if allows(actor, "visit.decide"):
        found["to_decide"] = _count(session, _to_decide(actor, Filter()))
    if allows(actor, "visit.read"):
        today = deadlines.local_day(now)
        found["due"] = sum(1 for _ in _days(session, actor, Filter(), today))
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
    return _with_shop(select(Visit)).where(*_matching(wanted))


def _with_shop(query: Select[Visit]) -> Select[Visit]:
    """Read with each visit what a line of a list says of it."""
    return query.join(Visit.premises).options(
        contains_eager(Visit.premises), joinedload(Visit.officer).joinedload(User.authority)
    )


def _matching(wanted: Filter) -> list[ColumnElement[bool]]:
    """What a filter asks of a visit and its premises, which the query has joined."""
    asked = [
        Premises.search_text.contains(word, autoescape=True) for word in fold(wanted.text).split()
    ]
    if wanted.kind:
        asked.append(Visit.kind == wanted.kind)
    if wanted.state:
        asked.append(Visit.state == wanted.state)
    if wanted.since:
        asked.append(Visit.visited_on >= wanted.since)
    if wanted.until:
        asked.append(Visit.visited_on <= wanted.until)
    return asked


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


def _days(session: Session, actor: Actor, wanted: Filter, today: date) -> Iterator[_Day]:
    """Every day by which something is to be done: no visit is read for it, for there may be many."""
    ours = [Visit.authority_id == actor.authority_id, *_matching(wanted)]
    for on, visit_id, note in session.execute(
        select(FollowUp.due_on, Visit.id, FollowUp.note)
        .join(Visit, Visit.id == FollowUp.visit_id)
        .join(Visit.premises)
        .where(FollowUp.done_at.is_(None), *ours)
    ):
        if on is not None:
            yield on, visit_id, note
    for on, visit_id in session.execute(
        select(Decision.primary_authority_due_on, Visit.id)
        .join(Visit, Visit.id == Decision.visit_id)
        .join(Visit.premises)
        .where(Decision.state == "awaiting_second_person", *ours)
    ):
        if on is not None:
            yield on, visit_id, "End of the Primary Authority period"
    newest = select(func.max(Assessment.id)).where(Assessment.visit_id == Visit.id)
    packs: dict[str, Pack] = {}
    for visit_id, sha256, values in session.execute(
        # Of a result only its values: the rest is long, and says nothing of a day.
        select(Visit.id, Assessment.rulebook_sha256, Assessment.result["values"])
        .join(Visit.premises)
        .join(Assessment, Assessment.id == newest.correlate(Visit).scalar_subquery())
        .where(Visit.state.in_(AWAITING), *ours)
    ):
        if sha256 not in packs:
            packs[sha256] = rulebooks.released(session, sha256)
        for deadline in deadlines.deadlines_in(packs[sha256], values or {}, today):
            if deadline.on is not None:
                yield deadline.on, visit_id, deadline.what


def _read(session: Session, ids: Sequence[str]) -> Mapping[str, Visit]:
    """Read visits by their ids, some at a time: a database takes only so many words in a question."""
    found: dict[str, Visit] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        rows = session.scalars(_with_shop(select(Visit)).where(Visit.id.in_(some)))
        found |= {visit.id: visit for visit in rows}
    return found
