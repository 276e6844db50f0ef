"""The demo: the same each time, every state in it, and each of the cases told as its right answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.app import create_app
from compliance.config import Settings
from compliance.documents import Rendered, kinds
from compliance.documents.data import DocumentData
from compliance.documents.keys import root_certificates
from compliance.documents.kinds import kind_called
from compliance.services import assessments, authorities, passwords
from compliance.services.demo import files
from compliance.services.demo.load import Loaded, load
from compliance.services.lifecycle import access_codes, certificates, checking, issue
from compliance.services.lifecycle.certificates import Status, status_on
from compliance.store.engine import db, separate_session, upgrade
from compliance.store.models import (
    Base,
    Certificate,
    Document,
    FollowUp,
    Photo,
    PossibleDuplicate,
    Premises,
    TextConfirmation,
    User,
    Visit,
)
from compliance.store.models.visits import VISIT_STATES
from compliance.web.application import Application

TODAY = date(2026, 11, 22)
PUBLIC_URL = "https://knives.example"
#: What a salt or the clock of the signature makes different each time, though it says the same.
SALTED = {"password_hash", "access_code_hash", "sha256", "content"}


def app_on(folder: Path) -> Application:
    """An application on the database in `folder`."""
    return create_app(
        Settings.from_environment(
            {
                "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
                "DATA_DIR": str(folder),
                "PUBLIC_URL": PUBLIC_URL,
            }
        )
    )


def make_app(folder: Path) -> Application:
    """An application with an empty database in `folder`."""
    app = app_on(folder)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return app


def loaded_into(folder: Path, today: date = TODAY) -> Loaded:
    """Load the demo into an empty database in `folder`."""
    with make_app(folder).app_context():
        with separate_session() as session:
            loaded = load(session, today, public_url=PUBLIC_URL, keys_folder=folder / "keys")
        db.engine.dispose()
    return loaded


def dump(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without what is salted."""
    with app_on(folder).app_context():
        with separate_session(writes=False) as session:
            tables = {
                table.name: [
                    {
                        name: unsigned(value)
                        for name, value in row._mapping.items()
                        if name not in SALTED
                    }
                    for row in session.execute(select(table).order_by(*table.primary_key))
                ]
                for table in Base.metadata.sorted_tables
            }
        db.engine.dispose()
    return tables


def unsigned(value: Any) -> Any:
    """A document's inputs without the proof, which the keys of the place have signed, and its page's hash."""
    if isinstance(value, dict) and "proof_url" in value.get("data", {}):
        return {**value, "html_sha256": "", "data": {**value["data"], "proof_url": ""}}
    return value


