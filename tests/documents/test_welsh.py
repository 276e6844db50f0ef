"""Every letter and certificate in Welsh: the same page as in English, said in Welsh, as sound a PDF, and
in the same envelope."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pikepdf
import pypdfium2
import pytest

from compliance.documents import DocumentRefused, Rendered, kinds, render
from compliance.documents.compose import compose
from compliance.documents.conformance import nonconformities
from compliance.documents.data_json import to_json
from compliance.documents.dates import on_day
from compliance.documents.geometry import MOST_BYTES, MOST_PAGES
from compliance.documents.kinds import FOLDER
from compliance.documents.page_text import FRAME
from compliance.documents.press import Press
from compliance.documents.wording import sentences, wording, words
from compliance.rulebook import shipped_pack
from compliance.rulebook.languages import owed
from tests.documents import golden
from tests.documents.conftest import EVERY_SAMPLE
from tests.documents.reading import lines, pdf_text, skeleton
from tests.documents.test_formats import FOREIGN, opened, structure
from tests.documents.test_geometry import address_read_by_the_printer, ink_outside

WELSH = [(name, sample) for name, sample in EVERY_SAMPLE if "cy" in kinds()[name].languages]
LETTERS = [(name, sample) for name, sample in WELSH if kinds()[name].letter]
#: Words that stand in every English letter and in no Welsh sentence.
ENGLISH = re.compile(
    r"\b(?:the|and|of|you|your|this|what|with|was|were|not|have|has|for|that)\b", re.I
)
#: What a sample keeps in both languages: numbers, addresses, names of places, codes of stories, citations.
KEPT = re.compile(
    r"CKS-|https?://|\d|^[a-z-]+$|^(?:Conwy|LL32 8..|Home Office voluntary agreement, 2023|Criminal .*)$"
    r"|\.example|^$"
)


def page(name: str, sample: str, language: str) -> str:
    data = kinds()[name].sample_data({"language": language}, sample=sample)
    return compose(data, kinds()[name], specimen=False)


@pytest.fixture(scope="module")
def welsh(press: Press) -> Callable[[str, str, bool], Rendered]:
    """The Welsh of a kind's sample, made once."""

    @cache
    def made(name: str, sample: str, specimen: bool) -> Rendered:
        data = kinds()[name].sample_data({"language": "cy"}, sample=sample)
        return render(data, specimen=specimen, using=press)

    return made


def test_every_kind_has_welsh() -> None:
    assert all("cy" in kind.languages for kind in kinds().values())
    assert len({name for name, _ in WELSH}) >= 9
    assert all(kinds()[name].title["cy"] for name, _ in WELSH)


@pytest.mark.parametrize("name, sample", WELSH)
def test_the_text_is_the_agreed_one(name: str, sample: str) -> None:
    kept = golden.path_of(name, sample, "cy").read_text(encoding="utf-8")
    assert golden.text_of(name, sample, "cy") == kept


def test_no_golden_text_is_left_over() -> None:
    assert {path.name for path in (golden.FOLDER / "cy").glob("*.txt")} == {
        golden.path_of(name, sample, "cy").name for name, sample in WELSH
    }


@pytest.mark.parametrize("name, sample", WELSH)
def test_the_page_is_built_like_the_english_one(name: str, sample: str) -> None:
    """The same headings, tables, lists, codes and sentences about the law, in the same order."""
    theirs, ours = page(name, sample, "cy"), page(name, sample, "en")
    assert skeleton(theirs) == skeleton(ours)
    rows = re.compile(r'data-law="([^"]*)"')
    assert rows.findall(theirs) == rows.findall(ours)
    assert '<html lang="cy">' in theirs


@pytest.mark.parametrize("name", sorted({name for name, _ in WELSH}))
def test_every_branch_fills_in_what_the_english_one_does(name: str) -> None:
    """Also what no sample reaches: the same values, conditions and parts, in the same order."""
    welsh, english = ((FOLDER / name / f"{each}.html").read_text("utf-8") for each in ("cy", "en"))
    assert filled(welsh) == filled(english)


def test_the_shared_parts_fill_in_what_the_english_ones_do() -> None:
    parts = FOLDER / "partials"
    ours = [each for each in filled((parts / "en.html").read_text()) if each not in JOINS]
    theirs = [each for each in filled((parts / "cy.html").read_text()) if each not in JOINS]
    assert theirs == ours


#: A list is joined by words in English and by semicolons in Welsh.
JOINS = {"if loop.last", "if not loop.first", "else", "endif"}


