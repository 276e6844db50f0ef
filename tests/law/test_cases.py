"""Runs every case of `tests/law/*.toml`: facts that a lawyer can read, and the result they must give.

A case names its kind, nation, channel and date, the answers and the operation facts, earlier visits, and
what is expected. `operation = "sound"` stands for a complete and sound file (each fact's `sound` value
in the rulebook); `answers = "core_met"` and history entries such as `"sold 2026-03-10"` stand for the
sets in `tests/data/law_shorthand.toml`.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.rulebook import AnswerError, assess, shipped_pack

HERE = Path(__file__).parent
SHORTHAND = tomllib.loads((HERE.parent / "data" / "law_shorthand.toml").read_text(encoding="utf-8"))
VISIT_KEYS = {
    *("kind", "nation", "channel", "channels", "visited_on", "answers", "answers_but"),
    *("operation", "operation_but", "history", "as_of"),
}
#: Expectations that are compared with one named part of the result.
SIMPLE = {
    "result": lambda result: result["validity"]["result"],
    "may_allege": lambda result: result["validity"]["may_allege"],
    "counts": lambda result: result["validity"]["counts"],
    "conditions": lambda result: [each["id"] for each in result["validity"]["conditions"]],
    "grade": lambda result: result["grade"] or "none",
    "standing": lambda result: result["standing"],
    "next_step": lambda result: result["next_step"],
    "score_low": lambda result: result["score"]["low"],
    "score_high": lambda result: result["score"]["high"],
}
#: Expectations that name findings, and the part of a finding they speak of.
OF_FINDINGS = {"findings": "outcome", "severity": "severity", "basis": "basis"}
OTHER = {"values", "score", "no_offence", "open", "fires", "validity", "refused", "narrowed_by"}


def _cases() -> list[dict[str, Any]]:
    found = []
    for file in sorted(HERE.glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            found.append(case)
    return found


CASES = _cases()


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _answers(visit: Mapping[str, Any]) -> dict[str, Any]:
    given = visit.get("answers", {})
    answers = dict(SHORTHAND["answers"][given] if isinstance(given, str) else given)
    answers |= visit.get("answers_but", {})
    on = date.fromisoformat(_day(visit["visited_on"]))
    for name, value in answers.items():
        if value == "recent":  # a month before whatever day the visit was on
            answers[name] = [(on - timedelta(days=30)).isoformat()]
    return {name: _plain(value) for name, value in answers.items()}


def _operation(visit: Mapping[str, Any]) -> dict[str, Any]:
    given = visit.get("operation", {})
    if given == "sound":
        given = {
            fact["id"]: fact["sound"]
            for fact in shipped_pack().entries("fact")
            if "sound" in fact and _concerns(fact, visit["kind"])
        }
    facts = dict(given) | visit.get("operation_but", {})
    return {name: _plain(value) for name, value in facts.items() if value != "unknown"}


def _concerns(fact: Mapping[str, Any], kind: str) -> bool:
    return kind in fact.get("dims", {}).get("kind", [kind])


def _earlier(entry: Any, case: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(entry, str):
        name, day = entry.rsplit(" ", 1)
        entry = SHORTHAND["visits"][name.replace(" ", "_")] | {"visited_on": day}
    return _visit({"nation": case["nation"], "channel": "in_store"} | entry)


def _visit(visit: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: visit[key] for key in ("kind", "nation", "channel", "channels") if key in visit}
    told |= {
        "visited_on": _day(visit["visited_on"]),
        "answers": _answers(visit),
        "operation": _operation(visit),
        "history": [_earlier(entry, visit) for entry in visit.get("history", [])],
    }
    if "as_of" in visit:
        told["as_of"] = _day(visit["as_of"])
    return told


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    expect = case["expect"]
    assert set(case) <= {"name", "expect", *VISIT_KEYS}, "unknown key in the case"
    assert set(expect) <= {*SIMPLE, *OF_FINDINGS, *OTHER}, "unknown expectation"
    if "refused" in expect:
        with pytest.raises(AnswerError, match=expect["refused"]):
            assess(shipped_pack(), _visit(case))
        return
    result = assess(shipped_pack(), _visit(case))
    findings = {finding["rule"]: finding for finding in result["findings"]}
    for name, read in SIMPLE.items():
        if name in expect:
            assert read(result) == expect[name], name
    for name, part in OF_FINDINGS.items():
        for rule, wanted in expect.get(name, {}).items():
            got = findings[rule][part] if rule in findings else "absent"
            assert got == wanted, f"{rule}: {part}"
    for name, wanted in expect.get("values", {}).items():
        assert result["values"].get(name, "absent") == _plain(wanted), name
    if "score" in expect:
        assert (result["score"] or "none") == expect["score"]
    if "validity" in expect:
        assert expect["validity"] == "none"
        assert result["validity"] is None
    if "narrowed_by" in expect:
        assert result["narrowed_by"][: len(expect["narrowed_by"])] == expect["narrowed_by"]
    for condition in expect.get("fires", []):
        assert condition in [each["id"] for each in result["validity"]["conditions"]]
    open_points = [each for each in result["findings"] if each["outcome"] == "not_met"]
    if "open" in expect:
        assert sorted(each["rule"] for each in open_points) == sorted(expect["open"])
    if expect.get("no_offence"):
        assert [each["rule"] for each in open_points if each["basis"] == "offence"] == []


def test_every_case_has_its_own_name() -> None:
    twice = [name for name, count in Counter(case["name"] for case in CASES).items() if count > 1]
    assert twice == []


def test_every_case_expects_something() -> None:
    assert [case["name"] for case in CASES if not case["expect"]] == []


@pytest.fixture(scope="module")
def results() -> list[dict[str, Any]]:
    """What the rulebook says of every case that it accepts."""
    return [
        assess(shipped_pack(), _visit(case)) for case in CASES if "refused" not in case["expect"]
    ]


def test_every_rule_is_seen_met_not_met_and_not_assessed(results: list[dict[str, Any]]) -> None:
    """A rule that no case has every way could be wrong without anybody noticing."""
    seen: dict[str, set[str]] = {}
    for result in results:
        for finding in result["findings"]:
            seen.setdefault(finding["rule"], set()).add(finding["outcome"])
    wanted = {
        rule["id"]: {"met", "not_met", "not_assessed"}
        for rule in shipped_pack().entries("rule")
        if any("from" in version for version in rule["version"])
    }
    wanted["tp_stopped_sale"] = {"not_met", "not_assessed"}  # no stopped sale goes well
    missing = {rule: ways - seen.get(rule, set()) for rule, ways in wanted.items()}
    assert {rule: ways for rule, ways in missing.items() if ways} == {}


def test_every_condition_fires_in_a_case(results: list[dict[str, Any]]) -> None:
    fired = {
        condition["id"]
        for result in results
        if result["validity"]
        for condition in result["validity"]["conditions"]
    }
    assert {condition["id"] for condition in shipped_pack().entries("condition")} - fired == set()


@pytest.mark.parametrize("name", ["standing", "next_step", "grade", "letter", "test_result"])
def test_every_code_of_what_is_decided_occurs_in_a_case(
    name: str, results: list[dict[str, Any]]
) -> None:
    occurred = {result["values"].get(name) for result in results}
    assert set(shipped_pack().by_id("value")[name]["labels"]) - occurred == set()
