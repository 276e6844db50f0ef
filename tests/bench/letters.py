"""One warm letter, beside the documented one-liner of WeasyPrint, with identical bytes.

Run with ``python -m tests.bench.letters``. The reference letter is written as a plain author would: a crest,
a letterhead in flex, an address window, twelve findings in five columns, a footer, its style inline. Fifty
different letters after five, each made by both sides in turn, in two processes that start alike (own fonts,
own collector), in processor time, which a busy machine disturbs least: the one-liner ``HTML(string=html).write_pdf()``, and our engine. Left out on both sides: tags,
archive format, validation and signature; what they cost is shown apart, for our real letters.
"""

import hashlib
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from compliance.documents import kinds, render
from compliance.documents.fonts import write_fontconfig
from compliance.documents.press import Press

WARM_UP, LETTERS = 5, 50
GOAL = 0.65

STREETS = ["Elm Row", "Castle Street", "Mill Lane", "Station Road", "Church Hill", "Quay Side"]
TOWNS = ["Norwich", "Thetford", "Cromer", "Swaffham", "Dereham", "Wymondham"]
SHOPS = ["Hardware", "Stores", "Kitchens", "Outdoors", "Supermarket", "Cookshop"]
FOUND = [
    "The till did not ask for an age check on {n} of the knives we tried.",
    "We saw no written policy that covers knives and other blades.",
    "The refusals log had no entry for {n} weeks before our visit.",
    "Training records of {n} members of staff had no date on them.",
    "There was no notice about age at the display by aisle {n}.",
    "Staff at counter {n} could not say which proof of age to take.",
]
TO_DO = [
    "Put a prompt on every bladed item within {n} weeks.",
    "Write down how staff check age, and which items the rule covers.",
    "Write down every refusal. Have a manager sign the log every {n} days.",
    "Train the {n} members of staff again and write down the date.",
    "Put up {n} Challenge 25 notices where customers see them.",
    "Show staff the list of proof of age and ask them about it after {n} days.",
]
CSS = """
@page { size: A4; margin: 20mm 18mm 25mm 20mm;
  @bottom-center { content: "Page " counter(page) " of " counter(pages); font-size: 8pt } }
@page :first { margin-top: 15mm }
body { font-family: "Fira Sans"; font-size: 10pt; line-height: 1.4 }
header { display: flex; justify-content: space-between; height: 40mm }
header img { width: 28mm; height: 28mm }
header .from { text-align: right; font-size: 9pt }
.address { margin: 8mm 0 14mm 5mm; line-height: 1.3 }
h1 { font-size: 16pt; font-weight: 600 }
h2 { font-size: 12pt; font-weight: 600 }
table { border-collapse: collapse; width: 100%; font-size: 9pt }
th, td { border: 0.5pt solid #000; padding: 2mm; text-align: left; vertical-align: top }
thead { background: #eee }
"""
CREST = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'>"
    "<path d='M4 4h32v18c0 8-8 12-16 15C12 34 4 30 4 22z' fill='none' stroke='black'/>"
    "<circle cx='20' cy='17' r='8'/></svg>"
)


def letter(number: int) -> str:
    """A letter of two pages; every number gives another shop, other findings, other words."""
    rng = random.Random(number)
    shop = f"{rng.choice(TOWNS)} {rng.choice(SHOPS)} {number}"
    rows = "".join(
        f"<tr><td>{row}</td><td>{rng.choice(FOUND).format(n=rng.randint(2, 99))}</td>"
        f"<td>{rng.choice(TO_DO).format(n=rng.randint(2, 99))}</td>"
        f"<td>{rng.choice(['Law', 'Good practice', 'Helps to show due diligence'])}</td>"
        f"<td>{rng.randint(1, 28)} {rng.choice(['March', 'April', 'May'])} 2027</td></tr>"
        for row in range(1, 13)
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Advice, {number}</title>'
        f'<style>{CSS}</style></head><body><header><img src="{CREST}" alt="Crest">'
        "<div class=from><p>County Hall<br>Martineau Lane<br>Norwich<br>NR1 2DH</p>"
        f"<p>Our reference: CKS-{number:06}</p></div></header>"
        f"<div class=address><p>{shop} Limited</p><p>{rng.randint(1, 200)} {rng.choice(STREETS)}</p>"
        f"<p>{rng.choice(TOWNS)}</p><p>NR{rng.randint(1, 20)} 1QZ</p></div>"
        f"<h1>Our visit to {shop}</h1>"
        f"<p>We visited {shop} on {rng.randint(1, 28)} October 2026 to look at how knives are sold. This "
        "letter tells you what we found, what to do first, and by when. Our advice is free.</p>"
        "<table><thead><tr><th>No.</th><th>What we found</th><th>What to do</th>"
        f"<th>Law or good practice</th><th>By when</th></tr></thead><tbody>{rows}</tbody></table>"
        "<h2>What happens next</h2><p>We may visit again to see how you got on. If you need more time "
        f"for a step, call us before its date and say that it is about letter {number}.</p>"
        "<h2>Is this letter real?</h2><p>Look up our phone number on our own website. Call it and ask "
        "about this letter. We will never ask you for money or bank details.</p>"
        "<p>Yours faithfully</p></body></html>"
    )


