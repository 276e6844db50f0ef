"""A visit from its beginning to its record, its assessment and its corrections."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.rulebook import Pack
from compliance.services import assessments, drafts, history, visit_content, visits
from compliance.services.drafts import Typed
from compliance.services.errors import NotFound, Refused
from compliance.services.visit_content import Record, dims_of
from compliance.store.engine import prepare_engine
from compliance.store.models import (
    Assessment,
    Authority,
    Base,
    Operation,
    Operator,
    Premises,
    Review,
    Rulebook,
    Tenure,
    User,
    Visit,
    VisitVersion,
)
from tests.small_pack import small_pack

NOW = datetime(2026, 10, 13, 15, 0, tzinfo=UTC)
TODAY = date(2026, 10, 13)


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The small rulebook."""
    return small_pack()


@pytest.fixture
def session() -> Iterator[Session]:
    """A session on an empty database in memory."""
    engine = create_engine("sqlite:///:memory:")
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def person(session: Session, authority: Authority, name: str) -> Actor:
    """A colleague of an authority."""
    user = User(
        authority=authority,
        email=f"{name}@example.gov.uk",
        name=name.title(),
        role=Role.REVIEWER,
        password_hash="x",
        created_at=NOW,
        password_changed_at=NOW,
    )
    session.add(user)
    session.flush()
    return user.actor


def authority(session: Session, name: str) -> Authority:
    """An authority of its own."""
    one = Authority(name=name, kind="council", short_code=name[:3].upper(), created_at=NOW)
    session.add(one)
    session.flush()
    return one


@pytest.fixture
def council(session: Session) -> Authority:
    """The officers' authority."""
    return authority(session, "Norwich")


@pytest.fixture
def officer(session: Session, council: Authority) -> Actor:
    """Who records."""
    return person(session, council, "olive")


@pytest.fixture
def reviewer(session: Session, council: Authority) -> Actor:
    """Who agrees."""
    return person(session, council, "rob")


