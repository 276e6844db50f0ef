"""A proposed rulebook tried on what was reviewed: what would change, what causes it, and that nothing is changed."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from compliance.access import Role
from compliance.rulebook import Pack, shipped_pack
from compliance.rulebook.check import Problem, check
from compliance.rulebook.pack import PACKS
from compliance.services import proofs, proposals, replay, visits
from compliance.services.errors import Refused
from compliance.services.lifecycle import reviews
from compliance.services.proposals import NotReleasable
from compliance.services.replay import Tried
from compliance.services.visit_content import Record
from compliance.store.engine import db, separate_session
from compliance.store.models import (
    Authority,
    Base,
    Premises,
    Proposal,
    ReplayChange,
    User,
    Visit,
    VisitShare,
)
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.town import VISITED_ON, noon, person, sound_facts
from tests.world import SALE, World

SHIPPED = PACKS / "uk_knives"
DATA = Path(__file__).parents[1] / "data"
AS_OF = VISITED_ON


@pytest.fixture(autouse=True)
def without_the_long_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rulebook can and cannot do is proved in tests/unit/rulebook; each proof takes seconds."""
    monkeypatch.setattr("compliance.commands.replay.check", partial(check, reach=False))


@pytest.fixture(autouse=True)
def on_a_day() -> Iterator[None]:
    """Standing and certificates are worked out for today: hold it."""
    with time_machine.travel(noon(AS_OF), tick=True):
        yield


def changed(edit: Callable[[dict[str, Any]], None]) -> Pack:
    """The shipped rulebook with an edit."""
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2027.1.1"
    edit(content)
    return Pack(content)


def rule_of(content: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in content["rule"] if one["id"] == name)
    return found


def asks_the_opposite(content: dict[str, Any]) -> None:
    """A shop would have to have no refusals log: what was met is not met."""
    for version in rule_of(content, "accepted_id_list")["version"]:
        version["met"] = {"answer": "accepted_id_list", "is": "no"}


def tried(app: Application, new: Pack, **more: Any) -> Tried:
    with app.app_context(), separate_session(writes=False) as session:
        return replay.in_batches(
            session, shipped_pack(), new, replay.shops(session), as_of=AS_OF, **more
        )


def sorts(found: Tried) -> set[str]:
    return {each.what for each in found.changes}


def everything(app: Application) -> dict[str, list[Any]]:
    """Every row of every table but those of proposals."""
    apart = {Proposal.__tablename__, ReplayChange.__tablename__}
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
            for name in sorted(Base.metadata.tables)
            if name not in apart and name not in ("sessions", "attempts")
        }


def test_the_same_rulebook_would_change_nothing(app: Application, world: World) -> None:
    found = tried(app, changed(lambda content: None))
    assert found.changes == ()
    assert found.visits > 3


def test_a_rule_that_asks_more_is_named_as_the_cause_of_all_it_changes(
    app: Application, world: World
) -> None:
    before = everything(app)
    found = tried(app, changed(asks_the_opposite))
    assert {"finding", "score", "grade", "certificate"} <= sorts(found)
    assert all(each.causes == (("rule", "accepted_id_list"),) for each in found.changes)
    certified = [each for each in found.changes if each.premises_id == world.certified]
    certificate = next(each for each in certified if each.what == "certificate")
    assert (certificate.before, certificate.after) == ("yes", "no")
    assert certificate.visit_id is None
    finding = next(
        each for each in certified if each.what == "finding" and each.rule == "accepted_id_list"
    )
    assert finding.before.startswith("met ")
    assert finding.after.startswith("not_met ")
    assert finding.area == "NR2"
    assert everything(app) == before


