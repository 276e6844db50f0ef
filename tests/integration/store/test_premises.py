"""Premises kept, found with slips of spelling, and handed from one operator to the next."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.services import authorities, premises, premises_file, premises_import
from compliance.services.errors import NotFound, Refused
from compliance.services.operators import OperatorDetails
from compliance.services.premises import Filters
from compliance.services.premises_fields import PremisesDetails
from compliance.store.models import Certificate, Premises, User, Visit, VisitShare
from tests.integration.store import shop
from tests.integration.store.shop import NOW, World

NORWICH = Path(__file__).parents[2] / "data" / "premises-norwich.csv"


@pytest.fixture
def world(session: Session) -> World:
    """Two authorities that share nothing, their people, a shop and visits to it."""
    return shop.build(session)


@pytest.fixture
def nora(session: Session, world: World) -> Actor:
    """A reviewer at home."""
    return session.get_one(User, world.people[Role.REVIEWER]).actor


@pytest.fixture
def edna(session: Session, world: World) -> Actor:
    """A reviewer elsewhere."""
    return session.get_one(User, world.foreign_people[Role.REVIEWER]).actor


def names(session: Session, actor: Actor, text: str, limit: int = 5) -> list[str]:
    """Return the names a search gives, best first."""
    found = premises.search(session, actor, Filters(text=text), limit=limit)
    return [each.trading_name for each in found.items]


class TestSearch:
    """What is typed finds the shop that is meant."""

    @pytest.fixture(autouse=True)
    def norwich(self, session: Session, nora: Actor) -> None:
        premises_import.run(
            session,
            NOW,
            file=premises_file.read(NORWICH.read_bytes()),
            authority_name="Norfolk Constabulary",
        )
        premises.create(
            session,
            nora,
            NOW,
            details=PremisesDetails("B&Q", "Boundary Road", postcode="NR6 5JX"),
            nation=None,
        )

    def test_finds(self, session: Session, nora: Actor) -> None:
        typed_and_first = {
            "b and q": "B&Q",
            "B & Q": "B&Q",
            "bandq": "B&Q",
            "Tescos": "Tesco Stores",
            "tescos express": "Tesco Express",
            "tesco unthank": "Tesco Express",
            "marks and spencers": "Marks & Spencer",
            "sainsburys local": "Sainsbury's Local",
            "Sainsbury’s Supermarket": "Sainsbury's Supermarket",
            "wh smith": "W H Smith",
            "W.H. Smith": "W H Smith",
            "WHSmiths": "W H Smith",
            "claires accesories": "Claire's Accessories",
            "morisons daily": "Morrisons Daily",
            "pjs": "P J's",
            "doxi": "DOXI.",
            "nr13rb": "Sainsbury's Supermarket",
            "NR1 3RB": "Sainsbury's Supermarket",
            "oxfam bedford street": "Oxfam Books & Records",
        }
        found = {typed: names(session, nora, typed, 1) for typed in typed_and_first}
        assert found == {typed: [first] for typed, first in typed_and_first.items()}

    def test_all_of_a_chain(self, session: Session, nora: Actor) -> None:
        found = premises.search(session, nora, Filters(text="Tescos"), limit=50)
        assert found.total == 10
        assert all("Tesco" in each.trading_name for each in found.items)

    def test_nothing_like_it_finds_nothing(self, session: Session, nora: Actor) -> None:
        for typed in ("zzyzx", "%", "_", "b and z", "'; DROP TABLE premises"):
            assert names(session, nora, typed) == []

    def test_pages_do_not_overlap(self, session: Session, nora: Actor) -> None:
        seen = []
        for offset in range(0, 400, 25):
            page = premises.search(session, nora, Filters(), offset=offset, limit=25)
            assert page.total == 339
            seen += [each.id for each in page.items]
        assert len(seen) == len(set(seen)) == 339

    def test_filters(self, session: Session, nora: Actor) -> None:
        def total(**filters: str) -> int:
            return premises.search(session, nora, Filters(**filters)).total

        assert total(missing="postcode") == total(missing="nation") == 1
        assert total(missing="operator") == 338
        assert total(nation="england") == 338
        assert total(sells_knives="yes") == 1
        assert total(status="closed") == 0

    def test_another_authority_sees_none_of_it(self, session: Session, edna: Actor) -> None:
        assert premises.search(session, edna, Filters()).total == 0
        assert names(session, edna, "Tescos") == []


class TestSeeing:
    """An authority sees its area, where it has been, and what was shared with it."""

    def test_anothers_shop_is_not_there(
        self, session: Session, world: World, edna: Actor, nora: Actor
    ) -> None:
        assert premises.get(session, nora, world.premises).trading_name == "Blades R Us"
        with pytest.raises(NotFound):
            premises.get(session, edna, world.premises)
        with pytest.raises(NotFound):
            premises.close(
                session, edna, NOW, premises_id=world.premises, status="closed", since=NOW.date()
            )

    def test_a_shared_visit_shows_its_shop_and_no_more(
        self, session: Session, world: World, edna: Actor
    ) -> None:
        session.add(
            VisitShare(
                visit_id=world.visits["reviewed"],
                authority_id=world.foreign,
                shared_by_id=world.people[Role.REVIEWER],
                shared_at=NOW,
            )
        )
        session.flush()
        assert premises.get(session, edna, world.premises)
        shown = premises.visits_at(session, edna, world.premises)
        assert [visit.id for visit in shown] == [world.visits["reviewed"]]
        with pytest.raises(Refused, match="another authority's area"):
            premises.confirm_nation(session, edna, NOW, premises_id=world.premises, nation="wales")


class TestKeeping:
    """What may be said of a shop."""

    @pytest.mark.parametrize(
        "change, field",
        [
            ({"trading_name": " "}, "trading_name"),
            ({"address_line_1": ""}, "address_line_1"),
            ({"trading_name": "x" * 201}, "trading_name"),
            ({"trading_name": "Bell\x07"}, "trading_name"),
            ({"postcode": "NR1"}, "postcode"),
            ({"uprn": "12a"}, "uprn"),
            ({"uprn": "１２３"}, "uprn"),
            ({"channels": ("by_pigeon",)}, "channels"),
            ({"shop_kind": "zoo"}, "shop_kind"),
            ({"sells_knives": "perhaps"}, "sells_knives"),
            ({"sells_knives": "yes"}, "sells_knives_seen_on"),
            (
                {"sells_knives": "no", "sells_knives_seen_on": date(2026, 11, 23)},
                "sells_knives_seen_on",
            ),
        ],
    )
    def test_a_mistake_is_named_by_its_field(
        self, session: Session, nora: Actor, change: dict[str, object], field: str
    ) -> None:
        details = PremisesDetails(**({"trading_name": "A", "address_line_1": "B"} | change))
        with pytest.raises(Refused) as refused:
            premises.create(session, nora, NOW, details=details, nation=None)
        assert refused.value.field == field

    def test_a_shop_kept_already_is_pointed_out_once(self, session: Session, nora: Actor) -> None:
        details = PremisesDetails(
            "Blades-R-Us Ltd", "12, Prince of Wales Rd", "Norwich", postcode="nr11lb"
        )
        with pytest.raises(Refused, match="Blades R Us, 12 Prince of Wales Road") as refused:
            premises.create(session, nora, NOW, details=details, nation=None)
        assert refused.value.field == "not_a_duplicate"
        new = premises.create(
            session, nora, NOW, details=details, nation=None, not_a_duplicate=True
        )
        assert (new.postcode, new.nation, new.nation_origin) == ("NR1 1LB", "england", "postcode")

    def test_a_new_postcode_settles_or_unsettles_a_nation_nobody_confirmed(
        self, session: Session, nora: Actor
    ) -> None:
        shop = premises.create(
            session, nora, NOW, details=PremisesDetails("A", "B", postcode="SY1 1AA"), nation=None
        )
        assert shop.nation is None
        premises.edit(
            session,
            nora,
            NOW,
            premises_id=shop.id,
            details=PremisesDetails("A", "B", postcode="CF1 1AA"),
        )
        assert (shop.nation, shop.nation_origin) == ("wales", "postcode")
        premises.confirm_nation(session, nora, NOW, premises_id=shop.id, nation="england")
        premises.edit(
            session,
            nora,
            NOW,
            premises_id=shop.id,
            details=PremisesDetails("A", "B", postcode="SY1 1AA"),
        )
        assert (shop.nation, shop.nation_origin) == ("england", "person")
        assert shop.nation_confirmed_by_id == nora.user_id

    def test_visits_that_waited_take_the_confirmed_nation(
        self, session: Session, world: World, nora: Actor
    ) -> None:
        waiting = session.get_one(Visit, world.visits["recorded"])
        settled = session.get_one(Visit, world.visits["reviewed"])
        waiting.nation = None
        premises.confirm_nation(session, nora, NOW, premises_id=world.premises, nation="wales")
        session.expire_all()
        assert (waiting.nation, settled.nation) == ("wales", "england")

    def test_a_partner_is_of_the_other_kind(
        self, session: Session, world: World, nora: Actor
    ) -> None:
        assert [each.name for each in premises.partners(session, nora)] == ["Elsewhere Council"]
        other_force = authorities.add(session, NOW, name="Suffolk Police")
        with pytest.raises(Refused) as refused:
            premises.create(
                session,
                nora,
                NOW,
                details=PremisesDetails("A", "B"),
                nation=None,
                partner_authority_id=other_force.id,
            )
        assert refused.value.field == "partner_authority_id"


class TestOperators:
    """Letters, certificates and standing belong to the operator of the day."""

    NEW = OperatorDetails("New Blades Limited", company_number="1234567")

    def change(self, session: Session, actor: Actor, world: World, day: date | None) -> Premises:
        premises.change_operator(
            session, actor, NOW, premises_id=world.premises, details=self.NEW, from_date=day
        )
        return session.get_one(Premises, world.premises)

    def test_a_new_operator_begins_the_day_after_the_last(
        self, session: Session, world: World, nora: Actor
    ) -> None:
        shop = self.change(session, nora, world, date(2026, 11, 1))
        before, after = shop.tenures
        assert (before.from_date, before.to_date) == (None, date(2026, 10, 31))
        assert (after.from_date, after.to_date) == (date(2026, 11, 1), None)
        assert after.operator.company_number == "01234567"
        on = {day: shop.operator_on(day) for day in (date(2026, 10, 31), date(2026, 11, 1))}
        assert [each.legal_name for each in on.values() if each] == [
            "Blades R Us (Norwich) Limited",
            "New Blades Limited",
        ]

    def test_a_new_operator_starts_with_a_clean_sheet(
        self, session: Session, world: World, nora: Actor
    ) -> None:
        shop.issue_certificate(session, world)
        draft = session.get_one(Visit, world.visits["draft"])
        recorded = session.get_one(Visit, world.visits["recorded"])
        old = recorded.operator_id
        self.change(session, nora, world, date(2026, 10, 13))
        certificate = session.scalars(select(Certificate)).one()
        assert (certificate.status, certificate.ended_by_id) == ("withdrawn", nora.user_id)
        # 13 October is the new operator's first day; what was recorded before is the old one's.
        assert draft.visited_on == date(2026, 10, 13)
        assert draft.operator_id != old
        assert recorded.operator_id == old

    @pytest.mark.parametrize(
        "day, words",
        [
            (None, "Enter the day"),
            (date(2026, 11, 23), "today or in the past"),
            (date(2026, 11, 1), "must be after 1 November 2026"),
        ],
    )
    def test_a_day_that_cannot_be(
        self, session: Session, world: World, nora: Actor, day: date | None, words: str
    ) -> None:
        self.change(session, nora, world, date(2026, 11, 1))
        with pytest.raises(Refused, match=words) as refused:
            self.change(session, nora, world, day)
        assert refused.value.field == "from_date"

    def test_a_company_is_one_legal_person_wherever_it_trades(
        self, session: Session, world: World, nora: Actor
    ) -> None:
        shop = premises.create(
            session, nora, NOW, details=PremisesDetails("A", "B"), nation="england"
        )
        first = premises.change_operator(
            session, nora, NOW, premises_id=shop.id, details=self.NEW, from_date=None
        )
        second = self.change(session, nora, world, date(2026, 11, 1)).tenures[-1]
        assert first.operator_id == second.operator_id
        with pytest.raises(Refused, match="trades here already"):
            self.change(session, nora, world, date(2026, 11, 5))

    def test_closing_ends_the_certificate(
        self, session: Session, world: World, nora: Actor
    ) -> None:
        shop.issue_certificate(session, world)
        premises.close(
            session,
            nora,
            NOW,
            premises_id=world.premises,
            status="moved",
            since=date(2026, 11, 20),
        )
        assert session.scalars(select(Certificate.status)).one() == "withdrawn"
        opened = premises.reopen(session, nora, NOW, premises_id=world.premises)
        assert (opened.status, opened.status_since) == ("open", None)
        assert session.scalars(select(Certificate.status)).one() == "withdrawn"

    def test_details_of_a_company_that_also_trades_elsewhere_are_not_changed_from_here(
        self, session: Session, world: World, nora: Actor, edna: Actor
    ) -> None:
        self.change(session, nora, world, date(2026, 11, 1))
        corrected = OperatorDetails("New Blades (UK) Limited", company_number="01234567")
        operator = premises.edit_operator(
            session, nora, NOW, premises_id=world.premises, details=corrected
        )
        assert operator.legal_name == "New Blades (UK) Limited"
        far = premises.create(
            session, edna, NOW, details=PremisesDetails("A", "B"), nation="england"
        )
        premises.change_operator(
            session, edna, NOW, premises_id=far.id, details=self.NEW, from_date=None
        )
        with pytest.raises(Refused, match="another authority's area"):
            premises.edit_operator(
                session, nora, NOW, premises_id=world.premises, details=corrected
            )
