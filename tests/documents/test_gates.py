"""The gate at issue: each thing that stops one document, seen to stop it, with a reason and a field."""

from typing import Any

import pytest

from compliance.documents import DocumentRefused, kinds, render
from compliance.documents.characters import printable_text
from compliance.documents.gates import refuse_words
from compliance.documents.press import Press
from compliance.documents.wording import wording

STEP = {"found": "We saw it.", "to_do": "Do it.", "label": "Good practice", "by": "2026-11-09"}
ACTION = {"text": "Do it.", "label": "Good practice", "by": "2026-11-09"}
JUDGES = "which we never say of a business"
IDENTIFIES = "names no member of staff, no officer and nobody who helped us"


@pytest.mark.parametrize(
    ("kind", "changes", "message", "field"),
    [
        ("advice-letter", {"points": [{**STEP, "to_do": ""}]}, "needs what to do", "points[0]"),
        ("advice-letter", {"points": [{**STEP, "label": ""}]}, "law or good practice", "points[0]"),
        ("advice-letter", {"points": [{**STEP, "by": None}]}, "needs a day", "points[0]"),
        ("advice-letter", {"actions": [{**ACTION, "label": ""}]}, "law or good", "actions[0]"),
        ("advice-letter", {"actions": [{**ACTION, "by": None}]}, "needs a day", "actions[0]"),
        ("advice-letter", {"strengths": ["Your shop is compliant."]}, JUDGES, "strengths[0]"),
        ("decision-letter", {"decision": "Your shop failed the test."}, JUDGES, "decision"),
        ("advice-letter", {"points": [{**STEP, "found": "A breach."}]}, JUDGES, "points[0].found"),
        ("decision-letter", {"added": "This is a safe shop."}, JUDGES, "added"),
        ("decision-letter", {"added": "An offence committed is one."}, JUDGES, "added"),
        ("decision-letter", {"added": "Mrs Patel served the buyer."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "Our volunteer was polite."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "The girl waited."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "A 15-year-old came in."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "She was aged 15."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "It was 4.15 pm."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "It was 16:15."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "At till 3 we paid."}, IDENTIFIES, "added"),
        ("decision-letter", {"added": "PC Brown was there."}, IDENTIFIES, "added"),
        (
            "decision-letter",
            {"added": "You can get two years in prison."},
            "names a penalty",
            "added",
        ),
        ("decision-letter", {"added": "The fine is £5,000."}, "names a penalty", "added"),
        (
            "decision-letter",
            {"decision": "We ask for an unlimited fine."},
            "names a penal",
            "decision",
        ),
        ("test-purchase-sale", {"may_allege": False}, "was not found valid", "may_allege"),
        ("decision-letter", {"may_allege": False}, "was not found valid", "may_allege"),
        ("written-warning", {"may_allege": False}, "was not found valid", "may_allege"),
        ("test-purchase-sale", {"added": "Well done."}, "must stay empty", "added"),
        ("test-purchase-sale", {"decided": True}, "must stay empty", "decided"),
        (
            "test-purchase-sale",
            {"primary_authority": "Hertfordshire County Council"},
            "sets no day: it advises and demands nothing",
            "actions[0]",
        ),
    ],
)
def test_it_is_refused(
    kind: str,
    changes: dict[str, Any],
    message: str,
    field: str,
    press: Press,
) -> None:
    with pytest.raises(DocumentRefused, match=message) as refused:
        render(kinds()[kind].sample_data(changes), using=press)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("You do not comply.", JUDGES),
        ("A fai-led test", JUDGES),
        ("f a i l e d", JUDGES),
        ("f\u200bai\u00adled", JUDGES),
        ("fа\u0456led", JUDGES),  # Cyrillic a and i
        ("compIiant, with a capital I", JUDGES),
        ("gu\u00edlty", JUDGES),
        ("An offence\nwas committed.", JUDGES),
        ("MR PATEL served.", IDENTIFIES),
        ("Mr.Patel served.", IDENTIFIES),
        ("Mrs Ó Briain served.", IDENTIFIES),
        ("a fifteen-year-old", IDENTIFIES),
        ("15 – year – old", IDENTIFIES),
        ("It was four o'clock.", IDENTIFIES),
        ("It was four o’clock.", IDENTIFIES),
        ("at 16.15", IDENTIFIES),
        ("at half past four", IDENTIFIES),
        ("a \ufb01ne of 5000", "names a penalty"),
        ("5,000 pounds", "names a penalty"),
        ("You may get two years.", "names a penalty"),
    ],
)
def test_a_disguise_or_another_form_is_no_way_round(text: str, message: str) -> None:
    for language in ("en", "cy"):  # English words in a Welsh letter say what they say
        with pytest.raises(DocumentRefused, match=message):
            refuse_words({"added": printable_text(text, "added")}, language)


@pytest.mark.parametrize(
    "text", ["Wedi’i gymeradwyo", "Torri’r gyfraith", "am 4 o'r gloch", "am 4 o’r gloch", "dirwyo"]
)
def test_welsh_words_are_found_however_their_apostrophe_is_typed(text: str) -> None:
    with pytest.raises(DocumentRefused):
        refuse_words({"added": printable_text(text, "added")}, "cy")


@pytest.mark.parametrize(
    "text",
    [
        "I ask an officer I know to call you on 9 November.",
        "The blade is 7.50 cm. Keep the sheet for 12 months.",
        "Miss no chance to ask. It is fine to refuse a sale.",
        "Put a prompt on the till and a notice at the till.",
    ],
)
def test_what_is_harmless_passes(text: str) -> None:
    refuse_words({"added": text}, "en")


def test_no_pattern_holds_a_backspace() -> None:
    for language in ("en", "cy"):
        for pattern in wording(language).patterns.values():
            assert "\b" not in pattern.pattern


@pytest.mark.parametrize(
    "added",
    [
        "You must put a prompt on the till.",
        "Thank you for your time. You need to train your staff again.",
        "We expect an answer.",
        "You\u2019ll need to train your staff.",
        "Records must be kept.",
        "Please send us your training sheet.",
    ],
)
def test_a_business_with_a_primary_authority_gets_no_demand(added: str, press: Press) -> None:
    kind = kinds()["decision-letter"]
    with pytest.raises(DocumentRefused, match="demands nothing"):
        render(kind.sample_data({"added": added}, sample="partner"), using=press)
    assert render(kind.sample_data({"added": added}), using=press).pages


def test_a_penalty_slipped_into_a_template_stops_the_letter(press: Press) -> None:
    from compliance.documents import gates

    kind = kinds()["test-purchase-sale"]
    html = "<main><p>It may be six months in prison.</p></main>"
    with pytest.raises(DocumentRefused, match="outside the rulebook's own sentence"):
        gates.refuse_said(html, kind.sample_data(), kind)
    told = '<main><p><span data-law="x">It may be six months in prison.</span></p></main>'
    gates.refuse_said(told, kind.sample_data(), kind)


def test_names_of_shops_and_streets_are_what_they_are(press: Press) -> None:
    changes = {
        "premises": {"name": "Dr Fine's Prison Break 24:00"},
        "operator": "The Boy and Girl Penalty Limited",
    }
    assert render(kinds()["decision-letter"].sample_data(changes), using=press).pages
