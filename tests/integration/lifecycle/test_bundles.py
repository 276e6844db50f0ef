"""The officers' file of a visit: everything that was recorded and done, each time with its number, seen
by nobody but its own authority."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import select

from compliance.access import Actor, Role
from compliance.documents.conformance import nonconformities
from compliance.documents.data_json import from_json
from compliance.documents.verifying import Outcome
from compliance.rulebook import Pack, shipped_pack
from compliance.rulebook.languages import untranslated
from compliance.services import rulebooks, visits
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import (
    bundles,
    checking,
    decisions,
    documents,
    issue,
    portal,
    shares,
)
from compliance.services.lifecycle.cases import case_of
from compliance.services.lifecycle.timeline import events
from compliance.services.premises import documents_at
from compliance.services.visit_content import Record
from compliance.store.models import Document, Operation, Visit
from tests.documents.reading import pdf_text
from tests.integration.lifecycle.conftest import SALE, audit_answers
from tests.town import OFFICE, VISITED_ON, Town, noon

EVIDENCE = {
    **SALE,
    "tp_exhibit_number": "OO/1",
    "tp_seal_number": "B 100 203",
    "tp_hand_offs": "14:06 V-0142 to Olive Officer\n16:30 Olive Officer to the store",
    "tp_receipt_kept": "yes",
    "tp_receipt_time": "00:02",
    "tp_receipt_time_own": "23:58",
    "tp_cctv_seen": "yes",
    "tp_cctv_time": "13:00",
    "photos": ["DSC_0412, store"],
    "officer_notes": "The assistant scanned the \U0001f52a and said \u201cenjoy\u201d.",
}
#: Words that stand in every English file and in no Welsh one.
ENGLISH = re.compile(r"\b(?:the|and|of|was|were|by|not|this|with|from)\b", re.I)
MADE = noon(VISITED_ON + timedelta(days=9))


@pytest.fixture
def sold(town: Town) -> Visit:
    """A sale, corrected once, agreed, told and decided on, under an operation of our own."""
    visit = town.record("test_purchase", EVIDENCE)
    operation = Operation(
        lead_authority_id=town.police.id,
        held_on=VISITED_ON,
        title="City centre, October",
        volunteer_code="V-0142",
        created_by_id=town.officer.user_id,
        created_at=noon(VISITED_ON),
        updated_at=noon(VISITED_ON),
    )
    town.session.add(operation)
    town.session.flush()
    visit.operation = operation
    version = visit.latest_version
    assert version is not None
    visits.correct(
        town.session,
        town.officer,
        noon(VISITED_ON + timedelta(days=1)),
        visit,
        Record(
            answers={**EVIDENCE, "tp_seal_number": "B 100 204"},
            operation_facts=version.operation_facts,
        ),
        reason="The seal number was wrong",
    )
    town.agree(visit, on=VISITED_ON + timedelta(days=2))
    town.notify(visit, on=VISITED_ON + timedelta(days=3))
    decisions.decide(
        town.session,
        town.reviewer,
        noon(VISITED_ON + timedelta(days=5)),
        visit.id,
        step="advice_and_re_test",
        reason="First sale at this shop",
    )
    return visit


def made(town: Town, visit: Visit, at: datetime = MADE) -> Document:
    return bundles.make(town.session, town.officer, at, OFFICE, visit.id)


def test_it_tells_everything_recorded_and_done(town: Town, sold: Visit) -> None:
    file = made(town, sold)
    text = pdf_text(file.file.content)
    assert nonconformities(file.file.content) == []
    letter = sold.documents[0]
    for said in (
        "Evidence bundle: Blades R Us, 13 October 2026",
        "file number 1 of this visit",
        "City centre, October, led by Norfolk Constabulary",
        # both clocks
        "Began, by the officer's clock 13 October 2026, 12:00 BST",
        "Recorded, by its own clock 13 October 2026, 13:00:00 BST (12:00:00 UTC)",
        "From the visit to the record 1 hour",
        # and how far the shop's clocks were from the officer's
        "Clock of CCTV 13:00. What the officer's own clock showed then was not recorded.",
        "Clock of the till, on the receipt 00:02, when the officer's own clock showed 23:58."
        " 4 minutes ahead of the officer's own clock.",
        # exhibits and hand-overs, a paragraph each
        "Exhibit OO/1",
        "14:06 V-0142 to Olive Officer",
        "16:30 Olive Officer to the store",
        # photos are references
        "DSC_0412, store",
        "None recorded",
        "[U+1F52A hocho]",
        "Code V-0142",
        "Buyer's age on the day 15 years",
        # findings with sources
        "Criminal Justice Act 1988",
        # versions: who, when, why, what
        "13 October 2026, 13:00:00 BST (12:00:00 UTC), Olive Officer.",
        "Why: The seal number was wrong",
        "B 100 203 B 100 204",
        # what followed
        "Review: agreed",
        "First sale at this shop",
        f"Letter sent: {letter.reference}",
    ):
        assert said in text, said
    squeezed = text.replace(" ", "")
    for version in sold.versions:
        assert version.content_hash in squeezed
    assert letter.sha256 in squeezed
    assert sold.assessments[-1].rulebook_sha256 in squeezed
    assert text.count("The content still has this hash.") == 2


def test_a_machine_reads_the_record_in_it_and_comes_to_the_same_hashes(
    town: Town, sold: Visit
) -> None:
    with pikepdf.open(BytesIO(made(town, sold).file.content)) as pdf:
        record = json.loads(pdf.attachments["record.json"].get_file().read_bytes())
        assert str(pdf.Root.AF[0].AFRelationship) == "/Source"
    assert [each["number"] for each in record["versions"]] == [1, 2]
    for kept, told in zip(sold.versions, record["versions"], strict=True):
        canonical = json.dumps(
            told["content"], sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        assert hashlib.sha256(canonical.encode()).hexdigest() == kept.content_hash
    assert record["versions"][1]["content"]["answers"]["officer_notes"] == EVIDENCE["officer_notes"]
    assert record["assessments"][-1]["result"] == sold.assessments[-1].result


def test_a_file_is_made_once_for_what_it_holds_and_numbered_as_it_grows(
    town: Town, sold: Visit
) -> None:
    first = made(town, sold)
    assert made(town, sold, MADE + timedelta(days=1)) is first
    shares.share(town.session, town.reviewer, MADE, sold.id, town.council.id)
    second = made(town, sold, MADE + timedelta(days=2))
    assert second is not first
    assert second.reference != first.reference
    numbers = [
        from_json(each.inputs["data"]).file.number
        for each in bundles.of_visit(town.session, town.officer, sold)
    ]
    assert numbers == [2, 1]
    assert documents.status_of(first, date(2026, 11, 1)) == "made"
    checked = checking.check(town.session, MADE, first.file.content, [])
    assert (checked.outcome, checked.document) == (Outcome.GENUINE.value, first)
    changed = first.file.content.replace(b"V-0142", b"V-0143") + b"\n"
    assert checking.check(town.session, MADE, changed, []).outcome == Outcome.ALTERED.value


def test_neither_the_shop_nor_a_partner_nor_a_step_ever_meets_it(town: Town, sold: Visit) -> None:
    shares.share(town.session, town.reviewer, MADE, sold.id, town.council.id)
    before = [event.what for event in events(sold)]
    file = made(town, sold)
    letter = sold.documents[0]
    town.session.expire_all()
    assert file not in sold.documents
    assert file not in portal.downloads(town.session, letter)
    assert file.access_code_hash is None
    case = case_of(sold)
    assert case is not None
    assert file not in case.letters
    assert [event.what for event in events(sold)] == before
    partner = town.council_officer
    with pytest.raises(NotFound):
        bundles.make(town.session, partner, MADE, OFFICE, sold.id)
    with pytest.raises(NotFound):
        issue.document_to_read(town.session, partner, file.reference)
    assert issue.document_to_read(town.session, partner, letter.reference) is letter
    listed, _ = documents.issued(town.session, partner, documents.Filter())
    assert file not in listed
    assert file not in documents_at(town.session, partner, sold.premises_id)
    assert file in documents.issued(town.session, town.officer, documents.Filter())[0]
    administrator = Actor(town.officer.user_id, town.police.id, Role.ADMINISTRATOR, "Ada")
    with pytest.raises(Refused, match="role"):
        bundles.make(town.session, administrator, MADE, OFFICE, sold.id)


def test_the_code_of_another_authoritys_volunteer_is_not_ours_to_print(
    town: Town, sold: Visit
) -> None:
    assert sold.operation is not None
    sold.operation.lead_authority_id = town.council.id
    file = from_json(made(town, sold).inputs["data"]).file
    assert file is not None
    assert file.buyer[0].text == ("None recorded",)


def test_there_is_none_of_a_draft(town: Town) -> None:
    visit = visits.begin(
        town.session,
        town.officer,
        noon(VISITED_ON),
        premises=town.premises,
        kind="store_audit",
        purpose="first",
        visited_on=VISITED_ON,
        channels=["in_store"],
    )
    with pytest.raises(NotFound):
        made(town, visit)


def test_an_audit_without_photo_buyer_or_assessment_says_so_plainly(town: Town) -> None:
    visit = town.record("store_audit", audit_answers())
    for row in visit.assessments:
        town.session.delete(row)
    town.session.flush()
    town.session.refresh(visit)
    text = pdf_text(made(town, visit).file.content)
    assert "Nobody bought anything for us on this visit." in text
    assert "6. Photos None recorded." in text
    assert "Clock of CCTV None recorded" in text
    assert "Not assessed The nation of the premises is still to confirm." in text


def test_a_record_that_was_tampered_with_shows(town: Town, sold: Visit) -> None:
    version = sold.versions[0]
    version.answers = {**version.answers, "tp_money_taken": "no"}
    text = pdf_text(made(town, sold).file.content)
    assert text.count("The content no longer has this hash.") == 1


def test_the_newest_file_is_found_among_those_of_other_visits(town: Town, sold: Visit) -> None:
    other = town.record("test_purchase", SALE, on=VISITED_ON - timedelta(days=40))
    assert made(town, other).reference != made(town, sold).reference
    kept = town.session.scalars(select(Document).where(Document.kind == "evidence-bundle")).all()
    assert len(kept) == 2
    assert len(bundles.of_visit(town.session, town.officer, sold)) == 1


def test_it_is_made_in_welsh_where_an_officer_asks_for_it(town: Town, sold: Visit) -> None:
    english = bundles.make(town.session, town.officer, MADE, OFFICE, sold.id)
    made = bundles.make(town.session, town.officer, MADE, OFFICE, sold.id, language="cy")
    assert (made.language, english.language) == ("cy", "en")
    assert made.inputs["data"]["file"]["number"] == 2
    again = bundles.make(town.session, town.officer, MADE, OFFICE, sold.id, language="cy")
    assert again is made
    assert nonconformities(made.file.content) == []
    text = pdf_text(made.file.content)
    # Nobody has confirmed this Welsh, and it says so.
    assert "Drafft yw'r Gymraeg hon" in text
    # What people wrote, and what things are called, stands as it is.
    own = [sold.premises.trading_name, *sold.premises.address_lines, "City centre, October"]
    own += [*EVIDENCE["tp_hand_offs"].split("\n"), EVIDENCE["officer_notes"].split("\U0001f52a")[0]]
    own += [each.reason for each in (*sold.versions, *sold.decisions) if each.reason]
    own += [each.note for each in sold.reviews if each.note]
    english_left = [
        said
        for said in _said(made.inputs["data"]["file"])
        if ENGLISH.search(said) and not any(each in said for each in own)
    ]
    assert english_left == []
    with pytest.raises(Refused):
        bundles.make(town.session, town.officer, MADE, OFFICE, sold.id, language="fr")


def _said(value: object) -> list[str]:
    """Every text of a file but citations and the record as it is kept."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _said(each)]
    if isinstance(value, dict):
        entries = (each for name, each in value.items() if name not in ("citation", "as_kept"))
        return [text for each in entries for text in _said(each)]
    return []


def test_a_rulebook_without_welsh_is_told_with_todays(town: Town) -> None:
    now = shipped_pack()
    before = Pack(untranslated(now.content))
    told = rulebooks.told_in(town.session, before, "cy", VISITED_ON)
    assert told.questions["tp_outcome"]["line"]["cy"] == now.questions["tp_outcome"]["line"]["cy"]
    changed = {**before.content, "tier": [{"id": "A", "label": {"en": "Said otherwise then"}}]}
    assert rulebooks.told_in(town.session, Pack(changed), "cy", VISITED_ON).label(
        "tier", "A", "cy"
    ) == ("Said otherwise then")
    assert rulebooks.told_in(town.session, before, "en", VISITED_ON) is before
