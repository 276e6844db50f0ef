"""`assess` on the command line: the shape of what comes out, and what a person is told of a slip."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.commands.rulebook import assess, show_vocabulary

DATA = Path(__file__).parents[2] / "data"
VISIT: dict[str, Any] = {
    "kind": "test_purchase",
    "nation": "england",
    "channel": "in_store",
    "visited_on": "2026-10-13",
    "answers": {"tp_outcome": "closed"},
}
KEYS = {
    *("id", "rulebook", "validity", "findings", "score", "grade", "narrowed_by"),
    *("standing", "next_step", "values"),
}


def _run(text: str, *options: str) -> Result:
    return CliRunner().invoke(assess, options, input=text)


def test_every_part_is_there_also_the_name_that_was_not_given() -> None:
    result = json.loads(_run(json.dumps(VISIT)).stdout)
    assert result.keys() == KEYS
    assert result["id"] is None
    assert json.loads(_run(json.dumps(VISIT | {"id": "a7"})).stdout)["id"] == "a7"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"answers": {"tp_outcom": "closed"}},
            'unknown question "tp_outcom". Did you mean "tp_outcome"?',
        ),
        ({"answers": {"q": "yes"}}, 'unknown question "q". The nearest is "'),
        ({"answers": {"tp_outcome": "clsed"}}, 'unknown option "clsed". Did you mean "closed"?'),
        ({"kind": "testpurchase"}, 'unknown kind "testpurchase". Did you mean "test_purchase"?'),
        ({"visited_on": None}, '"visited_on" is missing'),
        ({"visited_on": None, "kind": "audit"}, 'unknown kind "audit"'),
    ],
)
def test_a_slip_is_named_with_what_is_nearest(changed: dict[str, Any], told: str) -> None:
    result = _run(json.dumps(VISIT | changed))
    assert result.exit_code == 2
    assert told in result.stderr
    assert not result.stdout


SLIPS = [
    (
        VISIT | {"as_of": "2026-10-12"},
        '"as_of" (2026-10-12) is before "visited_on" (2026-10-13)',
    ),
    (
        VISIT | {"answers": {"tp_outcome": "closed", "age_policy_written": "yes"}},
        '"age_policy_written" is a question of kind store_audit, not of test_purchase',
    ),
    (
        VISIT
        | {
            "history": [
                {"dims": {"kind": "store_audit", "nation": "england", "channel": ["in_store"]}}
                | {"visited_on": "2026-01-05", "answers": {"tp_outcome": "closed"}}
            ]
        },
        '"tp_outcome" is a question of kind test_purchase or challenge_25_audit, not of store_audit',
    ),
]

AUDIT = {
    "kind": "store_audit",
    "nation": "england",
    "channels": ["in_store"],
    "visited_on": "2026-10-13",
}
SLIPS += [
    (VISIT | changed, told)
    for changed, told in (
        ({"answers": []}, '"answers" must be an object'),
        ({"answers": "closed"}, '"answers" must be an object'),
        ({"operation": []}, '"operation" must be an object'),
        ({"history": {}}, '"history" must be a list of earlier visits'),
        ({"history": ["sold"]}, '"history" must be a list of earlier visits'),
        (
            {"history": [AUDIT | {"visited_on": None}]},
            '"history", visit 1: "visited_on" is missing',
        ),
        ({"history": [AUDIT, VISIT | {"answrs": {}}]}, '"history", visit 2: unknown key "answrs".'),
        ({"history": [AUDIT | {"answers": []}]}, '"history", visit 1: "answers" must be an object'),
        ({"kind": ["test_purchase"]}, '"kind" takes one code and not a list'),
        (
            {"channel": ["in_store"]},
            '"channel" takes one code and not a list, or "channels" a list',
        ),
        ({"channels": ["online"]}, '"channel" and "channels" are both given'),
        ({"dims": {"kind": "store_audit"}}, '"kind" is given twice'),
        ({"operation": {"buyer_age": "15"}}, 'buyer_age: "15" is text'),
        ({"visited_on": "9999-12-31"}, '"visited_on" (9999-12-31) is too late'),
        ({"as_of": "9999-12-31"}, '"as_of" (9999-12-31) is too late'),
        ({"visited_on": "0001-01-01"}, '"visited_on" (0001-01-01) is before 1988-01-01'),
        (
            {"history": [AUDIT | {"visited_on": "1987-12-31"}]},
            '"history", visit 1: "visited_on" (1987-12-31) is before 1988-01-01',
        ),
        ({"as_of": ""}, 'as_of: "" is not a date such as 2026-10-13'),
        (
            {"answers": {"tp_outcome": "c25_not_challenged_served"}},
            'tp_outcome: "c25_not_challenged_served" is an option of kind challenge_25_audit,'
            " not of test_purchase",
        ),
        (
            {"history": [VISIT | {"answers": {"tp_outcome": "c25_challenged_refused"}}]},
            '"history", visit 1: tp_outcome: "c25_challenged_refused" is an option of kind',
        ),
    )
]
SLIPS += [
    (AUDIT | changed, told)
    for changed, told in (
        ({"channels": "in_store"}, '"channels" takes a list, such as ["in_store"]'),
        (
            {"answers": {"stock_bladed_types": ["none", "axes"]}},
            'stock_bladed_types: "none" stands alone',
        ),
        (
            {"answers": {"training_last_date": ["2026-08-01", "2030-01-01"]}},
            '"training_last_date" (2030-01-01) is after the visit (2026-10-13)',
        ),
        (
            {"answers": {"refusals_last_entry": "2026-10-14"}},
            '"refusals_last_entry" (2026-10-14) is after the visit (2026-10-13)',
        ),
        (
            {
                "history": [
                    AUDIT
                    | {"visited_on": "2026-01-05", "answers": {"refusals_last_entry": "2026-01-06"}}
                ]
            },
            '"history", visit 1: "refusals_last_entry" (2026-01-06) is after the visit (2026-01-05)',
        ),
    )
]


@pytest.mark.parametrize(("visit", "told"), SLIPS)
def test_a_slip_that_would_go_unnoticed_is_refused(visit: dict[str, Any], told: str) -> None:
    result = _run(json.dumps(visit))
    assert result.exit_code == 2
    assert told in result.stderr
    assert not result.stdout
    lines = _run(json.dumps(visit | {"id": "a"}) + "\n" + json.dumps(VISIT), "--lines")
    refused, assessed = (json.loads(line) for line in lines.stdout.splitlines())
    assert lines.exit_code == 0
    assert refused["id"] == "a"
    assert told in refused["error"]
    assert assessed.keys() == KEYS


def test_a_question_of_another_kind_may_be_left_open() -> None:
    visit = VISIT | {"answers": {"tp_outcome": "closed", "age_policy_written": "not_observed"}}
    assert _run(json.dumps(visit)).exit_code == 0


@pytest.mark.parametrize(
    ("once", "twice", "key"),
    [
        ('"nation": "england"', '"nation": "wales", "nation": "england"', "nation"),
        ('"tp_outcome": "closed"', '"tp_outcome": "closed", "tp_outcome": "closed"', "tp_outcome"),
    ],
)
def test_a_key_given_twice_is_refused(once: str, twice: str, key: str) -> None:
    text = json.dumps(VISIT | {"id": "a"}).replace(once, twice)
    result = _run(text)
    assert result.exit_code == 2
    assert f'"{key}" is given twice' in result.stderr
    lines = _run(text + "\n" + json.dumps(VISIT), "--lines")
    refused, assessed = (json.loads(line) for line in lines.stdout.splitlines())
    assert refused.keys() == {"id", "error"}
    assert refused["id"] == "a"
    assert assessed.keys() == KEYS


def test_the_vocabulary_says_for_what_an_option_is() -> None:
    told = json.loads(CliRunner().invoke(show_vocabulary, ["--json"]).stdout)
    outcome = next(one for one in told["questions"] if one["id"] == "tp_outcome")
    assert outcome["options_only"]["sold_selfcheckout_approved"] == {
        "kinds": ["test_purchase"],
        "channels": ["self_checkout"],
    }
    assert "closed" in outcome["options"]
    assert "closed" not in outcome["options_only"]
    text = CliRunner().invoke(show_vocabulary).stdout
    assert "sold_selfcheckout_approved (kinds: test_purchase; channels: self_checkout)," in text


def test_a_line_that_cannot_be_read_is_answered_in_its_place() -> None:
    lines = [
        json.dumps(VISIT | {"id": 1}),
        "not json",
        "",
        json.dumps(VISIT | {"id": 4, "knid": 1}),
    ]
    result = _run("\n".join(lines), "--lines")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [answer["id"] for answer in answers] == [1, 2, 4]
    assert [answer.keys() == {"id", "error"} for answer in answers] == [False, True, True]
    assert answers[1]["error"].startswith("this is not JSON: ")


@pytest.mark.parametrize(
    "visit",
    [
        AUDIT | {"answers": {"refusals_last_entry": "2026-10-13"}},
        AUDIT | {"answers": {"stock_bladed_types": ["none"], "refusals_90d": 4}},
        AUDIT | {"nation": "scotland", "answers": {"sc_dealer_licence_expiry": "2030-01-01"}},
        VISIT | {"answers": {"tp_outcome": None}, "operation": None, "history": None},
        VISIT | {"answers": None, "as_of": None},
        VISIT | {"operation": {"buyer_age": 15}},
        {key: part for key, part in AUDIT.items() if key != "channels"} | {"channel": "in_store"},
    ],
)
def test_what_the_documents_allow_is_no_slip(visit: dict[str, Any]) -> None:
    assert _run(json.dumps(visit)).exit_code == 0


def test_null_is_as_if_it_were_left_out() -> None:
    plain = json.loads(_run(json.dumps(VISIT | {"answers": {}})).stdout)
    assert json.loads(_run(json.dumps(VISIT | {"answers": {"tp_outcome": None}})).stdout) == plain
    assert json.loads(_run(json.dumps(VISIT | {"answers": None})).stdout) == plain


NOT_UTF_8 = b'{"id": "b", "kind": "caf\xe9"}'


def test_a_line_that_is_not_text_is_answered_in_its_place() -> None:
    given = b"\n".join([json.dumps(VISIT | {"id": "a"}).encode(), NOT_UTF_8, b"nonsense"])
    result = CliRunner().invoke(assess, ["--lines"], input=given)
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 0
    assert first["id"] == "a"
    assert first.keys() == KEYS
    assert second == {"id": None, "error": "this is not UTF-8 text (byte 25)"}
    assert third["id"] == 3


def test_a_file_that_is_not_text_is_refused_in_words() -> None:
    result = CliRunner().invoke(assess, [], input=NOT_UTF_8)
    assert result.exit_code == 2
    assert result.stderr == "this is not UTF-8 text (byte 25)\n"


def test_what_is_nested_without_end_is_refused_in_words() -> None:
    result = _run("[" * 100_000)
    assert result.exit_code == 2
    assert result.stderr == "this JSON is nested too deeply\n"


def test_half_a_character_in_a_name_stops_nothing() -> None:
    text = json.dumps(VISIT | {"id": "\ud800"})
    lines = _run(text + "\n" + json.dumps(VISIT), "--lines")
    assert lines.exit_code == 0
    assert [json.loads(line)["id"] for line in lines.stdout.splitlines()] == ["\ud800", 2]
    assert json.loads(_run(text).stdout)["id"] == "\ud800"


def test_a_byte_order_mark_is_no_slip() -> None:
    assert _run("\ufeff" + json.dumps(VISIT)).exit_code == 0


def test_a_rulebook_that_breaks_down_is_named_by_file_and_line(tmp_path: Path) -> None:
    shutil.copytree(DATA / "packs" / "bicycle_hire", tmp_path, dirs_exist_ok=True)
    shutil.copytree(DATA / "mistakes" / "case_without_its_code", tmp_path, dirs_exist_ok=True)
    visit = {"kind": "look", "region": "north", "way": "desk", "visited_on": "2026-10-13"}
    result = _run(json.dumps(visit), "--lines", "--rulebook", str(tmp_path))
    assert result.exit_code == 2
    assert 'more.toml:1: a [[value.cases]] without "then"' in result.stderr