@pytest.fixture
def shop(session: Session) -> Premises:
    """A shop in England, with a trader."""
    shop = Premises(
        trading_name="Blades",
        address_line_1="1 High Street",
        postcode="NR1 1AA",
        nation="england",
        nation_origin="column",
        search_text="blades",
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(shop)
    session.flush()
    trader = Operator(legal_name="Blades Ltd", created_at=NOW)
    session.add(Tenure(premises=shop, operator=trader))
    session.flush()
    session.refresh(shop)
    return shop


def begin(session: Session, officer: Actor, shop: Premises, pack: Pack, **given: Any) -> Visit:
    """Begin a visit of today."""
    settings: dict[str, Any] = {
        "kind": "audit",
        "purpose": "first",
        "visited_on": TODAY,
        "channels": ["in_store"],
    } | given
    return visits.begin(session, officer, NOW, premises=shop, pack=pack, **settings)


def agree(session: Session, reviewer: Actor, visit: Visit) -> None:
    """A reviewer agrees with the newest version."""
    session.refresh(visit)
    version = assessments.newest_version(session, visit)
    assert version is not None
    session.add(
        Review(
            visit_id=visit.id,
            version_id=version.id,
            outcome="agreed",
            reviewed_by_id=reviewer.user_id,
            reviewed_at=NOW,
        )
    )
    visit.state = "reviewed"
    session.flush()


def test_a_visit_belongs_to_the_operator_of_its_day(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    old, new = Operator(legal_name="Old", created_at=NOW), Operator(legal_name="N", created_at=NOW)
    shop.tenures[0].operator = old
    shop.tenures[0].to_date = date(2026, 10, 12)
    session.add(Tenure(premises=shop, operator=new, from_date=TODAY))
    session.flush()
    session.refresh(shop)
    assert begin(session, officer, shop, pack).operator is new
    yesterday = begin(session, officer, shop, pack, visited_on=TODAY - timedelta(days=1))
    assert yesterday.operator is old


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"channels": []}, "channels"),
        ({"channels": ["by_pigeon"]}, "channels"),
        ({"kind": "trial", "channels": ["in_store", "online"]}, "channels"),
        ({"purpose": "boredom"}, "purpose"),
        ({"visited_on": TODAY + timedelta(days=1)}, "visited_on"),
        ({"started_at": NOW + timedelta(minutes=1)}, "started_at"),
        ({"started_at": NOW, "ended_at": NOW - timedelta(minutes=1)}, "ended_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, officer: Actor, shop: Premises, pack: Pack, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        begin(session, officer, shop, pack, **given)
    assert refused.value.field == field


def test_the_same_visit_begun_twice_is_one(
    session: Session, officer: Actor, reviewer: Actor, shop: Premises, pack: Pack
) -> None:
    one = begin(session, officer, shop, pack, visit_id="6d4b0f0e-0000-4000-8000-000000000001")
    assert begin(session, officer, shop, pack, visit_id=one.id) is one
    with pytest.raises(NotFound):
        begin(session, reviewer, shop, pack, visit_id=one.id)


def test_a_draft_keeps_what_was_typed_right_or_wrong(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    first = Typed({"tills": ["many\x00"], "log": ["yes"]}, {"log": "yes", "tills": None})
    drafts.save_draft(session, officer, NOW, visit, first)
    drafts.save_draft(session, officer, NOW, visit, Typed({"story": [""]}))
    assert visit.draft["fields"] == {"tills": ["many"], "log": ["yes"], "story": [""]}
    assert visit.draft["answers"] == {"log": "yes"}


def test_recording_locks_the_observations_and_assesses_them(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    version = visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    session.expire_all()
    assert (version.number, visit.state, visit.recorded_at) == (1, "recorded", NOW)
    row = assessments.latest_assessment(session, visit)
    assert row is not None
    assert (row.version_id, row.score_low, row.score_high, row.grade) == (version.id, 75, 100, None)
    assert session.get(Rulebook, pack.sha256).content == pack.content
    assert visit_content.hashes_true(version)


def test_the_same_record_again_is_success_and_another_is_not(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    one = visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    later = NOW + timedelta(minutes=5)
    assert visits.record(session, officer, later, visit, Record({"log": "yes"}), pack) is one
    with pytest.raises(Refused):
        visits.record(session, officer, later, visit, Record({"log": "no"}), pack)
    assert len(session.scalars(select(VisitVersion)).all()) == 1
    assert len(session.scalars(select(Assessment)).all()) == 1


def test_a_record_sent_again_after_the_nation_was_confirmed_is_the_same_record(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    shop.nation, shop.nation_origin = None, "to_confirm"
    session.flush()
    visit = begin(session, officer, shop, pack)
    one = visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    shop.nation, shop.nation_origin = "england", "person"
    assessments.assess_waiting(session, NOW, shop, pack)
    assert visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack).id == one.id


def test_a_correction_takes_the_file_of_the_operation_as_it_stands_now(
    session: Session, officer: Actor, council: Authority, shop: Premises, pack: Pack
) -> None:
    operation = Operation(
        lead_authority=council,
        held_on=TODAY,
        title="Week of action",
        facts={"buyer_years": 15, "risk_written": "no"},
        created_by_id=officer.user_id,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(operation)
    session.flush()
    visit = begin(session, officer, shop, pack, kind="trial", operation=operation)
    visits.record(session, officer, NOW, visit, Record({"result": "sold"}), pack)
    operation.facts = {"buyer_years": 15, "risk_written": "yes"}
    drafts.start_correction(session, officer, NOW, visit, {}, pack)
    new = visits.correct(
        session, officer, NOW, visit, drafts.drafted(visit), reason="File completed", pack=pack
    )
    assert new.number == 2
    assert new.operation_facts["risk_written"] == "yes"


def test_a_question_that_was_not_put_leaves_the_record(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack, kind="trial")
    typed = {"result": "refused", "paid": "yes", "edge": "7.50", "log": "yes", "prompt": "yes"}
    version = visits.record(session, officer, NOW, visit, Record(typed), pack)
    assert version.answers == {"result": "refused", "prompt": "yes"}


def test_an_answer_the_rulebook_does_not_know_is_refused_at_its_question(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    with pytest.raises(Refused) as refused:
        visits.record(session, officer, NOW, visit, Record({"log": "perhaps"}), pack)
    assert refused.value.field == "log"


def test_why_something_was_not_observed_is_kept_beside_it(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    handed_in = Record(
        {"log": "not_observed", "prompt": "yes"},
        why_not_observed={"log": "no_time", "prompt": "no_time"},
    )
    version = visits.record(session, officer, NOW, visit, handed_in, pack)
    assert version.answers["log"] == "not_observed"
    assert version.particulars["why_not_observed"] == {"log": "no_time"}


def test_a_correction_keeps_the_old_version_and_says_why(
    session: Session, officer: Actor, reviewer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    agree(session, reviewer, visit)
    with pytest.raises(Refused, match="why"):
        visits.correct(session, officer, NOW, visit, Record({"log": "no"}), reason=" ", pack=pack)
    later = NOW + timedelta(hours=1)
    wrong_log = "The log was for alcohol"
    visits.correct(
        session, officer, later, visit, Record({"log": "no"}), reason=wrong_log, pack=pack
    )
    session.expire_all()
    old, new = visit.versions
    assert (old.answers, old.reason) == ({"log": "yes"}, None)
    assert (new.number, new.answers, new.reason) == (2, {"log": "no"}, wrong_log)
    assert (new.recorded_by_id, new.recorded_at) == (officer.user_id, later)
    assert (visit.state, visit.reviewed_at) == ("recorded", None)
    row = assessments.latest_assessment(session, visit)
    assert row is not None
    assert row.version_id == new.id
    assert row.score_high == 25


def test_a_correction_that_changes_nothing_adds_nothing(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    one = visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    same = visits.correct(
        session, officer, NOW, visit, Record({"log": "yes"}), reason="A slip", pack=pack
    )
    assert same.id == one.id
    assert visit.state == "recorded"


def test_a_correction_is_begun_from_the_record_and_can_be_dropped(
    session: Session, officer: Actor, reviewer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    with pytest.raises(Refused):
        visits.editable(session, officer, visit.id)
    drafts.start_correction(session, officer, NOW, visit, {"log": ["yes"]})
    assert visits.editable(session, officer, visit.id) is visit
    assert drafts.drafted(visit).answers == {"log": "yes"}
    with pytest.raises(Refused):
        visits.editable(session, reviewer, visit.id)
    drafts.drop_correction(session, officer, visit)
    with pytest.raises(Refused):
        visits.editable(session, officer, visit.id)


def test_history_holds_agreed_visits_of_this_operator_before_this_one(
    session: Session, officer: Actor, reviewer: Actor, shop: Premises, pack: Pack
) -> None:
    def sale(on: date) -> Visit:
        visit = begin(session, officer, shop, pack, kind="trial", visited_on=on)
        visits.record(session, officer, NOW, visit, Record({"result": "sold"}), pack)
        return visit

    agreed = sale(TODAY - timedelta(days=30))
    agree(session, reviewer, agreed)
    sale(TODAY - timedelta(days=20))
    audit = begin(session, officer, shop, pack)
    assert [told["id"] for told in history.history_of(session, audit)] == [agreed.id]
    visits.record(session, officer, NOW, audit, Record({"log": "yes"}), pack)
    row = assessments.latest_assessment(session, audit)
    assert row is not None
    assert row.standing == "sold_before"
    # A new operator starts with a clean sheet.
    audit.operator = Operator(legal_name="Next Ltd", created_at=NOW)
    session.flush()
    assert history.history_of(session, audit) == []


def test_a_correction_in_waiting_does_not_take_away_what_was_agreed(
    session: Session, officer: Actor, reviewer: Actor, shop: Premises, pack: Pack
) -> None:
    before = TODAY - timedelta(days=30)
    visit = begin(session, officer, shop, pack, kind="trial", visited_on=before)
    visits.record(session, officer, NOW, visit, Record({"result": "sold"}), pack)
    agree(session, reviewer, visit)
    visits.correct(
        session, officer, NOW, visit, Record({"result": "refused"}), reason="Mixed up", pack=pack
    )
    standing = assessments.standing_on(session, shop, visit.operator, TODAY, pack)
    assert standing is not None
    assert standing["standing"] == "sold_before"
    agree(session, reviewer, visit)
    standing = assessments.standing_on(session, shop, visit.operator, TODAY, pack)
    assert standing is not None
    assert standing["standing"] == "unknown"


def test_nothing_is_assessed_before_the_nation_is_confirmed(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    shop.nation, shop.nation_origin = None, "to_confirm"
    session.flush()
    visit = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, visit, Record({"log": "yes"}), pack)
    assert assessments.latest_assessment(session, visit) is None
    assert assessments.assess_waiting(session, NOW, shop, pack) == []
    shop.nation, shop.nation_origin = "wales", "person"
    session.flush()
    made = assessments.assess_waiting(session, NOW, shop, pack)
    assert [row.visit_id for row in made] == [visit.id]
    assert visit.nation == "wales"
    assert assessments.assess_waiting(session, NOW, shop, pack) == []


def test_a_nation_that_was_put_right_is_followed_by_a_draft_and_by_a_correction(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    draft, recorded = (begin(session, officer, shop, pack) for _ in range(2))
    log = Record({"log": "yes"})
    visits.record(session, officer, NOW, recorded, log, pack)
    shop.nation, shop.nation_origin = "wales", "person"
    assert dims_of(draft, pack)["nation"] == ["wales"]
    assert dims_of(recorded, pack)["nation"] == ["england"]
    visits.record(session, officer, NOW, draft, log, pack)
    assert draft.nation == "wales"
    drafts.start_correction(session, officer, NOW, recorded, {}, pack)
    assert dims_of(recorded, pack)["nation"] == ["wales"]
    again = visits.correct(session, officer, NOW, recorded, log, reason="In Wales", pack=pack)
    assert (recorded.nation, again.number, again.particulars["nation"]) == ("wales", 2, "wales")


def test_two_officers_at_one_premises_on_one_day_are_flagged_not_blocked(
    session: Session, officer: Actor, reviewer: Actor, shop: Premises, pack: Pack
) -> None:
    one = begin(session, officer, shop, pack)
    two = begin(session, reviewer, shop, pack)
    assert visits.same_day(session, one) == [two]
    yesterday = begin(session, officer, shop, pack, visited_on=TODAY - timedelta(days=1))
    assert visits.same_day(session, yesterday) == []


def test_facts_that_spoil_a_test_are_recorded_and_flagged(
    session: Session, officer: Actor, council: Authority, shop: Premises, pack: Pack
) -> None:
    operation = Operation(
        lead_authority=council,
        held_on=TODAY,
        title="Week of action",
        facts={"buyer_years": "15", "risk_written": "yes"},
        created_by_id=officer.user_id,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(operation)
    session.flush()
    visit = begin(session, officer, shop, pack, kind="trial", operation=operation)
    handed_in = Record({"result": "sold"}, operation_facts={"buyer_years": "18"})
    version = visits.record(session, officer, NOW, visit, handed_in, pack)
    assert version.operation_facts == {"buyer_years": "18", "risk_written": "yes"}
    row = assessments.latest_assessment(session, visit)
    assert row is not None
    assert (row.validity, row.may_allege, row.counts) == ("invalid", False, False)
    explained = assessments.explain(session, row, officer.authority_id)
    assert [(one.id, one.means) for one in explained.conditions] == [
        ("A1", "The buyer was an adult.")
    ]
    assert explained.validity_label == "Proves nothing"
    assert explained.conditions[0].stage_label == "Before the shop is told"


def test_another_authoritys_visit_is_not_there(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    stranger = person(session, authority(session, "Suffolk"), "sue")
    visit = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, visit, Record({}), pack)
    for look in (visits.readable, visits.editable):
        with pytest.raises(NotFound):
            look(session, stranger, visit.id)


def test_every_point_is_explained_down_to_answer_and_statute(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, visit, Record({"log": "no"}), pack)
    row = assessments.latest_assessment(session, visit)
    assert row is not None
    explained = assessments.explain(session, row, officer.authority_id)
    log, prompts = explained.points
    assert (log.title, log.outcome, log.says) == ("A log is kept", "not_met", "There is no log.")
    assert (log.citation, log.law, log.advice) == ("An Act, s.2", "A row of the law", "Keep a log.")
    assert [(one.line, one.answer) for one in log.because] == [("Log", "No")]
    assert (log.points, prompts.points) == (75.0, 25.0)
    assert prompts.outcome_label == "Not observed"
    assert explained.open_questions == ()  # whatever the prompts are, the grade is settled
    better = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, better, Record({"log": "yes"}), pack)
    row = assessments.latest_assessment(session, better)
    assert row is not None
    explained = assessments.explain(session, row, officer.authority_id)
    assert [(one.id, one.points) for one in explained.open_questions] == [("prompt", 25.0)]


def test_a_visit_tells_whether_the_shop_sells_knives(
    session: Session, officer: Actor, shop: Premises, pack: Pack
) -> None:
    visit = begin(session, officer, shop, pack)
    visits.record(session, officer, NOW, visit, Record({"stock": ["neither"]}), pack)
    assert (shop.sells_knives, shop.sells_knives_seen_on) == ("no", TODAY)
