"""`assess` on the command line: the shape of what comes out, and what a person is told of a slip."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.commands.rulebook import assess

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