def serve(side: str) -> None:
    """The child: makes each letter it is given, answers how long it took and what came out."""
    from weasyprint import HTML

    engine = None
    if side == "ours":
        from compliance.documents.engine import Engine
        from compliance.documents.worker import tidy, warm

        engine = Engine()
        warm()
    for line in sys.stdin:
        html = json.loads(line)
        began = process_time()
        if engine is None:
            pdf = HTML(string=html).write_pdf()
        else:
            pdf = engine.lay_out(*parted(html)).write_pdf()
            engine.rest()
            tidy()
        took = process_time() - began
        print(json.dumps([took, hashlib.sha256(pdf).hexdigest(), len(pdf)]), flush=True)


def parted(html: str) -> tuple[str, str]:
    """A letter without its style, and its style: our engine is given them apart."""
    before, _, rest = html.partition("<style>")
    css, _, after = rest.partition("</style>")
    return before + after, css


def main() -> None:
    """Interleave both sides over the same letters and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        config = write_fontconfig(Path(folder))
        sides = {
            name: subprocess.Popen(
                [sys.executable, "-m", "tests.bench.letters", name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={"FONTCONFIG_FILE": str(config), "HOME": folder, "LANG": "C.UTF-8"},
            )
            for name in ("one-liner", "ours")
        }
        times: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(WARM_UP + LETTERS):
            html = letter(number)
            made = {}
            order = list(sides) if number % 2 else list(sides)[::-1]
            for name in order:
                child = sides[name]
                assert child.stdin is not None
                assert child.stdout is not None
                child.stdin.write(json.dumps(html) + "\n")
                child.stdin.flush()
                took, digest, size = json.loads(child.stdout.readline())
                made[name] = digest
                if number >= WARM_UP:
                    times[name].append(took)
            assert made["ours"] == made["one-liner"], f"letter {number}: the bytes differ"
        for child in sides.values():
            assert child.stdin is not None
            child.stdin.close()
            child.wait()
    _print(times, size)


def _print(times: dict[str, list[float]], size: int) -> None:
    base = sum(times["one-liner"])
    ratio = sum(times["ours"]) / base
    pairs = sorted(
        ours / theirs for ours, theirs in zip(times["ours"], times["one-liner"], strict=True)
    )
    print(
        f"{LETTERS} different letters of two pages after {WARM_UP}, {size} bytes, bytes identical"
    )
    print(f"{'':32}{'CPU ms':>12}{'ratio':>8}")
    for name, label in (
        ("one-liner", "HTML(string=html).write_pdf()"),
        ("ours", "our engine, kept warm"),
    ):
        taken = times[name]
        print(f"{label:34}{median(taken) * 1000:10.1f}{sum(taken) / base:8.2f}")
    print(
        f"pair by pair: median {median(pairs):.2f}, nine in ten below {pairs[int(len(pairs) * 0.9)]:.2f}"
    )
    verdict = "kept" if ratio <= GOAL else "MISSED"
    print(f"goal <= {GOAL:.2f}: {verdict} ({ratio:.2f})")
    _print_whole()


def _print_whole() -> None:
    """What a real letter costs from data to validated PDF, through the child process."""
    from compliance.documents.conformance import nonconformities

    press = Press()
    kind = kinds()["advice-letter"]
    taken, validating = [], []
    for number in range(WARM_UP + 20):
        data = kind.sample_data({"reference": f"CKS-2026-{number:06}"})
        began = perf_counter()
        made = render(data, using=press)
        between = perf_counter()
        nonconformities(made.pdf)
        if number >= WARM_UP:
            taken.append(between - began)
            validating.append(perf_counter() - between)
    press.close()
    print(
        f"a real advice letter, {made.pages} pages, tagged, PDF/A-3a and PDF/UA-1, from data to "
        f"validated bytes: {median(taken) * 1000:.1f} ms, of which validation {median(validating) * 1000:.1f} ms"
    )


if __name__ == "__main__":
    serve(sys.argv[1]) if len(sys.argv) > 1 else main()
