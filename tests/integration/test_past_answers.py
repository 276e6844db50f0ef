"""Past answers in columns: what is kept, how it is brought up to date, and that a trial by them misses nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import ipc
from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.rulebook import Pack, shipped_pack
from compliance.rulebook.assess import program_of
from compliance.rulebook.blocks import BlockScorer
from compliance.services import past_answers, proposals, replay, replay_sift
from compliance.services.past_answers import FILE
from compliance.services.replay_sift import sift
from compliance.services.visit_content import hash_of
from compliance.store.engine import separate_session
from compliance.store.models import Premises, Review, User, Visit, VisitVersion
from compliance.web.application import Application
from tests.engines.random_visits import RandomVisits
from tests.town import VISITED_ON, noon
from tests.world import World

SHOPS = 30
AS_OF = date(2027, 12, 31)
#: What an officer might write in a note.
SECRET = "the boy with the red cap"
FREE_TEXT = [name for name, entry in shipped_pack().questions.items() if entry["type"] == "text"]
Edit = Callable[[dict[str, Any]], None]


@dataclass
class Past:
    """A database with many agreed visits, and the folder for their columns."""

    session: Session
    folder: Path
    officer: User
    maker: RandomVisits

    def visit(self, number: int, **more: Any) -> VisitVersion:
        """A random visit to the n-th shop, agreed unless `agreed=False`."""
        told = self.maker.visit(history=0)
        answers = told["answers"] | more.get("answers", {})
        nation = more.get("nation", told["nation"])
        on = date.fromisoformat(told["visited_on"])
        visit = Visit(
            authority_id=self.officer.authority_id,
            premises_id=self.premises(number).id,
            kind=told["kind"],
            nation=nation,
            channels=told.get("channels") or [told["channel"]],
            visited_on=on,
            officer_id=self.officer.id,
            state="reviewed",
            created_at=noon(on),
        )
        self.session.add(visit)
        self.session.flush()
        return self.version(visit, answers, told["operation"], 1, more.get("agreed", True))

    def version(
        self,
        visit: Visit,
        answers: dict[str, Any],
        facts: dict[str, Any],
        number: int,
        agreed: bool = True,
    ) -> VisitVersion:
        """A version of a visit."""
        content = {
            "particulars": {
                "kind": visit.kind,
                "nation": visit.nation,
                "channels": visit.channels,
                "visited_on": visit.visited_on.isoformat(),
            },
            "answers": answers,
            "operation_facts": facts,
        }
        version = VisitVersion(
            visit_id=visit.id,
            number=number,
            **content,
            recorded_by_id=self.officer.id,
            recorded_at=noon(visit.visited_on),
            content_hash=hash_of(content),
        )
        self.session.add(version)
        self.session.flush()
        if agreed:
            self.session.add(
                Review(
                    visit_id=visit.id,
                    version_id=version.id,
                    outcome="agreed",
                    reviewed_by_id=self.officer.id,
                    reviewed_at=noon(visit.visited_on),
                )
            )
            self.session.flush()
        return version

    def premises(self, number: int) -> Premises:
        """The n-th shop, made when it is first named."""
        name = f"Shop {number}"
        found = self.session.query(Premises).filter_by(trading_name=name).one_or_none()
        if found is None:
            found = Premises(
                trading_name=name,
                address_line_1="1 High Street",
                postcode=f"NR{number % 9 + 1} 1AA",
                search_text=name.lower(),
                created_at=noon(VISITED_ON),
                updated_at=noon(VISITED_ON),
            )
            self.session.add(found)
            self.session.flush()
        return found

    def up_to_date(self, pack: Pack | None = None) -> tuple[past_answers.PastAnswers, int]:
        """Bring the columns up to date; return them and how many versions had to be read."""
        read = [0]
        found = past_answers.up_to_date(
            self.session,
            self.folder,
            pack or shipped_pack(),
            past_answers.agreed(self.session),
            lambda done, total: read.append(total),
        )
        return found, read[-1]

    def tried(self, new: Pack, **more: Any) -> replay.Tried:
        return replay.in_batches(
            self.session, shipped_pack(), new, replay.shops(self.session), as_of=AS_OF, **more
        )


@pytest.fixture
def past(app: Application, world: World, tmp_path: Path) -> Iterator[Past]:
    with app.app_context(), separate_session() as session:
        officer = session.get_one(User, world.people[Role.OFFICER])
        made = Past(session, tmp_path, officer, RandomVisits(shipped_pack(), 11))
        for number in range(SHOPS):
            for _ in range(made.maker.rng.randrange(1, 4)):
                made.visit(number)
        # What columns cannot hold, or a later agreement replaces.
        made.visit(0, answers={"asked_long_ago": "yes"})
        made.visit(1, nation=None)
        made.visit(2, agreed=False)
        first = made.visit(3)
        made.version(first.visit, first.answers | {"refusals_log_exists": "no"}, {}, 2)
        made.visit(4, answers=dict.fromkeys(FREE_TEXT, SECRET))
        yield made


def edited(edit: Edit) -> Pack:
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2027.1.1"
    edit(content)
    return Pack(content)


def one(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if name in (entry.get("id"), entry.get("name")))


def nothing(content: dict[str, Any]) -> None:
    """Only the number of the version differs."""


def opposite(content: dict[str, Any]) -> None:
    for version in one(content["rule"], "refusals_log_exists")["version"]:
        version["met"] = {"not": version["met"]}


def graver(content: dict[str, Any]) -> None:
    for version in one(content["rule"], "age_policy_written")["version"]:
        version["severity"] = "critical"


def gone(content: dict[str, Any]) -> None:
    content["rule"] = [rule for rule in content["rule"] if rule["id"] != "tp_outcome"]


def added(content: dict[str, Any]) -> None:
    rule = copy.deepcopy(one(content["rule"], "refusals_log_exists"))
    content["rule"].append(rule | {"id": "refusals_log_twice"})


def fires(content: dict[str, Any]) -> None:
    one(content["condition"], "A1")["when"] = {"fact": "buyer_age", "at_least": 17}


def banded(content: dict[str, Any]) -> None:
    one(content["value"], "audit_band")["band"]["steps"][0]["at_least"] = 95


def capped(content: dict[str, Any]) -> None:
    one(content["value"], "audit_cap")["cap"]["steps"][0]["at_best"] = "D"


def looks_back(content: dict[str, Any]) -> None:
    one(content["value"], "sales_in_24_months")["count_visits"]["months"] = 60


def new_question(content: dict[str, Any]) -> None:
    question = copy.deepcopy(one(content["question"], "refusals_log_exists"))
    content["question"].append(question | {"id": "asked_long_ago"})


def other_options(content: dict[str, Any]) -> None:
    options = one(content["question"], "tp_outcome")["options"]
    options[:] = [option for option in options if option["code"] != "refused_other"]


EDITS = (
    nothing,
    opposite,
    graver,
    gone,
    added,
    fires,
    banded,
    capped,
    looks_back,
    new_question,
    other_options,
)


@pytest.mark.parametrize("edit", EDITS)
def test_a_trial_by_columns_finds_what_asking_every_shop_finds(
    past: Past, monkeypatch: pytest.MonkeyPatch, edit: Edit
) -> None:
    new = edited(edit)
    plain = past.tried(new)
    monkeypatch.setattr(replay_sift, "MANY", 0)
    quick = past.tried(new, folder=past.folder)
    assert quick.visits == plain.visits > SHOPS
    assert set(quick.changes) == set(plain.changes)


def test_a_trial_by_columns_leaves_out_what_was_before_a_day(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, since = edited(opposite), date(2021, 1, 1)
    plain = past.tried(new, since=since)
    monkeypatch.setattr(replay_sift, "MANY", 0)
    quick = past.tried(new, folder=past.folder, since=since)
    assert (quick.visits, set(quick.changes)) == (plain.visits, set(plain.changes))
    assert quick.visits < past.tried(new, folder=past.folder).visits


def test_few_shops_are_asked_when_few_can_change(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_sift, "MANY", 0)
    wanted = replay.shops(past.session)
    asked = {
        edit: len(
            sift(past.session, past.folder, shipped_pack(), edited(edit), wanted, as_of=AS_OF).ask
        )
        for edit in (nothing, gone, looks_back)
    }
    # The two that columns cannot hold are always asked.
    assert asked[nothing] == 2
    assert 2 < asked[gone] < len(wanted)
    assert asked[looks_back] == len(wanted), "columns cannot tell what rests on other visits"


def test_a_small_history_is_asked_at_once(past: Past) -> None:
    wanted = replay.shops(past.session)
    assert len(wanted) < replay_sift.MANY
    found = sift(past.session, past.folder, shipped_pack(), edited(nothing), wanted, as_of=AS_OF)
    assert found.ask == tuple(wanted)
    assert not (past.folder / FILE).exists()


def test_a_proposal_tried_by_columns_finds_the_same(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = past.officer
    actor = Actor(user.id, user.authority_id, Role.REVIEWER, user.name)
    now = noon(AS_OF)
    results = []
    monkeypatch.setattr(proposals, "A_PART", 7)
    monkeypatch.setattr(replay_sift, "MANY", 0)
    for folder in (None, past.folder):
        proposal = proposals.propose_pack(past.session, actor, now, edited(opposite))
        steps = 0
        while proposal.finished_at is None:
            proposals.go_on(past.session, actor, now, proposal.id, folder)
            steps += 1
        rows, _ = proposals.changes(past.session, proposal)
        found = {
            (row.premises_id, row.visit_id, row.what, row.rule, row.before, row.after)
            for row in rows
        }
        assert proposal.done == proposal.total
        results.append((steps, proposal.visits, proposal.done, found))
    (slow, *plain), (quick, *by_columns) = results
    assert by_columns == plain
    assert quick < slow


def test_only_what_is_new_is_read(past: Past) -> None:
    first, read = past.up_to_date()
    assert read == len(first.versions) == len(past_answers.agreed(past.session).versions)
    written = (past.folder / FILE).stat().st_mtime_ns
    assert past.up_to_date()[1] == 0
    assert (past.folder / FILE).stat().st_mtime_ns == written
    new = past.visit(9)
    again, read = past.up_to_date()
    assert read == 1
    assert again.versions.tolist() == [*first.versions.tolist(), new.id]
    for name in first.names():
        held = [first.texts(name)[place - 1] if place else None for place in first.places(name)]
        now = [again.texts(name)[place - 1] if place else None for place in again.places(name)]
        assert now[:-1] == held
    assert again.days()[-1] == new.visit.visited_on.toordinal()


def test_a_correction_takes_the_place_of_what_was_agreed_before(past: Past) -> None:
    version = past.visit(5)
    assert version.id in past_answers.agreed(past.session).versions
    waits = past.version(version.visit, version.answers, {}, 2, agreed=False)
    assert version.id in past_answers.agreed(past.session).versions
    agreed = past.version(version.visit, version.answers, {}, 3)
    held = past_answers.agreed(past.session).versions
    assert agreed.id in held
    assert not {version.id, waits.id} & set(held.tolist())


def test_no_free_text_and_no_person_is_kept(past: Past) -> None:
    found, _ = past.up_to_date()
    texts = json.dumps([found.texts(name) for name in found.names()])
    assert SECRET not in texts
    assert found.texts(f"answer.{FREE_TEXT[0]}") == ['""'], "that there was an answer is kept"
    free = [
        f"{kind}.{name}"
        for kind, entries in (("answer", shipped_pack().questions), ("fact", shipped_pack().facts))
        for name, entry in entries.items()
        if entry["type"] in ("text", "photos")
    ]
    assert free
    assert all(set(found.texts(name)) <= {'""', "[]"} for name in free)
    columns = set(ipc.open_file(pa.memory_map(str(past.folder / FILE))).schema.names)
    assert columns == {"version", "mark", "visited_on", "dims", *found.names()}


def test_a_crash_while_writing_leaves_what_was_there(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.up_to_date()
    before = (past.folder / FILE).read_bytes()
    past.visit(9)

    def crash(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(past_answers.os, "fsync", crash)
    with pytest.raises(OSError, match="no space"):
        past.up_to_date()
    assert [path.name for path in past.folder.iterdir()] == [FILE]
    assert (past.folder / FILE).read_bytes() == before


@pytest.mark.parametrize("spoil", ["cut short", "not a file of ours", "other questions"])
def test_what_cannot_be_used_is_made_again(past: Past, spoil: str) -> None:
    first, read = past.up_to_date()
    file = past.folder / FILE
    pack = shipped_pack()
    if spoil == "cut short":
        file.write_bytes(file.read_bytes()[:-200])
    elif spoil == "not a file of ours":
        file.write_bytes(b"hello")
    else:
        pack = edited(new_question)
    again, read_again = past.up_to_date(pack)
    assert read_again == read
    assert np.array_equal(again.versions, first.versions)


def test_the_columns_of_another_database_are_not_believed(past: Past) -> None:
    first, read = past.up_to_date()
    table = ipc.open_file(first.file).read_all()
    marks = first.marks.copy()
    marks[3] += 1
    spoilt = table.set_column(table.schema.get_field_index("mark"), "mark", [marks])
    past_answers.write(past.folder / FILE, shipped_pack(), first.known, spoilt)
    again, read_again = past.up_to_date()
    assert read_again == read
    assert np.array_equal(again.marks, first.marks)


def test_every_rule_of_the_shipped_rulebook_is_within_reach_of_columns() -> None:
    scorer = BlockScorer(program_of(shipped_pack()), every=True)
    assert {name for kind, name in scorer.wanted if kind == "rule"} == set(shipped_pack().rules)
    assert ("value", "grade") in scorer.wanted