def filled(source: str) -> list[str]:
    """The code of a template in its order, without the words in quotation marks."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    found = re.findall(r"\{[{%](.*?)[}%]\}", source, re.S)
    kept = []
    for each in found:
        if each.split()[0] in ("extends", "import"):
            continue
        without = re.sub(r'"[^"]*"', lambda word: word[0] if "_" in word[0] else '""', each)
        kept.append(" ".join(without.split()))
    return kept


@pytest.mark.parametrize("name, sample", WELSH)
def test_no_english_is_left_on_the_page(name: str, sample: str) -> None:
    for line in lines(page(name, sample, "cy"), without=FRAME):
        assert ENGLISH.findall(line) == [], line


@pytest.mark.parametrize("name, sample", WELSH)
def test_every_fact_of_a_sample_is_told_in_welsh(name: str, sample: str) -> None:
    kind = kinds()[name]
    ours = set(strings(to_json(kind.sample_data(sample=sample))))
    theirs = set(strings(to_json(kind.sample_data({"language": "cy"}, sample=sample))))
    assert {each for each in ours & theirs if not KEPT.search(each)} == set()


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize("name, sample", WELSH)
def test_it_judges_nobody_and_its_sentences_are_short(name: str, sample: str) -> None:
    rules = wording("cy")
    for line in lines(page(name, sample, "cy"), without=FRAME):
        assert rules.forbidden(line) == [], line
        assert rules.hard_to_read(line) == [], line


def test_what_the_rulebook_says_in_welsh_judges_nobody() -> None:
    rules = wording("cy")
    for one in owed(shipped_pack().content):
        if one.table in ("rule", "value", "step", "sentence"):
            assert rules.forbidden(one.text["cy"]) == [], one
            for sentence in sentences(one.text["cy"]):
                assert len(words(sentence)) <= rules.longest_sentence, one


def test_the_rules_for_welsh_words_bite() -> None:
    rules = wording("cy")
    assert rules.forbidden("Mae'r siop hon yn cydymffurfio") == ["cydymffurfio"]
    assert rules.forbidden("Cafwyd y gwerthwr yn euog") == ["euog"]
    assert rules.forbidden("Ar euogfarn") == []
    assert rules.penalties("Gall llys orchymyn dirwy ddiderfyn")
    assert rules.penalties("Nid yw'n gosb.") == []
    assert rules.demands("Mae'n rhaid i chi hyfforddi staff.")
    assert rules.demands("Cadwch eich cofnodion fel y maent.")
    assert rules.demands("Gall fod o gymorth i chi gadw cofnodion.") == []
    assert rules.identifying("Roedd y gwirfoddolwr yn 15 oed")
    assert rules.identifying("Roedd y prynwr yn 15 oed")
    assert rules.identifying("rhywun dan 16 oed") == []
    assert rules.about_law("Gall hyn fod yn drosedd.")
    assert rules.about_law("Am arfer da yr oedd y gwiriad, nid am y gyfraith.") == []


def test_a_demand_on_a_business_with_a_primary_authority_is_refused_in_welsh(press: Press) -> None:
    kind = kinds()["decision-letter"]
    changes = {"language": "cy", "added": "Mae'n rhaid i chi hyfforddi eich staff."}
    with pytest.raises(DocumentRefused, match="rhaid"):
        render(kind.sample_data(changes, sample="partner"), using=press)


@pytest.mark.parametrize("name, sample", LETTERS)
def test_every_letter_answers_the_owners_questions(
    name: str, sample: str, welsh: Callable[[str, str, bool], Rendered]
) -> None:
    text = pdf_text(welsh(name, sample, False).pdf)
    for question in (
        *("Ydw i mewn trwbl?", "A yw hyn yn derfynol?", "Faint mae'n ei gostio? Dim."),
        *("Beth ddylwn i ei wneud yn gyntaf?", "A fyddaf yn cael fy enwi?", "yn ddilys?"),
        *("Ieithoedd eraill", "Pwy arall sydd â chopi", "Ni fydd ysgrifennu yn Gymraeg yn achosi"),
        *("Crimestoppers", "0800 555 111", "Fearless", "Knife Free", "Tudalen 1 o"),
    ):
        assert question in text, question


def test_days_are_said_as_welsh_says_them() -> None:
    day = kinds()["test-purchase-pass"].sample_data().visit.day
    assert day is not None
    assert on_day(day, "cy").replace("\u00a0", " ") == "ar 13 Hydref 2026"
    assert on_day(day).replace("\u00a0", " ") == "on 13 October 2026"


@pytest.mark.parametrize("name, sample", WELSH)
def test_both_formats_at_once(
    name: str, sample: str, welsh: Callable[[str, str, bool], Rendered]
) -> None:
    made = welsh(name, sample, True)
    assert nonconformities(made.pdf) == []
    pdf: pikepdf.Pdf = opened(made.pdf)
    assert str(pdf.Root.Lang) == "cy"
    assert str(pdf.docinfo["/Title"]).startswith(f"SPECIMEN: {kinds()[name].title['cy']}")
    for each in structure(pdf):
        if each.S == "/TH":
            assert each.A.Scope in ("/Row", "/Column")
        if each.S == "/BlockQuote":
            assert str(each.Lang) in FOREIGN
    assert made.template_version.startswith(f"{name}-cy-")


@pytest.mark.parametrize("name, sample", LETTERS)
@pytest.mark.parametrize("specimen", [False, True])
def test_every_letter_keeps_its_zones(
    name: str, sample: str, specimen: bool, welsh: Callable[[str, str, bool], Rendered]
) -> None:
    pdf = welsh(name, sample, specimen).pdf
    assert ink_outside(pdf) == []
    assert len(pdf) < MOST_BYTES
    assert len(pypdfium2.PdfDocument(pdf)) <= MOST_PAGES
    lines_read = address_read_by_the_printer(pdf)
    data = kinds()[name].sample_data({"language": "cy"}, sample=sample)
    assert lines_read == list(data.recipient.lines)


@pytest.mark.parametrize("name, sample", LETTERS)
def test_a_letter_in_english_says_in_wales_that_welsh_is_welcome(name: str, sample: str) -> None:
    """How such a letter looks on paper: tests/documents/test_extremes.py."""
    kind = kinds()[name]
    said = "You can write to us in Welsh or in English. Writing in Welsh will not cause a delay."
    wales = kind.sample_data({"nation": "wales"}, sample=sample)
    assert said in compose(wales, kind, specimen=False)
    assert said not in compose(kind.sample_data(sample=sample), kind, specimen=False)
