"""What reviewers have agreed to about one operator at one premises: the past that standing rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.store.models import Operator, Premises, Review, Visit, VisitShare, VisitVersion


def agreed_versions(
    session: Session, premises: Premises, operator: Operator | None, until: date
) -> list[VisitVersion]:
    """Return what reviewers have agreed to about one operator at one premises, the oldest first.

    Each visit stands with its newest agreed version: a correction that waits for review does not
    take away what was agreed before. `until` is the last day of visit that counts.
    """
    query = (
        select(VisitVersion, Visit)
        .join(Visit, VisitVersion.visit_id == Visit.id)
        .join(Review, Review.version_id == VisitVersion.id)
        .where(
            Visit.premises_id == premises.id,
            Visit.operator_id == (operator.id if operator else None),
            Visit.visited_on <= until,
            Review.outcome == "agreed",
        )
    )
    newest: dict[str, VisitVersion] = {}
    for version, _ in session.execute(query):
        there = newest.get(version.visit_id)
        if there is None or there.number < version.number:
            newest[version.visit_id] = version
    return sorted(newest.values(), key=_order)


def readable_to(
    session: Session, authority_id: int, versions: Iterable[VisitVersion]
) -> list[VisitVersion]:
    """Return those versions that an authority may read, in their order: its own, and what was shared.

    How an operator stands, and what usually follows, tells of the visits it rests on. Shown to an
    authority it therefore rests on these alone.
    """
    there = list(versions)
    theirs = {each.visit_id for each in there if each.visit.authority_id != authority_id}
    shared = set(
        session.scalars(
            select(VisitShare.visit_id).where(
                VisitShare.visit_id.in_(theirs), VisitShare.authority_id == authority_id
            )
        )
    )
    return [each for each in there if each.visit_id not in theirs or each.visit_id in shared]


def _order(version: VisitVersion) -> tuple[Any, ...]:
    visit = version.visit
    return (
        version.particulars["visited_on"],
        visit.started_at or visit.created_at,
        visit.created_at,
        visit.id,
    )


def history_of(
    session: Session, visit: Visit, authority_id: int | None = None
) -> list[dict[str, Any]]:
    """Return the agreed visits before this one, in the form `assess` reads, the oldest first.

    Only those that an authority may read: the visit's own, unless `authority_id` names another.
    """
    mine = (
        visit.visited_on.isoformat(),
        visit.started_at or visit.created_at,
        visit.created_at,
        visit.id,
    )
    agreed = agreed_versions(session, visit.premises, visit.operator, visit.visited_on)
    return [
        as_told(version)
        for version in readable_to(session, authority_id or visit.authority_id, agreed)
        if version.visit_id != visit.id and _order(version) < mine and _nation(version)
    ]


def _nation(version: VisitVersion) -> str | None:
    return version.particulars.get("nation") or version.visit.nation


def as_told(version: VisitVersion) -> dict[str, Any]:
    """Tell one version of a visit in the form that `assess` reads (no history, no `as_of`)."""
    told = version.particulars
    return {
        "id": version.visit_id,
        "kind": told["kind"],
        "nation": _nation(version),
        "channels": told["channels"],
        "visited_on": told["visited_on"],
        "answers": version.answers,
        "operation": version.operation_facts,
    }


def seen_on_told(session: Session, authority_id: int, premises: Premises) -> date | None:
    """Return the day on which it was seen whether a premises sells knives, as far as an authority may know.

    The day of a visit tells that there was one: None when it is the day of visits that this authority may
    read none of. The day that a person or a list gave is everybody's.
    """
    seen_on = premises.sells_knives_seen_on
    if seen_on is None:
        return None
    that_day = session.scalars(
        select(Visit).where(
            Visit.premises_id == premises.id,
            Visit.visited_on == seen_on,
            Visit.state != "draft",
        )
    ).all()
    if not that_day or any(each.authority_id == authority_id for each in that_day):
        return seen_on
    shared = select(VisitShare.id).where(
        VisitShare.visit_id.in_([each.id for each in that_day]),
        VisitShare.authority_id == authority_id,
    )
    return seen_on if session.scalar(shared.limit(1)) is not None else None
