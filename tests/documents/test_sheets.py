"""A certificate printed from a sheet is the certificate that WeasyPrint prints, but for the letters its fonts have ready;
what fits no sheet is printed whole."""

import json
import subprocess
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import ImageChops

from compliance.documents import kinds, render, sheets
from compliance.documents.compose import compose, style_sheet
from compliance.documents.fonts import covered, write_fontconfig
from compliance.documents.keys import open_keys
from compliance.documents.page_parts import parts_of
from compliance.documents.press import Press
from compliance.documents.sheet import Unfit, reads_page
from compliance.documents.sheet_drawing import LETTERS
from compliance.documents.signing import open_seal
from compliance.documents.verifying import Outcome, verify_certificate
from tests.documents.reading import pdf_text, picture
from tests.documents.test_certificate import NOW

PROGRAM = """
import json, sys
from base64 import b64encode
from compliance.documents import DocumentRefused, pinned, sheets
from compliance.documents.compose import style_sheet
from compliance.documents.conformance import nonconformities
from compliance.documents.engine import Engine
pages = json.load(sys.stdin)
engine, whole, answers = Engine(), [], []
write = engine.write
engine.write = lambda *args, **job: whole.append(1) or write(*args, **job)
stock = sheets.Sheets(engine)
css = style_sheet()
for page in pages:
    whole.clear()
    job = {"letter": False, "most_pages": 1, "signature_purpose": "Signature"}
    try:
        made = stock.write(page, css, **job).pdf
        engine.rest()
    except DocumentRefused as refused:
        answers.append({"refused": refused.field})
        continue
    plain = write(page, css, **job).pdf
    answers.append({
        "from sheet": not whole,
        "faults": nonconformities(made),
        "made": b64encode(made).decode(),
        "plain": b64encode(plain).decode(),
    })
pinned.RELEASE = "69.0"
other = sheets.Sheets(engine)
whole.clear()
for _ in range(3):
    other.write(pages[0], css, **job)
print(json.dumps({"answers": answers, "whole in another release": len(whole)}))
"""


