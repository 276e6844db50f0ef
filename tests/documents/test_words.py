"""What a document says and how: short sentences a school leaver reads, no word that judges, the
owner's questions answered, and each kind's wording to the letter of the product owner's rules."""

import re
import tomllib
from collections.abc import Callable

import pytest
import zxingcpp

from compliance.documents import DocumentRefused, Rendered, kinds, render
from compliance.documents.characters import printable_text
from compliance.documents.compose import compose
from compliance.documents.law import PACK
from compliance.documents.press import Press
from compliance.documents.wording import (
    reading_grade,
    sentences,
    syllables,
    wording,
    words,
)
from tests.documents.conftest import EVERY_SAMPLE, LETTERS
from tests.documents.reading import lines, pdf_text, picture

APART = frozenset({"head", "specimen", "header", "notes", "blockquote", "status-qr"})


def body(name: str, sample: str) -> list[str]:
    """The words of a sample that are ours: names, addresses, numbers, notes and foreign lines
    apart."""
    data = kinds()[name].sample_data(sample=sample)
    html = compose(data, kinds()[name], specimen=False)
    names = [
        *(data.authority.name, data.premises.name, data.operator, data.authority.website),
        *(data.authority.email, data.authority.phone, data.reference, data.status_url),
        *(data.portal.url if data.portal else "", data.authority.complaints),
        *data.copies_to,
        *("Crimestoppers", "Fearless", "fearless.org", "knifefree.co.uk", "Knife Free"),
        "Primary Authority",
    ]
    kept = []
    for line in lines(html, without=APART):
        for each in sorted(filter(None, names), key=len, reverse=True):
            line = line.replace(each, "Ann")
        kept.append(line.replace(" | ", " "))
    return kept


@pytest.mark.parametrize("name, sample", EVERY_SAMPLE)
def test_a_school_leaver_reads_it(name: str, sample: str) -> None:
    rules = wording("en")
    text = "\n".join(body(name, sample))
    prose = [each for each in sentences(text) if len(words(each)) > 4]  # headings flatter
    assert reading_grade("\n".join(prose)) <= rules.highest_grade
    for sentence in sentences(text):
        assert len(words(sentence)) <= rules.longest_sentence, sentence


@pytest.mark.parametrize("name, sample", EVERY_SAMPLE)
def test_no_word_that_judges(name: str, sample: str) -> None:
    for line in body(name, sample):
        assert wording("en").forbidden(line) == [], line


def test_the_measures_are_right() -> None:
    assert [syllables(word) for word in ("knife", "stores", "asked", "notice", "authority")] == [
        *(1, 1, 1, 2, 4)
    ]
    assert sentences("We came. We saw!\nNo stop here") == ["We came.", "We saw!", "No stop here"]
    assert reading_grade("The cat sat on the mat.") < 1
    assert reading_grade("Notwithstanding considerable organisational reconsideration.") > 12
    assert wording("en").forbidden("This shop is compliant and safe") == ["compliant", "safe"]
    assert wording("en").forbidden("Turn off the safe place option") == []
    assert wording("en").forbidden("Failsafe Unsafely") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"strengths": ["Your shop is compliant."]},
        {"decision": "Your shop failed the test."},
        {"points": [{"found": "A breach of policy.", "to_do": "Read it.", "label": "Law"}]},
        {"actions": [{"text": "Say sorry: an offence committed is an offence."}]},
    ],
)
def test_free_text_that_judges_is_refused(changes: dict, press: Press) -> None:  # type: ignore[type-arg]
    with pytest.raises(DocumentRefused, match="which we never say of a business"):
        render(kinds()["advice-letter"].sample_data(changes), using=press)


def test_a_name_may_be_what_it_is(press: Press) -> None:
    data = kinds()["advice-letter"].sample_data({"premises": {"name": "Safe and Sound Hardware"}})
    assert "Safe and Sound Hardware" in pdf_text(render(data, using=press).pdf)


@pytest.mark.parametrize("name, sample", LETTERS)
def test_every_letter_answers_the_owners_questions(
    name: str, sample: str, letter_of: Callable[[str, str], Rendered]
) -> None:
    text = pdf_text(letter_of(name, sample).pdf)
    for question in (
        *("Am I in trouble?", "Is this final?", "What do I do first?", "What does it cost?"),
        *("Will I be named?", "Is this letter real?", "Other languages", "If you are not happy"),
        *("Crimestoppers", "0800 555 111", "Fearless", "Knife Free", "Who else has a copy"),
        "Page 1 of",
    ):
        assert question in text, question
    assert re.search(r"What does it cost\? Nothing\.", text)


def first_sentences(name: str, sample: str) -> list[str]:
    """The sentences after the headline."""
    data = kinds()[name].sample_data(sample=sample)
    found = lines(compose(data, kinds()[name], specimen=False), without=APART)
    return [sentence for line in found[1:4] for sentence in sentences(line)]


def test_after_a_sale_the_fact_comes_first_then_the_law_of_the_nation_and_its_defence() -> None:
    said = first_sentences("test-purchase-sale", "")
    assert said[0] == (
        "Someone under 18, working with us, was sold a kitchen knife at Marchwood Hardware on "
        "13 October 2026."
    )
    assert said[1] == "In England and Wales, a sale like this can be an offence."
    assert said[2] == "The law also has a defence."
    assert said[4] == "We have made no decision yet."


OWNERS_OWN = ("Is this final?", "What does it cost?", "Is this letter real?")