def test_a_trial_tells_nothing_of_what_another_authority_has_not_shared(
    app: Application, world: World
) -> None:
    """The council finds a sale at a shop of the police's, and keeps it to itself: then it shares it."""

    def by_police() -> list[tuple[str, ...]]:
        with app.app_context(), separate_session(writes=False) as session:
            found = replay.replay(
                session,
                shipped_pack(),
                changed(a_sale_is_forgotten),
                replay.shops(session, world.home),
                as_of=AS_OF,
                authority_id=world.home,
            )
        return [(one.shop_name, one.what, one.before, one.after) for one in found.changes]

    before = by_police()
    sale = _sale_by(app, world)
    assert by_police() == before
    with app.app_context(), separate_session() as session:
        session.add(
            VisitShare(
                visit_id=sale,
                authority_id=world.home,
                shared_by_id=session.get_one(Visit, sale).officer_id,
                shared_at=noon(AS_OF),
            )
        )
    shared = by_police()
    assert shared != before
    assert any(one[:2] == ("Kitchen Corner", "standing") for one in shared)
    # What was kept of the trial is no longer shown once the visit is not shared any more.
    with app.app_context(), separate_session() as session:
        reviewer = session.get_one(User, world.people[Role.REVIEWER]).actor
        proposal = proposals.propose_pack(
            session, reviewer, noon(AS_OF), changed(a_test_weighs_less)
        )
        while proposals.go_on(session, reviewer, noon(AS_OF), proposal.id).finished_at is None:
            pass
        rows, with_it = proposals.changes(session, proposal)
        assert sale in {row.visit_id for row in rows}
        session.delete(session.scalars(select(VisitShare).where(VisitShare.visit_id == sale)).one())
        session.flush()
        rows, without_it = proposals.changes(session, proposal)
        assert sale not in {row.visit_id for row in rows}
        assert without_it < with_it
        assert sum(proposals.summary(session, proposal).totals.values()) == without_it


def a_sale_is_forgotten(content: dict[str, Any]) -> None:
    """A sale would no longer move how an operator stands."""
    standing = next(one for one in content["value"] if one["name"] == "standing")
    standing["cases"] = [
        {**case, "then": "clear"} if case["then"] == "unresolved_sale" else case
        for case in standing["cases"]
    ]


def a_test_weighs_less(content: dict[str, Any]) -> None:
    """What a test finds would be minor."""
    for version in rule_of(content, "tp_outcome")["version"]:
        version["severity"] = "minor"


def _sale_by(app: Application, world: World) -> str:
    """A sale at the certified shop that the council records and agrees; the id of its visit."""
    now = noon(AS_OF - timedelta(days=3))
    with app.app_context(), separate_session() as session:
        council = session.get_one(Authority, world.partner)
        officer = person(session, council, "Olga Officer", Role.OFFICER, now)
        reviewer = person(session, council, "Rita Reviewer", Role.REVIEWER, now)
        visit = visits.begin(
            session,
            officer,
            now,
            premises=session.get_one(Premises, world.certified),
            kind="test_purchase",
            purpose="first",
            visited_on=now.date(),
            channels=["in_store"],
        )
        visits.record(session, officer, now, visit, Record(SALE, sound_facts("test_purchase")))
        reviews.agree(session, reviewer, now, visit.id, version=1)
        return visit.id


def test_a_grade_that_moves_by_its_bands_is_caused_by_the_bands_not_by_a_rule(
    app: Application, world: World
) -> None:
    def harder(content: dict[str, Any]) -> None:
        band = next(one for one in content["value"] if one["name"] == "audit_band")
        band["band"]["steps"] = [
            {"at_least": 101, "then": "A"},
            *(step for step in band["band"]["steps"] if step["then"] != "A"),
        ]

    found = tried(app, changed(harder))
    assert sorts(found) == {"grade"}
    assert all(each.causes == (("value", "audit_band"),) for each in found.changes)
    assert {(each.before, each.after) for each in found.changes} == {("A", "B")}


def test_of_two_edits_each_change_has_its_own_cause(app: Application, world: World) -> None:
    def two(content: dict[str, Any]) -> None:
        asks_the_opposite(content)
        for version in rule_of(content, "tp_outcome")["version"]:
            version["severity"] = "minor"

    found = tried(app, changed(two))
    causes = {
        each.rule: each.causes
        for each in found.changes
        if each.what == "finding" and each.rule in ("accepted_id_list", "tp_outcome")
    }
    assert causes == {
        "accepted_id_list": (("rule", "accepted_id_list"),),
        "tp_outcome": (("rule", "tp_outcome"),),
    }


