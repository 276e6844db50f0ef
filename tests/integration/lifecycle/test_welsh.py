"""Letters and certificates in Wales: both languages together, and none before a translator confirmed them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from compliance.access import Actor, Role
from compliance.rulebook import shipped_pack
from compliance.services import policies, translations
from compliance.services.errors import Refused
from compliance.services.lifecycle import (
    certificates,
    checking,
    decisions,
    documents,
    issue,
    notifications,
    portal,
)
from compliance.services.lifecycle.certificates import Status
from compliance.services.lifecycle.issue import Office
from compliance.services.lifecycle.languages import languages_owed
from compliance.store.models import Document, Operator, TextConfirmation, Visit
from tests.documents.reading import pdf_text
from tests.integration.lifecycle.conftest import REFUSED, SALE, audit_answers, settle
from tests.town import OFFICE, PUBLIC_URL, VISITED_ON, Town, noon

DAY = timedelta(days=1)
TRANSLATOR = "Mared Prys"


@pytest.fixture
def wales(town: Town) -> Town:
    """The town in Wales; its force says in Welsh how to complain."""
    town.premises.nation = "wales"
    town.police.complaints_text_cy = "Dywedwch wrthym ni yn gyntaf."
    town.session.flush()
    return town


def administrator(town: Town) -> Actor:
    return Actor(town.reviewer.user_id, town.police.id, Role.ADMINISTRATOR, "Ada")


def confirm(town: Town, texts: list[translations.Said] | None = None) -> int:
    return translations.confirm(
        town.session,
        administrator(town),
        noon(VISITED_ON),
        language="cy",
        texts=translations.released(shipped_pack(), "cy") if texts is None else texts,
        translator=TRANSLATOR,
    )


def letters(visit: Visit) -> list[Document]:
    return list(visit.documents)


def operator(preference: str | None) -> Operator:
    return Operator(legal_name="A", language_preference=preference)


def test_which_languages_are_owed() -> None:
    assert languages_owed("wales", None) == ("cy", "en")
    assert languages_owed("wales", operator(None)) == ("cy", "en")
    assert languages_owed("wales", operator("en")) == ("en",)
    assert languages_owed("wales", operator("cy")) == ("cy",)
    assert languages_owed("england", operator(None)) == ("en",)
    assert languages_owed("england", operator("cy")) == ("cy",)


def test_a_draft_holds_the_letter_and_says_why(wales: Town) -> None:
    visit = wales.agree(wales.record("test_purchase", REFUSED))
    with pytest.raises(Refused, match=r"The Welsh of \d+ texts of this letter is a draft until"):
        wales.notify(visit)
    assert letters(visit) == []


def test_both_go_out_together_under_one_reference_and_one_code(wales: Town) -> None:
    confirm(wales)
    visit = wales.agree(wales.record("test_purchase", SALE))
    sent = wales.notify(visit)
    welsh, english = letters(visit)
    assert (welsh.language, english.language) == ("cy", "en")
    assert sent is english
    assert welsh.reference == english.reference
    assert welsh.access_code_hash == english.access_code_hash
    assert welsh.issued_at == english.issued_at
    said = pdf_text(welsh.file.content)
    assert "Gwerthwyd cyllell i rywun dan 18 oed, a oedd yn gweithio gyda ni" in said
    assert "Mae gan y gyfraith amddiffyniad hefyd." in said
    assert "Dywedwch wrthym ni yn gyntaf." in said
    assert "Gofynnwch i bob prynwr sy'n edrych dan 25 oed" in said
    assert "Someone under 18" in pdf_text(english.file.content)
    assert issue.file_name(welsh).endswith("-cy.pdf")
    assert wales.notify(visit) is sent
    assert len(letters(visit)) == 2


def test_a_changed_text_is_a_draft_again(wales: Town) -> None:
    every = translations.released(shipped_pack(), "cy")
    said = next(
        each for each in every if "can be an offence" in each.english and "Wales" in each.english
    )
    assert confirm(wales, [each for each in every if each != said]) == len(every) - 1
    visit = wales.agree(wales.record("test_purchase", SALE))
    with pytest.raises(Refused, match=r"The Welsh of 1 text of this letter.*can be an offence"):
        wales.notify(visit)
    # Another letter does not say it, and does not wait.
    other = wales.agree(wales.record("test_purchase", REFUSED))
    wales.notify(other)
    assert confirm(wales, [said]) == 1
    assert confirm(wales, [said]) == 0
    wales.notify(visit)
    assert translations.said(said.group, "cy", said.english, "Newydd").sha256 != said.sha256
    assert translations.said(said.group, "cy", "New", said.text).sha256 != said.sha256


def test_who_confirmed_is_kept(wales: Town) -> None:
    with pytest.raises(Refused, match="name of the translator"):
        translations.confirm(
            wales.session,
            administrator(wales),
            noon(VISITED_ON),
            language="cy",
            texts=[],
            translator=" ",
        )
    confirm(wales)
    row = wales.session.scalars(select(TextConfirmation)).first()
    assert row is not None
    assert (row.translator, row.confirmed_at) == (TRANSLATOR, noon(VISITED_ON))


def test_an_operator_who_asked_for_one_language_gets_that_one(wales: Town) -> None:
    wales.operator.language_preference = "en"
    visit = wales.agree(wales.record("test_purchase", REFUSED))
    assert wales.notify(visit).language == "en"
    assert len(letters(visit)) == 1
    confirm(wales)
    wales.operator.language_preference = "cy"
    later = wales.agree(wales.record("test_purchase", REFUSED))
    assert wales.notify(later).language == "cy"
    assert len(letters(later)) == 1


def test_a_letterhead_without_welsh_holds_the_letter(wales: Town) -> None:
    confirm(wales)
    wales.police.complaints_text_cy = None
    visit = wales.agree(wales.record("test_purchase", REFUSED))
    with pytest.raises(Refused, match="in Welsh how to complain"):
        wales.notify(visit)


def decided_sale(wales: Town) -> Visit:
    """A sale that was agreed, told and decided on; its decision is still to be told."""
    visit = wales.agree(wales.record("test_purchase", SALE))
    wales.notify(visit)
    decisions.decide(
        wales.session,
        wales.reviewer,
        noon(VISITED_ON + 5 * DAY),
        visit.id,
        step="advice_and_re_test",
        reason="First sale",
    )
    return visit


def test_a_decision_says_ones_own_words_in_both_languages_or_in_none(wales: Town) -> None:
    confirm(wales)
    visit = decided_sale(wales)
    now = noon(VISITED_ON + 6 * DAY)

    def tell(**added: str) -> Document:
        return notifications.tell_decision(
            wales.session, wales.reviewer, now, OFFICE, visit.id, added=added
        )

    with pytest.raises(Refused, match="both languages") as refused:
        tell(en="Thank you for the new training sheet.")
    assert refused.value.field == "added_cy"
    with pytest.raises(Refused) as refused:
        tell(cy="Diolch am y daflen hyfforddi newydd.")
    assert refused.value.field == "added"
    sent = tell(en="Thank you for the new sheet.", cy="Diolch am y daflen newydd.")
    welsh, english = [each for each in letters(visit) if each.decision_id]
    assert sent is english
    text = pdf_text(welsh.file.content)
    assert "Diolch am y daflen newydd." in text
    assert "Rydym yn rhoi cyngor i chi." in text
    assert "Thank you" not in text
    assert portal.said(welsh).follows == portal.said(english).follows
    # The steps of the letter before are told in the language of this one.
    assert portal.said(welsh).actions[0].text.startswith("Gofynnwch i bob prynwr")


def test_a_policys_own_words_wait_for_their_welsh_and_for_its_translator(wales: Town) -> None:
    confirm(wales)
    visit = decided_sale(wales)
    now, pack = noon(VISITED_ON + 6 * DAY), shipped_pack()

    def own(**words: str) -> None:
        policies.change_words(
            wales.session,
            administrator(wales),
            now,
            pack,
            says={"advice_and_re_test": words},
            reason="Our policy",
        )

    def tell() -> Document:
        return notifications.tell_decision(wales.session, wales.reviewer, now, OFFICE, visit.id)

    own(en="We are helping you this time.")
    with pytest.raises(Refused, match="We are helping you this time"):
        tell()
    own(en="We are helping you this time.", cy="Rydym yn eich helpu y tro hwn.")
    with pytest.raises(Refused, match="is a draft until a named translator"):
        tell()
    confirm(wales, policies.to_translate(wales.session, administrator(wales), pack, "cy"))
    assert "We are helping you this time." in pdf_text(tell().file.content)
    welsh = next(each for each in letters(visit) if each.decision_id and each.language == "cy")
    assert "Rydym yn eich helpu y tro hwn." in pdf_text(welsh.file.content)


def test_a_corrected_record_names_a_letter_once(wales: Town) -> None:
    from compliance.services.lifecycle.cases import case_of

    confirm(wales)
    visit = wales.agree(wales.record("test_purchase", REFUSED))
    wales.notify(visit)
    case = case_of(visit)
    assert case is not None
    assert [each.language for each in case.letters] == ["en"]


def test_the_business_may_download_both_and_the_code_opens_one(wales: Town) -> None:
    confirm(wales)
    visit = wales.agree(wales.record("test_purchase", REFUSED))
    english = wales.notify(visit)
    found = portal.downloads(wales.session, english)
    assert [each.language for each in found] == ["cy", "en"]
    assert portal.newest_after(found, english) is None
    assert [each.language for each in issue.copies_of(wales.session, english)] == ["cy", "en"]
    code = issue.replace_code(wales.session, wales.reviewer, noon(VISITED_ON), english.reference)
    assert code
    assert len({each.access_code_hash for each in letters(visit)}) == 1


def test_a_certificate_in_both_languages_lives_and_ends_as_one(
    wales: Town, office: Office, root: bytes
) -> None:
    confirm(wales)
    audited_on = VISITED_ON - 21 * DAY
    settle(wales, wales.record("store_audit", audit_answers(), on=audited_on))
    now = noon(audited_on + 6 * DAY)
    certificate = certificates.issue(wales.session, wales.reviewer, now, office, wales.premises.id)
    english = certificate.document
    welsh, same = issue.copies_of(wales.session, english)
    assert (welsh.language, same) == ("cy", english)
    assert "Ni chawsom unrhyw broblemau" in pdf_text(welsh.file.content)
    assert "Ar gyfer y busnes cyfan" in pdf_text(welsh.file.content)
    page = f"{PUBLIC_URL}/c/{certificate.link_token}"
    assert portal.said(english).status_url == page
    assert portal.said(welsh).status_url == f"{page}?lang=cy"
    assert portal.said(english).proof_url.startswith(f"{PUBLIC_URL}/proof#")
    assert portal.said(welsh).proof_url.startswith(f"{PUBLIC_URL}/proof?lang=cy#")
    assert welsh.standing is certificate
    assert documents.status_of(welsh, date(2026, 10, 1)) == "valid"
    assert checking.check(wales.session, now, welsh.file.content, [root]).outcome == "genuine"
    certificates.end(wales.session, wales.reviewer, now, english.reference, "Given back")
    for each in (welsh, english):
        told = checking.check(wales.session, now, each.file.content, [root])
        assert told.outcome == Status.WITHDRAWN.value


def test_a_certificate_waits_for_its_welsh(wales: Town, office: Office) -> None:
    every = translations.released(shipped_pack(), "cy")
    own = [each for each in every if each.english.startswith("Certificate")]
    confirm(wales, [each for each in every if each not in own])
    audited_on = VISITED_ON - 21 * DAY
    settle(wales, wales.record("store_audit", audit_answers(), on=audited_on))
    with pytest.raises(Refused, match="is a draft until a named translator"):
        certificates.issue(
            wales.session,
            wales.reviewer,
            noon(audited_on + 6 * DAY),
            office,
            wales.premises.id,
        )
