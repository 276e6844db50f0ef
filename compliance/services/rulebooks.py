"""Which rulebook judges a visit of a given day: what was adopted, kept whole, and the same for every process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from compliance.rulebook import Pack, shipped_pack
from compliance.rulebook.amended import Commencement, Confirmation, Places, amended
from compliance.rulebook.languages import separated, with_translations
from compliance.services.errors import NotFound
from compliance.store.models import Adoption, AdoptionRequest, Rulebook, Switch, Visit

#: Rulebooks that a process keeps ready; a handful is in use at any time.
MOST_READY = 12
_ready: dict[str, Pack] = {}


def current(session: Session, on: date) -> Pack:
    """Return the rulebook that judges visits of a day: the newest adopted one that has begun by then.

    Before the first adoption it is the one that came with the release. The database is asked each
    time, for a hash alone, so that every process knows at once what another has adopted.
    """
    sha256 = session.scalar(
        select(Adoption.sha256)
        .where(or_(Adoption.effective_from.is_(None), Adoption.effective_from <= on))
        .order_by(Adoption.id.desc())
        .limit(1)
    )
    return shipped_pack() if sha256 is None else released(session, sha256)


def for_visit(session: Session, visit: Visit) -> Pack:
    """Return the rulebook that judges a visit, by the day it was made."""
    return current(session, visit.visited_on)


def told_in(session: Session, pack: Pack, language: str, on: date) -> Pack:
    """Return a rulebook to tell what it found, in a language: where it has no text of its own, with what
    the rulebook of a later day says for the very same English. It judges nothing: its hash is another.
    """
    if language not in pack.languages[1:]:
        return pack
    _, later = separated(current(session, on).content, language)
    return Pack(with_translations(pack.content, language, later))


def released(session: Session, sha256: str) -> Pack:
    """Return the rulebook with this hash: one that came with the release, was adopted or was used.

    Raises NotFound for any other, and RuntimeError for one whose kept content is not what it was.
    """
    if (shipped := shipped_pack()).sha256 == sha256:
        return shipped
    if (ready := _ready.get(sha256)) is not None:
        return ready
    row = session.get(Rulebook, sha256)
    if row is None:
        raise NotFound(f"rulebook {sha256}")
    pack = Pack(row.content)
    if pack.sha256 != sha256:
        raise RuntimeError(f"the kept rulebook {sha256} has another content")
    while len(_ready) >= MOST_READY:
        _ready.pop(next(iter(_ready)), None)
    _ready[sha256] = pack
    return pack


def keep(session: Session, now: datetime, pack: Pack) -> None:
    """Keep a rulebook whole, so that what it judged can be judged again."""
    if session.get(Rulebook, pack.sha256) is None:
        session.add(
            Rulebook(
                sha256=pack.sha256,
                rulebook_id=pack.id,
                version=pack.version,
                content=dict(pack.content),
                stored_at=now,
            )
        )
        session.flush()


def on_record(session: Session) -> Sequence[Rulebook]:
    """Return every rulebook that was adopted or made an assessment, the newest first."""
    return session.scalars(select(Rulebook).order_by(Rulebook.stored_at.desc())).all()


def take_in_release(session: Session, now: datetime) -> bool:
    """Adopt the rulebook of this release; say whether it takes the place of an earlier release's.

    What administrators switched is laid over it. Where two people adopted a rulebook of their own,
    that one stays.
    """
    shipped = shipped_pack()
    steps = in_force(session)
    if any(one.request_id is None and one.base_sha256 == shipped.sha256 for one in steps):
        return False
    if not steps:
        _adopt(session, now, shipped, None)
    for one in steps:
        if one.request_id is None:
            _adopt(session, now, shipped, one.effective_from)
        else:
            _again(session, now, one)
    return bool(steps)


def adopt(session: Session, now: datetime, request: AdoptionRequest) -> Adoption:
    """Adopt what two people agreed on, with what administrators switched laid over it."""
    begin(session, now)
    base = Pack(request.proposal.content)
    return _adopt(session, now, base, request.effective_from, request)


def adopt_switch(session: Session, now: datetime, switch: Switch) -> list[Adoption]:
    """Lay a kept switch over every rulebook that judges visits of some day, now or to come."""
    return [_again(session, now, one, switch) for one in in_force(session)]


def with_switches(session: Session, base: Pack, more: Switch | None = None) -> Pack:
    """Return a rulebook with all that administrators switched laid over it, and one switch more."""
    held = switches(session)
    if more is not None:
        held = [one for one in held if one.about != more.about] + [more]
    marks = [one.id for one in held if one.id]
    return amended(
        base,
        [_commencement(one) for one in held if one.kind == "commencement" and not one.taken_back],
        [_confirmation(one) for one in held if one.kind == "confirmation" and not one.taken_back],
        f"+{max(marks, default=0)}" if more is None or more.id else "+new",
    )


def switches(session: Session) -> list[Switch]:
    """Return what holds: the newest switch about each thing, those that were taken back too."""
    newest: dict[object, Switch] = {}
    for one in session.scalars(select(Switch).order_by(Switch.id)):
        newest[one.about] = one
    return sorted(newest.values(), key=lambda one: one.id)


def in_force(session: Session) -> list[Adoption]:
    """Return the adoptions that judge visits of some day, by that day: the others are overtaken."""
    found: list[Adoption] = []
    rows = session.scalars(
        select(Adoption).options(joinedload(Adoption.request)).order_by(Adoption.id)
    )
    for row in rows:
        begins = row.effective_from or date.min
        found = [one for one in found if (one.effective_from or date.min) < begins]
        found.append(row)
    return found


def begin(session: Session, now: datetime) -> None:
    """Make the rulebook of the release the first entry, where there is none yet."""
    if session.scalar(select(Adoption.id).limit(1)) is None:
        _adopt(session, now, shipped_pack(), None)


def _again(
    session: Session, now: datetime, one: Adoption, switch: Switch | None = None
) -> Adoption:
    base = released(session, one.base_sha256)
    return _adopt(session, now, base, one.effective_from, one.request, switch)


def _adopt(
    session: Session,
    now: datetime,
    base: Pack,
    effective_from: date | None,
    request: AdoptionRequest | None = None,
    switch: Switch | None = None,
) -> Adoption:
    pack = with_switches(session, base)
    keep(session, now, base)
    keep(session, now, pack)
    row = Adoption(
        sha256=pack.sha256,
        base_sha256=base.sha256,
        effective_from=effective_from,
        request=request,
        switch=switch,
        adopted_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _commencement(one: Switch) -> Commencement:
    assert one.on is not None  # only what was taken back has no day
    return Commencement(one.law, places_of(one), one.source, one.on, one.text, one.made_at.date())


def _confirmation(one: Switch) -> Confirmation:
    assert one.on is not None
    return Confirmation(one.law, one.source, one.text, one.on)


def places_of(one: Switch) -> Places:
    """Return the places that a switch is about, as the rulebook's provisions name them."""
    return tuple((dim, tuple(codes)) for dim, codes in sorted(one.places.items()))
