"""The words of the shipped rulebook: what a business reads in a letter is plain, short and never accuses."""

from collections.abc import Iterator

import pytest

from compliance.documents.wording import reading_grade, sentences, wording, words
from compliance.rulebook import shipped_pack

PACK = shipped_pack()
#: Short texts give wild grades: a two-word line with one long word is not hard to read.
_SHORTEST_GRADED = 12


def _told_to_a_business() -> Iterator[tuple[str, str]]:
    for rule in PACK.entries("rule"):
        for number, version in enumerate(rule["version"]):
            for part in ("found", "strength", "advice"):
                if part in version:
                    yield f"{rule['id']}.{number}.{part}", version[part]["en"]
    for value in PACK.entries("value"):
        if value["name"] in ("happened", "own_policy"):
            for code, text in value["labels"].items():
                yield f"{value['name']}.{code}", text["en"]
    for step in PACK.entries("step"):
        yield f"{step['id']}.says", step["says"]["en"]


TOLD = list(_told_to_a_business())


@pytest.mark.parametrize("text", [text for _, text in TOLD], ids=[name for name, _ in TOLD])
def test_what_a_business_reads_is_plain(text: str) -> None:
    rules = wording("en")
    assert rules.forbidden(text) == []
    assert [each for each in sentences(text) if len(words(each)) > 20] == []
    if len(words(text)) >= _SHORTEST_GRADED:
        assert reading_grade(text) <= rules.highest_grade


def test_the_advice_as_a_whole_reads_at_grade_seven() -> None:
    advice = "\n".join(text for name, text in TOLD if name.endswith(".advice"))
    assert reading_grade(advice) <= 7


def test_no_text_anywhere_in_the_pack_accuses() -> None:
    never = wording("en")
    accused = []
    for table in ("section", "question", "fact", "rule", "condition", "value", "step"):
        for entry in PACK.entries(table):
            for key in ("label", "hint", "error", "line", "title", "means"):
                text = entry.get(key)
                if isinstance(text, dict) and never.forbidden(text.get("en", "")):
                    accused.append((entry.get("id", entry.get("name")), text["en"]))
    assert accused == []


def test_every_question_can_be_asked_and_shown() -> None:
    bare = [
        entry["id"]
        for table in ("question", "fact")
        for entry in PACK.entries(table)
        if not all(entry.get(key, {}).get("en") for key in ("label", "error", "line"))
    ]
    assert bare == []


def test_a_question_is_asked_in_a_section_of_its_own_visits() -> None:
    """A section that is not shown at a visit would hide the questions in it."""
    sections = PACK.by_id("section")
    for table in ("question", "fact"):
        for entry in PACK.entries(table):
            shown = sections[entry["section"]].get("dims", {})
            for dim, codes in entry.get("dims", {}).items():
                assert set(codes) <= set(shown.get(dim, codes)), entry["id"]


def test_a_conditional_question_depends_on_one_asked_at_the_same_visits() -> None:
    for table in ("question", "fact"):
        known = PACK.by_id(table)
        for entry in PACK.entries(table):
            for name in _read(entry.get("ask_when", {})):
                kinds = set(known[name].get("dims", {}).get("kind", ["any"]))
                wanted = set(entry.get("dims", {}).get("kind", kinds))
                assert wanted <= kinds or kinds == {"any"}, f"{entry['id']} waits for {name}"


def _read(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, part in tree.items():
            if key in ("answer", "fact"):
                yield part
            else:
                yield from _read(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _read(part)


def test_every_value_that_has_codes_has_words_for_them() -> None:
    bare = []
    for value in PACK.entries("value"):
        if value.get("show") is False or value["name"] == "letter_story":
            continue
        codes = [case["then"] for case in value.get("cases", ())] + [value.get("otherwise")]
        labels = value.get("labels", {})
        bare += [
            (value["name"], code) for code in codes if isinstance(code, str) and code not in labels
        ]
    assert bare == []


def test_what_is_not_commenced_has_its_words_ready_for_the_day_it_is_switched_on() -> None:
    bare = [
        rule["id"]
        for rule in PACK.entries("rule")
        for version in rule["version"]
        if version.get("enacted_only") and not (version.get("found") and version.get("advice"))
    ]
    assert bare == []


def test_nothing_in_force_rests_on_an_unverified_row() -> None:
    doubtful = {row["id"] for row in PACK.entries("law") if row.get("unverified")}
    assert doubtful
    asserted = [
        (rule["id"], version["law"])
        for rule in PACK.entries("rule")
        for version in rule["version"]
        if "from" in version and version["law"] in doubtful
    ]
    asserted += [
        (one["id"], one["law"]) for one in PACK.entries("sentence") if one["law"] in doubtful
    ]
    assert asserted == []
