"""Every sentence about the law rests on a verified row of the law sheet, and no template speaks of
the law in any other way."""

import re
from dataclasses import replace
from datetime import date

import pytest

from compliance.documents import DocumentRefused, kinds, render
from compliance.documents.kinds import FOLDER
from compliance.documents.law import LawBook, Sentence, law_book
from compliance.documents.press import Press

TEMPLATES = sorted(FOLDER.rglob("*.html"))


def test_every_sentence_rests_on_a_verified_row() -> None:
    book = law_book()
    assert len(book.sentences) >= 8
    for sentence in book.sentences:
        row = book.row(sentence.law)
        assert row["source"]
        assert row["confidence"] in ("V", "S", "K")
        assert sentence.text["en"].endswith(".")


def test_every_sentence_that_a_template_asks_for_exists() -> None:
    known = {each.id for each in law_book().sentences}
    asked = {
        identifier
        for path in TEMPLATES
        for identifier in re.findall(r'law\("([a-z0-9_]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert asked <= known
    assert asked


@pytest.mark.parametrize("unverified", [True, None])
def test_a_sentence_without_a_row_or_with_an_unverified_one_is_refused(
    unverified: bool | None,
) -> None:
    sentence = Sentence("s", "row", ("england",), date(2000, 1, 1), None, {"en": "It is so."})
    rows = {} if unverified is None else {"row": {"id": "row", "unverified": True}}
    with pytest.raises(DocumentRefused, match=r"no row|unverified"):
        LawBook((sentence,), rows).sentence("s", "england", date(2026, 1, 1))


def test_versions_of_one_sentence_never_hold_at_once() -> None:
    for one in law_book().sentences:
        for other in law_book().sentences:
            if one is not other and one.id == other.id and set(one.nations) & set(other.nations):
                assert (one.end is not None and one.end < other.start) or (
                    other.end is not None and other.end < one.start
                )


@pytest.mark.parametrize(
    ("nation", "day_before"),
    [("scotland", date(2011, 3, 27)), ("northern_ireland", date(2016, 10, 30))],
)
def test_another_nation_waits_for_the_first_day_of_its_own_wording(
    nation: str, day_before: date, press: Press
) -> None:
    data = replace(kinds()["test-purchase-sale"].sample_data(), nation=nation, law_on=day_before)
    with pytest.raises(DocumentRefused, match="no verified wording of 'sale_can_be_offence'"):
        render(data, using=press)


@pytest.mark.parametrize(
    ("nation", "says", "never"),
    [
        ("england", "an unlimited fine", "six months|12 months|four years|£5,000"),
        ("scotland", "up to six months in prison, a fine of up to £5,000", "unlimited|four years"),
        ("northern_ireland", "up to 12 months in prison", "six months|unlimited|£5,000"),
    ],
)
def test_each_nation_has_its_own_penalty(nation: str, says: str, never: str) -> None:
    told = law_book().sentence("sale_penalty", nation, date(2026, 11, 22)).text["en"]
    assert says in told
    assert not re.search(never, told)


@pytest.mark.parametrize("nation", ["scotland", "northern_ireland"])
def test_a_letter_about_a_sale_speaks_of_its_own_nation(nation: str, press: Press) -> None:
    data = replace(kinds()["test-purchase-sale"].sample_data(), nation=nation)
    assert render(data, using=press).pdf.startswith(b"%PDF")


STEP = {"label": "Law", "in_own_time": True}


def test_a_point_that_rests_on_an_unknown_row_is_refused(press: Press) -> None:
    point = {**STEP, "found": "We saw it.", "to_do": "Do it.", "law": "99/nowhere"}
    with pytest.raises(DocumentRefused, match="no row of the law sheet called '99/nowhere'"):
        render(kinds()["advice-letter"].sample_data({"points": [point]}), using=press)
