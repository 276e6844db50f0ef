"""Which rulebook judges a visit: releases, what administrators switch, and what two people adopt."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.rulebook import Pack, load_pack, shipped_pack
from compliance.rulebook.amended import doubtful_rows, provisions
from compliance.rulebook.check import check
from compliance.rulebook.written import write_pack
from compliance.services import (
    adoptions,
    assessments,
    proofs,
    proposals,
    reassessments,
    rulebook_timeline,
    rulebooks,
    switches,
    visits,
)
from compliance.services.errors import NotFound, Refused
from compliance.services.switches import Entered
from compliance.services.visit_content import Record
from compliance.store.engine import db, separate_session
from compliance.store.models import (
    Adoption,
    Assessment,
    Base,
    Premises,
    Reassessment,
    Switch,
    User,
    Visit,
)
from compliance.web.application import Application
from compliance.web.dates import london_today
from tests.integration.conftest import SignIn
from tests.integration.test_keeping_commands import run
from tests.world import World

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
#: Minimum conditions of the defence for a remote sale in Scotland: enacted, not commenced.
KEY = "owa_remote_141C@scotland"
RULE = "online_verification_system"
COMMENCES = date(2026, 11, 1)
INSTRUMENT = "SSI 2026/900, reg 2"


@pytest.fixture
def session(app: Application) -> Iterator[Session]:
    """A session whose work is kept, as a request's is."""
    with app.app_context(), separate_session() as session:
        yield session


@pytest.fixture
def actor(session: Session, world: World) -> Callable[..., Actor]:
    """A function that gives the person of a role: `actor(Role.REVIEWER, foreign=True)`."""

    def person(role: Role, *, foreign: bool = False) -> Actor:
        people = world.foreign_people if foreign else world.people
        return session.get_one(User, people[role]).actor

    return person


@pytest.fixture
def administrator(actor: Callable[..., Actor]) -> Actor:
    """Who looks after the rulebook at home."""
    return actor(Role.ADMINISTRATOR)


def entered(administrator: Actor, **changes: Any) -> Entered:
    fields = {
        "source": INSTRUMENT,
        "on": COMMENCES,
        "text": "Scotland: minimum conditions of the defence for a remote sale",
        "name": administrator.name,
    }
    return Entered(**{**fields, **changes})


def commence(session: Session, administrator: Actor, **changes: Any) -> Switch:
    return switches.switch(
        session, administrator, NOW, "commencement", KEY, entered(administrator, **changes)
    )


def scottish(session: Session, world: World, by: Actor, on: date) -> Visit:
    """A draft of an audit of a Scottish shop that sells online."""
    shop = session.get_one(Premises, world.premises)
    shop.nation = "scotland"
    return visits.begin(
        session,
        by,
        NOW,
        premises=shop,
        kind="store_audit",
        purpose="first",
        visited_on=on,
        channels=["online"],
    )


def outcome(visit: Visit, rule: str = RULE) -> str:
    latest = visit.latest_assessment
    assert latest is not None
    found = [one for one in latest.result["findings"] if one["rule"] == rule]
    return str(found[0]["outcome"]) if found else "absent"


def record(session: Session, by: Actor, visit: Visit) -> Visit:
    visits.record(session, by, NOW, visit, Record({RULE: "tickbox"}))
    return visit


# --- the release ---------------------------------------------------------------------------------


def test_without_an_adoption_the_rulebook_of_the_release_is_in_force(session: Session) -> None:
    assert session.scalar(select(func.count(Adoption.id))) == 0
    assert rulebooks.current(session, TODAY) is shipped_pack()
    assert rulebooks.take_in_release(session, NOW) is False
    assert rulebooks.take_in_release(session, NOW) is False
    assert session.scalar(select(func.count(Adoption.id))) == 1
    assert rulebooks.current(session, date(1999, 1, 1)) is shipped_pack()


