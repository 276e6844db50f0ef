"""A batch of certificates beside a WeasyPrint that is kept warm.

Run with ``python -m tests.bench.certificates``. Fifty certificates after five, each of another shop, operator, day, link
and offline proof; every tenth has a name of two lines, every fiftieth a name in letters that no sheet has ready, which
is laid out whole. Each side is a process of its own; they take turns, and only ratios of processor time inside this run
are judged:

- WeasyPrint, reused: the page of the certificate (its codes already drawn in it) rendered with a kept font configuration
  and a parsed style sheet, PDF/A-3a, tagged, and finished as ours is;
- ours: the same page printed by what runs in the printing process;
- ours from the facts: the gates of words, the codes and the page too, set against WeasyPrint given the page.

The text of each must be the same. Left out: the signature and the validation, shown apart.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from compliance.documents import kinds
from compliance.documents.proofs import Claim, prove
from tests.bench.sides import judge, row, sides

BENCH = "tests.bench.certificates"
WARM_UP, CERTIFICATES = 5, 50
GOAL = 0.15
PURPOSE = "Signature of Norfolk Trading Standards"
TOWNS = ("Marchwood", "Aylsham", "Holt", "Diss", "Wroxham", "Cromer", "Thetford", "Fakenham")
TRADES = ("Hardware", "Kitchen & Home", "O'Neill's Ironmongery", "Cook Shop", "Angling Supplies")
LONG = "The Old Ironmongery, General Household Stores and Outfitters of Upper {}"


def facts(number: int) -> dict[str, Any]:
    """What is said of a shop; no two are alike."""
    town, trade = TOWNS[number % len(TOWNS)], TRADES[number % len(TRADES)]
    name = LONG.format(town) if number % 10 == 3 else f"{town} {trade} {number}"
    operator = f"{town} {number * 37 % 101} {trade} Limited"
    if number % 50 == 30:
        operator = f"\N{GREEK CAPITAL LETTER ALPHA}{number} Limited"
    day = date(2026, 9, 1) + timedelta(days=number % 24)
    until = day.replace(year=2027)
    postcode = f"NR{1 + number % 9} {1 + number % 7}QZ"
    claim = Claim(operator=operator, postcode=postcode, checked_on=day, valid_until=until)
    secret = hashlib.sha256(str(number).encode()).hexdigest()[:22]
    return {
        "reference": f"CKS-C-2026-{number:06}",
        "premises": {"name": name, "postcode": postcode},
        "operator": operator,
        "visit": {"day": day.isoformat()},
        "valid_until": until.isoformat(),
        "status_url": f"https://knifesales.example/c/{secret}",
        "proof_url": f"https://knifesales.example/proof#{prove(claim, bytes(32))}",
    }


# What runs in each process.


def serve(side: str) -> None:
    """Answer each number with what its certificate cost, in seconds of the processor, and what it says."""
    make = {"weasyprint": _weasyprint, "ours": _ours}[side]()
    last = b""
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, Any] = {}
        if asked == "apart":
            answer = _apart(last)
        else:
            last, answer = make(facts(asked))
            answer |= {"text": _text(last), "size": len(last)}
        print(json.dumps(answer), flush=True)


def _weasyprint() -> Callable[[dict[str, Any]], tuple[bytes, dict[str, Any]]]:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from compliance.documents.compose import compose, style_sheet
    from compliance.documents.engine import VARIANT
    from compliance.documents.finish import finish
    from compliance.documents.writer import our_writer

    kind, fonts = kinds()["certificate"], FontConfiguration()
    css = CSS(string=style_sheet(), font_config=fonts)

    def make(said: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        page = compose(kind.sample_data(said), kind, specimen=False)
        with _measured() as cost, our_writer():
            pdf = HTML(string=page).write_pdf(
                stylesheets=[css],
                font_config=fonts,
                pdf_variant=VARIANT,
                finisher=partial(finish, signature_purpose=PURPOSE),
            )
        return pdf, {"page": cost[0]}

    return make


def _ours() -> Callable[[dict[str, Any]], tuple[bytes, dict[str, Any]]]:
    from compliance.documents.characters import printable
    from compliance.documents.compose import compose, style_sheet
    from compliance.documents.engine import Engine
    from compliance.documents.gates import refuse_said, refuse_unfit
    from compliance.documents.sheets import Sheets
    from compliance.documents.worker import tidy, warm

    kind, engine = kinds()["certificate"], Engine()
    sheets, css = Sheets(engine), style_sheet()
    warm()

    def make(said: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
        data = kind.sample_data(said)
        with _measured() as before:
            data = printable(data)
            refuse_unfit(data, kind)
            page = compose(data, kind, specimen=False)
            refuse_said(page, data, kind)
        job = {"letter": False, "most_pages": kind.most_pages, "signature_purpose": PURPOSE}
        with _measured() as cost:
            pdf = sheets.write(page, css, **job).pdf
            engine.rest()
            tidy()
        return pdf, {"words": before[0], "page": cost[0]}

    return make


def _apart(pdf: bytes) -> dict[str, Any]:
    """What is not compared: the validation and the signature."""
    from compliance.documents.conformance import nonconformities
    from compliance.documents.keys import open_keys
    from compliance.documents.signing import open_seal

    now = datetime(2026, 10, 5, 9, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        seal = open_seal(open_keys(Path(folder), now), now, "Norfolk Trading Standards")
        seal.sign(pdf)  # the first opens the key
        with _measured() as signature:
            signed = seal.sign(pdf)
    with _measured() as validation:
        faults = nonconformities(signed)
    assert not faults, faults
    return {"signature": signature[0], "validation": validation[0]}


@contextmanager
def _measured() -> Iterator[list[float]]:
    spent: list[float] = []
    began = process_time()
    yield spent
    spent.append(process_time() - began)


def _text(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    words = [page.get_textpage().get_text_range() for page in document]
    return hashlib.sha256("\f".join(words).encode()).hexdigest()


# What is compared.


def main() -> None:
    """Print everything."""
    theirs, ours, words, kilobytes = [], [], [], []
    apart: dict[str, list[float]] = {"signature": [], "validation": []}
    with sides(BENCH, "weasyprint", "ours") as (weasyprint, engine):
        for number in range(WARM_UP + CERTIFICATES):
            pair = [weasyprint, engine] if number % 2 else [engine, weasyprint]
            answers = {each: each.ask(number) for each in pair}
            same = answers[weasyprint]["text"] == answers[engine]["text"]
            assert same, f"certificate {number}: the texts differ"
            if number < WARM_UP:
                continue
            theirs.append(answers[weasyprint]["page"])
            ours.append(answers[engine]["page"])
            words.append(answers[engine]["words"])
            kilobytes.append(answers[engine]["size"] / 1000)
            if number % 10 == 0:
                for name, seconds in engine.ask("apart").items():
                    apart[name].append(seconds)
    print(
        f"Certificates: {CERTIFICATES} different ones after {WARM_UP}, texts equal, processor time"
    )
    row("WeasyPrint, reused, given the page", median(theirs), 1)
    row("ours, given the page, the median", median(ours), None)
    ratio = sum(ours) / sum(theirs)
    row("ours, given the page, all of them", sum(ours) / CERTIFICATES, ratio)
    judge(ratio, GOAL)
    whole = sum(ours) + sum(words)
    row("ours, from the facts, all of them", whole / CERTIFICATES, whole / sum(theirs))
    for name, seconds in apart.items():
        row(f"{name}, apart", median(seconds), None)
    most = max(ours)
    print(
        f"  the dearest {most * 1000:.1f} ms (laid out whole, or a new sheet), {max(kilobytes):.0f} kB the largest"
    )


if __name__ == "__main__":
    serve(sys.argv[1]) if len(sys.argv) > 1 else main()
