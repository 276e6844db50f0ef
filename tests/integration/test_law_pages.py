"""The law on a day, the self-check's pages and the released rule data, over the wire."""

from __future__ import annotations

import gzip
import json

from flask.testing import FlaskClient

from compliance.rulebook import shipped_pack
from compliance.rulebook.languages import UNWEIGHED
from compliance.rulebook.pack import Pack

DAY = "/law?nation=england&channel=in_store&on=2024-09-24"
EVE = "/law?nation=england&channel=in_store&on=2024-09-23"


def _applies(page: str) -> str:
    return page[: page.index("Prepare for")]


def test_the_law_page_tells_the_first_day_from_the_day_before(client: FlaskClient) -> None:
    eve, day = client.get(EVE), client.get(DAY)
    title = "Zombie-style knives and machetes"
    assert title in _applies(day.text)
    assert title not in _applies(eve.text)
    assert title in eve.text
    assert "SI 2024/583" in day.text
    assert "24 September 2024" in day.text
    assert day.headers["Cache-Control"] == "no-store"


def test_no_severity_and_no_unverified_row_is_on_the_law_page(client: FlaskClient) -> None:
    page = client.get("/law?nation=england").text
    pack = shipped_pack()
    assert not any(f"{one['label']['en']}." in page for one in pack.entries("severity"))
    doubtful = [row for row in pack.entries("law") if row.get("unverified")]
    assert doubtful
    assert not any(row["text"] in page for row in doubtful)
    assert "We left out" in page


def test_a_day_that_is_none_is_said_at_its_field(client: FlaskClient) -> None:
    answer = client.get("/law?nation=england&on=31+June")
    assert answer.status_code == 422
    assert "Enter a date, such as 2026-10-13" in answer.text
    assert 'value="31 June"' in answer.text


def test_unknown_choices_fall_back_to_the_first(client: FlaskClient) -> None:
    answer = client.get("/law?nation=atlantis&channel=%3Cscript%3E")
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace('<script nonce="', "")


def test_the_released_rule_data_is_whole_and_kept_for_good(client: FlaskClient) -> None:
    pack = shipped_pack()
    address = f"/rulebook/{pack.sha256}.json"
    answer = client.get(address)
    told = answer.get_json()
    assert set(told) == {"id", "version", "sha256", "language", "content"}
    assert Pack(told["content"]).sha256 == told["sha256"] == pack.sha256
    assert "immutable" in answer.headers["Cache-Control"]
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == told
    assert client.get(f"/rulebook/{'0' * 64}.json").status_code == 404


def test_the_list_to_print_has_every_weighed_question_and_no_doubtful_one(
    client: FlaskClient,
) -> None:
    page = client.get("/self-check/list").text
    pack = shipped_pack()
    doubtful = {row["id"] for row in pack.entries("law") if row.get("unverified")}
    every = {
        dim["id"]: [option["code"] for option in dim["options"]] for dim in pack.entries("dim")
    }
    asked = pack.questionnaire({**every, "kind": "store_audit"})
    assert len(asked) > 40
    for one in asked:
        shown = one["label"]["en"].replace("'", "&#39;") in page
        assert shown is (one["law"] not in doubtful and one["type"] not in UNWEIGHED)
