"""How the rulebook in use came to be: releases, switches and adoptions on one line, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from compliance.store.models import Adoption, AdoptionRequest, Proposal, Switch, User


@dataclass(frozen=True)
class Event:
    """One thing that was done about the rulebook."""

    at: datetime
    what: str
    #: The people, each with their authority; nobody, where it came with a release.
    who: tuple[str, ...]
    note: str = ""
    #: Visits from this day on; None: of any day.
    effective_from: date | None = None
    #: The rulebook it led to (id and version, hash); empty where it led to none.
    rulebook: str = ""
    sha256: str = ""
    #: The request that is told of; None for anything else.
    request_id: int | None = None


def events(session: Session) -> list[Event]:
    """Return everything that was done, the newest first."""
    adoptions = session.scalars(
        select(Adoption).options(joinedload(Adoption.rulebook)).order_by(Adoption.id)
    ).all()
    found: list[tuple[datetime, int, Event]] = []
    by_switch: dict[int, Adoption] = {}
    by_request: dict[int, Adoption] = {}
    for one in adoptions:
        if one.switch_id is not None:
            by_switch.setdefault(one.switch_id, one)
        elif one.request_id is not None:
            by_request.setdefault(one.request_id, one)
        else:
            # It is taken in before the switch of the same moment is laid over it.
            found.append((one.adopted_at, 0, _release(one)))
    for switch in session.scalars(select(Switch).options(joinedload(Switch.made_by))):
        found.append((switch.made_at, 1, _switched(switch, by_switch.get(switch.id))))
    requests = select(AdoptionRequest).options(
        joinedload(AdoptionRequest.proposal).joinedload(Proposal.authority)
    )
    for request in session.scalars(requests):
        found += [(one.at, 1, one) for one in _asked(request, by_request.get(request.id))]
    return [event for _, _, event in sorted(found, key=lambda one: one[:2], reverse=True)]


def _release(one: Adoption) -> Event:
    return Event(
        one.adopted_at,
        "Came with a release",
        (),
        effective_from=one.effective_from,
        rulebook=_named(one),
        sha256=one.sha256,
    )


def _switched(switch: Switch, led_to: Adoption | None) -> Event:
    if switch.taken_back:
        what, note = "Switch taken back", f"{switch.text}. {switch.reason}"
    elif switch.kind == "commencement":
        what, note = "Provision switched on", f"{switch.text}. {switch.source}"
    else:
        what, note = "Row of the law confirmed", f"{switch.text}. {switch.source}"
    return Event(
        switch.made_at,
        what,
        (_person(switch.made_by),),
        note,
        effective_from=switch.on if switch.kind == "commencement" else None,
        rulebook=_named(led_to),
        sha256=led_to.sha256 if led_to else "",
    )


def _asked(request: AdoptionRequest, led_to: Adoption | None) -> list[Event]:
    proposal = request.proposal
    name = f"{proposal.rulebook_id} {proposal.version}"
    asker = _person(request.asked_by)
    found = [
        Event(
            request.asked_at,
            f"Adoption of {name} asked for",
            (asker,),
            request.reason,
            effective_from=request.effective_from,
            request_id=request.id,
        )
    ]
    if request.answered_by is not None and request.answered_at is not None:
        answerer = _person(request.answered_by)
        agreed = request.answer == "agreed"
        found.append(
            Event(
                request.answered_at,
                f"{name} adopted" if agreed else f"{name} not adopted",
                (asker, answerer) if agreed else (answerer,),
                request.reason if agreed else request.answer_reason,
                effective_from=request.effective_from if agreed else None,
                rulebook=_named(led_to),
                sha256=led_to.sha256 if led_to else "",
                request_id=request.id,
            )
        )
    return found


def _named(one: Adoption | None) -> str:
    return f"{one.rulebook.rulebook_id} {one.rulebook.version}" if one else ""


def _person(user: User) -> str:
    return f"{user.name}, {user.authority.name}"
