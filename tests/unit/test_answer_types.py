"""Answers as they are typed: what is read, what is refused, and that nothing is guessed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from compliance.rulebook.answers import read_answer
from compliance.rulebook.pack import Entry
from compliance.web.forms.answer_types import TYPES, Unreadable, answer_type
from compliance.web.forms.sections import fact_sections, question_sections
from tests.small_pack import small_pack

PACK = small_pack()
DIMS = {"kind": ["trial"], "nation": ["england"], "channel": ["in_store"]}
AUDIT = DIMS | {"kind": ["audit"]}


def read(name: str, *typed: str, dims: dict[str, list[str]] = DIMS) -> Any:
    """Read what was typed in the box of a question."""
    return answer_type(entry(name), dims).read({name: list(typed)})


def entry(name: str) -> Entry:
    """A question or fact of the small rulebook."""
    return PACK.questions.get(name) or PACK.facts[name]


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("paid", "yes", "yes"),
        ("paid", "not_observed", "not_observed"),
        ("paid", "", None),
        ("prompt", "not_applicable", "not_applicable"),
        ("result", "sold", "sold"),
        ("result", "not_observed", "not_observed"),
        ("tills", " 12 ", 12),
        ("tills", "0", 0),
        ("edge", "7.50", "7.50"),
        ("edge", "7.6", "7.6"),
        ("edge", "7", "7"),
        ("told_at", "14:05", "14:05"),
        ("told_at", "1405", "14:05"),
        ("told_at", "2.05pm", "14:05"),
        ("told_at", "12am", "00:00"),
        ("told_at", "9:30", "09:30"),
        ("story", "  One\r\nTwo\x07 ", "One\nTwo"),
        ("pictures", "IMG 1\n\n IMG 2 ", ["IMG 1", "IMG 2"]),
        ("training", "27 3 2026\n1/2/2025\n3 March 2024\n2023-12-31", None),
    ],
)
def test_what_is_typed_is_read(name: str, typed: str, stored: Any) -> None:
    if name == "training":
        stored = ["2026-03-27", "2025-02-01", "2024-03-03", "2023-12-31"]
    assert read(name, typed) == stored


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("paid", ["maybe"]),
        ("paid", ["0"]),
        ("paid", ["off"]),
        ("paid", ["False"]),
        ("paid", ["yes", "no"]),
        ("paid", ["not_applicable"]),
        ("result", ["SOLD"]),
        ("result", ["left_online"]),
        ("stock", ["forks", "knives"]),
        ("stock", ["forks", "neither"]),
        ("tills", ["1_000"]),
        ("tills", ["１２"]),
        ("tills", ["9" * 30]),
        ("tills", ["91"]),
        ("tills", ["-1"]),
        ("tills", ["1e2"]),
        ("tills", ["7.5"]),
        ("edge", ["7,50"]),
        ("edge", ["NaN"]),
        ("edge", ["٧.٥"]),
        ("edge", ["7."]),
        ("edge", ["101"]),
        ("edge", ["7.50", "7.60"]),
        ("told_at", ["25:00"]),
        ("told_at", ["14"]),
        ("told_at", ["13pm"]),
        ("told_at", ["soon"]),
        ("story", ["x" * 5001]),
        ("training", ["27 3"]),
        ("training", ["31 2 2026"]),
        ("training", ["1 1 26"]),
        ("training", ["\n".join(["1 1 2026"] * 61)]),
        ("pictures", ["x" * 201]),
    ],
)
def test_what_is_no_answer_is_refused_in_words(name: str, typed: list[str]) -> None:
    with pytest.raises(Unreadable) as refused:
        read(name, *typed)
    assert str(refused.value)


@pytest.mark.parametrize(
    ("boxes", "stored"),
    [
        (("27", "3", "2026"), "2026-03-27"),
        (("27", "March", "2026"), "2026-03-27"),
        (("", "", ""), None),
        (("29", "2", "2024"), "2024-02-29"),
    ],
)
def test_a_date_is_read_from_three_boxes(boxes: tuple[str, ...], stored: str | None) -> None:
    day = answer_type(entry("last_entry"), AUDIT)
    typed = dict(zip(day.names, ([box] for box in boxes), strict=True))
    assert day.read(typed) == stored
    assert day.read(day.typed(stored)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        {"last_entry-day": ["27"]},
        {"last_entry-day": ["29"], "last_entry-month": ["2"], "last_entry-year": ["2026"]},
        {"last_entry-day": ["1"], "last_entry-month": ["13"], "last_entry-year": ["2026"]},
        {"last_entry-day": ["1"], "last_entry-month": ["1"], "last_entry-year": ["26"]},
        {"last_entry-day": ["１"], "last_entry-month": ["1"], "last_entry-year": ["2026"]},
        {"last_entry-day": ["1" * 40], "last_entry-month": ["1"], "last_entry-year": ["2026"]},
        {"last_entry-day": ["1", "2"], "last_entry-month": ["1"], "last_entry-year": ["2026"]},
    ],
)
def test_half_a_date_or_none_there_is_answers_in_words(typed: dict[str, list[str]]) -> None:
    with pytest.raises(Unreadable):
        answer_type(entry("last_entry"), AUDIT).read(typed)


@given(st.sampled_from([*PACK.questions, *PACK.facts]), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_is_posted_is_an_answer_of_the_rulebook_or_is_refused(
    name: str, typed: list[str]
) -> None:
    answers = answer_type(entry(name), AUDIT)
    try:
        stored = answers.read(dict.fromkeys(answers.names, typed))
    except Unreadable:
        return
    if stored is not None and stored != "not_observed":
        read_answer(entry(name), stored)
        assert answers.read(answers.typed(stored)) == stored


@pytest.mark.parametrize(
    ("name", "stored", "line", "export"),
    [
        ("paid", "no", ("Paid", "No"), "no"),
        ("paid", None, ("Paid", "Not observed"), ""),
        ("result", "refused", ("Result", "Refused"), "refused"),
        ("edge", "7.50", ("Edge", "7.50 cm"), "7.50"),
        ("stock", ["forks", "spoons"], ("Sold here", "Forks, Spoons"), "forks; spoons"),
        ("last_entry", "2026-10-01", ("Last entry", "1 October 2026"), "2026-10-01"),
    ],
)
def test_an_answer_has_a_line_an_export_and_a_letter_form(
    name: str, stored: Any, line: tuple[str, str], export: str
) -> None:
    answers = answer_type(entry(name), AUDIT)
    assert answers.line(stored) == line
    assert answers.export(stored) == export
    assert answers.letter(stored) == f"{line[0]}: {line[1]}"


def test_each_type_of_the_rulebook_has_its_class() -> None:
    from compliance.rulebook.answers import TYPES as RULEBOOK_TYPES

    assert set(TYPES) == set(RULEBOOK_TYPES)


def test_a_section_reads_a_post_and_keeps_what_was_wrong_as_it_was_typed() -> None:
    what, till = question_sections(PACK, DIMS)
    typed = what.read(MultiDict([("result", "sold"), ("edge", "7,5"), ("stranger", "x")]))
    assert typed.answers == {"result": "sold", "paid": None, "edge": None}
    assert typed.fields["edge"] == ["7,5"]
    assert "stranger" not in typed.fields
    assert typed.errors["result"] is None
    assert "full stop" in str(typed.errors["edge"])
    assert [one.id for one in till.answers] == ["prompt", "tills", "told_at"]


def test_a_reason_belongs_to_what_was_not_observed() -> None:
    _, till = question_sections(PACK, DIMS)
    with_reason = till.read(MultiDict({"prompt": "not_observed", "prompt--why": "no_time"}))
    assert with_reason.why["prompt"] == "no_time"
    without = till.read(MultiDict({"prompt": "yes", "prompt--why": "no_time"}))
    assert without.why["prompt"] is None
    unknown = till.read(MultiDict({"prompt": "not_observed", "prompt--why": "<script>"}))
    assert unknown.why["prompt"] is None


def test_facts_have_screens_of_their_own() -> None:
    (plan,) = fact_sections(PACK, DIMS, "operation")
    typed = plan.read(MultiDict({"buyer_years": "15", "risk_written": "no"}))
    assert typed.facts == {"buyer_years": 15, "risk_written": "no"}
    assert typed.answers == {}
    assert fact_sections(PACK, DIMS, "visit") == ()
