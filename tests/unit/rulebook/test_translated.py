"""Texts in a second language: laid over the English, told apart again, and refused where one is owed and
missing or older."""

import copy
import shutil
from pathlib import Path

import pytest

from compliance.rulebook import PackError, load_pack, shipped_pack
from compliance.rulebook.check import check
from compliance.rulebook.difference import differences
from compliance.rulebook.languages import owed, separated, texts, with_translations
from compliance.rulebook.pack import PACKS, Pack, text_of
from compliance.rulebook.translations import Translation, read_translations, written
from compliance.rulebook.words import answer_in_words, day_in_words
from compliance.rulebook.written import write_pack

CY = "languages/cy/3_rules.toml"
ENGLISH = "You have a notice for staff."
WELSH = "Mae gennych hysbysiad i staff."


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped rulebook, to make mistakes in."""
    shutil.copytree(PACKS / "uk_knives", tmp_path / "pack")
    return tmp_path / "pack"


def change(pack: Path, file: str, right: str, wrong: str) -> int:
    """Change the first occurrence; return its line."""
    text = (pack / file).read_text()
    assert right in text
    (pack / file).write_text(text.replace(right, wrong, 1))
    return text[: text.index(right)].count("\n") + 1


def problems(pack: Path) -> list[str]:
    return [str(problem) for problem in check(pack)]


def test_every_text_a_business_is_shown_is_said_in_welsh() -> None:
    pack = shipped_pack()
    assert pack.languages == ["en", "cy"]
    kept = list(owed(pack.content))
    assert len(kept) > 600
    assert [one for one in kept if not one.text.get("cy")] == []
    # Another wording, not the English again; what is called alike in both is named here.
    alike = {one.text["en"] for one in kept if one.text["en"] == one.text["cy"]}
    assert alike == {"B", "C", "D"}


def test_what_only_officers_are_asked_by_is_not_owed() -> None:
    pack = shipped_pack()
    told = {(one.table, one.what) for one in owed(pack.content) if one.key == "buyer_age"}
    assert told == {("fact", "line")}
    assert {"condition", "fact", "tier"} <= {one.table for one in owed(pack.content)}
    assert not any(one.what == "hint" for one in owed(pack.content))
    assert any("cy" not in text for text in texts(pack.content))


def test_a_missing_text_is_named_with_its_file_and_line(copied: Path) -> None:
    block = f'[[text]]\nof = "{ENGLISH}"\ntext = "{WELSH}"\n'
    change(copied, CY, block, "")
    lines = (copied / "rules/store_audit.toml").read_text().splitlines()
    found = next(n for n, line in enumerate(lines) if ENGLISH in line)
    header = max(n for n in range(found) if lines[n] == "[[rule.version]]") + 1
    assert problems(copied) == [
        f'rules/store_audit.toml:{header}: the strength of rule "signage_staff" has no Welsh: "{ENGLISH}"'
    ]


def test_a_text_older_than_its_english_is_named_with_both_places(copied: Path) -> None:
    file = copied / "rules/store_audit.toml"
    file.write_text(file.read_text().replace(ENGLISH, "You have a good notice for staff."))
    lines = (copied / CY).read_text().splitlines()
    header = next(n for n, line in enumerate(lines) if line == f'of = "{ENGLISH}"')
    (problem,) = problems(copied)
    assert problem.startswith("rules/store_audit.toml:")
    assert 'is older than "You have a good notice for staff."' in problem
    assert f'it was made from "{ENGLISH}" ({CY}:{header})' in problem


def test_a_translation_of_nothing_is_named(copied: Path) -> None:
    with (copied / CY).open("a") as file:
        file.write('\n[[text]]\nof = "Kites may fly."\ntext = "Caiff barcutiaid hedfan."\n')
    (problem,) = problems(copied)
    assert problem.startswith(CY)
    assert 'nothing in the rulebook says "Kites may fly." any more' in problem


def test_placeholders_are_the_same_in_both(copied: Path) -> None:
    change(copied, CY, f'text = "{WELSH}"', f'text = "{WELSH} {{place}}"')
    (problem,) = problems(copied)
    assert problem.startswith(f"{CY}:")
    assert "not the same placeholders" in problem


def test_a_language_the_pack_does_not_declare_is_named(copied: Path) -> None:
    change(copied, "pack.toml", 'languages = ["en", "cy"]', 'languages = ["en"]')
    (problem,) = problems(copied)
    assert problem.startswith("languages/cy/1_scales.toml:")
    assert 'does not declare the language "cy"' in problem


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("[[text]]", "[[texts]]", 'unknown table "texts"'),
        (f'text = "{WELSH}"', f'txt = "{WELSH}"', 'unknown key "txt" in a [[text]]. Did you mean'),
        (f'text = "{WELSH}"', "", 'a [[text]] needs "text"'),
        (f'text = "{WELSH}"', 'text = " "', 'a [[text]] needs "text"'),
        (f'of = "{ENGLISH}"', 'of = "There was no notice for staff."', "is also translated in"),
        ("[[text]]", "[[text", "not readable as TOML"),
    ],
)
def test_a_file_of_translations_that_is_none_is_refused(
    copied: Path, right: str, wrong: str, words: str
) -> None:
    change(copied, CY, right, wrong)
    with pytest.raises(PackError) as refused:
        load_pack(copied)
    assert words in str(refused.value)
    assert str(refused.value).startswith(CY)


@pytest.mark.parametrize("name", ["extra.toml", "languages/cy/extra.toml"])
def test_what_cannot_be_read_is_named(copied: Path, name: str) -> None:
    (copied / name).mkdir()
    with pytest.raises(PackError, match=f"^{name}: cannot be read: Is a directory"):
        load_pack(copied)


def test_a_file_beside_the_folders_of_languages_is_refused(copied: Path) -> None:
    (copied / "languages" / "extra.toml").write_text("")
    with pytest.raises(PackError, match="translations stand in languages/<language>/"):
        load_pack(copied)


def test_texts_change_the_identity_and_come_apart_and_together_again() -> None:
    pack = shipped_pack()
    plain, translations = separated(pack.content, "cy")
    assert Pack(plain).sha256 != pack.sha256
    assert not any("cy" in text for text in texts(plain))
    assert len({one.of for one in translations}) == len(translations)
    assert Pack(with_translations(plain, "cy", translations)).sha256 == pack.sha256


def test_a_sentence_said_in_two_ways_stays_where_it_is() -> None:
    content = copy.deepcopy(dict(shipped_pack().content))
    twice = next(one for one in content["rule"] if one["id"] == "age_policy_written")["version"]
    assert len(twice) > 1
    twice[0]["strength"]["cy"] = "Mae polisi ysgrifenedig yma."
    plain, translations = separated(content, "cy")
    assert twice[0]["strength"]["en"] not in {one.of for one in translations}
    assert Pack(with_translations(plain, "cy", translations)).sha256 == Pack(content).sha256


def test_a_rulebook_written_out_keeps_its_translations_apart(tmp_path: Path) -> None:
    write_pack(shipped_pack(), tmp_path / "out")
    assert "cy =" not in (tmp_path / "out" / "rules.toml").read_text()
    assert load_pack(tmp_path / "out").sha256 == shipped_pack().sha256
    assert check(tmp_path / "out", reach=False) == []
    again = read_translations(tmp_path / "out")["cy"]
    assert Translation(ENGLISH, WELSH) in [Translation(one.of, one.text) for one in again]


def test_a_translation_with_marks_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "languages" / "cy").mkdir(parents=True)
    kept = [Translation('Say "no"\\', "Dywedwch “na”\nnawr")]
    (tmp_path / "languages" / "cy" / "a.toml").write_text(written(kept))
    (read,) = read_translations(tmp_path)["cy"]
    assert (read.of, read.text) == (kept[0].of, kept[0].text)


def test_the_law_sheet_is_read_in_both_languages_and_older_packs_in_one() -> None:
    row = shipped_pack().by_id("law")["ninja_sword"]["text"]
    assert text_of(row, "cy").startswith("Rhestrwyd cleddyfau ninja")
    assert text_of(row).startswith("Ninja swords listed")
    assert text_of("As it was", "cy") == "As it was"


def test_days_and_answers_in_welsh() -> None:
    pack = shipped_pack()
    assert day_in_words("2026-10-13", "cy") == "13 Hydref 2026"
    assert (
        answer_in_words(pack.questions["age_policy_written"], "not_observed", "cy") == "Heb ei weld"
    )
    assert (
        answer_in_words(pack.questions["display_secure"], "locked_cabinet", "cy")
        == "Cabinet dan glo"
    )
    assert answer_in_words(pack.facts["buyer_age"], 15, "cy") == "15 oed"


def test_a_translation_alone_is_no_difference_between_two_rulebooks() -> None:
    pack = shipped_pack()
    plain, _ = separated(pack.content, "cy")
    assert differences(Pack(plain), pack) == []
    content = copy.deepcopy(dict(pack.content))
    content["rule"][0]["title"]["en"] = "Another title"
    assert differences(pack, Pack(content)) == [("rule", content["rule"][0]["id"])]
