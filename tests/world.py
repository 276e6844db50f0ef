"""A small world for tests of the web: the town of `tests/town.py` with people who can sign in, a visit in
every state, and an authority elsewhere that may see none of it. All passwords are the same."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.documents.keys import open_keys
from compliance.documents.signing import open_seal
from compliance.rulebook import Pack, shipped_pack
from compliance.services import adoptions, duplicates, passwords, photos, proposals, visits
from compliance.services.lifecycle import certificates, decisions, issue, reviews
from compliance.services.lifecycle.issue import Office
from compliance.services.proofs import keep
from compliance.store.models import (
    Authority,
    Batch,
    BatchLetter,
    Document,
    Operation,
    Operator,
    PossibleDuplicate,
    PrintRun,
    Tenure,
    User,
)
from tests import town
from tests.photographed import some_photo
from tests.town import VISITED_ON, Town, noon

PASSWORD = "correct tablet harbour 9"

#: What an officer saw, by what became of it. The codes are the rulebook's.
SALE = {
    "tp_outcome": "sold_no_challenge",
    "tp_article_covered": "knife",
    "tp_money_taken": "yes",
    "tp_goods_handed_over": "yes",
}
REFUSED = {"tp_outcome": "refused_age_stated", "tp_article_covered": "knife"}


@dataclass
class World:
    """The ids of what was made, all of the home authority unless the name says otherwise."""

    home: int
    foreign: int
    #: The authority that shares the shop.
    partner: int = 0
    #: Role to user id.
    people: dict[Role, int] = field(default_factory=dict)
    foreign_people: dict[Role, int] = field(default_factory=dict)
    premises: int = 0
    operation: int = 0
    #: State to visit id; `proposed` waits for a second person, `follow_up` has one to finish.
    visits: dict[str, str] = field(default_factory=dict)
    follow_up: int = 0
    #: State of its visit to the id of a photo.
    photos: dict[str, int] = field(default_factory=dict)
    #: A line of a list that may be the shop.
    duplicate: int = 0
    #: The reference of a letter that was sent, and the code that opens it.
    letter: str = ""
    code: str = ""
    #: A shop with a certificate that holds, and the secret of its public link.
    certified: int = 0
    certificate: str = ""
    certificate_reference: str = ""
    #: A proposed rulebook, tried to the end.
    proposal: int = 0
    #: A batch that is finished: a letter and a certificate issued, a letter refused.
    batch: int = 0
    #: The request, by the reviewer, that it be adopted.
    request: int = 0


def email(role: Role, *, foreign: bool = False) -> str:
    """Return the address that a role signs in with."""
    return f"{role.value}@{'elsewhere' if foreign else 'norfolk'}.example"


def build(session: Session, keys: Path, made: Town | None = None) -> World:
    """Make the world in an empty database; `keys` is the folder that seals certificates, `made` the town
    it stands in, if that is there already.

    The caller commits.
    """
    made = made or town.build(session)
    elsewhere = Authority(
        name="Elsewhere Council",
        kind="council",
        short_code="ELSE",
        created_at=noon(VISITED_ON),
    )
    session.add(elsewhere)
    session.flush()
    world = World(made.police.id, elsewhere.id, partner=made.council.id, premises=made.premises.id)
    kept = passwords.hashed(PASSWORD)
    for role in Role:
        at_home = _colleague(session, made.police, role, made)
        away = town.person(session, elsewhere, f"Edna {role.label}", role, noon(VISITED_ON))
        for actor, people, foreign in (
            (at_home, world.people, False),
            (away, world.foreign_people, True),
        ):
            user = session.get_one(User, actor.user_id)
            user.email, user.password_hash = email(role, foreign=foreign), kept
            people[role] = user.id
    operation = Operation(
        lead_authority_id=made.police.id,
        held_on=VISITED_ON,
        title="City centre, October",
        created_by_id=made.officer.user_id,
        created_at=noon(VISITED_ON),
        updated_at=noon(VISITED_ON),
    )
    session.add(operation)
    session.flush()
    world.operation = operation.id
    world.duplicate = _duplicate(session, made)
    _visits(session, made, world)
    _certificate(session, made, world, keys)
    world.batch = _batch(session, made, world)
    world.proposal = _proposal(session, made)
    world.request = _request(session, made, world.proposal)
    return world


def _batch(session: Session, made: Town, world: World) -> int:
    document = session.scalars(select(Document).where(Document.reference == world.letter)).one()
    batch = Batch(
        authority_id=made.police.id,
        title="Week of action",
        created_by_id=made.reviewer.user_id,
        created_at=noon(VISITED_ON),
        state="finished",
    )
    session.add(batch)
    session.flush()
    issued, refused, certificate = (
        BatchLetter(
            batch_id=batch.id,
            visit_id=world.visits[visit],
            step=step,
            position=at,
            settled_at=noon(VISITED_ON),
        )
        for at, (visit, step) in enumerate(
            (("decided", "notify"), ("returned", "notify"), ("certified", "certificate")), start=1
        )
    )
    issued.state, issued.document_id = "issued", document.id
    certified = Document.reference == world.certificate_reference
    certificate.state = "issued"
    certificate.document_id = session.scalars(select(Document.id).where(certified)).one()
    refused.state, refused.reason = (
        "refused",
        "This visit is returned: this step does not come now.",
    )
    run = PrintRun(
        batch_id=batch.id,
        made_at=noon(VISITED_ON),
        letters=[[document.reference, 1, 2]],
        sha256=document.sha256,
        content=document.file.content,
    )
    session.add_all([issued, refused, certificate, run])
    session.flush()
    return batch.id


def _proposal(session: Session, made: Town) -> int:
    now = noon(VISITED_ON)
    pack = stricter_rulebook()
    proposal = proposals.propose_pack(session, made.reviewer, now, pack)
    while proposals.go_on(session, made.reviewer, now, proposal.id).finished_at is None:
        pass
    # The proof takes seconds, and is tested by itself.
    keep(proposal, now)
    return proposal.id


def _request(session: Session, made: Town, proposal: int) -> int:
    asked = adoptions.ask(
        session,
        made.reviewer,
        noon(VISITED_ON),
        proposal,
        effective_from=date(2040, 1, 1),
        reason="The agreement is what shops here are asked for first",
    )
    return asked.id


def stricter_rulebook() -> Pack:
    """Return the shipped rulebook with one more point of a store audit made critical, and asked."""
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2027.1.1"
    rule = next(one for one in content["rule"] if one["id"] == "rra_signed")
    for version in rule["version"]:
        version["severity"] = "critical"
    return Pack(content)


def _duplicate(session: Session, made: Town) -> int:
    shop = made.premises
    line = {
        "trading_name": f"{shop.trading_name} Ltd",
        "address_line_1": shop.address_line_1,
        "address_line_2": None,
        "address_line_3": None,
        "address_line_4": None,
        "postcode": shop.postcode,
        "nation": "england",
        "nation_origin": "postcode",
    }
    found = PossibleDuplicate(
        authority_id=made.police.id,
        source="fsa",
        external_id="77",
        incoming=line,
        reason=duplicates.SAME_ADDRESS,
        candidate=shop,
        created_at=noon(VISITED_ON),
    )
    session.add(found)
    session.flush()
    return found.id


def _colleague(session: Session, police: Authority, role: Role, made: Town) -> Actor:
    if role is Role.OFFICER:
        return made.officer
    if role is Role.REVIEWER:
        return made.reviewer
    return town.person(session, police, "Ada Administrator", role, noon(VISITED_ON))


def _visits(session: Session, made: Town, world: World) -> None:
    day = VISITED_ON - timedelta(days=60)

    def test(answers: Mapping[str, Any]) -> Any:
        nonlocal day
        day += timedelta(days=5)
        return made.record("test_purchase", answers, on=day)

    sold = made.agree(test(SALE))
    world.letter = made.notify(sold).reference
    world.code = issue.replace_code(session, made.officer, noon(sold.visited_on), world.letter)
    decided = decisions.decide(
        session,
        made.reviewer,
        noon(sold.visited_on + timedelta(days=3)),
        sold.id,
        step="advice_and_re_test",
        reason="First sale at this shop",
    )
    world.visits["decided"] = sold.id
    world.follow_up = decided.visit.follow_ups[0].id

    proposed = made.agree(test(SALE))
    made.notify(proposed)
    decisions.decide(
        session,
        made.second,
        noon(proposed.visited_on + timedelta(days=3)),
        proposed.id,
        step="written_warning",
        reason="Second sale at this shop",
    )
    world.visits["proposed"] = proposed.id

    notified = made.agree(test(SALE))
    made.notify(notified)
    world.visits["notified"] = notified.id

    world.visits["reviewed"] = made.agree(test(REFUSED)).id

    returned = test(SALE)
    reviews.send_back(
        session,
        made.reviewer,
        noon(returned.visited_on + timedelta(days=1)),
        returned.id,
        version=1,
        note="Was the money taken before the knife was handed over?",
    )
    world.visits["returned"] = returned.id
    world.visits["recorded"] = test(SALE).id
    world.visits["held"] = made.record(
        "test_purchase", SALE, on=day + timedelta(days=1), facts={"parental_consent": "no"}
    ).id
    audit = made.record("store_audit", core_met(), on=VISITED_ON - timedelta(days=2))
    world.visits["audit"] = audit.id
    world.visits["draft"] = visits.begin(
        session,
        made.officer,
        noon(VISITED_ON),
        premises=made.premises,
        kind="store_audit",
        purpose="first",
        visited_on=VISITED_ON,
        channels=["in_store"],
        started_at=noon(VISITED_ON) - timedelta(hours=1),
    ).id
    for state in ("draft", "recorded"):
        photo, _ = photos.add(
            session,
            made.officer,
            noon(VISITED_ON),
            world.visits[state],
            "photos",
            some_photo(),
            pack=shipped_pack(),
            caption="The shelf with the knives",
        )
        world.photos[state] = photo.id


def _certificate(session: Session, made: Town, world: World, keys: Path) -> None:
    now = noon(VISITED_ON)
    shop = town.shop(session, now, made.police, made.council, "Kitchen Corner", "NR2 1AB")
    operator = Operator(
        legal_name="Kitchen Corner Limited",
        registered_office_line_1="12 Prince of Wales Road",
        registered_office_line_2="Norwich",
        registered_office_postcode="NR2 1AB",
        created_at=now,
    )
    session.add(operator)
    session.flush()
    session.add(Tenure(premises_id=shop.id, operator_id=operator.id, from_date=None))
    session.flush()
    session.refresh(shop)
    day = VISITED_ON - timedelta(days=20)
    audit = made.record("store_audit", core_met(), on=day, premises=shop)
    made.notify(made.agree(audit))
    world.visits["certified"] = audit.id
    decided = noon(day + timedelta(days=3))
    decisions.decide(session, made.reviewer, decided, audit.id, step="no_further_action")
    seal = open_seal(open_keys(keys, now), now, made.police.name)
    office = Office(town.PUBLIC_URL, seal)
    certificate = certificates.issue(session, made.second, now, office, shop.id)
    world.certified, world.certificate = shop.id, certificate.link_token
    world.certificate_reference = certificate.document.reference


def core_met() -> dict[str, Any]:
    """Return the answers of an audit with every core point met, from the lawyers' shorthand."""
    text = (Path(__file__).parent / "data" / "law_shorthand.toml").read_text(encoding="utf-8")
    answers: dict[str, Any] = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in tomllib.loads(text)["answers"]["core_met"].items()
    }
    return answers