def test_a_rule_of_tomorrow_changes_no_visit_of_today(app: Application, world: World) -> None:
    def tomorrow(content: dict[str, Any]) -> None:
        rule = rule_of(content, "accepted_id_list")
        for version in list(rule["version"]):
            later = copy.deepcopy(version)
            version["to"] = "2027-03-31"
            later["from"] = "2027-04-01"
            later["met"] = {"answer": "accepted_id_list", "is": "no"}
            rule["version"].append(later)

    assert tried(app, changed(tomorrow)).changes == ()


def test_visits_before_the_day_asked_for_are_left_out(app: Application, world: World) -> None:
    new = changed(asks_the_opposite)
    every = tried(app, new)
    late = tried(app, new, since=AS_OF + timedelta(days=1))
    assert late.visits == 0
    assert late.changes == ()
    assert every.changes


def test_a_visit_that_the_proposed_rulebook_cannot_read_is_said(
    app: Application, world: World
) -> None:
    def forgets(content: dict[str, Any]) -> None:
        content["question"] = [
            one for one in content["question"] if one["id"] != "tp_article_covered"
        ]

    found = tried(app, changed(forgets))
    unreadable = [each for each in found.changes if each.what == "unreadable"]
    assert unreadable
    assert "tp_article_covered" in unreadable[0].after
    assert unreadable[0].causes == (("question", "tp_article_covered"),)


def test_an_authority_is_told_of_what_it_may_see_and_no_more(
    app: Application, world: World
) -> None:
    new = changed(asks_the_opposite)

    def told(authority: int) -> Tried:
        with app.app_context(), separate_session(writes=False) as session:
            return replay.replay(
                session,
                shipped_pack(),
                new,
                replay.shops(session, authority),
                as_of=AS_OF,
                authority_id=authority,
            )

    home = told(world.home)
    assert home.visits > 3
    assert told(world.foreign) == Tried(0, ())
    with app.app_context(), separate_session(writes=False) as session:
        own = set(session.scalars(select(Visit.id).where(Visit.authority_id == world.home)))
    assert {each.visit_id for each in home.changes if each.visit_id} <= own


# --- taking a rulebook in ------------------------------------------------------------------------


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def files_of(directory: Path = SHIPPED) -> dict[str, bytes]:
    return {
        file.relative_to(directory).as_posix(): file.read_bytes()
        for file in directory.rglob("*.toml")
    }


def stricter_files() -> dict[str, bytes]:
    """The shipped directory with the met condition of one rule turned round, as a lawyer would."""
    files = files_of()
    name = "rules/store_audit.toml"
    files[name] = files[name].replace(
        b'met = { answer = "accepted_id_list", is = "yes" }',
        b'met = { answer = "accepted_id_list", is = "no" }',
    )
    assert files[name] != files_of()[name]
    return files


