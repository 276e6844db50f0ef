"""What a document says and how: short sentences a school leaver reads, no word that judges, the
owner's questions answered, and each kind's wording to the letter of the product owner's rules."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp

from compliance.documents import DocumentRefused, Rendered, kinds, render
from compliance.documents.characters import printable_text
from compliance.documents.compose import compose
from compliance.documents.page_text import FRAME
from compliance.documents.press import Press
from compliance.documents.release import prose, texts_of_pack
from compliance.documents.wording import reading_grade, sentences, syllables, wording
from compliance.rulebook import shipped_pack
from tests.documents.conftest import LETTERS
from tests.documents.reading import lines, pdf_text, picture


def body(name: str, sample: str) -> list[str]:
    """The words of a sample that are ours: names, addresses, numbers, notes and foreign lines
    apart."""
    data = kinds()[name].sample_data(sample=sample)
    return prose(compose(data, kinds()[name], specimen=False), data)


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
    assert wording("en").states_law("Selling it is an Offence. It is illegal.") == [
        *("Offence", "illegal")
    ]
    assert wording("en").states_law("Offensive words. Thank you for the till prompt.") == []
    assert wording("cy").states_law("Mae'n drosedd, ac yn anghyfreithlon: offence") == [
        *("drosedd", "anghyfreithlon", "offence")
    ]


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
    found = lines(compose(data, kinds()[name], specimen=False), without=FRAME)
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
    decided = "\n".join(body("decision-letter", ""))
    assert "This is our decision. We are giving you advice." in decided
    assert "prosecution" not in decided
    assert "Our letter of 26 October 2026 (CKS-2026-000417) told you about it." in decided


def test_a_neutral_letter_says_nothing_of_a_result() -> None:
    for sample in ("", *kinds()["test-purchase-neutral"].samples):
        own = "\n".join(body("test-purchase-neutral", sample)).lower()
        for word in ("sold", "sale was", "refused", "offence", "law", "knife was", "bought"):
            assert word not in own, word


def test_challenge_25_says_adult_second_and_not_law_third() -> None:
    for sample in ("", "pass", "policy-not-seen", "partner", "result-changed"):
        said = first_sentences("challenge-25-result", sample)
        assert said[1] == "The buyer was an adult, so this was not an under-age sale."
        assert said[2] == "Challenge 25 is good practice, not law."
        own = "\n".join(body("challenge-25-result", sample)).lower()
        for word in ("offence", "breach", "fail", "prosecut"):
            assert word not in own
    assert "Your written policy says" in "\n".join(body("challenge-25-result", ""))
    assert "policy" not in "\n".join(body("challenge-25-result", "policy-not-seen"))
    assert "What your staff did well" in body("challenge-25-result", "pass")


def test_a_check_set_aside_says_neither_who_bought_nor_what_was_seen() -> None:
    own = "\n".join(body("challenge-25-result", "set-aside"))
    assert "We have set that check aside. It says nothing about your shop." in own
    assert "This letter replaces our letter of 19 October 2026 (CKS-2026-000398)." in own
    for word in ("adult", "served", "bought", "a knife", "test purchase", "a test"):
        assert word not in own, word


def test_a_result_that_changed_names_the_letter_it_replaces() -> None:
    own = "\n".join(body("challenge-25-result", "result-changed"))
    assert "This letter replaces our letter of 19 October 2026 (CKS-2026-000398)." in own
    two = "\n".join(body("test-purchase-neutral", "set-aside-replaces"))
    assert "our letters of 19 October 2026 (CKS-2026-000398) and 22 October 2026 (CKS-" in two


WITH_PARTNER = [
    (name, sample)
    for name, sample in LETTERS
    if kinds()[name].sample_data(sample=sample).primary_authority
]


def test_every_kind_of_letter_has_a_sample_for_a_business_with_a_primary_authority() -> None:
    assert {name for name, _ in WITH_PARTNER} == {name for name, _ in LETTERS}


@pytest.mark.parametrize("name, sample", WITH_PARTNER)
def test_a_business_with_a_primary_authority_is_asked_for_nothing(name: str, sample: str) -> None:
    own = "\n".join(body(name, sample))
    assert "It makes no demands." in own
    for demand in (
        "Please keep",
        "Do not change",
        "By 9 ",
        "By 23 ",
        "By when",
        "Start on",
        "first\n",
    ):
        assert demand not in own, demand
    assert "What do I do first? Nothing is asked of you." in own or "You do not need to do" in own


def test_a_warning_says_what_it_is_and_blames_nobody() -> None:
    for sample in ("", "visit"):
        own = "\n".join(body("written-warning", sample))
        assert "This is our decision. This is a written warning." in own
        assert "This letter is a warning. It is not a punishment." in own
        assert "It does not decide if anyone is to blame." in own
        assert "told you what we saw" in own
    assert "sale" not in "\n".join(body("written-warning", "visit")).split("What this")[1][:200]


def test_closing_without_action_is_a_decision_too() -> None:
    own = "\n".join(body("decision-letter", "no-action"))
    assert "This is our decision. We will take no other step about this visit." in own
    assert "Thank you for putting them in place." in own
    assert "These steps" not in own


def test_the_end_of_a_certificate_is_told_without_a_reason() -> None:
    own = "\n".join(body("certificate-ended", ""))
    assert "ended on 30 October 2026. Its number is CKS-2026-000301." in own
    assert "It does not say why." in own
    for word in ("sale was", "sold", "under 18", "offence", "critical", "test"):
        assert word not in own, word


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
    entry: dict[str, Any],
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


@pytest.mark.parametrize(
    ("missing", "called"),
    [("article", "the item that the test was about"), ("actions", "the list of what to do first")],
)
def test_what_a_kind_needs(missing: str, called: str, press: Press) -> None:
    data = kinds()["test-purchase-sale"].sample_data({missing: [] if missing == "actions" else ""})
    with pytest.raises(DocumentRefused, match=f"needs {called}, and it is empty"):
        render(data, using=press)


def test_a_story_is_one_of_the_kinds(press: Press) -> None:
    with pytest.raises(DocumentRefused, match="story must be one of audit, engagement"):
        render(kinds()["advice-letter"].sample_data({"story": "other"}), using=press)


def test_a_decision_is_told_in_words(press: Press) -> None:
    data = kinds()["decision-letter"].sample_data({"decision": ""})
    with pytest.raises(DocumentRefused, match="needs what the letter says was decided"):
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


def test_what_the_rules_say_can_be_printed() -> None:
    texts = list(texts_of_pack(shipped_pack()))
    assert len(texts) > 100
    for place, text, _ in texts:
        assert printable_text(text, place) == text
