"""`assess` on the command line: the shape of what comes out, and what a person is told of a slip."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.commands.rulebook import assess, show_vocabulary

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


def test_a_byte_order_mark_is_no_slip() -> None:
    assert _run("\ufeff" + json.dumps(VISIT)).exit_code == 0
