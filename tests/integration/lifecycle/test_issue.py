"""What is issued: once, with a number of its own, kept as it was, and opened by its code alone."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import access_codes, issue, portal
from compliance.services.lifecycle.cases import case_of
from compliance.store.models import Document, NumberSeries
from tests.integration.lifecycle.conftest import REFUSED, SALE
from tests.town import OFFICE, VISITED_ON, Town, noon

NOW = noon(VISITED_ON + timedelta(days=3))
KEY = "k" * 32


@pytest.fixture
def letter(town: Town) -> Document:
    """The letter of an under-18 sale."""
    return town.notify(town.agree(town.record("test_purchase", SALE)))


def text_of(pdf: bytes) -> str:
    """The words on the pages of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def code_on(letter: Document) -> str:
    """The code as it is printed on the letter."""
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", text_of(letter.file.content))
    assert found is not None
    return found[0]


def open_it(
    town: Town, reference: str, code: str, address: str = "192.0.2.1", now: object = NOW
) -> portal.Opened:
    """Try a reference and a code."""
    return portal.open_letter(
        town.session,
        now,
        reference=reference,
        code=code,
        address=address,
        key=KEY,
    )


def test_the_bytes_their_hash_and_all_that_made_them_are_kept(letter: Document) -> None:
    assert letter.sha256 == hashlib.sha256(letter.file.content).hexdigest()
    assert letter.template_version.startswith("test-purchase-sale-en-")
    assert letter.visit is not None
    assert letter.rulebook_sha256 == letter.visit.assessments[-1].rulebook_sha256
    assert letter.inputs["visit_version"] == 1
    assert letter.reference in text_of(letter.file.content)
    assert issue.file_name(letter) == f"test-purchase-sale-{letter.reference}.pdf"


def test_the_code_is_in_the_letter_and_nowhere_else(town: Town, letter: Document) -> None:
    code = code_on(letter)
    kept = json.dumps(letter.inputs) + (letter.access_code_hash or "")
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_no_person_no_time_and_no_till_is_on_the_letter_of_a_sale(town: Town) -> None:
    visit = town.record(
        "test_purchase",
        {**SALE, "tp_till_number": "Till 7734", "tp_exact_words": "Four pounds 99 please"},
        facts={"buyer_age": 15},
    )
    letter = town.notify(town.agree(visit))
    words = text_of(letter.file.content) + json.dumps(letter.inputs)
    for canary in ("7734", "Four pounds", "Olive", "Ravi", "11:00", "12:00", " 15 "):
        assert canary not in words


def test_a_preview_is_a_specimen_and_uses_no_number(town: Town) -> None:
    visit = town.agree(town.record("test_purchase", SALE))
    case = case_of(visit)
    assert case is not None
    preview = issue.preview_letter(NOW, OFFICE, case)
    assert "SPECIMEN" in text_of(preview.pdf)
    assert town.session.scalars(select(NumberSeries)).all() == []
    assert town.session.scalars(select(Document)).all() == []


def test_a_letter_that_cannot_be_made_leaves_no_hole_in_the_numbers(town: Town) -> None:
    good = town.agree(town.record("test_purchase", REFUSED))
    bad = town.agree(town.record("test_purchase", SALE))
    town.session.commit()
    town.premises.postcode, town.operator.registered_office_postcode = None, None
    town.session.flush()
    with pytest.raises(Refused, match="postcode"):
        town.notify(bad)
    town.session.rollback()
    assert town.notify(good).reference.endswith("-000001")


def test_the_number_begins_again_each_year(town: Town) -> None:
    first = town.notify(town.agree(town.record("test_purchase", REFUSED)))
    second = town.agree(town.record("test_purchase", REFUSED))
    later = town.notify(second, on=VISITED_ON.replace(year=2027))
    assert (first.reference, later.reference) == ("NORF-2026-000001", "NORF-2027-000001")


