"""A shop, two authorities that share nothing, their people and visits: rows made without services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from compliance.access import Role
from compliance.services import authorities
from compliance.services.spelling import searchable
from compliance.store.models import (
    Assessment,
    Certificate,
    Decision,
    Document,
    DocumentFile,
    NumberSeries,
    Operator,
    Premises,
    Rulebook,
    Tenure,
    User,
    Visit,
    VisitVersion,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
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
    #: State to visit id.
    visits: dict[str, str] = field(default_factory=dict)


@cache
def _kept_password() -> str:
    # Argon2id without the cost that slows a thief.
    return PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


def email(role: Role, *, foreign: bool = False) -> str:
    """Return the address that a role signs in with."""
    return f"{role.value}@{'elsewhere' if foreign else 'norfolk'}.example"


def build(session: Session) -> World:
    """Make the world in an empty database. The caller commits."""
    home = authorities.add(session, NOW, name="Norfolk Constabulary")
    foreign = authorities.add(session, NOW, name="Elsewhere Council")
    world = World(home.id, foreign.id)
    for role in Role:
        for authority, people, is_foreign in (
            (home, world.people, False),
            (foreign, world.foreign_people, True),
        ):
            user = User(
                authority_id=authority.id,
                email=email(role, foreign=is_foreign),
                name=f"{'Edna' if is_foreign else 'Nora'} {role.label}",
                role=role.value,
                password_hash=_kept_password(),
                created_at=NOW,
                password_changed_at=NOW,
            )
            session.add(user)
            session.flush()
            people[role] = user.id
    _shop(session, world)
    return world


def _shop(session: Session, world: World) -> None:
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
        created_at=NOW,
        updated_at=NOW,
    )
    operator = Operator(legal_name="Blades R Us (Norwich) Limited", created_at=NOW)
    session.add_all([premises, operator])
    session.flush()
    session.add(Tenure(premises_id=premises.id, operator_id=operator.id, from_date=None))
    world.premises = premises.id
    for days, state in enumerate(("draft", "recorded", "reviewed")):
        world.visits[state] = _visit(session, world, state, days, operator.id)


def _visit(session: Session, world: World, state: str, days: int, operator_id: int) -> str:
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
        created_at=NOW,
        recorded_at=None if state == "draft" else NOW,
    )
    session.add(visit)
    session.flush()
    if state != "draft":
        session.add(
            VisitVersion(
                visit_id=visit.id,
                number=1,
                particulars={
                    "kind": visit.kind,
                    "channels": visit.channels,
                    "visited_on": visit.visited_on.isoformat(),
                },
                answers={},
                recorded_by_id=world.people[Role.OFFICER],
                recorded_at=NOW,
                content_hash="0" * 64,
            )
        )
        session.flush()
    return visit.id


def issue_certificate(session: Session, world: World) -> Certificate:
    """Add an assessment of the reviewed visit, a document with its bytes, and a certificate."""
    visit = session.get_one(Visit, world.visits["reviewed"])
    session.add(Rulebook(sha256="a" * 64, rulebook_id="r", version="1", content={}, stored_at=NOW))
    session.flush()
    assessment = Assessment(
        visit_id=visit.id,
        version_id=visit.versions[0].id,
        rulebook_id="r",
        rulebook_version="1",
        rulebook_sha256="a" * 64,
        result={"id": visit.id},
        as_of=visit.visited_on,
        made_at=NOW,
    )
    session.add(assessment)
    session.flush()
    session.add(
        Decision(
            visit_id=visit.id,
            assessment_id=assessment.id,
            step="written_warning",
            usual_step="written_warning",
            policy_version="1",
            reason="Second sale",
            state="refused",
            decided_by_id=visit.officer_id,
            decided_at=NOW,
            withdrawn_by_id=visit.officer_id,
            withdrawn_at=NOW,
        )
    )
    document = Document(
        reference="NORF-1",
        kind="certificate",
        authority_id=visit.authority_id,
        visit_id=visit.id,
        premises_id=visit.premises_id,
        issued_on=NOW.date(),
        issued_by_id=visit.officer_id,
        issued_at=NOW,
        inputs={},
        template_version="1",
        sha256="b" * 64,
    )
    session.add_all([document, NumberSeries(name="certificates/2026", next_number=2)])
    session.flush()
    session.add(DocumentFile(document_id=document.id, content=b"%PDF"))
    assert visit.operator_id
    certificate = Certificate(
        document_id=document.id,
        premises_id=visit.premises_id,
        operator_id=visit.operator_id,
        link_token="t" * 22,
        valid_from=NOW.date(),
        valid_until=date(2027, 11, 21),
    )
    session.add(certificate)
    session.flush()
    return certificate