def test_after_a_sale_nothing_identifies_and_nothing_is_asked() -> None:
    for sample in ("", *kinds()["test-purchase-sale"].samples):
        own = "\n".join(body("test-purchase-sale", sample))
        asked = [each for each in sentences(own) if each.endswith("?")]
        assert all(" I " in each or each in OWNERS_OWN for each in asked), asked
        for word in ("volunteer", "officer", "girl", "boy", "year-old", "o'clock", "tell us what"):
            assert word not in own.lower()
        assert "will be prosecuted" not in own
        assert "£" not in own
        assert "keep cctv" in own.lower()


def test_no_greatest_term_from_29_june_2026() -> None:
    after = "\n".join(body("test-purchase-sale", ""))
    before = "\n".join(body("test-purchase-sale", "before-the-new-act"))
    assert "six months" not in after
    assert "years" not in after
    assert "may lead to prosecution" in after
    assert "up to six months in prison, an unlimited fine, or both" in before


def test_the_sale_letter_says_which_state_the_decision_is_in() -> None:
    assert "We have made no decision yet." in body("test-purchase-sale", "")[3]
    decided = "\n".join(body("test-purchase-sale", "decided"))
    assert "This is our decision. We are giving you advice." in decided
    assert "prosecution" not in decided


def test_a_neutral_letter_says_nothing_of_a_result() -> None:
    for sample in ("", "set-aside"):
        own = "\n".join(body("test-purchase-neutral", sample)).lower()
        for word in ("sold", "sale was", "refused", "offence", "law", "knife was", "bought"):
            assert word not in own, word


def test_challenge_25_says_adult_second_and_not_law_third() -> None:
    for sample in ("", "pass", "policy-not-seen"):
        said = first_sentences("challenge-25-result", sample)
        assert said[1] == "The buyer was an adult, so this was not an under-age sale."
        assert said[2] == "Challenge 25 is good practice."
        assert said[3] == "It is not law."
        own = "\n".join(body("challenge-25-result", sample)).lower()
        for word in ("offence", "breach", "fail", "prosecut"):
            assert word not in own
    assert "Your written policy says" in "\n".join(body("challenge-25-result", ""))
    assert "policy" not in "\n".join(body("challenge-25-result", "policy-not-seen"))
    assert "What your staff did well" in body("challenge-25-result", "pass")


def test_a_stopped_sale_is_told_as_stopped() -> None:
    own = "\n".join(body("advice-letter", "stopped-sale"))
    assert "stepped in and stopped the sale. Because it was stopped, no sale took place." in own
    assert "was sold" not in own


@pytest.mark.parametrize(
    "name", ["test-purchase-sale", "test-purchase-pass", "test-purchase-neutral"]
)
@pytest.mark.parametrize(
    "entry", [{"visit": {"part_of_day": "at 4 pm"}}, {"visit": {"place": "till 3"}}]
)
def test_an_under_18_test_has_no_place_for_more_than_the_day(
    name: str,
    entry: dict,  # type: ignore[type-arg]
    press: Press,
) -> None:
    with pytest.raises(DocumentRefused, match="must stay empty"):
        render(kinds()[name].sample_data(entry), using=press)


def test_a_period_hides_the_day() -> None:
    own = "\n".join(body("test-purchase-sale", "period-and-partner"))
    assert "in the first half of October 2026" in own
    assert "13 October" not in own
    assert "It makes no demands." in own


def test_three_things_first_then_the_rest() -> None:
    own = body("test-purchase-sale", "")
    assert "Do these three things first" in own
    at = own.index("Do these three things first")
    assert own[at + 5] == "Then:"


@pytest.mark.parametrize("missing", ["article", "actions"])
def test_what_a_kind_needs(missing: str, press: Press) -> None:
    data = kinds()["test-purchase-sale"].sample_data({missing: [] if missing == "actions" else ""})
    with pytest.raises(DocumentRefused, match=f"needs {missing}"):
        render(data, using=press)


def test_a_story_is_one_of_the_kinds(press: Press) -> None:
    with pytest.raises(DocumentRefused, match="story must be one of audit, engagement"):
        render(kinds()["advice-letter"].sample_data({"story": "other"}), using=press)


def test_a_decision_is_told_in_words(press: Press) -> None:
    data = kinds()["test-purchase-sale"].sample_data({"decided": True})
    with pytest.raises(DocumentRefused, match="must say which"):
        render(data, using=press)


def test_the_square_code_opens_the_letter_and_its_secret_never_leaves_the_phone(
    letter_of: Callable[[str, str], Rendered],
) -> None:
    made = letter_of("test-purchase-sale", "")
    seen = [
        code.text
        for page in range(made.pages)
        for code in zxingcpp.read_barcodes(picture(made.pdf, page, 100))
    ]
    assert seen == ["https://knifesales.example/letter#CKS-2026-000417/7K3M-9QXT-W2PD"]


def test_a_letter_without_a_link_has_no_square_code(press: Press) -> None:
    data = kinds()["test-purchase-pass"].sample_data({"portal": {"link": ""}})
    made = render(data, using=press)
    assert not zxingcpp.read_barcodes(picture(made.pdf, 1, 100))
    assert "Go to knifesales.example/letter and type in:" in pdf_text(made.pdf)


def pack_texts() -> list[tuple[str, str]]:
    """What the shipped rules let a letter say: each text with the rule it comes from."""
    found = []
    for path in sorted(PACK.rglob("*.toml")):
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", ()):
            for part in (rule, *rule.get("version", ())):
                for name in ("title", "found", "strength", "advice"):
                    if name in part:
                        found.append((f"{rule['id']}.{name}", part[name]["en"]))
    return found


def test_what_the_rules_say_can_be_printed_and_judges_nobody() -> None:
    texts = pack_texts()
    assert len(texts) > 100
    for name, text in texts:
        assert wording("en").forbidden(text) == [], (name, text)
        assert printable_text(text, name) == text
        for sentence in sentences(text):
            assert len(words(sentence)) <= wording("en").longest_sentence, (name, sentence)
