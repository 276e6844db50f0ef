"""What administrators enter about the law: an instrument that commences a provision, a source that confirms a row."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.rulebook.amended import Places, Provision, doubtful_rows, key_of, provisions
from compliance.rulebook.check import check
from compliance.rulebook.pack import Entry, text_of
from compliance.rulebook.written import write_pack
from compliance.services import rulebooks
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.spelling import fold
from compliance.services.visit_content import clean_text, local_day
from compliance.store.models import Switch

LONGEST_SOURCE = 300
LONGEST_TEXT = 600
LONGEST_REASON = 1_000
COMMENCEMENT, CONFIRMATION = "commencement", "confirmation"
#: A day further off than this is a slip of the finger.
MOST_YEARS = 20


@dataclass(frozen=True)
class Entered:
    """What an administrator enters: the instrument or source, the day, what the law then says, their name."""

    source: str
    on: date
    text: str
    name: str


@dataclass(frozen=True)
class Subject:
    """Something that can be switched, and the switch that holds for it."""

    kind: str
    #: Its name in an address.
    key: str
    #: The row of the law as the rulebook has it by itself.
    row: Entry
    places: Places
    #: The rules it brings into force; empty for a confirmation.
    provision: Provision | None
    #: The newest switch about it, where one holds.
    switch: Switch | None

    @property
    def text(self) -> str:
        """What the row says now, or would say once it is switched: where the form begins."""
        if self.switch is not None:
            return self.switch.text
        words = self.row.get("commenced") if self.kind == COMMENCEMENT else None
        return text_of(words or self.row.get("text"))

    @property
    def source(self) -> str:
        """Where the form begins: the source named so far, for a row; for an instrument nothing."""
        if self.switch is not None:
            return self.switch.source
        return str(self.row.get("source", "")) if self.kind == CONFIRMATION else ""


@dataclass(frozen=True)
class Effect:
    """What a switch would do to the rulebook in use."""

    before: Pack
    after: Pack


def subjects(session: Session, actor: Actor, now: datetime) -> list[Subject]:
    """Return everything that can be switched in the rulebook in use, and what holds for each."""
    require(actor, "rulebook.switch")
    base = _base(session, now)
    held = {one.about: one for one in rulebooks.switches(session) if not one.taken_back}
    rows = base.by_id("law")
    found = [
        Subject(COMMENCEMENT, one.key, rows[one.law], one.places, one, None)
        for one in provisions(base)
    ]
    found += [
        Subject(CONFIRMATION, str(row["id"]), row, (), None, None) for row in doubtful_rows(base)
    ]
    return [
        Subject(one.kind, one.key, one.row, one.places, one.provision, held.get(_about(one)))
        for one in found
    ]


def subject(session: Session, actor: Actor, now: datetime, kind: str, key: str) -> Subject:
    """Return one thing that can be switched; raises NotFound for any other."""
    for one in subjects(session, actor, now):
        if (one.kind, one.key) == (kind, key):
            return one
    raise NotFound


def preview(
    session: Session, actor: Actor, now: datetime, kind: str, key: str, entered: Entered
) -> Effect:
    """Return what a switch would make of the rulebook in use. Raises Refused, at its field."""
    about = subject(session, actor, now, kind, key)
    return _effect(session, now, _switch(actor, now, about, entered))


def switch(
    session: Session, actor: Actor, now: datetime, kind: str, key: str, entered: Entered
) -> Switch:
    """Switch something: every rulebook in use, now or to come, gets a version that says so.

    Raises Refused, at its field, for what cannot be so.
    """
    about = subject(session, actor, now, kind, key)
    row = _switch(actor, now, about, entered)
    _effect(session, now, row)
    return _kept(session, now, row)


def take_back(
    session: Session, actor: Actor, now: datetime, kind: str, key: str, reason: str
) -> Switch:
    """Take a switch back: the rulebook is again as if it had not been. Raises Refused without a reason."""
    about = subject(session, actor, now, kind, key)
    if about.switch is None:
        raise Refused("This is not switched on")
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say why it is taken back", "reason")
    row = Switch(
        kind=kind,
        law=about.switch.law,
        places=about.switch.places,
        taken_back=True,
        source=about.switch.source,
        on=None,
        text=about.switch.text,
        name=actor.name,
        reason=reason,
        made_by_id=actor.user_id,
        made_at=now,
    )
    return _kept(session, now, row)


def history(session: Session, kind: str, law: str, places: Places) -> Sequence[Switch]:
    """Return every switch about one thing, the newest first."""
    rows = session.scalars(
        select(Switch)
        .where(Switch.kind == kind, Switch.law == law)
        .options(joinedload(Switch.made_by))
        .order_by(Switch.id.desc())
    )
    return [one for one in rows if rulebooks.places_of(one) == places]


def _base(session: Session, now: datetime) -> Pack:
    """The rulebook in use as it is without any switch."""
    day = local_day(now)
    begun = [
        one
        for one in rulebooks.in_force(session)
        if one.effective_from is None or one.effective_from <= day
    ]
    return (
        rulebooks.released(session, begun[-1].base_sha256)
        if begun
        else rulebooks.current(session, day)
    )


def _about(one: Subject) -> tuple[str, str, str]:
    return Switch(kind=one.kind, law=str(one.row["id"]), places=_stored(one.places)).about


def _stored(places: Places) -> dict[str, list[str]]:
    return {dim: list(codes) for dim, codes in places}


def _switch(actor: Actor, now: datetime, about: Subject, entered: Entered) -> Switch:
    """Check what was entered, and make a row of it that is not kept yet."""
    today = local_day(now)
    source, text = clean_text(entered.source), clean_text(entered.text)
    commences = about.kind == COMMENCEMENT
    if not source:
        raise Refused(
            "Enter the instrument, such as SI 2027/12" if commences else "Enter the source",
            "source",
        )
    if commences and abs(entered.on.year - today.year) > MOST_YEARS:
        raise Refused("The first day in force must be a day that can be right", "on")
    if not commences and not today.year - MOST_YEARS <= entered.on.year:
        raise Refused("The day you read the source must be a day that can be right", "on")
    if not commences and entered.on > today:
        raise Refused("The day you read the source must be today or in the past", "on")
    if not text:
        raise Refused("Enter what the law says", "text")
    if fold(entered.name) != fold(actor.name):
        raise Refused(f"Enter your own name, as it stands in your account: {actor.name}", "name")
    return Switch(
        kind=about.kind,
        law=str(about.row["id"]),
        places=_stored(about.places),
        taken_back=False,
        source=source[:LONGEST_SOURCE],
        on=entered.on,
        text=text[:LONGEST_TEXT],
        name=actor.name,
        reason="",
        made_by_id=actor.user_id,
        made_at=now,
    )


def _effect(session: Session, now: datetime, row: Switch) -> Effect:
    """What the rulebook becomes. The gatekeeper reads every one that would judge visits of some day."""
    before = rulebooks.current(session, local_day(now))
    base = _base(session, now)
    after = rulebooks.with_switches(session, base, row)
    if {**after.content, "pack": None} == {**before.content, "pack": None}:
        raise Refused("This is what the rulebook says already: nothing would change")
    steps = {one.base_sha256 for one in rulebooks.in_force(session)} or {base.sha256}
    for sha256 in steps:
        refuse_problems(rulebooks.with_switches(session, rulebooks.released(session, sha256), row))
    return Effect(before, after)


def refuse_problems(pack: Pack) -> None:
    """Raise Refused, naming the first problem, for a rulebook that the gatekeeper would not release."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "rulebook")
        write_pack(pack, directory)
        # It passed as a whole when it was released or proposed: here only days and rows are others.
        problems = check(directory, reach=False)
    if problems:
        raise Refused(f"The rulebook could not be released like this: {problems[0].message}")


def _kept(session: Session, now: datetime, row: Switch) -> Switch:
    rulebooks.begin(session, now)
    session.add(row)
    session.flush()
    rulebooks.adopt_switch(session, now, row)
    return row


def key_of_switch(one: Switch) -> str:
    """Return the name of what a switch is about, as it stands in an address."""
    return key_of(one.law, rulebooks.places_of(one))
