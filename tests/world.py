"""A small world for tests of the web: two authorities that share nothing, their people, a shop, visits.

Every thing belongs to `home` unless its name says otherwise. Passwords are the same for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from compliance.access import Role
from compliance.services import authorities, users
from compliance.services.spelling import searchable
from compliance.store.models import Operation, Operator, Premises, Tenure, Visit, VisitVersion

PASSWORD = "correct tablet harbour 9"
VISITED_ON = date(2026, 10, 13)


@dataclass
class World:
    """The ids of what was made."""

    home: int
    foreign: int
    #: Role to user id.
    people: dict[Role, int] = field(default_factory=dict)
    foreign_people: dict[Role, int] = field(default_factory=dict)
    premises: int = 0
    operation: int = 0
    #: State to visit id.
    visits: dict[str, str] = field(default_factory=dict)


def email(role: Role, *, foreign: bool = False) -> str:
    """Return the address that a role signs in with."""
    return f"{role.value}@{'elsewhere' if foreign else 'norfolk'}.example"


def build(session: Session, now: datetime | None = None) -> World:
    """Make the world in an empty database. The caller commits."""
    now = now or datetime.now(UTC)
    home = authorities.add(session, now, name="Norfolk Constabulary")
    foreign = authorities.add(session, now, name="Elsewhere Council")
    world = World(home.id, foreign.id)
    for role in Role:
        for authority, people, is_foreign in (
            (home, world.people, False),
            (foreign, world.foreign_people, True),
        ):
            people[role] = users.add(
                session,
                None,
                now,
                authority_id=authority.id,
                email=email(role, foreign=is_foreign),
                name=f"{'Edna' if is_foreign else 'Nora'} {role.label}",
                role=role,
                password=PASSWORD,
            ).id
    _shop(session, world, now)
    return world


def _shop(session: Session, world: World, now: datetime) -> None:
    address = ["12 Prince of Wales Road", "Norwich"]
    premises = Premises(
        trading_name="Blades R Us",
        address_line_1=address[0],
        address_line_2=address[1],
        postcode="NR1 1LB",
        nation="england",
        nation_origin="person",
        police_authority_id=world.home,
        channels=["in_store"],
        sells_knives="yes",
        search_text=searchable("Blades R Us", address, "NR1 1LB"),
        created_at=now,
        updated_at=now,
    )
    operator = Operator(
        legal_name="Blades R Us (Norwich) Limited",
        registered_office_line_1=address[0],
        registered_office_line_2=address[1],
        registered_office_postcode="NR1 1LB",
        created_at=now,
    )
    operation = Operation(
        lead_authority_id=world.home,
        held_on=VISITED_ON,
        title="City centre, October",
        created_by_id=world.people[Role.OFFICER],
        created_at=now,
        updated_at=now,
    )
    session.add_all([premises, operator, operation])
    session.flush()
    session.add(Tenure(premises_id=premises.id, operator_id=operator.id, from_date=None))
    world.premises, world.operation = premises.id, operation.id
    for days, state in enumerate(("draft", "recorded", "returned", "reviewed", "notified")):
        world.visits[state] = _visit(session, world, now, state, days, operator.id)


def _visit(
    session: Session, world: World, now: datetime, state: str, days: int, operator_id: int
) -> str:
    recorded = state != "draft"
    visit = Visit(
        authority_id=world.home,
        premises_id=world.premises,
        operator_id=operator_id,
        kind="engagement_visit",
        nation="england",
        channels=["in_store"],
        visited_on=VISITED_ON - timedelta(days=days),
        officer_id=world.people[Role.OFFICER],
        state=state,
        created_at=now,
        recorded_at=now if recorded else None,
    )
    session.add(visit)
    session.flush()
    if recorded:
        session.add(
            VisitVersion(
                visit_id=visit.id,
                number=1,
                answers={},
                recorded_by_id=world.people[Role.OFFICER],
                recorded_at=now,
                content_hash="0" * 64,
            )
        )
        session.flush()
    return visit.id
