"""The warm engine: what it remembers never changes a byte, and it can do without."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from weasyprint.layout import percent

from compliance.documents import pinned
from compliance.documents.compose import style_sheet
from compliance.documents.fonts import write_fontconfig
from compliance.documents.kept import Kept
from compliance.documents.plain_sheet import may_ask_for_more
from tests.bench.reference_letter import plain_page, words

#: What our style sheets do not do, or do once: a short cut must see it and leave it to WeasyPrint, or do it alike.
ODD = [
    "p { text-decoration: underline } p + p { letter-spacing: 2pt; word-spacing: 3pt }",
    "p { text-align: justify; hyphens: auto; width: 40mm }",
    "p { font-variant-caps: small-caps; font-variant-numeric: tabular-nums } b { font-size: 130% }",
    "p::first-letter { font-size: 300%; float: left } p::first-line { font-weight: 600 }",
    "p { width: 30vw; margin: 2vh 10%; max-width: calc(50% - 3mm) } div { padding: 5% }",
    "p { width: 20mm; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }",
    "p { visibility: hidden } b { visibility: visible; vertical-align: super; font-size: 7pt }",
    "html { --wide: 40mm; font-size: 9pt } p { width: var(--wide); line-height: 2; text-indent: 2em }",
    "b { float: footnote } b::footnote-call { color: red } p { color: #123456; direction: rtl }",
    "ul { display: flex; gap: 2mm } li { border: 1pt solid; list-style: inside } p { opacity: 0.5 }",
    "p { text-align: right; white-space: pre-wrap } li { text-align: center; text-indent: 1em; width: 9mm }",
    "b { float: left; width: 9mm; margin: 2mm; height: 7mm } p { width: 50mm; margin: 1mm }",
    "li { position: relative; left: 2mm } b { position: absolute } ol { position: fixed; bottom: 0 }",
    "b { float: right; width: 5mm } li { direction: rtl; text-align: left } p { text-align-last: justify }",
    "b { display: list-item; list-style: square inside } b::marker { color: red } i { border-radius: 2mm }",
    "li { background: #eee; border-radius: 1mm } p { box-shadow: none; background: none; visibility: hidden }",
    "p { width: 0; line-height: 0.5; overflow-wrap: anywhere } li { font-size: 0 } div { white-space: pre }",
    "@page { size: A5; @top-left { content: counter(page) } } p { break-before: page }",
    "@page { size: A4 landscape } p { width: 30vw; columns: 2 }",
    "@page wide { size: A4 landscape } .wide { page: wide } p { width: 20vw }",
    "@page wide { size: A4 landscape } .wide { page: wide } p { width: calc(10vw + 1mm) }",
    "@page wide { size: A4 landscape } .wide { page: wide } html { --w: 15vw } p { width: var(--w) }",
]
BODY = (
    "<div><p>An <b>af\ufb01liate</b> of the shop\u00a0said: we sell to-day\u00ad\u2011only \u2013 1/2.</p>"
    "<p lang=cy>Yr hyn na wiriwyd gennym, a beth i'w wneud nesaf.</p></div>"
    "<ul><li>Knives<li style='font-size: 20pt'>Training records of staff<ol><li>One</ol></ul>"
)

PROGRAM = """
import hashlib, json, sys
from compliance.documents import kinds, pinned
from compliance.documents.compose import compose, style_sheet
from compliance.documents.engine import Engine
from compliance.documents.shortcuts import shortcuts
if "other-release" in sys.argv:
    pinned.RELEASE = "69.0"
engine = Engine()
taken = [name for name, taken in shortcuts().taken.items() if taken]
print(",".join(sorted(taken)) or "plain")
pages = {
    (kind.name, language, sample): compose(
        kind.sample_data({"language": language}, sample=sample), kind, specimen=False
    )
    for kind in kinds().values()
    for sample in ("", *kind.samples)
    for language in (kind.languages if not sample else ["en"])
}
for turn in ("cold", "warm") if taken else ("cold",):
    for (name, language, sample), html in pages.items():
        if turn == "cold" or not sample:
            made = engine.write(html, style_sheet(), letter=kinds()[name].letter, most_pages=10)
            print(turn, name, language, sample or "-", hashlib.sha256(made.pdf).hexdigest())
    for number, css in enumerate(json.loads(sys.argv[1])):
        for name in ("", "wide") if ".wide" in css else ("",):
            html = f"<html lang=en><title>Odd</title><body><h1 class='{name}'>First</h1>" + sys.argv[2]
            made = engine.lay_out(html, css).write_pdf()
            print(turn, "odd", number, name or "-", hashlib.sha256(made).hexdigest())