def test_a_zip_is_read_with_or_without_a_folder_around_it() -> None:
    inside = {f"uk_knives/{name}": content for name, content in files_of().items()}
    noise = {"uk_knives/README.md": b"hello", "__MACOSX/uk_knives/pack.toml": b"noise"}
    for files in (files_of(), inside, inside | noise):
        assert proposals.read_zip(zipped(files)).sha256 == shipped_pack().sha256


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"no zip at all", "not a zip"),
        (zipped({"README.md": b"hello"}), "no .toml"),
        (zipped({"../pack.toml": b"[pack]"}), "outside itself"),
        (zipped({"/etc/pack.toml": b"[pack]"}), "outside itself"),
        (zipped({"pack.toml": b"#" * (proposals.MOST_BYTES + 1)}), "too large"),
        (zipped({f"{n}.toml": b"" for n in range(proposals.MOST_FILES + 1)}), "too large"),
    ],
    ids=["not a zip", "nothing in it", "leads out", "absolute", "too large", "too many"],
)
def test_what_is_no_rulebook_is_refused(sent: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        proposals.read_zip(sent)


def test_what_the_gatekeeper_refuses_is_named_by_file_and_line() -> None:
    files = files_of()
    name = "rules/store_audit.toml"
    files[name] = files[name].replace(b'severity = "critical"', b'severity = "crytical"', 1)
    with pytest.raises(NotReleasable) as refused:
        proposals.read_zip(zipped(files))
    told = [str(one) for one in refused.value.problems]
    assert any("rules/store_audit.toml:" in one and "critical" in one for one in told)


# --- the page ------------------------------------------------------------------------------------


def send(client: FlaskClient, content: bytes, since: str = "") -> Any:
    boxes = zip(("since-day", "since-month", "since-year"), since.split(), strict=False)
    return client.post(
        "/rulebook/proposals",
        data={"file": (io.BytesIO(content), "rulebook.zip"), **dict(boxes)},
        content_type="multipart/form-data",
    )


def test_what_only_a_proof_finds_is_found_apart_and_stops_the_adoption(
    signed_in: SignIn, app: Application, world: World
) -> None:
    """The upload answers at once; nobody adopts the rulebook before its proof, or against it."""
    client = signed_in(Role.REVIEWER)
    sent = files_of(DATA / "packs" / "bicycle_hire")
    sent |= files_of(DATA / "mistakes" / "rule_never_met")
    address = send(client, zipped(sent)).location
    while not client.post(f"{address}/go-on", headers={"Accept": "application/json"}).get_json()[
        "finished"
    ]:
        pass
    ask = {"effective_from-day": "1", "effective_from-month": "1", "effective_from-year": "2040"}
    ask["reason"] = "Why not"
    assert "Waits" in client.get(address).text
    assert "Ask that it be adopted" not in client.get(address).text
    assert "not proved yet" in client.post(f"{address}/adopt", data=ask).text
    assert client.post(f"{address}/prove").location == address
    page = client.get(address).text
    assert "more.toml:5: rule &#34;both_ways&#34; can never be met" in page
    assert "Ask that it be adopted" not in page
    assert "cannot be adopted" in client.post(f"{address}/adopt", data=ask).text
    with app.app_context():
        kept = db.session.scalars(select(Proposal).order_by(Proposal.id.desc())).first()
        assert kept is not None
        assert (kept.sent, len(kept.proof_problems)) == (None, 1)


def test_a_proof_is_made_once_and_begun_again_only_if_it_was_cut_short(
    app: Application, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes | None] = []

    def proof(sent: bytes | None, _: Pack) -> list[Problem]:
        made.append(sent)
        return []

    monkeypatch.setattr(proposals, "problems_of", proof)

    def prove(minutes: int) -> proofs.State:
        now = noon(AS_OF) + timedelta(minutes=minutes)
        with app.app_context():
            proofs.prove(separate_session, lambda: now, world.proposal)
            with separate_session(writes=False) as session:
                return proofs.state(session.get_one(Proposal, world.proposal), now)

    with app.app_context(), separate_session() as session:
        proposal = session.get_one(Proposal, world.proposal)
        proposal.proved_at, proposal.proof_begun_at = None, noon(AS_OF)
    assert prove(1) == "under_way"
    assert made == []
    assert prove(6) == "good"
    assert prove(7) == "good"
    assert made == [None]


def test_a_reviewer_tries_a_rulebook_a_part_at_a_time(
    signed_in: SignIn, app: Application, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "A_PART", 1)
    before = everything(app)
    client = signed_in(Role.REVIEWER)
    answer = send(client, zipped(stricter_files()))
    assert answer.status_code == 302
    address = answer.location
    assert "0</span> of" in client.get(address).text
    told = client.post(f"{address}/go-on", headers={"Accept": "application/json"}).get_json()
    assert told["done"] == 1
    assert told["total"] > 1
    assert told["finished"] is False
    for _ in range(told["total"]):
        client.post(f"{address}/go-on")
    page = client.get(address).text
    assert "Tried on" in page
    assert "Rule: Sound list of accepted ID" in page
    assert "NR2" in page
    assert "May not be issued" in page
    once_more = client.post(f"{address}/go-on", headers={"Accept": "application/json"}).get_json()
    assert once_more == {"done": told["total"], "total": told["total"], "finished": True}
    assert client.get(address).text.count("May not be issued") == page.count("May not be issued")
    csv = client.get(f"{address}?format=csv&what=certificate").text
    assert "Kitchen Corner" in csv
    assert "Certificates" in csv
    assert "Findings" not in csv
    assert client.get(f"{address}?what=nothing").status_code == 404
    assert everything(app) == before
    assert "2026" in client.get("/rulebook/proposals").text


def test_what_cannot_be_tried_is_said_at_its_field(signed_in: SignIn, app: Application) -> None:
    client = signed_in(Role.REVIEWER)
    for content, since, words in (
        (b"", "", "Choose a zip file"),
        (b"nonsense", "", "not a zip"),
        (zipped(files_of()), "", "rulebook in use"),
        (zipped(stricter_files()), "31 June 2026", "Enter the first day. There is no such day."),
    ):
        answer = send(client, content, since)
        assert answer.status_code == 422
        assert words in answer.text
    files = stricter_files() | {"x.toml": b'[[rul]]\nid = "a"\n'}
    answer = send(client, zipped(files))
    assert answer.status_code == 422
    assert "Did you mean" in answer.text
    assert "tmp" not in answer.text.lower()


def test_a_trial_does_not_go_on_against_another_rulebook(
    signed_in: SignIn, app: Application
) -> None:
    client = signed_in(Role.REVIEWER)
    address = send(client, zipped(stricter_files())).location
    with app.app_context(), separate_session() as session:
        newest(session).against_sha256 = "0" * 64
    answer = client.post(f"{address}/go-on")
    assert answer.status_code == 409
    assert "Propose it again" in answer.text


def newest(session: Session) -> Proposal:
    return session.scalars(select(Proposal).order_by(Proposal.id.desc())).first()


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, content in stricter_files().items():
        path = tmp_path / "proposed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "proposed"


def test_the_command_prints_a_table_and_changes_nothing(
    app: Application, world: World, directory: Path
) -> None:
    before = everything(app)
    done = app.test_cli_runner().invoke(
        args=["rulebook", "replay", "--proposed", str(directory)], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert "Nothing was changed" in done.stdout
    assert "Rule: Sound list of accepted ID" in done.stdout
    assert "May be issued -> May not be issued" in done.stdout
    assert "shops" in done.stderr
    assert everything(app) == before


def test_the_command_gives_json(app: Application, world: World, directory: Path) -> None:
    run = app.test_cli_runner().invoke
    args = ["rulebook", "replay", "--proposed", str(directory), "--json"]
    told = json.loads(run(args=args).stdout)
    assert told["rulebook"]["sha256"] == shipped_pack().sha256
    assert told["differences"] == ["rule:accepted_id_list"]
    assert told["totals"]["certificate"] == 1
    assert {tuple(each["causes"]) for each in told["changes"]} == {("rule:accepted_id_list",)}
    late = json.loads(run(args=[*args, "--from", date(2030, 1, 1).isoformat()]).stdout)
    assert late["visits"] == 0
    assert late["changes"] == []


def test_the_command_refuses_what_it_cannot_use(app: Application, directory: Path) -> None:
    run = app.test_cli_runner().invoke
    done = run(args=["rulebook", "replay", "--proposed", str(directory), "--from", "soon"])
    assert done.exit_code == 2
    assert "is not a date" in done.stderr
    (directory / "x.toml").write_text('[[rul]]\nid = "a"\n')
    done = run(args=["rulebook", "replay", "--proposed", str(directory)])
    assert done.exit_code == 2
    assert "Did you mean" in done.stderr
