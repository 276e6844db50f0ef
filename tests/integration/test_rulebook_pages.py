"""The rulebook in the app: browsed, filtered, and kept as it was for the assessments it made."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

from flask.testing import FlaskClient

from compliance.access import Role
from compliance.rulebook import Pack, shipped_pack
from compliance.rulebook.pack import text_of
from compliance.services import assessments
from compliance.store.engine import separate_session
from compliance.store.models import Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.world import World

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _older() -> Pack:
    """A rulebook that no longer is: one rule of another title, cited otherwise."""
    content = copy.deepcopy(dict(shipped_pack().content))
    content["pack"]["version"] = "2025.1.1"
    rule = next(one for one in content["rule"] if one["id"] == "age_policy_written")
    rule["title"] = {"en": "A policy as it was asked for then"}
    return Pack(content)


def test_an_assessment_leads_to_the_very_rulebook_that_made_it(
    signed_in: SignIn, app: Application, world: World
) -> None:
    older = _older()
    visit_id = world.visits["audit"]
    with app.app_context(), separate_session() as session:
        made = assessments.assess_visit(session, NOW, session.get_one(Visit, visit_id), older)
        assert made is not None
    client = signed_in(Role.OFFICER)
    address = f"/rulebook/versions/{older.sha256}"
    assert f'href="{address}"' in client.get(f"/visits/{visit_id}/result").text
    page = client.get(address).text
    assert "A policy as it was asked for then" in page
    assert "2025.1.1" in page
    assert "is kept as it is" in page
    rule = client.get(f"{address}/rules/age_policy_written").text
    assert "A policy as it was asked for then" in rule
    now = client.get("/rulebook").text
    assert "A policy as it was asked for then" not in now
    assert f'href="{address}"' in now
    assert client.get(f"/rulebook/{older.sha256}.json").get_json()["version"] == "2025.1.1"


def test_a_rule_is_shown_with_every_version_its_row_of_the_law_and_its_texts(
    signed_in: SignIn,
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    pack = shipped_pack()
    page = _rule(client, pack, "tp_outcome")
    rule = pack.rules["tp_outcome"]
    assert len(rule["version"]) > 1
    for version in rule["version"]:
        assert version["citation"].replace("'", "&#39;") in page
        assert text_of(pack.by_id("law")[version["law"]]["text"]) in page
        if "advice" in version:
            assert version["advice"]["en"].replace("'", "&#39;") in page
    assert "Met when" in page
    assert "Not verified" not in page


def test_what_is_unverified_is_marked(signed_in: SignIn) -> None:
    client = signed_in(Role.OFFICER)
    pack = shipped_pack()
    doubtful = {row["id"] for row in pack.entries("law") if row.get("unverified")}
    rules = [
        rule["id"]
        for rule in pack.entries("rule")
        if any(version["law"] in doubtful for version in rule["version"])
    ]
    assert rules
    for rule in rules:
        page = _rule(client, pack, rule)
        assert "Not verified" in page
        assert "Enacted, not in force" in page
    assert client.get(f"/rulebook/versions/{pack.sha256}/law").text.count("Not verified") == len(
        doubtful
    )


def test_the_rules_are_narrowed_by_kind_section_and_words(signed_in: SignIn) -> None:
    client = signed_in(Role.OFFICER)
    every = client.get("/rulebook").text
    assert f"{len(shipped_pack().rules)} rules" in every
    here = f"/rulebook/versions/{shipped_pack().sha256}/rules"
    tests = client.get(f"{here}?kind=test_purchase").text
    assert "/rules/tp_outcome" in tests
    assert "/rules/age_policy_written" not in tests
    section = client.get(f"{here}?section=audit_training").text
    assert "/rules/training_records_seen" in section
    assert "/rules/age_policy_written" not in section
    words = client.get(f"{here}?q=ninja").text
    assert "1 rule<" in words
    assert "No rule matches" in client.get(f"{here}?q=nosuchrule").text


def test_every_rule_and_every_part_can_be_opened(signed_in: SignIn) -> None:
    client = signed_in(Role.OFFICER)
    pack = shipped_pack()
    for rule in pack.rules:
        assert f">{rule}</span>" in _rule(client, pack, rule)
    for part, table in (("conditions", "condition"), ("values", "value"), ("law", "law")):
        page = client.get(f"/rulebook/versions/{pack.sha256}/{part}")
        assert page.status_code == 200
        last = pack.entries(table)[-1]
        words = last.get("name") or text_of(last.get("text")) or last["id"]
        assert str(words).replace("'", "&#39;") in page.text


def test_what_is_not_there_is_not_found(signed_in: SignIn) -> None:
    client = signed_in(Role.OFFICER)
    sha256 = shipped_pack().sha256
    for address in (
        f"/rulebook/versions/{'0' * 64}",
        f"/rulebook/versions/{sha256}/nothing",
        f"/rulebook/versions/{sha256}/rules/nothing",
    ):
        assert client.get(address).status_code == 404


def _rule(client: FlaskClient, pack: Pack, rule: str) -> str:
    answer = client.get(f"/rulebook/versions/{pack.sha256}/rules/{rule}")
    assert answer.status_code == 200
    return answer.text