def printed(folder: Path, pages: list[str]) -> dict[str, Any]:
    """What a process of its own makes of some pages, one after the other."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(pages),
        env={
            "FONTCONFIG_FILE": str(write_fontconfig(folder)),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
        },
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def certificate(number: int, **changes: Any) -> str:
    """The page of a certificate; every number has words, days and codes of its own."""
    day = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
    data = kinds()["certificate"].sample_data(
        {
            "reference": f"CKS-C-2026-{number:06}",
            "issued_on": f"2026-10-{1 + number % 28:02}",
            "premises": {"name": f"Knife Shop {number}"},
            "operator": f"Shopkeepers {number * 77} Limited",
            "visit": {"day": day},
            "valid_until": day.replace("2026", "2027"),
            "status_url": f"https://knifesales.example/c/{number:022}",
            "proof_url": f"https://knifesales.example/proof#{number:03}" + 40 * "a1B-",
            **changes,
        }
    )
    return compose(data, kinds()["certificate"], specimen=bool(changes.get("specimen")))


def objects(pdf: bytes) -> dict[str, bytes]:
    """What is in a file, object by object, but for its fonts and for how it is packed."""
    found = {}
    with pikepdf.open(BytesIO(pdf)) as file:
        for each in file.objects:
            if isinstance(each, pikepdf.Stream):
                if each.get("/Type") in ("/XRef", "/ObjStm") or "/Length1" in each:
                    continue
                content = each.read_bytes()
                if b"begincmap" in content:
                    continue
            else:
                content = each.unparse()
                if b"/Font" in content:
                    continue
            found[str(each.objgen)] = content
        found["info"] = repr(dict(file.docinfo)).encode()
    return found


LONG = {"premises": {"name": "The Old Ironmongery and General Household Stores of Upper Marchwood"}}
WELSH = {"language": "cy", "operator": "Siop Dŵr a Thŷ Cyfyngedig"}
#: In turn: what is printed, with what, and whether a sheet takes it.
IN_TURN: list[tuple[str, dict[str, Any], bool]] = [
    ("the first of its kind", {}, False),
    ("the second makes the sheet", {}, True),
    ("an ordinary one", {}, True),
    ("one that escapes", {"operator": 'O\'Neill & <b>Sons</b> "No. 1"'}, True),
    ("letters of our neighbours", {"operator": "Café Łódź, Dŵr a Thŷ – ½"}, True),
    ("joined letters", {"operator": "Office Affiliates of Fflint"}, True),
    ("a letter that no sheet has", {"operator": "Καφενείο Limited"}, False),
    ("such a letter in the margin alone", {"reference": "Ω-1"}, False),
    ("a name of two lines makes another sheet", LONG, True),
    ("another of two lines", {**LONG, "operator": "Somebody Else Limited"}, True),
    ("and one of one line again", {}, True),
    (
        "a code of more squares",
        {"proof_url": f"https://knifesales.example/proof#{'Ab0-' * 60}"},
        True,
    ),
    (
        "a list that is longer",
        {"not_checked": [{"name": "Online", "lines": ["This", "That"]}]},
        False,
    ),
    ("other words in the list", {"checked": [{"name": "Online", "lines": ["One word"]}]}, False),
    ("the same list", {"checked": [{"name": "Online", "lines": ["Two words"]}]}, True),
    ("the first in Welsh", WELSH, False),
    ("the second in Welsh", WELSH, True),
    ("another in Welsh", {"language": "cy", "operator": "Cwmni Ŵyn"}, True),
    ("one that needs two pages", {"operator": "Very long " * 400}, False),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    pages = [certificate(number, **changes) for number, (_, changes, _) in enumerate(IN_TURN)]
    answer = printed(tmp_path_factory.mktemp("sheets"), pages)
    answer["answers"] = dict(zip([name for name, _, _ in IN_TURN], answer["answers"], strict=True))
    return answer


def test_a_sheet_takes_what_fits_it_and_nothing_else(made: dict[str, Any]) -> None:
    taken = {name: each.get("from sheet", False) for name, each in made["answers"].items()}
    assert taken == {name: fits for name, _, fits in IN_TURN}
    assert made["answers"]["one that needs two pages"] == {"refused": "pages"}
    assert made["whole in another release"] == 3


@pytest.mark.parametrize("name", [name for name, _, fits in IN_TURN if fits])
def test_it_is_the_file_that_weasyprint_writes(name: str, made: dict[str, Any]) -> None:
    """Every object but the fonts is the same: what is drawn, tags, outline, alternative texts, metadata."""
    ours, plain = (b64decode(made["answers"][name][each]) for each in ("made", "plain"))
    assert made["answers"][name]["faults"] == []
    assert objects(ours) == objects(plain)
    assert pdf_text(ours) == pdf_text(plain)
    assert ImageChops.difference(picture(ours), picture(plain)).getbbox() is None


def test_a_certificate_from_a_sheet_is_signed_and_known(tmp_path: Path, press: Press) -> None:
    keys = open_keys(tmp_path, NOW)
    seal = open_seal(keys, NOW, "Norfolk Trading Standards")
    kind = kinds()["certificate"]
    signed = [
        render(
            kind.sample_data({"reference": f"CKS-C-2026-{number:06}"}), seal=seal, using=press
        ).pdf
        for number in range(3)
    ]
    assert len(signed[0]) < len(signed[1]), "the second is made from a sheet, with more letters"
    for pdf in signed:
        assert verify_certificate(pdf, [keys.root_certificate]).outcome is Outcome.GENUINE


def test_no_more_sheets_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Blank:
        pdf = b"%PDF"

        def __init__(self, *_: object, **__: object) -> None:
            pass

        def stamp(self, _: object) -> bytes:
            raise Unfit

    class Whole:
        def write(self, *_: object, **__: object) -> str:
            return "whole"

    monkeypatch.setattr(sheets, "Sheet", Blank)
    monkeypatch.setattr(sheets, "MOST_SHEETS", 6)
    stock = sheets.Sheets(Whole())
    job = {"letter": False, "most_pages": 1}
    made = [stock.write("<p>A</p>", "", **job) for _ in range(7)]
    assert [each == "whole" for each in made] == [True, False, False, False, False, True, True]
    for tag in "bcdef":
        assert stock.write(f"<{tag}>A</{tag}>", "", **job) == "whole"
        assert stock.write(f"<{tag}>A</{tag}>", "", **job) != "whole"
    assert stock.write("<p>A</p>", "", **job) == "whole", (
        "what was asked for longest ago is forgotten"
    )
    assert stock.write("<f>A</f>", "", **job) != "whole"
    for other in ({"letter": True}, {"most_pages": 2}, {"record": "{}"}):
        assert stock.write("<f>A</f>", "", **{**job, **other}) == "whole"


def test_a_style_sheet_that_reads_the_page_has_no_sheets() -> None:
    assert not reads_page(style_sheet())
    for css in (
        'p[data-x="1"] { color: red }',
        "p::before { content: attr(data-x) }",
        "h1 { string-set: head content() }",
        "p:empty { display: none }",
    ):
        assert reads_page(style_sheet() + css)


def test_pages_share_a_key_when_only_what_is_filled_in_differs() -> None:
    def key(html: str) -> str | None:
        parts = parts_of(html)
        return parts and parts.key

    page = '<p class="a">One &amp; two <b>three</b></p><img alt="A" src="data:,">'
    parts = parts_of(page)
    assert parts is not None
    assert parts.texts == ("One & two ", "three")
    assert parts.values == ("A", "data:,")
    assert key(page) == key(page.replace("One", "Six").replace("A", "B"))
    for other in (
        page.replace('"a"', '"b"'),
        page.replace("<b>", "<i>"),
        page.replace("three", ""),
        page.replace("three", " "),
        page.replace('alt="A" ', ""),
    ):
        assert key(other) != key(page)
    for closed in ("<style>p{}</style>", "<a href='#x'>x</a>", "<!-- x -->"):
        assert parts_of(page + closed) is None


def test_every_letter_of_a_sheet_is_in_the_typeface() -> None:
    assert len(set(LETTERS)) == len(LETTERS)
    assert covered() >= {ord(each) for each in LETTERS}
