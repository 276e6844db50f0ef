"""Letters beside the documented one-liner of WeasyPrint, and beside other engines.

Run with ``python -m tests.bench.letters``. The reference letter (`reference_letter`) in fifty different wordings
after five. Each side is a process of its own, kept warm; they take turns over the same letters, and only ratios
inside one run are judged:

- one letter: ``HTML(string=html).write_pdf()`` against our engine, in processor time, with identical bytes;
- a batch: the same words as our templates set them, tagged, PDF/A-3a and PDF/UA-1, by two processes side by
  side; judged by the processor time that each of two cores has to give, which is the clock of a machine that
  does nothing else; the clock of this run and the share of both cores it got are shown beside it;
- memory: how much a printing process grows from its fiftieth document to its five hundredth;
- the print run: one file of forty letters of four kinds, beside those letters as single files;
- other engines on the same letter, on the clock.

Left out: our signature (letters have none). What validation costs is shown apart.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from compliance.documents import kinds, render
from compliance.documents.press import Press
from tests.bench.letter_peers import peers
from tests.bench.reference_letter import our_page, parted, plain_page, words
from tests.bench.sides import judge, row, side_by_side, sides

WARM_UP, LETTERS, CHUNK, CORES = 5, 50, 10, 2
LETTER_GOAL, BATCH_GOAL, RUN_GOAL = 0.65, 0.33, 0.35
BATCH_KILOBYTES, GROWTH_MEGABYTES = 45, 5
GROWTH_FROM, GROWTH_TO = 50, 500
BENCH = "tests.bench.letters"


# What runs in each process.


def serve(side: str) -> None:
    """Answer each line: a number with the letter made, `validate` with what that costs, `memory`."""
    make = {"one-liner": _one_liner, "ours": _ours, "batch": _batch}[side]()
    made: list[bytes] = []
    for line in sys.stdin:
        asked = json.loads(line)
        began, clock = process_time(), perf_counter()
        answer: dict[str, Any] = {}
        if asked == "validate":
            from compliance.documents.conformance import nonconformities

            assert not any(nonconformities(pdf) for pdf in made)
            made.clear()
        elif asked == "memory":
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            answer["bytes"] = pages * os.sysconf("SC_PAGE_SIZE")
        else:
            pdf = make(asked)
            answer |= {"hash": hashlib.sha256(pdf).hexdigest(), "size": len(pdf)}
            if side == "batch":
                made.append(pdf)
        answer |= {"cpu": process_time() - began, "clock": perf_counter() - clock}
        print(json.dumps(answer), flush=True)


def _one_liner() -> Any:
    from weasyprint import HTML

    def make(number: int) -> bytes:
        pdf: bytes = HTML(string=plain_page(words(number))).write_pdf()
        return pdf

    return make


def _ours() -> Any:
    from compliance.documents.engine import Engine
    from compliance.documents.worker import tidy, warm

    engine = Engine()
    warm()

    def make(number: int) -> bytes:
        pdf: bytes = engine.lay_out(*parted(plain_page(words(number)))).write_pdf()
        engine.rest()
        tidy()
        return pdf

    return make


def _batch() -> Any:
    from compliance.documents.compose import style_sheet
    from compliance.documents.engine import Engine
    from compliance.documents.worker import tidy, warm

    engine, css = Engine(), style_sheet()
    warm()

    def make(number: int) -> bytes:
        page = our_page(words(number))
        pdf = engine.write(page, css, letter=True, most_pages=10).pdf
        engine.rest()
        tidy()
        return pdf

    return make


# What is compared.


def one_letter() -> None:
    """Our engine, kept warm, against the one-liner, letter by letter."""
    theirs, ours = [], []
    with sides(BENCH, "one-liner", "ours") as (one_liner, engine):
        for number in range(WARM_UP + LETTERS):
            pair = [one_liner, engine] if number % 2 else [engine, one_liner]
            answers = {each: each.ask(number) for each in pair}
            same = answers[one_liner]["hash"] == answers[engine]["hash"]
            assert same, f"letter {number}: the bytes differ"
            if number >= WARM_UP:
                theirs.append(answers[one_liner]["cpu"])
                ours.append(answers[engine]["cpu"])
    print(f"One letter: {LETTERS} different ones after {WARM_UP}, bytes identical, processor time")
    row("HTML(string=html).write_pdf()", median(theirs), 1)
    row("our engine, kept warm", median(ours), sum(ours) / sum(theirs))
    judge(sum(ours) / sum(theirs), LETTER_GOAL)


def batch() -> None:
    """Two processes side by side against the one-liner, ten letters at a time."""
    spent = dict.fromkeys(("their clock", "their cpu", "clock", "cpu", "validation"), 0.0)
    largest = 0
    with sides(BENCH, "one-liner", *["batch"] * CORES) as (one_liner, *workers):
        for number in range(WARM_UP):
            for each in (one_liner, *workers):
                each.ask(number)
        for each in workers:
            each.ask("validate")
        for first in range(WARM_UP, WARM_UP + LETTERS, CHUNK):
            numbers = range(first, first + CHUNK)
            for number in numbers:
                answer = one_liner.ask(number)
                spent["their clock"] += answer["clock"]
                spent["their cpu"] += answer["cpu"]
            began = perf_counter()
            made = side_by_side(workers, list(numbers))
            spent["clock"] += perf_counter() - began
            spent["cpu"] += sum(each["cpu"] for each in made)
            spent["validation"] += sum(each.ask("validate")["cpu"] for each in workers)
            largest = max(largest, *(each["size"] for each in made))
    print(
        f"\nA batch: the same words, tagged, PDF/A-3a and PDF/UA-1, {CORES} processes side by side"
    )
    row("HTML(string=html).write_pdf(), clock", spent["their clock"] / LETTERS, 1)
    ratio = spent["clock"] / spent["their clock"]
    row("our batch, clock", spent["clock"] / LETTERS, ratio)
    shared = spent["cpu"] / CORES
    row(f"our batch, processor / {CORES}", shared / LETTERS, shared / spent["their cpu"])
    print(f"  while it ran, {spent['cpu'] / CORES / spent['clock']:.0%} of {CORES} cores were ours")
    judge(shared / spent["their cpu"], BATCH_GOAL, "by processor time")
    validation = spent["validation"] / CORES
    row(f"validation apart, processor / {CORES}", validation / LETTERS, None)
    judge(largest / 1000, BATCH_KILOBYTES, "kB, the largest")


def growth() -> None:
    """What a process holds after its fiftieth letter and after its five hundredth."""
    with sides(BENCH, "batch") as (side,):
        held = []
        for number in range(1, GROWTH_TO + 1):
            side.ask(number)
            if number % CHUNK == 0:
                side.ask("validate")
            if number in (GROWTH_FROM, GROWTH_TO):
                held.append(side.ask("memory")["bytes"] / 1e6)
    print(f"\nMemory: {held[0]:.1f} MB at letter {GROWTH_FROM}, {held[1]:.1f} at {GROWTH_TO}")
    judge(held[1] - held[0], GROWTH_MEGABYTES, "MB more")


def print_run() -> None:
    """Forty letters of four kinds in one file, beside the files of each."""
    from compliance.documents.print_run import print_run

    press = Press()
    names = ["advice-letter", "test-purchase-pass", "test-purchase-sale", "challenge-25-result"]
    letters = []
    began = perf_counter()
    for number in range(40):
        kind = kinds()[names[number % len(names)]]
        data = kind.sample_data({"reference": f"CKS-2026-{number:06}"})
        letters.append((data.reference, render(data, using=press).pdf))
    between = perf_counter()
    press.close()
    run = print_run(letters, "Forty letters")
    took = perf_counter() - between
    singles = sum(len(pdf) for _, pdf in letters)
    print(f"\nThe print run: {len(letters)} letters of {len(names)} kinds, {len(run.pages)} in it")
    row("made and validated one by one, clock", (between - began) / len(letters), None)
    row("joined and validated, clock", took / len(letters), None)
    print(f"{singles} bytes in single files, {len(run.pdf)} in one")
    judge(len(run.pdf) / singles, RUN_GOAL, "of the sum of singles")


def others() -> None:
    """Other engines on the same letter, in turn, on the clock."""
    with sides(BENCH, "one-liner", "ours") as (one_liner, engine), peers() as makers:
        took: dict[str, list[float]] = {"HTML(string=html).write_pdf()": [], "our engine": []}
        took |= {name: [] for name in makers}
        for number in range(WARM_UP + LETTERS // 2):
            letter = words(number)
            now = {
                "HTML(string=html).write_pdf()": one_liner.ask(number)["clock"],
                "our engine": engine.ask(number)["clock"],
            }
            for name, make in makers.items():
                began = perf_counter()
                make(letter)
                now[name] = perf_counter() - began
            if number >= WARM_UP:
                for name, seconds in now.items():
                    took[name].append(seconds)
    base = median(took["HTML(string=html).write_pdf()"])
    print("\nOther engines on the same letter, each kept warm, clock, medians")
    for name, seconds in took.items():
        row(name, median(seconds), median(seconds) / base)


def main() -> None:
    """Print everything."""
    one_letter()
    batch()
    growth()
    print_run()
    others()


if __name__ == "__main__":
    serve(sys.argv[1]) if len(sys.argv) > 1 else main()
