"""A list of shops taken in: the real Norwich list, our own columns, and hostile files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.services import (
    authorities,
    duplicates,
    premises,
    premises_file,
    premises_import,
    users,
)
from compliance.services.errors import Refused
from compliance.services.premises import Filters
from compliance.services.premises_fields import PremisesDetails
from compliance.services.premises_import import Report
from compliance.store.engine import db, separate_session
from compliance.store.models import Authority, Base, PossibleDuplicate, Premises, User
from tests.integration.store import shop

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NORWICH = Path(__file__).parents[2] / "data" / "premises-norwich.csv"
FORCE = "Norfolk Constabulary"

AGENCY_HEADER = "FHRSID,BusinessName,AddressLine1,AddressLine2,PostCode\n"
OUR_HEADER = "id,trading_name,address_line_1,postcode,nation\n"

Import = Callable[..., Report]


@pytest.fixture
def take(session: Session) -> Import:
    """A function that takes in a list and returns its report."""

    def take(content: str | bytes, *, name: str = FORCE, nation: str | None = None) -> Report:
        file = premises_file.read(content.encode() if isinstance(content, str) else content)
        return premises_import.run(session, NOW, file=file, authority_name=name, nation=nation)

    return take


def only(session: Session) -> Premises:
    """Return the only premises there is."""
    return session.scalars(select(Premises)).one()


def reasons(report: Report) -> dict[int, str]:
    """Return why each rejected line was."""
    return {each.line.number: each.reason for each in report.rejected}


def actor(session: Session, role: Role = Role.REVIEWER) -> Actor:
    """Return somebody of the force; no row is needed for it."""
    authority = authorities.find(session, FORCE)
    assert authority
    return Actor(1, authority.id, role, "Nora")


class TestNorwich:
    """What a person finds who reads the list of 354 shops line by line."""

    def test_the_first_time(self, session: Session, take: Import) -> None:
        report = take(NORWICH.read_bytes())
        assert report.last_line == (
            "created 337, updated 0, unchanged 0, possible duplicate 2, rejected 15"
        )
        assert report.counts.total() == 354
        assert report.authority_is_new
        assert report.authority_kind == "police"

    def test_fifteen_have_no_address(self, take: Import) -> None:
        report = take(NORWICH.read_bytes())
        with NORWICH.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        unaddressed = [number for number, row in enumerate(rows[1:], 2) if not any(row[5:9])]
        assert reasons(report) == dict.fromkeys(unaddressed, "There is no address")

    def test_two_are_perhaps_listed_twice(self, session: Session, take: Import) -> None:
        take(NORWICH.read_bytes())
        found = {
            (each.candidate.trading_name, each.incoming["trading_name"], each.reason)
            for each in session.scalars(select(PossibleDuplicate))
        }
        assert found == {
            ("Premier", "Premier Shop", duplicates.SAME_ADDRESS),
            (
                "Lucky Fortune Asia Market",
                "Lucky Fortune Asian Market",
                duplicates.SAME_POSTCODE,
            ),
        }

    def test_one_has_no_postcode_and_its_nation_is_to_confirm(
        self, session: Session, take: Import
    ) -> None:
        take(NORWICH.read_bytes())
        flagged = session.scalars(select(Premises).where(Premises.postcode_missing)).one()
        assert flagged.trading_name == "Beer Hatch"
        assert (flagged.nation, flagged.nation_origin) == (None, "to_confirm")
        others = session.execute(
            select(Premises.nation, Premises.nation_origin, func.count())
            .where(~Premises.postcode_missing)
            .group_by(Premises.nation, Premises.nation_origin)
        ).all()
        assert [tuple(row) for row in others] == [("england", "postcode", 336)]

    def test_ampersands_are_read_without_their_backslash(
        self, session: Session, take: Import
    ) -> None:
        take(NORWICH.read_bytes())
        names = set(session.scalars(select(Premises.trading_name)))
        assert {"B&M", "Marks & Spencer", "Mike & Debs", "Bird & Blend Tea Co."} <= names
        assert not [name for name in names if "\\" in name]

    def test_the_second_time_changes_no_row(self, app: Flask) -> None:
        def everything() -> dict[str, list[tuple[object, ...]]]:
            with separate_session(writes=False) as other:
                return {
                    table.name: sorted(
                        tuple(map(repr, row)) for row in other.execute(select(table))
                    )
                    for table in Base.metadata.sorted_tables
                }

        for expected in (
            "created 337, updated 0, unchanged 0, possible duplicate 2, rejected 15",
            "created 0, updated 0, unchanged 337, possible duplicate 2, rejected 15",
        ):
            before = everything()
            with separate_session() as session:
                report = premises_import.run(
                    session,
                    datetime.now(UTC),
                    file=premises_file.read(NORWICH.read_bytes()),
                    authority_name="norfolk  constabulary",
                )
            assert report.last_line == expected
            assert (everything() == before) is expected.startswith("created 0")

    def test_a_council_takes_the_same_shops_into_its_area(
        self, session: Session, take: Import
    ) -> None:
        take(NORWICH.read_bytes())
        report = take(NORWICH.read_bytes(), name="Norwich City Council")
        assert report.counts["updated"] == 337
        assert session.scalar(select(func.count(Premises.id))) == 337
        shop = session.scalars(select(Premises).where(Premises.trading_name == "Argos")).one()
        assert shop.police_authority
        assert shop.ts_authority
        assert shop.ts_authority.name == "Norwich City Council"


class TestClasses:
    """Every data line is in one class."""

    def test_a_changed_line_updates_what_differs_and_leaves_what_a_person_put_right(
        self, session: Session, take: Import
    ) -> None:
        take(AGENCY_HEADER + "1,Corner Shop,1 High Street,Norwich,NR1 1AA\n")
        shop = only(session)
        shop.trading_name = "The Corner Shop"
        report = take(AGENCY_HEADER + "1,Corner Shop,1 High Street,Norwich,NR1 1AB\n")
        assert report.counts == {"updated": 1}
        assert (shop.trading_name, shop.postcode) == ("The Corner Shop", "NR1 1AB")
        again = take(AGENCY_HEADER + "1,Corner Shop,1 High Street,Norwich,NR1 1AB\n")
        assert again.counts == {"unchanged": 1}
        assert " nr11ab " in shop.search_text

    def test_one_key_twice_in_a_file(self, take: Import) -> None:
        line = "1,Corner Shop,1 High Street,Norwich,NR1 1AA\n"
        report = take(AGENCY_HEADER + line + line + "1,Other,2 High Street,Norwich,NR1 1AA\n")
        assert report.counts == {"created": 1, "unchanged": 1, "rejected": 1}
        assert reasons(report) == {4: "The id 1 is on line 2 already, with other details"}

    def test_a_line_waits_for_a_person_and_is_then_the_same(
        self, session: Session, take: Import
    ) -> None:
        lines = (
            AGENCY_HEADER
            + "1,Premier,1 Aylsham Crescent,Norwich,NR3 2RZ\n"
            + "2,Premier Shop Ltd,1 Aylsham Crescent,Norwich,NR3 2RZ\n"
        )
        assert take(lines).counts == {"created": 1, "possible duplicate": 1}
        assert take(lines).counts == {"unchanged": 1, "possible duplicate": 1}
        waiting = duplicates.waiting(session, actor(session))
        who = made_user(session)
        kept = duplicates.resolve(session, who.actor, NOW, duplicate_id=waiting[0].id, same=True)
        assert kept.trading_name == "Premier"
        assert duplicates.waiting(session, actor(session)) == []
        assert take(lines).counts == {"unchanged": 2}
        assert session.scalar(select(func.count(Premises.id))) == 1
        with pytest.raises(Refused, match="already dealt with"):
            duplicates.resolve(session, who.actor, NOW, duplicate_id=waiting[0].id, same=False)

    def test_a_line_waits_for_a_person_and_is_then_another(
        self, session: Session, take: Import
    ) -> None:
        lines = (
            AGENCY_HEADER
            + "1,Lucky Fortune Asia Market,16 - 18 Queens Road,Norwich,NR1 3PR\n"
            + "2,Lucky Fortune Asian Market,10 Queens Road,Norwich,NR1 3PR\n"
        )
        take(lines)
        waiting = duplicates.waiting(session, actor(session))
        made = duplicates.resolve(
            session, made_user(session).actor, NOW, duplicate_id=waiting[0].id, same=False
        )
        assert made.external_id == "2"
        assert (made.nation, made.nation_origin) == ("england", "postcode")
        assert take(lines).counts == {"unchanged": 2}

    def test_a_shop_entered_by_hand_is_found_and_takes_the_agencys_key(
        self, session: Session, take: Import
    ) -> None:
        take(AGENCY_HEADER + "9,Elsewhere,9 Far Road,Norwich,NR9 9ZZ\n")
        user = made_user(session)
        premises.create(
            session,
            user.actor,
            NOW,
            details=PremisesDetails("Knife & Fork", "5 High St", postcode="NR1 1AA"),
            nation="england",
        )
        lines = AGENCY_HEADER + "1,Knife and Fork Limited,5 High Street,,NR1 1AA\n"
        assert take(lines).counts == {"possible duplicate": 1}
        waiting = duplicates.waiting(session, user.actor)
        kept = duplicates.resolve(session, user.actor, NOW, duplicate_id=waiting[0].id, same=True)
        assert (kept.source, kept.external_id) == ("fsa", "1")
        assert take(lines).counts == {"unchanged": 1}

    @pytest.mark.parametrize(
        "one, other, waits",
        [
            ("Tesco,5 High Street,,NR1 1AA", "TESCO'S LTD,5 High St,,NR1 1AA", True),
            ("Tesco Express,Unit 1,5 High Street,NR1 1AA", "Tesco,5 High Street,,NR1 1AA", True),
            ("Boots,5 High Street,Norwich,NR1 1AA", "Boots,5 High Street,Norwich,NR1 1AB", True),
            ("Boots,5 High Street,,NR1 1AA", "Boots,5 High Street,,IP1 1AA", False),
            ("Boots,5 High Street,Norwich,NR1 1AA", "Boots,5 High Street,Norwich,", True),
            ("Boots,2 Church Lane,,NR4 6NZ", "Waitrose,2 Church Lane,,NR4 6NZ", False),
            (
                "W H Smith (Airside),Terminal,,NR6 6EP",
                "W H Smith (Landside),Terminal,,NR6 6EP",
                False,
            ),
            ("Aldi,1 Larkman Lane,,NR5 8TZ", "Aldi,463 Sprowston Road,,NR3 4EB", False),
        ],
    )
    def test_what_may_be_one_shop(self, take: Import, one: str, other: str, waits: bool) -> None:
        report = take(f"{AGENCY_HEADER}1,{one}\n2,{other}\n")
        assert report.counts["possible duplicate"] == (1 if waits else 0)
        assert report.counts.total() == 2

    def test_a_list_of_ours_belongs_to_its_owner(self, session: Session, take: Import) -> None:
        first = take(OUR_HEADER + "1,Corner Shop,1 High Street,NR1 1AA,\n")
        second = take(OUR_HEADER + "1,Far Shop,9 Low Street,IP1 1AA,\n", name="Suffolk Council")
        assert first.counts == second.counts == {"created": 1}

    def test_another_councils_shop_is_not_taken_from_it(self, take: Import) -> None:
        line = AGENCY_HEADER + "1,Corner Shop,1 High Street,Norwich,NR1 1AA\n"
        take(line, name="Norwich City Council")
        report = take(line, name="Ipswich Borough Council")
        assert reasons(report) == {2: "The premises with this id belongs to another council area"}


class TestNation:
    """It decides the law: column, then option, then postcode area, else a person."""

    @pytest.mark.parametrize(
        "postcode, written, option, nation, origin",
        [
            ("NR1 1AA", "Scotland", "Wales", "scotland", "column"),
            ("NR1 1AA", "", "northern ireland", "northern_ireland", "option"),
            ("CF10 1AA", "", None, "wales", "postcode"),
            ("EH1 1AA", "", None, "scotland", "postcode"),
            ("BT1 1AA", "", None, "northern_ireland", "postcode"),
            ("SY1 1AA", "", None, None, "to_confirm"),
            ("TD15 1AA", "", None, None, "to_confirm"),
            ("LL14 5AA", "", None, None, "to_confirm"),
            ("JE2 3AB", "", None, None, "to_confirm"),
            ("", "", None, None, "to_confirm"),
        ],
    )
    def test_where_it_comes_from(
        self,
        session: Session,
        take: Import,
        postcode: str,
        written: str,
        option: str | None,
        nation: str | None,
        origin: str,
    ) -> None:
        take(f"{OUR_HEADER}1,Shop,1 High Street,{postcode},{written}\n", nation=option)
        assert (only(session).nation, only(session).nation_origin) == (nation, origin)

    def test_a_nation_that_the_postcode_contradicts_waits_for_a_person(
        self, session: Session, take: Import
    ) -> None:
        report = take(
            OUR_HEADER
            + "1,One,1 High Street,G1 1AA,\n2,Two,2 High Street,GU1 1AA,\n"
            + "3,Three,3 High Street,SY1 1AA,\n4,Four,4 High Street,CF10 1AA,England\n",
            nation="England",
        )
        assert report.elsewhere == [2, 5]
        assert report.last_line.startswith("created 4,")

        def doubted() -> dict[str, str | None]:
            found = premises.search(session, actor(session), Filters(missing="nation")).items
            return {one.trading_name: premises.doubted(one) for one in found}

        assert doubted() == {"One": "scotland", "Four": "wales"}
        one = session.scalars(select(Premises).where(Premises.trading_name == "One")).one()
        assert (one.nation, one.nation_origin) == ("england", "option")
        someone = made_user(session).actor
        premises.confirm_nation(session, someone, NOW, premises_id=one.id, nation="england")
        assert doubted() == {"Four": "wales"}

    def test_a_persons_word_outlives_an_import(self, session: Session, take: Import) -> None:
        take(OUR_HEADER + "1,Shop,1 High Street,CH5 1AA,\n")
        shop = only(session)
        premises.confirm_nation(
            session, made_user(session).actor, NOW, premises_id=shop.id, nation="wales"
        )
        report = take(OUR_HEADER + "1,Shop,1 High Street,CH5 1AA,England\n")
        assert report.counts == {"unchanged": 1}
        assert (shop.nation, shop.nation_origin) == ("wales", "person")

    def test_a_nation_that_is_none_is_rejected(self, take: Import) -> None:
        report = take(OUR_HEADER + "1,Shop,1 High Street,CH5 1AA,Cornwall\n")
        assert "'Cornwall' is not England" in reasons(report)[2]
        with pytest.raises(Refused, match="Cornwall"):
            take(OUR_HEADER + "1,Shop,1 High Street,CH5 1AA,\n", nation="Cornwall")


class TestHostile:
    """Nothing in a file is trusted."""

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_encodings(self, session: Session, take: Import, encoding: str) -> None:
        text = AGENCY_HEADER + "1,Café Fiancée’s – Knives,1 High Street,Norwich,NR1 1AA\n"
        take(text.encode(encoding))
        assert only(session).trading_name == "Café Fiancée’s – Knives"
        assert " cafe fiancees knives " in only(session).search_text

    @pytest.mark.parametrize(
        "content, words",
        [
            (b"", "empty"),
            (b"\x89PNG\r\n\x1a\n\x00\x81\x8d", "CSV UTF-8"),
            (b"name,address\nx,y\n", "Missing: id, trading_name, address_line_1, postcode"),
            (b"FHRSID,Business Name,AddressLine1,PostCode\n", "is 'Business Name' meant for"),
            (b"FHRSID,BusinessName,AddressLine1,PostCode,postcode\n", "twice: postcode"),
            (AGENCY_HEADER.encode() + b'1,"Bob,1 High Street,,\n2,x,y,,\n', "quotes on line 2"),
            (b"FHRSID,BusinessName,AddressLine1,Post\x00Code\n", "CSV UTF-8"),
        ],
    )
    def test_what_is_no_list_is_refused_with_what_to_change(
        self, content: bytes, words: str
    ) -> None:
        with pytest.raises(Refused, match=re.escape(words)):
            premises_file.read(content)

    def test_lines_that_cannot_be_kept(self, session: Session, take: Import) -> None:
        long = "x" * 200_000
        report = take(
            AGENCY_HEADER
            + "1,Nul\x00Shop,1 High Street,,NR1 1AA\n"
            + f"2,{long},1 High Street,,NR1 1AA\n"
            + "3,Short,1 High Street\n"
            + "4,Long,1 High Street,,NR1 1AA,more,cells\n"
            + "5,Trailing,1 High Street,,NR1 1AA,,,\n"
            + "6,Half a postcode,1 High Street,,NR1\n"
            + ",No key,1 High Street,,NR1 1AA\n"
            + "8, ,1 High Street,,NR1 1AA\n"
            + "9,Turned \u202eround,1 High Street,,NR1 1AA\n"
            + "\n"
            + ",,,,\n"
        )
        assert report.counts == {"created": 1, "rejected": 9}
        assert reasons(report) == {
            2: "trading_name: Remove the characters that cannot be printed",
            3: "trading_name: This must be 200 characters or fewer",
            4: "The line has 3 cells, the first line of the file has 5",
            5: "The line has 7 cells, the first line of the file has 5",
            7: "postcode: Enter a full UK postcode, like NR1 3DD",
            8: "There is no id",
            9: "There is no name",
            10: "trading_name: Remove the characters that cannot be printed",
            12: "There is no id",
        }
        assert only(session).trading_name == "Trailing"

    def test_a_formula_stays_text_and_is_harmless_in_the_rejected_file(
        self, session: Session, take: Import
    ) -> None:
        report = take(
            AGENCY_HEADER
            + "1,=HYPERLINK(1),1 High Street,,NR1 1AA\n"
            + "2,@SUM(A1),,,\n"
            + '3,"+44 ""Shop""\nof Bob",,,\n'
        )
        assert only(session).trading_name == "=HYPERLINK(1)"
        content = premises_file.rejected_csv(
            tuple(AGENCY_HEADER.strip().split(",")),
            [(each.line, each.reason) for each in report.rejected],
        )
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0][:4] == ["Line", "Reason", "FHRSID", "BusinessName"]
        assert rows[1][:4] == ["3", "There is no address", "2", "'@SUM(A1)"]
        assert rows[2][3] == '\'+44 "Shop"\nof Bob'
        # Mended and imported again, the apostrophe goes.
        rows[1][4] = "2 High Street"
        mended = io.StringIO()
        csv.writer(mended).writerows(rows[:2])
        assert take(mended.getvalue()).counts == {"created": 1}
        assert "@SUM(A1)" in set(session.scalars(select(Premises.trading_name)))

    def test_an_authority_with_a_slip_in_its_name_is_made_and_the_likeness_said(
        self, take: Import
    ) -> None:
        take(AGENCY_HEADER)
        report = take(AGENCY_HEADER, name="Norfolk Constabluary")
        assert report.authority_is_new
        assert report.nearest == FORCE
        assert not take(AGENCY_HEADER, name="NORFOLK constabulary").authority_is_new


def test_all_or_nothing(app: Flask) -> None:
    file = premises_file.read((AGENCY_HEADER + "1,Shop,1 High Street,,NR1 1AA\n").encode())

    def killed_at_the_end() -> None:
        with separate_session() as session:
            premises_import.run(session, NOW, file=file, authority_name=FORCE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        killed_at_the_end()
    with separate_session(writes=False) as session:
        for model in (Premises, Authority):
            assert session.scalar(select(func.count()).select_from(model)) == 0
    db.session.rollback()


def made_user(session: Session) -> User:
    """Return a reviewer of the force, made on first use."""
    kept = session.scalars(select(User)).first()
    if kept:
        return kept
    authority = authorities.find(session, FORCE)
    assert authority
    return users.add(
        session,
        None,
        NOW,
        authority_id=authority.id,
        email="nora@norfolk.example",
        name="Nora",
        role=Role.REVIEWER,
        password=shop.PASSWORD,
    )