@dataclass(frozen=True)
class Demo:
    """The demo, loaded once for this file."""

    folder: Path
    loaded: Loaded
    session: Session

    def shop(self, case: str) -> Premises:
        """The shop in whose notes a case is named."""
        return self.visit(case).premises

    def visit(self, case: str) -> Visit:
        """The visit whose notes begin with `Case <case>:`."""
        question = files.read("sheets")["note"]["question"]
        found = [
            visit
            for visit in self.session.scalars(select(Visit))
            if (version := visit.latest_version)
            and str(version.answers.get(question, "")).startswith(f"Case {case}:")
        ]
        assert len(found) == 1, case
        return found[0]

    def result(self, case: str) -> dict[str, Any]:
        """The assessment of that visit."""
        assessment = self.visit(case).latest_assessment
        assert assessment is not None
        return assessment.result

    def standing(self, case: str) -> str:
        """The standing today of who trades at that shop."""
        shop = self.shop(case)
        operator = shop.operator_on(TODAY)
        assert operator is not None
        told = assessments.standing_on(self.session, shop, operator, TODAY)
        assert told is not None
        return str(told["standing"])

    def certificates(self, case: str) -> list[Status]:
        """What the certificates of that shop are worth today."""
        return [
            status_on(each, TODAY)
            for each in certificates.of_premises(self.session, self.shop(case))
        ]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of 22 November 2026, with every document really printed and signed."""
    folder = tmp_path_factory.mktemp("demo")
    loaded = loaded_into(folder)
    with app_on(folder).app_context():
        engine = db.engine.execution_options(writes=False)
    # Outside of the application's context: a command would take the one there is for its own.
    with Session(engine) as session:
        yield Demo(folder, loaded, session)
    engine.dispose()


def unprinted(data: DocumentData, **_: object) -> Rendered:
    """Stand in for the printer: what the printed bytes are does not decide what is loaded."""
    version = kind_called(data.kind).version(data.language)
    digest = hashlib.sha256(data.reference.encode()).hexdigest()
    return Rendered(b"%PDF-", digest, 1, version, data.language)


def test_the_same_day_gives_the_same_demo_and_the_command_says_how_to_get_in(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue, "render", unprinted)
    app = make_app(tmp_path)
    told = app.test_cli_runner().invoke(args=["demo", "load", "--today", "2026-11-22"])
    assert told.exit_code == 0, told.output
    document, code = demo.loaded.office.codes[-1]
    reference = demo.session.get_one(Document, document.id).reference
    for words in (files.password(), "officer@exampleford.example", reference, code):
        assert words in told.output
    one, two = dump(demo.folder), dump(tmp_path)
    assert one.keys() == two.keys()
    for table in one:
        assert one[table] == two[table], table


def test_the_demo_can_be_of_another_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = date(2028, 2, 29)
    monkeypatch.setattr(issue, "render", unprinted)
    loaded = loaded_into(tmp_path, today)
    assert loaded.city.calendar.today == today
    newest = max(row["visited_on"] for row in dump(tmp_path)["visits"])
    assert (today - newest).days == 1


def test_there_is_enough_to_look_at(demo: Demo) -> None:
    session = demo.session
    assert demo.loaded.shops >= 60
    kinds = Counter(session.scalars(select(Visit.kind)))
    assert len(kinds) == 4
    assert min(kinds.values()) >= 5
    days = list(session.scalars(select(Visit.visited_on)))
    assert 500 <= (max(days) - min(days)).days <= 560
    assert set(session.scalars(select(Visit.state))) == set(VISIT_STATES)
    assert set(session.scalars(select(Premises.status))) == {"open", "closed", "moved"}
    assert set(session.scalars(select(Premises.nation))) == {"england", "wales", None}
    assert any(session.scalars(select(Premises.postcode_missing)))
    assert len(session.scalars(select(PossibleDuplicate)).all()) == 2
    assert len(session.scalars(select(Photo)).all()) == 2


def test_letters_and_certificates_are_in_every_state(demo: Demo) -> None:
    session = demo.session
    issued = set(session.scalars(select(Document.kind)))
    # The officers' own file of a visit is made when somebody asks for it.
    assert issued == set(kinds()) - {"evidence-bundle"}
    held = {status_on(each, TODAY) for each in session.scalars(select(Certificate))}
    assert held == set(Status)


def test_a_shop_in_wales_has_its_letter_in_both_languages(demo: Demo) -> None:
    welsh, english = demo.session.scalars(
        select(Document).join(Premises).where(Premises.nation == "wales").order_by(Document.id)
    )
    assert (welsh.language, english.language) == ("cy", "en")
    assert welsh.reference == english.reference
    assert "yn y cyfeiriad ar y llythyr hwn" in welsh.inputs["data"]["authority"]["complaints"]
    assert set(demo.session.scalars(select(TextConfirmation.translator))) == {"Enid Enghraifft"}


def test_follow_ups_are_done_due_and_overdue(demo: Demo) -> None:
    every = demo.session.scalars(select(FollowUp)).all()
    waiting = [each for each in every if each.done_at is None and each.due_on]
    assert any(each.done_at for each in every)
    assert any(each.due_on < TODAY for each in waiting)
    assert any(each.due_on > TODAY for each in waiting)


def test_nobody_is_real(demo: Demo) -> None:
    people = demo.session.scalars(select(User)).all()
    assert people
    assert all(each.email.endswith(".example") for each in people)
    assert all(passwords.is_right(files.password(), each.password_hash) for each in people[:1])
    postcodes = demo.session.scalars(select(Premises.postcode)).all()
    # No such postcode area exists.
    assert all(postcode is None or postcode.startswith("EF") for postcode in postcodes)


def test_every_document_is_kept_as_its_hash_says_and_opens_with_its_code(demo: Demo) -> None:
    documents = demo.session.scalars(select(Document)).all()
    for document in documents:
        assert hashlib.sha256(document.file.content).hexdigest() == document.sha256
    last, code = demo.loaded.office.codes[-1]
    kept = demo.session.get_one(Document, last.id)
    assert access_codes.matches(code, kept.access_code_hash)


def test_a_certificate_of_the_demo_is_genuine(demo: Demo) -> None:
    newest = demo.session.scalars(
        select(Certificate).where(Certificate.status == "valid").order_by(Certificate.id.desc())
    ).first()
    assert newest is not None
    checked = checking.check(
        demo.session,
        datetime(2026, 11, 22, 12, tzinfo=UTC),
        newest.document.file.content,
        root_certificates(demo.folder / "keys"),
    )
    assert checked.holds, checked.reason


#: Case: grade, standing today, what its certificates are worth.
RIGHT = {
    "1": ("E", "unresolved_sale", [Status.VALID]),
    "2": ("A", "clear", [Status.VALID]),
    "3a": (None, "not_enough_known", []),
    "3b": (None, "not_enough_known", []),
    "3c": (None, "not_enough_known", []),
    "3d": (None, "not_enough_known", []),
    "4": ("D", "improve", [Status.VALID]),
    "5a": ("D", "improve", [Status.VALID]),
    "5b": ("A", "not_enough_known", []),
    "5c": ("D", "improve", []),
    "5d": ("A", "not_enough_known", []),
    "6": (None, "not_enough_known", []),
    "7a": (None, "not_enough_known", []),
    "7b": (None, "not_enough_known", []),
    "8": ("not_settled", "not_enough_known", []),
    "9a": ("A", "recovering", []),
    "9b": ("A", "unresolved_sale", []),
    "10": (None, "clear", [Status.VALID]),
}


@pytest.mark.parametrize("case", [case for case in RIGHT if case != "9b"])
def test_each_case_is_told_as_is_right(demo: Demo, case: str) -> None:
    grade, standing, held = RIGHT[case]
    assert demo.result(case)["grade"] == grade
    assert demo.standing(case) == standing
    assert demo.certificates(case) == held


def test_case_1_a_sale_waits_for_its_decision(demo: Demo) -> None:
    visit, result = demo.visit("1"), demo.result("1")
    assert (visit.visited_on, visit.state) == (date(2026, 10, 13), "notified")
    assert result["validity"]["may_allege"]
    assert result["next_step"] == "advise_then_re_test"
    assert result["values"]["charging_limit"] == "2027-04-13"
    (certificate,) = certificates.of_premises(demo.session, visit.premises)
    assert certificate.valid_from == date(2026, 9, 22)


def test_case_3_no_result_has_no_letter(demo: Demo) -> None:
    for case in ("3a", "3b", "3c", "3d"):
        assert demo.visit(case).documents == []
        assert not demo.result(case)["validity"]["counts"]
    assert demo.shop("3c").sells_knives == "no"


def test_case_4_money_taken_holds_the_letters(demo: Demo) -> None:
    (held,) = [
        visit
        for visit in demo.session.scalars(select(Visit))
        if (assessment := visit.latest_assessment)
        and assessment.result["next_step"] == "ask_lawyer"
    ]
    assert held.state == "reviewed"
    assert held.documents == []


def test_case_6_and_7_allege_nothing(demo: Demo) -> None:
    for case in ("6", "7a"):
        assert demo.result(case)["validity"]["result"] == "invalid"
        assert [each.kind for each in demo.visit(case).documents] == ["test-purchase-neutral"]
    assert demo.visit("7b").documents == []


def test_case_9_one_may_have_a_certificate_the_other_is_a_repeat(demo: Demo) -> None:
    entitled = certificates.entitlement(demo.session, demo.shop("9a"), TODAY)
    assert entitled is not None
    again = [
        visit
        for visit in demo.session.scalars(select(Visit).order_by(Visit.visited_on))
        if visit.premises.trading_name == "Bolt & Bramble"
    ][-1]
    assert (again.visited_on, again.state) == (date(2026, 11, 5), "notified")
    assert again.latest_assessment is not None
    assert again.latest_assessment.result["next_step"] == "consider_formal_step"
    assert certificates.entitlement(demo.session, again.premises, TODAY) is None


def test_case_10_departures_have_a_neutral_letter(demo: Demo) -> None:
    validity = demo.result("10")["validity"]
    assert (validity["result"], validity["counts"]) == ("valid_with_departures", False)
    assert [each.kind for each in demo.visit("10").documents] == ["test-purchase-neutral"]


def test_the_command_fills_an_empty_database_only(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with app.app_context():
        with separate_session() as session:
            authorities.add(session, datetime(2026, 1, 1, tzinfo=UTC), name="Somebody Council")
        db.engine.dispose()
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    quiet = runner.invoke(args=["demo", "load", "--if-empty"])
    assert quiet.exit_code == 0
    assert "no demo was loaded" in quiet.output
