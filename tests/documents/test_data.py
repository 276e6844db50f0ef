"""Facts as they come in: JSON and back, characters our typeface lacks, and addresses."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.documents import DocumentData, DocumentRefused, kinds, render
from compliance.documents.addresses import address_lines, spaced_postcode
from compliance.documents.characters import printable_text
from compliance.documents.citations import cited
from compliance.documents.data_json import from_json, merged, to_json
from compliance.documents.dates import day_in_words
from compliance.documents.field_words import FIELD_WORDS, field_words, too_much
from compliance.documents.fonts import covered
from compliance.documents.press import Press
from tests.documents.conftest import EVERY_SAMPLE
from tests.documents.reading import pdf_text


@pytest.mark.parametrize("name, sample", EVERY_SAMPLE)
def test_what_is_kept_makes_the_same_document(name: str, sample: str) -> None:
    data = kinds()[name].sample_data(sample=sample)
    kept = json.loads(json.dumps(to_json(data)))
    assert from_json(kept) == data
    assert set(kept) == {part.name for part in fields(DocumentData)}


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"premisses": {}}, "no entry called 'premisses'. Did you mean 'premises'"),
        (
            {"premises": {"nmae": "x"}},
            "no entry called 'premises.nmae'. Did you mean 'premises.name'",
        ),
        ({"premises": "x"}, "premises must be a table"),
        ({"actions": "x"}, "actions must be a list"),
        ({"actions": [{"tekst": "x"}]}, r"Did you mean 'actions\[0\].text'"),
        ({"actions": [{}]}, "text is missing"),
        ({"issued_on": "13/10/2026"}, "issued_on must be a date like"),
        ({"issued_on": 20261013}, "issued_on must be a date like"),
        ({"decided": "yes"}, "decided must be true or false"),
        ({"operator": 5}, "operator must be text"),
        ({"reference": None}, "reference must be text"),
    ],
)
def test_a_wrong_entry_is_named_with_the_nearest_there_is(
    changes: dict[str, Any],
    reason: str,
) -> None:
    with pytest.raises(DocumentRefused, match=reason):
        kinds()["advice-letter"].sample_data(changes)


def test_changes_are_laid_over_part_by_part() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    assert merged(base, {"a": {"c": [3]}}) == {"a": {"b": 1, "c": [3]}, "d": 4}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 4}


@pytest.mark.parametrize(
    "text, printed",
    [
        ("Siop Gyllyll Tŷ Gŵyn", "Siop Gyllyll Tŷ Gŵyn"),
        ("Zażółć Łódź, Ștefan Şahin", "Zażółć Łódź, Ștefan Şahin"),
        ("Nguyễn & Sons", "Nguyễn & Sons"),
        ("Кухня Αθήνα", "Кухня Αθήνα"),
        ("Cafe\u0301 Marchwood", "Café Marchwood"),
        ("ＳＨＯＰ １", "SHOP 1"),
        ("20 ㎝ blade", "20 cm blade"),
        ("zero\u200bwidth\u202e", "zerowidth"),
        ("tab\tand\nline", "tab and line"),
        ("  many   spaces ", "many spaces"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_characters_are_printed_or_replaced(text: str, printed: str) -> None:
    assert printable_text(text, "premises.name") == printed


@pytest.mark.parametrize(
    "text, reason",
    [
        ("Knives 🔪 R Us", r"The name of the shop has a character .* 🔪 \(U\+1F52A, hocho\)"),
        ("Bell\x07", r"cannot print: \(U\+0007, a control character\)"),
        ("刀剣店", r"U\+5200"),
        ("متجر", r"U\+0645"),
        ("\ue000", r"U\+E000"),
    ],
)
def test_a_character_that_cannot_be_printed_is_refused_by_name(
    text: str, reason: str, press: Press
) -> None:
    data = kinds()["advice-letter"].sample_data({"premises": {"name": text}})
    with pytest.raises(DocumentRefused, match=reason):
        render(data, using=press)


@given(st.text(max_size=60))
def test_what_is_let_through_has_a_glyph_for_every_character(text: str) -> None:
    try:
        printed = printable_text(text, "field")
    except DocumentRefused:
        return
    assert all(ord(character) in covered() for character in printed)
    assert printable_text(printed, "field") == printed


def test_an_odd_name_is_in_the_pdf(press: Press) -> None:
    name = "Tŷ Gŵyn Łódź Ștefan Nguyễn Кухня Αθήνα"
    data = kinds()["advice-letter"].sample_data({"premises": {"name": name}})
    assert name in pdf_text(render(data, using=press).pdf)


def test_address_lines() -> None:
    assert address_lines(("Shop Ltd", " ", "1 High Street,", "nr21ab")) == (
        *("Shop Ltd", "1 High Street", "NR2 1AB"),
    )
    assert spaced_postcode("w1a1hq") == "W1A 1HQ"
    for postcode in ("GIR 0AA", "EC1A 1BB", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 0AX"):
        assert address_lines(("A", "B", postcode))[-1] == postcode
    for wrong in ("NR2", "NR2 1AB5", "1NR 2AB", "QQ1 1AA", "EC1A 1BC", ""):
        with pytest.raises(DocumentRefused):
            address_lines(("A", "B", wrong))


def test_days_in_words() -> None:
    assert day_in_words(date(2026, 10, 3)) == "3\u00a0October 2026"
    assert day_in_words(date(2026, 2, 28), "cy") == "28\u00a0Chwefror 2026"


def test_a_very_long_name_takes_as_many_lines_as_the_window_has_left() -> None:
    name = "The Wensum Valley Ironmongery and Hardware Company of Norwich and of Great Yarmouth Limited"
    broken = (
        "The Wensum Valley Ironmongery and Hardware",
        "Company of Norwich and of Great Yarmouth",
    )
    assert address_lines((name, "gir0aa")) == (*broken, "Limited", "GIR 0AA")
    street = ("1", "2", "3", "4", "NR3 1QZ")
    assert address_lines((name, *street)) == (broken[0], f"{broken[1]} Limited", *street)
    assert address_lines((name, "0", *street)) == (name, "0", *street)


@pytest.mark.parametrize(
    "short, read",
    [
        ("Criminal Justice Act 1988, s.141A(4)", "Criminal Justice Act 1988, section 141A(4)"),
        (
            "Offensive Weapons Act 2019, ss.38 to 40",
            "Offensive Weapons Act 2019, sections 38 to 40",
        ),
        ("Order 1996, art 54A (Act 2019, s.37)", "Order 1996, article 54A (Act 2019, section 37)"),
        ("Sales at Boots 4 U, and their partner", "Sales at Boots 4 U, and their partner"),
    ],
)
def test_a_citation_is_read_aloud_in_words(short: str, read: str) -> None:
    assert cited(short).replace("\u00a0", " ") == read
    assert "section " not in cited(short)  # its number never stands on the next line


@pytest.mark.parametrize(
    ("entry", "called"),
    [
        ("address", "the address on the letterhead"),
        ("phone", "the phone number on the letterhead"),
        ("email", "the email address on the letterhead"),
        ("website", "the website on the letterhead"),
        ("complaints", "the text on how to complain"),
    ],
)
def test_no_letter_without_a_way_to_reach_who_wrote_it(
    entry: str, called: str, press: Press
) -> None:
    empty = {"authority": {entry: [] if entry == "address" else ""}}
    with pytest.raises(DocumentRefused, match=f"needs {called}, and it is empty"):
        render(kinds()["test-purchase-pass"].sample_data(empty), using=press)


@pytest.mark.parametrize("kind", ["test-purchase-sale", "certificate"])
@pytest.mark.parametrize(
    ("empty", "called"),
    [
        ({"operator": " "}, "the name of the operator"),
        ({"premises": {"name": ""}}, "the name of the shop"),
    ],
)
def test_every_document_is_about_somebody_at_a_shop(
    kind: str, empty: dict[str, Any], called: str, press: Press
) -> None:
    with pytest.raises(DocumentRefused, match=f"needs {called}, and it is empty"):
        render(kinds()[kind].sample_data(empty), specimen=True, using=press)


def paths(kind: type, before: str = "") -> Iterator[str]:
    """The path of every fact of a class; a place in a list is []."""
    for name, holds in get_type_hints(kind).items():
        path, many = f"{before}{name}", getattr(holds, "__origin__", None) is tuple
        yield path
        if path == "file":
            continue
        held = [each for each in (holds, *get_args(holds)) if isinstance(each, type)]
        within = [each for each in held if is_dataclass(each)]
        if within:
            yield from paths(within[0], f"{path}[]." if many else f"{path}.")
        elif many:
            yield f"{path}[]"


def test_every_fact_has_a_name_that_people_know() -> None:
    assert set(FIELD_WORDS) == set(paths(DocumentData))
    for path in FIELD_WORDS:
        name = field_words(path.replace("[]", "[0]")).called
        assert not set("{}[]_") & set(name), name
    assert field_words("file.steps[3].note").called == "an entry of the evidence bundle"


def test_what_is_too_long_is_told_in_an_officers_words() -> None:
    assert too_much("recipient.lines[1]", 91, 90, "characters") == (
        "Line 2 of the address has 91 characters; at most 90 fit the window of the envelope. "
        "Shorten it on the shop's page."
    )
    assert too_much("checked[1].lines[4]", 141, 140, "characters").startswith(
        "Line 5 of way of selling 2 that we looked at has 141 characters; at most 140 fit."
    )