if taken:
    laid_out = engine.lay_out(pages["advice-letter", "en", ""], style_sheet()).pages[0]._page_box.descendants()
    print([box.style.remembered is not None for box in laid_out].count(False))
"""


OURS = """
import hashlib
from compliance.documents.engine import Engine
from tests.bench.reference_letter import parted, plain_page, words
engine = Engine()
for number in range(4):
    print(hashlib.sha256(engine.lay_out(*parted(plain_page(words(number)))).write_pdf()).hexdigest())
"""

ONE_LINER = """
import hashlib
from weasyprint import HTML
from tests.bench.reference_letter import plain_page, words
for number in range(4):
    print(hashlib.sha256(HTML(string=plain_page(words(number))).write_pdf()).hexdigest())
"""


def started(folder: Path, *arguments: str, program: str = PROGRAM) -> subprocess.Popen[str]:
    """A program in a process of its own with our fonts."""
    return subprocess.Popen(
        [sys.executable, "-c", program, json.dumps(ODD), BODY, *arguments],
        env={
            "FONTCONFIG_FILE": str(write_fontconfig(folder)),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
        },
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


def printed(*processes: subprocess.Popen[str]) -> list[list[str]]:
    """The lines that each of some processes prints, once all are done."""
    lines = [each.communicate()[0].splitlines() for each in processes]
    assert not any(each.returncode for each in processes)
    return lines


def test_short_cuts_change_no_byte(tmp_path: Path) -> None:
    """Every outcome in English, every kind in Welsh, and some of them again, beside WeasyPrint alone."""
    (on, *ours, forgotten), (off, *theirs) = printed(
        started(tmp_path), started(tmp_path, "other-release")
    )
    assert on == "bare,codes,drawn,flow,layout,length,line,lines,parse,sheet,style"
    assert off == "plain"  # another release of WeasyPrint: made without, not broken
    assert [each for each in ours if each.startswith("cold")] == theirs
    warm = [each.removeprefix("warm ") for each in ours[len(theirs) :]]
    assert len(warm) > 30
    assert not {*warm} - {each.removeprefix("cold ") for each in theirs}
    assert int(forgotten) <= 5  # boxes of a letter's first page whose style is not remembered


def test_the_bytes_are_those_of_the_one_liner(tmp_path: Path) -> None:
    ours, theirs = printed(*(started(tmp_path, program=each) for each in (OURS, ONE_LINER)))
    assert ours == theirs
    assert len(set(ours)) == len(ours) == 4


def test_the_letters_of_the_bench_differ() -> None:
    pages = [plain_page(words(each)) for each in range(60)]
    assert len(set(pages)) == 60
    assert pages == [plain_page(words(each)) for each in range(60)]


def test_a_short_cut_is_only_for_the_source_it_was_written_against() -> None:
    assert not pinned.known("0" * 16, percent.resolve_percentages)
    assert not pinned.known(pinned.digest(percent.percentage), percent.resolve_percentages)
    assert pinned.known(pinned.digest(percent.percentage), percent.percentage)


@pytest.mark.parametrize(
    ("asks", "text"),
    [
        (True, "b { float: footnote }"),
        (True, "b { position: note(margin) }"),
        (True, "b::NOTE-CALL { color: red } i::footnote-marker { content: none }"),
        (True, "<html><style>b { float: none }</style>"),
        (True, "b { display: block flow list-item }"),
        (True, "<b style='--shown:list-item; display: var(--shown)'>"),
        (False, ".notes h2 { margin: 0; counter-reset: list-item 3 }"),
    ],
)
def test_a_page_that_may_ask_for_footnotes_or_more_list_items_is_told_from_others(
    asks: bool, text: str
) -> None:
    assert may_ask_for_more(text) is asks


def test_the_sheet_of_letters_takes_the_short_way() -> None:
    assert not may_ask_for_more(style_sheet())


def test_what_was_not_asked_for_lately_is_forgotten() -> None:
    kept = Kept(4)
    for each in range(10):
        kept.put(each, str(each))
        assert kept.get(0) == "0"  # asked for all the while
    assert kept.get(9) == "9"
    assert kept.get(3) is None
    assert len(kept) <= 4