def test_a_new_release_takes_its_place_and_keeps_what_was_switched(
    session: Session, administrator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    commence(session, administrator)
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2031.1.1"
    newer = Pack(content)
    monkeypatch.setattr(rulebooks, "shipped_pack", lambda: newer)
    assert rulebooks.take_in_release(session, NOW) is True
    assert rulebooks.take_in_release(session, NOW) is False
    now = rulebooks.current(session, TODAY)
    assert now.version.startswith("2031.1.1+")
    assert [one.key for one in provisions(now)] == [
        one.key for one in provisions(shipped_pack()) if one.key != KEY
    ]


# --- switches ------------------------------------------------------------------------------------


def test_a_provision_fires_from_its_first_day_and_not_before(
    session: Session, world: World, actor: Callable[..., Actor], administrator: Actor
) -> None:
    officer = actor(Role.OFFICER)
    begun = scottish(session, world, officer, COMMENCES)
    before = record(session, officer, scottish(session, world, officer, COMMENCES))
    assert outcome(before) == "not_in_force"
    commence(session, administrator)
    # A draft that was begun under the earlier version is recorded under the new one.
    assert outcome(record(session, officer, begun)) == "not_met"
    assert begun.latest_assessment.result["rulebook"]["sha256"] != shipped_pack().sha256
    eve = scottish(session, world, officer, COMMENCES - timedelta(days=1))
    assert outcome(record(session, officer, eve)) == "not_in_force"
    session.refresh(before)
    assert outcome(before) == "not_in_force"
    finding = next(one for one in begun.latest_assessment.result["findings"] if one["rule"] == RULE)
    assert finding["citation"].endswith(INSTRUMENT)


def test_every_provision_and_row_can_be_switched_and_the_gatekeeper_agrees(
    session: Session, administrator: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Looked at once, at the end: each switch by itself would be looked at again and again.
    monkeypatch.setattr(switches, "refuse_problems", lambda pack: None)
    for one in provisions(shipped_pack()):
        details = entered(administrator, text=f"In force: {one.law}")
        switches.switch(session, administrator, NOW, "commencement", one.key, details)
    for row in doubtful_rows(shipped_pack()):
        details = entered(administrator, on=TODAY)
        switches.switch(session, administrator, NOW, "confirmation", row["id"], details)
    now = rulebooks.current(session, TODAY)
    assert provisions(now) == []
    assert doubtful_rows(now) == []
    held = switches.subjects(session, administrator, NOW)
    assert held
    assert all(one.switch for one in held)
    write_pack(now, tmp_path / "pack")
    assert check(tmp_path / "pack", reach=False) == []


def test_a_consultation_is_no_law_and_cannot_be_switched_on(
    session: Session, administrator: Actor
) -> None:
    with pytest.raises(NotFound):
        switches.subject(
            session, administrator, NOW, "commencement", "knife_licensing_EW@england+wales"
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source": " "}, "source"),
        ({"on": date(1066, 1, 1)}, "on"),
        ({"text": ""}, "text"),
        ({"name": "Somebody Else"}, "name"),
    ],
)
def test_what_cannot_be_so_is_refused_at_its_field(
    session: Session, administrator: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        commence(session, administrator, **changes)
    assert refused.value.field == field
    assert session.scalar(select(func.count(Switch.id))) == 0


def test_a_source_is_not_read_tomorrow(session: Session, administrator: Actor) -> None:
    row = doubtful_rows(shipped_pack())[0]
    tomorrow = entered(administrator, on=TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="today or in the past"):
        switches.switch(session, administrator, NOW, "confirmation", row["id"], tomorrow)


def test_only_an_administrator_switches(session: Session, actor: Callable[..., Actor]) -> None:
    reviewer = actor(Role.REVIEWER)
    with pytest.raises(Refused, match="role"):
        commence(session, reviewer)


def test_a_switch_is_corrected_and_taken_back_and_all_of_it_is_kept(
    session: Session, administrator: Actor
) -> None:
    commence(session, administrator)
    commence(session, administrator, on=date(2027, 1, 1))
    assert _first_day(rulebooks.current(session, TODAY)) == "2027-01-01"
    with pytest.raises(Refused, match="nothing would change"):
        commence(session, administrator, on=date(2027, 1, 1))
    with pytest.raises(Refused, match="Say why"):
        switches.take_back(session, administrator, NOW, "commencement", KEY, " ")
    switches.take_back(session, administrator, NOW, "commencement", KEY, "It was for another part")
    assert rulebooks.current(session, TODAY).sha256 == shipped_pack().sha256
    with pytest.raises(Refused, match="not switched on"):
        switches.take_back(session, administrator, NOW, "commencement", KEY, "Twice")
    told = [one.what for one in rulebook_timeline.events(session)]
    assert told.count("Provision switched on") == 2
    assert told.count("Switch taken back") == 1
    assert told.count("Came with a release") == 1


def _first_day(pack: Pack) -> str | None:
    version = next(
        one for one in pack.rules[RULE]["version"] if one["law"] == KEY and "from" in one
    )
    return str(version["from"])


def test_what_is_entered_is_written_once(app: Application, world: World) -> None:
    _commenced(app, world)
    for name in ("rulebook_switches", "rulebook_adoptions"):
        kept = Base.metadata.tables[name]
        with (
            app.app_context(),
            pytest.raises(DatabaseError, match="written once"),
            db.engine.begin() as connection,
        ):
            connection.execute(update(kept).values(id=kept.c.id))


def test_every_process_sees_it_at_once(
    app: Application, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has other caches and the same database: the hash is asked for each time."""
    with app.app_context(), separate_session(writes=False) as other:
        assert rulebooks.current(other, TODAY).sha256 == shipped_pack().sha256
    _commenced(app, world)
    monkeypatch.setattr(rulebooks, "_ready", {})
    with app.app_context(), separate_session(writes=False) as other:
        assert rulebooks.current(other, TODAY).sha256 != shipped_pack().sha256


def _commenced(app: Application, world: World) -> None:
    with app.app_context(), separate_session() as session:
        commence(session, session.get_one(User, world.people[Role.ADMINISTRATOR]).actor)


# --- the pages of administrators -----------------------------------------------------------------

TYPED = {
    "source": INSTRUMENT,
    "on-day": "1",
    "on-month": "3",
    "on-year": "2027",
    "text": "Scotland: minimum conditions of the defence for a remote sale (section 141C)",
    "name": "Ada Administrator",
}


def test_an_administrator_switches_a_provision_on(signed_in: SignIn, app: Application) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert f"/rulebook/switches/commencement/{KEY}" in client.get("/rulebook/switches").text
    address = f"/rulebook/switches/commencement/{KEY}"
    assert "6 rules come into force with it" in client.get(address).text
    asked = client.post(address, data=TYPED)
    assert asked.status_code == 200
    assert "Check before you go on" in asked.text
    assert "1 March 2027" in asked.text
    assert "6 rules change" in asked.text
    assert _sha256(client) == shipped_pack().sha256
    done = client.post(address, data=TYPED | {"confirmed": "yes"}, follow_redirects=True)
    assert "The provision is switched on" in done.text
    sha256 = _sha256(client)
    assert sha256 != shipped_pack().sha256
    released = client.get(f"/rulebook/{sha256}.json").get_json()
    assert released["sha256"] == sha256
    assert any(
        version.get("from") == "2027-03-01"
        for rule in released["content"]["rule"]
        for version in rule["version"]
    )
    assert client.get(f"/rulebook/{shipped_pack().sha256}.json").status_code == 200
    coming = client.get("/law?nation=scotland&channel=online&on=2026-12-01").text
    assert 'From <time datetime="2027-03-01">' in coming
    in_force = client.get("/law?nation=scotland&channel=online&on=2027-03-01").text
    assert INSTRUMENT in in_force[: in_force.index('id="coming"')]
    assert "Ada Administrator" not in json.dumps(released)
    told = client.get("/rulebook/timeline").text
    assert "Provision switched on" in told
    assert "Ada Administrator" in told


def _sha256(client: FlaskClient) -> str:
    page = client.get("/rulebook/timeline").text
    return page.split("/rulebook/versions/")[1][:64]


def test_what_is_wrong_stands_at_its_field(signed_in: SignIn) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    address = f"/rulebook/switches/commencement/{KEY}"
    for name, typed, words in (
        ("source", "", "Enter the instrument"),
        ("on-day", "31x", "Enter the first day in force"),
        ("text", "", "Enter what the law then says"),
        ("name", "Somebody Else", "Enter your own name"),
    ):
        answer = client.post(address, data=TYPED | {name: typed})
        assert answer.status_code == 422
        assert words in answer.text
        assert "There is a problem" in answer.text
    assert client.get("/rulebook/switches/commencement/nothing").status_code == 404
    assert client.get("/rulebook/switches/nothing/cpa2026").status_code == 404


def test_a_row_is_confirmed_and_taken_back(signed_in: SignIn) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    row = doubtful_rows(shipped_pack())[2]["id"]
    address = f"/rulebook/switches/confirmation/{row}"
    typed = TYPED | {"on-year": "2026", "source": "SSI 2007/999"}
    assert "never told to a business" in client.get(address).text
    answer = client.post(address, data=typed | {"confirmed": "yes"}, follow_redirects=True)
    assert "The row is confirmed" in answer.text
    law = client.get(f"/rulebook/versions/{_sha256(client)}/law").text
    assert "SSI 2007/999" in law
    back = f"/rulebook/switches/take-back/confirmation/{row}"
    assert client.post(back, data={"reason": ""}).status_code == 422
    answer = client.post(back, data={"reason": "Another order"}, follow_redirects=True)
    assert "Taken back" in answer.text
    assert _sha256(client) == shipped_pack().sha256


# --- export --------------------------------------------------------------------------------------


def test_the_rulebook_in_use_is_exported_checked_and_assesses(
    app: Application, world: World, tmp_path: Path
) -> None:
    with app.app_context(), separate_session() as session:
        commence(session, session.get_one(User, world.people[Role.ADMINISTRATOR]).actor)
        sha256 = rulebooks.current(session, TODAY).sha256
    made = run(app, "rulebook", "export", str(tmp_path / "out"))
    assert made.exit_code == 0, made.output
    assert sha256 in made.output
    assert load_pack(tmp_path / "out").sha256 == sha256
    assert check(tmp_path / "out", reach=False) == []
    told = tmp_path / "visit.json"
    told.write_text(
        json.dumps(
            {
                "kind": "store_audit",
                "nation": "scotland",
                "channels": ["online"],
                "visited_on": COMMENCES.isoformat(),
                "answers": {RULE: "tickbox"},
            }
        )
    )
    result = json.loads(run(app, "assess", str(told), "--rulebook", str(tmp_path / "out")).output)
    assert result["rulebook"]["sha256"] == sha256
    finding = next(one for one in result["findings"] if one["rule"] == RULE)
    assert finding["outcome"] == "not_met"
    # The commands read the shipped rulebook unless they are told otherwise.
    assert json.loads(run(app, "assess", str(told)).output)["rulebook"]["sha256"] == (
        shipped_pack().sha256
    )
    again = run(app, "rulebook", "export", str(tmp_path / "out"))
    assert again.exit_code == 2
    assert "something here already" in again.output
    by_hash = run(app, "rulebook", "export", str(tmp_path / "s"), "--sha256", shipped_pack().sha256)
    assert by_hash.exit_code == 0
    for words in ("nonsense", "0" * 64):
        gone = run(app, "rulebook", "export", str(tmp_path / "n"), "--sha256", words)
        assert gone.exit_code == 2
        assert not (tmp_path / "n").exists()


# --- adoption by two people ----------------------------------------------------------------------


def proposed(session: Session, reviewer: Actor, change: Callable[[dict[str, Any]], None]) -> int:
    """The id of a proposal, tried to the end, of the shipped rulebook with a change."""
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2027.1.1"
    change(content)
    proposal = proposals.propose_pack(session, reviewer, NOW, Pack(content))
    while proposals.go_on(session, reviewer, NOW, proposal.id).finished_at is None:
        pass
    proofs.keep(proposal, NOW)
    return proposal.id


def critical(content: dict[str, Any]) -> None:
    rule = next(one for one in content["rule"] if one["id"] == "rra_signed")
    for version in rule["version"]:
        version["severity"] = "critical"


def asked(session: Session, reviewer: Actor, on: date = TODAY) -> int:
    proposal = proposed(session, reviewer, critical)
    request = adoptions.ask(
        session, reviewer, NOW, proposal, effective_from=on, reason="The agreement comes first"
    )
    return request.id


def test_two_people_adopt_a_rulebook_for_visits_from_a_day_on(
    session: Session, world: World, actor: Callable[..., Actor], administrator: Actor
) -> None:
    reviewer, officer = actor(Role.REVIEWER), actor(Role.OFFICER)
    kept = session.get_one(Visit, world.visits["audit"]).latest_assessment
    assert kept is not None
    request = asked(session, reviewer, TODAY + timedelta(days=9))
    assert rulebooks.current(session, date(2030, 1, 1)).sha256 == shipped_pack().sha256
    with pytest.raises(Refused, match="Another person"):
        adoptions.agree(session, reviewer, NOW, request)
    with pytest.raises(Refused, match="role"):
        adoptions.agree(session, officer, NOW, request)
    adoptions.agree(session, administrator, NOW, request)
    with pytest.raises(Refused, match="answered already"):
        adoptions.agree(session, administrator, NOW, request)
    eve, first = TODAY + timedelta(days=8), TODAY + timedelta(days=9)
    assert rulebooks.current(session, eve).sha256 == shipped_pack().sha256
    assert rulebooks.current(session, first).version == "2027.1.1"
    session.refresh(kept)
    assert kept.rulebook_sha256 == shipped_pack().sha256
    adopted = next(
        one for one in rulebook_timeline.events(session) if one.what == "uk-knives 2027.1.1 adopted"
    )
    assert len(adopted.who) == 2
    assert adopted.effective_from == first
    assert adopted.note == "The agreement comes first"


def test_a_switch_is_laid_over_what_is_still_to_come(
    session: Session, actor: Callable[..., Actor], administrator: Actor
) -> None:
    request = asked(session, actor(Role.REVIEWER), TODAY + timedelta(days=9))
    adoptions.agree(session, administrator, NOW, request)
    commence(session, administrator)
    today, later = (rulebooks.current(session, TODAY + timedelta(days=n)) for n in (0, 9))
    assert today.version.startswith("2026")
    assert later.version.startswith("2027.1.1+")
    assert _first_day(today) == _first_day(later) == COMMENCES.isoformat()
    assert [one.effective_from for one in rulebooks.in_force(session)] == [
        None,
        TODAY + timedelta(days=9),
    ]


def test_a_release_does_not_replace_what_two_people_adopted(
    session: Session,
    actor: Callable[..., Actor],
    administrator: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adoptions.agree(session, administrator, NOW, asked(session, actor(Role.REVIEWER)))
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2031.1.1"
    monkeypatch.setattr(rulebooks, "shipped_pack", lambda: Pack(content))
    assert rulebooks.take_in_release(session, NOW) is True
    assert rulebooks.current(session, TODAY).version == "2027.1.1"
    assert rulebooks.current(session, TODAY - timedelta(days=1)).version == "2031.1.1"


def test_what_may_not_be_asked(session: Session, actor: Callable[..., Actor]) -> None:
    reviewer = actor(Role.REVIEWER)
    tried = proposed(session, reviewer, critical)

    def ask(proposal: int, on: date = TODAY, reason: str = "Why") -> None:
        adoptions.ask(session, reviewer, NOW, proposal, effective_from=on, reason=reason)

    with pytest.raises(Refused, match="today or later"):
        ask(tried, TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="Say why"):
        ask(tried, reason=" ")
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2028.1.1"
    untried = proposals.propose_pack(session, reviewer, NOW, Pack(content))
    with pytest.raises(Refused, match="Try this rulebook"):
        ask(untried.id)
    ask(tried)
    with pytest.raises(Refused, match="asked for this already"):
        ask(tried)
    with pytest.raises(NotFound):
        adoptions.ask(
            session,
            actor(Role.REVIEWER, foreign=True),
            NOW,
            tried,
            effective_from=TODAY,
            reason="Why",
        )


def test_a_rulebook_that_lost_a_word_cannot_be_adopted(
    session: Session, actor: Callable[..., Actor]
) -> None:
    """Drafts that were begun and visits that were recorded are told in the words of the one in use."""

    def without_an_option(content: dict[str, Any]) -> None:
        question = next(one for one in content["question"] if one["id"] == RULE)
        question["options"] = [one for one in question["options"] if one["code"] != "tickbox"]

    proposal = proposed(session, actor(Role.REVIEWER), without_an_option)
    with pytest.raises(Refused, match=f"{RULE} tickbox"):
        adoptions.ask(
            session,
            actor(Role.REVIEWER),
            NOW,
            proposal,
            effective_from=TODAY,
            reason="Nobody uses it",
        )


def test_a_request_is_declined_with_a_reason(session: Session, actor: Callable[..., Actor]) -> None:
    request = asked(session, actor(Role.REVIEWER))
    elsewhere = actor(Role.REVIEWER, foreign=True)
    with pytest.raises(Refused, match="Say why"):
        adoptions.decline(session, elsewhere, NOW, request, "")
    adoptions.decline(session, elsewhere, NOW, request, "It asks too much")
    assert rulebooks.current(session, TODAY).sha256 == shipped_pack().sha256
    assert "uk-knives 2027.1.1 not adopted" in [
        one.what for one in rulebook_timeline.events(session)
    ]


def test_the_pages_of_an_adoption(signed_in: SignIn, world: World) -> None:
    reviewer = signed_in(Role.REVIEWER)
    address = f"/rulebook/adoptions/{world.request}"
    assert "Another person has to agree" in reviewer.get(address).text
    assert "waits for another person" in reviewer.get(f"/rulebook/proposals/{world.proposal}").text
    assert reviewer.post(f"{address}/agree").status_code == 422
    assert reviewer.post(f"{address}/decline", data={"reason": ""}).status_code == 422
    again = f"/rulebook/proposals/{world.proposal}/adopt"
    assert reviewer.get(again).status_code == 200
    assert reviewer.post(again, data={}).status_code == 422
    other = signed_in(Role.REVIEWER, foreign=True)
    page = other.get(address).text
    assert "1 entry differs" in page
    assert f"/rulebook/proposals/{world.proposal}" not in page
    answer = other.post(f"{address}/agree", follow_redirects=True)
    assert "Adopted, for visits from 1 January 2040 on" in answer.text
    assert "Visits from" in answer.text


# --- a past visit assessed again -----------------------------------------------------------------


def test_a_past_visit_is_assessed_again_only_when_a_reviewer_asks(
    signed_in: SignIn, app: Application, world: World
) -> None:
    visit_id = world.visits["audit"]
    address = f"/visits/{visit_id}/reassess"
    reviewer = signed_in(Role.REVIEWER)
    assert "Nothing would change" in reviewer.get(address).text
    assert reviewer.post(address, data={"reason": "Just so"}).status_code == 422
    with app.app_context(), separate_session() as session:
        before = session.get_one(Visit, visit_id).latest_assessment
        assert before is not None
        kept = (before.id, dict(before.result))
        person = session.get_one(User, world.people[Role.ADMINISTRATOR]).actor
        row = doubtful_rows(shipped_pack())[0]["id"]
        details = entered(person, on=TODAY)
        switches.switch(session, person, NOW, "confirmation", row, details)
    result = reviewer.get(f"/visits/{visit_id}/result").text
    assert "assess the visit again" in result
    assert reviewer.post(address, data={"reason": ""}).status_code == 422
    answer = reviewer.post(address, data={"reason": "The row was confirmed"}, follow_redirects=True)
    assert "Assessed again" in answer.text
    assert "The row was confirmed" in answer.text
    assert "The row was confirmed" in reviewer.get(f"/visits/{visit_id}/steps").text
    with app.app_context(), separate_session() as session:
        rows = session.scalars(
            select(Assessment).where(Assessment.visit_id == visit_id).order_by(Assessment.id)
        ).all()
        assert (rows[-2].id, rows[-2].result) == kept
        assert rows[-1].rulebook_sha256 == rulebooks.current(session, TODAY).sha256
        told = session.get_one(Reassessment, rows[-1].id)
        assert (told.before_id, told.reason) == (kept[0], "The row was confirmed")
        visit = session.get_one(Visit, visit_id)
        assert assessments.latest_assessment(session, visit) is rows[-1]
        assert reassessments.newer_rulebook(session, visit) is None


def test_who_recorded_a_visit_does_not_assess_it_again(
    session: Session, world: World, actor: Callable[..., Actor], administrator: Actor
) -> None:
    reviewer = actor(Role.REVIEWER)
    visit = record(session, reviewer, scottish(session, world, reviewer, london_today()))
    commence(session, administrator)
    with pytest.raises(Refused, match="You recorded this visit"):
        reassessments.reassess(session, reviewer, NOW, visit.id, "Again")
    with pytest.raises(NotFound):
        reassessments.reassess(session, actor(Role.REVIEWER, foreign=True), NOW, visit.id, "Again")