# --- The code -----------------------------------------------------------------------------------


def test_the_code_opens_the_letter_however_it_is_typed(town: Town, letter: Document) -> None:
    code = code_on(letter)
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    for typed in (code, sloppy, f"  {code} "):
        assert open_it(town, f" {letter.reference.lower()} ", typed).document is letter
    for reference in (
        letter.reference.replace("-", ""),
        letter.reference.lower().replace("-", " "),
    ):
        assert open_it(town, reference, code).document is letter


def test_an_absent_letter_a_wrong_code_and_a_dead_code_read_the_same(
    town: Town, letter: Document
) -> None:
    old = code_on(letter)
    new = issue.replace_code(town.session, town.officer, NOW, letter.reference)
    assert letter.access_code_replaced_at == NOW
    tries = [
        open_it(town, "NORF-2026-999999", new, "192.0.2.1"),
        open_it(town, letter.reference, "0000-0000-0000", "192.0.2.2"),
        open_it(town, letter.reference, old, "192.0.2.3"),
        open_it(town, letter.reference, "not a code", "192.0.2.4"),
    ]
    assert {(each.document, each.problem) for each in tries} == {(None, portal.WRONG)}
    assert open_it(town, letter.reference, new).document is letter


def test_an_absent_letter_costs_the_same_work_as_a_wrong_code(
    town: Town, letter: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    stretch = access_codes._stretch
    monkeypatch.setattr(
        access_codes, "_stretch", lambda code, salt: (worked.append(code), stretch(code, salt))[1]
    )
    for reference, code in (
        ("NORF-2026-999999", "0000-0000-0000"),
        (letter.reference, "0000-0000-0000"),
        (letter.reference, "?"),
    ):
        worked.clear()
        open_it(town, reference, code, f"192.0.2.{len(reference)}{len(code)}")
        assert len(worked) == 1


def test_guessing_is_limited_by_letter_and_by_address(town: Town, letter: Document) -> None:
    right = code_on(letter)
    for number in range(portal.LIMITS.per_pair):
        assert open_it(town, letter.reference, "0000-0000-0000").problem == portal.WRONG, number
    assert open_it(town, letter.reference, right).problem == portal.WAIT
    # Elsewhere it still opens; many addresses together are stopped as well.
    assert open_it(town, letter.reference, right, "198.51.100.1").document is letter
    for number in range(portal.LIMITS.per_subject):
        open_it(town, letter.reference, "0000-0000-0000", f"203.0.113.{number}")
    assert open_it(town, letter.reference, right, "203.0.113.200").problem == portal.WAIT
    # One address at many letters.
    for number in range(portal.LIMITS.per_address):
        open_it(town, f"NORF-2026-1{number:05}", right, "198.51.100.77")
    assert open_it(town, letter.reference, right, "198.51.100.77").problem == portal.WAIT
    # A quarter of an hour later the shop gets in.
    after = NOW + timedelta(minutes=16)
    assert open_it(town, letter.reference, right, now=after).document is letter


def test_a_letter_that_is_open_closes_when_its_code_is_replaced(
    town: Town, letter: Document
) -> None:
    mark = portal.mark_of(letter)
    assert portal.letter_of(town.session, letter.id, mark) is letter
    issue.replace_code(town.session, town.officer, NOW, letter.reference)
    assert portal.letter_of(town.session, letter.id, mark) is None


def test_another_authority_reads_and_replaces_nothing(town: Town, letter: Document) -> None:
    for act in (
        lambda: issue.document_to_read(town.session, town.council_reviewer, letter.reference),
        lambda: issue.replace_code(town.session, town.council_reviewer, NOW, letter.reference),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_new_code_is_twelve_characters_of_crockfords_base_32() -> None:
    codes = {access_codes.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", code) for code in codes)
    assert access_codes.read("iLoO-0000-0000") == "110000000000"
    assert access_codes.read("UUUU-0000-0000") is None
