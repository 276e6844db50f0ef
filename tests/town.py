"""A town for tests of what follows a visit: a police force and a council that share a shop, their
people, and ways to have a visit recorded, agreed and told in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.rulebook import shipped_pack
from compliance.rulebook.pack import dims_match
from compliance.services import visits
from compliance.services.lifecycle import notifications, reviews
from compliance.services.lifecycle.issue import Office
from compliance.services.spelling import searchable
from compliance.services.visit_content import Record
from compliance.store.models import (
    Authority,
    Document,
    Operator,
    Premises,
    Tenure,
    User,
    Visit,
)

PUBLIC_URL = "https://knives.example"
OFFICE = Office(PUBLIC_URL)
VISITED_ON = date(2026, 10, 13)


def noon(day: date) -> datetime:
    """Noon UTC of a day: a moment that is the same day in London."""
    return datetime.combine(day, time(12), tzinfo=UTC)


@dataclass
class Town:
    """The people and the shop. Police people unless the name says council."""

    police: Authority
    council: Authority
    officer: Actor
    reviewer: Actor
    second: Actor
    council_officer: Actor
    council_reviewer: Actor
    council_second: Actor
    premises: Premises
    operator: Operator
    session: Session

    def record(
        self,
        kind: str,
        answers: Mapping[str, Any],
        *,
        on: date = VISITED_ON,
        by: Actor | None = None,
        channels: Sequence[str] = ("in_store",),
        facts: Mapping[str, Any] | None = None,
        premises: Premises | None = None,
    ) -> Visit:
        """Have a visit recorded at noon of its day, with a complete and sound file."""
        actor = by or self.officer
        visit = visits.begin(
            self.session,
            actor,
            noon(on),
            premises=premises or self.premises,
            kind=kind,
            purpose="first",
            visited_on=on,
            channels=list(channels),
            started_at=noon(on) - timedelta(hours=1),
        )
        file = {**sound_facts(kind), **(facts or {})}
        visits.record(
            self.session,
            actor,
            noon(on),
            visit,
            Record(
                answers=answers, operation_facts={k: v for k, v in file.items() if v is not None}
            ),
        )
        return visit

    def agree(self, visit: Visit, *, by: Actor | None = None, on: date | None = None) -> Visit:
        """Have the newest version agreed by the other reviewer."""
        actor = by or self._reviewer_of(visit)
        assert visit.latest_version is not None
        reviews.agree(
            self.session,
            actor,
            noon(on or visit.visited_on + timedelta(days=1)),
            visit.id,
            version=visit.latest_version.number,
        )
        return visit

    def notify(self, visit: Visit, *, on: date | None = None) -> Document:
        """Have the letter sent."""
        return notifications.notify(
            self.session,
            self._reviewer_of(visit),
            noon(on or visit.visited_on + timedelta(days=2)),
            OFFICE,
            visit.id,
        )

    def _reviewer_of(self, visit: Visit) -> Actor:
        return self.reviewer if visit.authority_id == self.police.id else self.council_reviewer


def sound_facts(kind: str) -> dict[str, Any]:
    """The operation facts of a complete and sound file, as the rulebook's own `sound` says."""
    return {
        entry["id"]: entry["sound"]
        for entry in shipped_pack().entries("fact")
        if "sound" in entry and dims_match(entry.get("dims"), {"kind": kind, "nation": "england"})
    }


def build(session: Session, now: datetime | None = None) -> Town:
    """Make the town in an empty database. The caller commits."""
    now = now or noon(VISITED_ON - timedelta(days=400))
    police = _authority(session, "Norfolk Constabulary", "police", "NORF", now)
    council = _authority(session, "Norwich Trading Standards", "council", "NORW", now)
    premises = shop(session, now, police, council, "Blades R Us", "NR1 1LB")
    operator = Operator(
        legal_name="Blades R Us (Norwich) Limited",
        registered_office_line_1="1 Station Approach",
        registered_office_line_2="Norwich",
        registered_office_postcode="NR1 1EF",
        created_at=now,
    )
    session.add(operator)
    session.flush()
    session.add(Tenure(premises_id=premises.id, operator_id=operator.id, from_date=None))
    session.flush()
    people = {
        name: person(session, authority, name, role, now)
        for name, authority, role in (
            ("Olive Officer", police, Role.OFFICER),
            ("Ravi Reviewer", police, Role.REVIEWER),
            ("Sam Second", police, Role.REVIEWER),
            ("Cleo Officer", council, Role.OFFICER),
            ("Rhys Reviewer", council, Role.REVIEWER),
            ("Siân Second", council, Role.REVIEWER),
        )
    }
    return Town(police, council, *people.values(), premises, operator, session)


def shop(
    session: Session,
    now: datetime,
    police: Authority,
    council: Authority,
    name: str,
    postcode: str,
    nation: str = "england",
) -> Premises:
    """Make a shop that sells knives in store; nobody trades there yet."""
    address = ["12 Prince of Wales Road", "Norwich"]
    premises = Premises(
        trading_name=name,
        address_line_1=address[0],
        address_line_2=address[1],
        postcode=postcode,
        nation=nation,
        nation_origin="person",
        police_authority_id=police.id,
        ts_authority_id=council.id,
        channels=["in_store"],
        sells_knives="yes",
        search_text=searchable(name, address, postcode),
        created_at=now,
        updated_at=now,
    )
    session.add(premises)
    session.flush()
    return premises


def person(session: Session, authority: Authority, name: str, role: Role, now: datetime) -> Actor:
    """Make a colleague; nobody can sign in as them."""
    user = User(
        authority=authority,
        email=f"{name.lower().replace(' ', '.')}@{authority.short_code.lower()}.example",
        name=name,
        role=role,
        password_hash="x",
        created_at=now,
        password_changed_at=now,
    )
    session.add(user)
    session.flush()
    return user.actor


def _authority(session: Session, name: str, kind: str, code: str, now: datetime) -> Authority:
    authority = Authority(
        name=name,
        kind=kind,
        short_code=code,
        address_line_1="County Hall",
        address_line_2="Norwich",
        postcode="NR1 2DH",
        phone="01632 960417",
        email="knives@norfolk.example",
        website="www.norfolk.example",
        complaints_text="Tell us first: call or write to the address at the top.",
        created_at=now,
    )
    session.add(authority)
    session.flush()
    return authority
