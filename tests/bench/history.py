"""A million past visits re-scored from their columns, beside DuckDB and the one-by-one loop.

Run with ``python -m tests.bench.history [visits]``. The same sixty rules and forty-five questions as
``rules.py``; fresh answers each run. Every engine gives, for each visit, the bitmap of points not met, the
low and high end of the score and the grade, and then the list of premises whose grade changes; all of it is
checked to be equal. Ours begins at the file below the data folder; DuckDB has the same answers in a table in
memory, in its smallest type, with both processors, and of several ways to write the query the quickest is
taken. The loop is timed on a part and scaled up. Then one rule is changed and scored from what was there,
beside scoring everything again; and random visits of the shipped rulebook are asked both ways.

Left out: bringing the file up to date, and explanations, which are rebuilt one by one on demand.
"""

import gc
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from compliance.rulebook import Pack, assess, shipped_pack
from compliance.rulebook.assess import program_of
from compliance.rulebook.blocks import BlockScorer, Codes, Numbers, Scored
from compliance.rulebook.columns import Columns, Read
from compliance.services import past_answers
from tests.bench.rules import QUESTIONS, RULES, _condition, build
from tests.engines.random_visits import RandomVisits
from tests.engines.test_blocks import _differences

BANDS = ((80, "A"), (60, "B"), (40, "C"), (0, "D"))
PREMISES = 120_000
LOOPED = 10_000
ROUNDS = 5
ANSWERS = {0: "not_observed", 1: "yes", 2: "no"}


def graded(trees: list[dict[str, Any]]) -> Pack:
    """The pack of ``rules.py`` with a grade."""
    content = dict(build(trees).content)
    steps = [{"at_least": limit, "then": code} for limit, code in BANDS[:-1]]
    content["value"] = [
        {"name": "score", "share": {}},
        {"name": "banded", "band": {"of": "score", "steps": [*steps, {"then": BANDS[-1][1]}]}},
        {
            "name": "grade",
            "worst": {"of": ["banded"], "order": [code for _, code in BANDS], "unsettled": "open"},
        },
    ]
    content["output"] = {"score": "score", "grade": "grade"}
    return Pack(content)


def _fresh(count: int) -> dict[str, np.ndarray]:
    """Random answers, as places among the codes; 0 is not observed."""
    rng = np.random.default_rng()
    codes = np.array([0, 1, 2], dtype=np.uint8)
    return {name: rng.choice(codes, size=count, p=[0.05, 0.8, 0.15]) for name in QUESTIONS}


def _write(path: Path, pack: Pack, answers: dict[str, np.ndarray]) -> None:
    count = len(answers[QUESTIONS[0]])
    table = {
        "version": np.arange(count, dtype=np.int64),
        "mark": np.zeros(count, dtype=np.uint32),
        "visited_on": np.full(count, 19_837, dtype=np.int32),
        "dims": np.ones(count, dtype=np.uint8),
        **{f"answer.{name}": column for name, column in answers.items()},
    }
    known = {"dims": ['{"kind": "audit"}']}
    known |= {f"answer.{name}": ['"yes"', '"no"'] for name in answers}
    past_answers.write(path, pack, known, pa.table(table))


def _queries(trees: list[dict[str, Any]]) -> list[str]:
    """The same question in the ways that may suit DuckDB."""

    def side(tree: dict[str, Any], code: int, joins: dict[str, str]) -> str:
        for key, join in joins.items():
            if key in tree:
                return "(" + f" {join} ".join(side(part, code, joins) for part in tree[key]) + ")"
        return f"({tree['answer']} = {code})"

    met = [side(tree, 1, {"all": "AND", "any": "OR"}) for tree in trees]
    failed = [side(tree, 2, {"all": "OR", "any": "AND"}) for tree in trees]
    band = " ".join(f"WHEN {{0}} >= {limit} THEN {place}" for place, (limit, _) in enumerate(BANDS))

    def bits(sides: list[str]) -> str:
        return " | ".join(f"({one}::UBIGINT << {place})" for place, one in enumerate(sides))

    def summed(sides: list[str], kind: str) -> str:
        return " + ".join(f"{one}::{kind}" for one in sides)

    counted = [
        f"{bits(failed)} AS bits, {summed(met, kind)} AS met, {summed(failed, kind)} AS failed"
        for kind in ("INTEGER", "USMALLINT")
    ]
    counted.append(
        f"{bits(failed)} AS bits, bit_count({bits(met)})::INTEGER AS met, bit_count(bits)::INTEGER AS failed"
    )
    return [
        f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        WITH counted AS (SELECT premises, had, {one} FROM v),
        scored AS (SELECT *, 100 * met // {RULES} AS low, 100 * ({RULES} - failed) // {RULES} AS high
                   FROM counted),
        graded AS (SELECT *, CASE {band.format("low")} END AS worst, CASE {band.format("high")} END AS best
                   FROM scored)
        SELECT premises, had, bits, low::UTINYINT AS low, high::UTINYINT AS high,
               (CASE WHEN worst = best THEN worst ELSE 4 END)::TINYINT AS grade FROM graded
        """  # noqa: S608
        for one in counted
    ]


def _changed(premises: np.ndarray, had: np.ndarray, scored: Scored) -> np.ndarray:
    """The premises of which a visit has another grade than it had."""
    grade = scored.values["grade"]
    assert isinstance(grade, Codes)
    marked = np.zeros(PREMISES, dtype=np.bool_)
    marked[premises[np.flatnonzero(grade.low != had)]] = True
    return np.flatnonzero(marked)


def _same(one: Scored, other: Scored) -> bool:
    return np.array_equal(one.not_met, other.not_met) and all(
        np.array_equal(value.low, other.values[name].low)
        and np.array_equal(value.high, other.values[name].high)
        for name, value in one.values.items()
    )


def _timed(times: list[float], work: Callable[[], Any], clock: Any = perf_counter) -> Any:
    start = clock()
    found = work()
    times.append(clock() - start)
    return found


def _refuse_if(differ: bool, what: str) -> None:
    if differ:
        raise SystemExit(f"{what}: no time is worth printing")


def _equal_to_duckdb(told: dict[str, np.ndarray], scored: Scored) -> bool:
    score, grade = scored.values["score"], scored.values["grade"]
    assert isinstance(score, Numbers)
    assert isinstance(grade, Codes)
    return all(
        np.array_equal(told[name], ours)
        for name, ours in (
            ("bits", scored.not_met[:, 0]),
            ("low", score.low),
            ("high", score.high),
            ("grade", grade.low),
        )
    )


def _loop(pack: Pack, answers: dict[str, np.ndarray], scored: Scored, count: int) -> float:
    """Seconds for all visits one by one, timed on some, whose findings, scores and grades are compared."""
    visits = [
        {
            "kind": "audit",
            "visited_on": "2024-04-24",
            "answers": {name: ANSWERS[int(column[place])] for name, column in answers.items()},
        }
        for place in range(min(LOOPED, count))
    ]
    start = perf_counter()
    plain = [assess(pack, visit) for visit in visits]
    seconds = (perf_counter() - start) * count / len(visits)
    score = scored.values["score"]
    for place, told in enumerate(plain):
        ours = (
            {"low": int(score.low[place]), "high": int(score.high[place])},
            scored.code("grade", place),
            [scored.outcome(rule, place) for rule in scored.rules],
        )
        theirs = (told["score"], told["grade"], [one["outcome"] for one in told["findings"]])
        _refuse_if(ours != theirs, "the loop differs")
    return seconds


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = random.Random(20261122)
    trees = [_condition(rng) for _ in range(RULES)]
    pack = graded(trees)
    program = program_of(pack)
    scorer = BlockScorer(program)
    draw = np.random.default_rng()
    premises, had = draw.integers(0, PREMISES, count), draw.integers(0, 5, count).astype(np.int8)
    answers = _fresh(count)
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, past_answers.FILE)
    _write(path, pack, answers)

    def ours() -> tuple[Scored, np.ndarray]:
        stored = past_answers.opened(path, pack)
        assert stored is not None
        return again(Columns(Read(program, stored)))

    def again(columns: Columns) -> tuple[Scored, np.ndarray]:
        scored = scorer.score(columns)
        scored.not_met  # noqa: B018  # asked for, so that it is made
        return scored, _changed(premises, had, scored)

    # Before anything else is in memory: what the scoring needs by itself.
    ours()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gc.collect()
    gc.freeze()

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET enable_progress_bar = false")
    connection.register("given", {"premises": premises, "had": had, **answers})
    connection.execute("CREATE TABLE v AS SELECT * FROM given")

    def theirs(query: str) -> np.ndarray:
        connection.execute(query)
        changed = "SELECT DISTINCT premises FROM judged WHERE grade <> had"
        return np.sort(connection.execute(changed).fetchnumpy()["premises"])

    queries = _queries(trees)
    tried = []
    for query in queries:
        tried.append([])
        theirs(query)
        _timed(tried[-1], lambda query=query: theirs(query))
    best = queries[tried.index(min(tried))]

    # One rule asks for something else; the others stay.
    changed_trees = list(trees)
    changed_trees[RULES // 2] = _condition(rng)
    one_rule = BlockScorer(program_of(graded(changed_trees)))

    times: dict[str, list[float]] = {
        name: []
        for name in (
            "from the file",
            "in memory",
            "duckdb",
            "one rule",
            "file, processor",
            "memory, processor",
            "one rule, processor",
        )
    }
    for _ in range(ROUNDS):
        scored, changed = _timed(times["from the file"], ours)
        columns = scored.parts[0].block.columns
        whole = Columns(columns.arrays)
        _timed(times["in memory"], lambda whole=whole: again(whole))
        found = _timed(times["duckdb"], lambda: theirs(best))
        told = connection.execute("SELECT bits, low, high, grade FROM judged").fetchnumpy()
        _refuse_if(not np.array_equal(found, changed), "the lists of premises differ")
        _refuse_if(not _equal_to_duckdb(told, scored), "the engines differ")
        grade = scored.values["grade"]
        assert isinstance(grade, Codes)

        def partly(scored: Scored = scored, whole: Columns = whole, grade: Codes = grade) -> Scored:
            quick = one_rule.score(whole, earlier=scored)
            quick.not_met  # noqa: B018
            _changed(premises, grade.low, quick)
            return quick

        quick = _timed(times["one rule"], partly)
        # Ours beside ours, one thread each: processor time, which other work on the machine does not stretch.
        for name, work in (
            ("file, processor", ours),
            ("memory, processor", lambda whole=whole: again(whole)),
            ("one rule, processor", partly),
        ):
            _timed(times[name], work, process_time)
    _refuse_if(not _same(one_rule.score(whole), quick), "one changed rule differs")
    moved = int((quick.values["grade"].low != scored.values["grade"].low).sum())
    size = path.stat().st_size / 1e6
    folder.cleanup()
    loop = _loop(pack, answers, scored, count)

    def ratio(one: str, other: str) -> float:
        return median(a / b for a, b in zip(times[one], times[other], strict=True))

    def line(name: str, seconds: float, said: str = "") -> None:
        print(f"  {name:<34}{1000 * seconds:9,.0f} ms   {said}")

    print(
        f"{count:,} visits, {RULES} rules: findings bitmap, range, grade, premises whose grade changes"
    )
    file, memory_s = min(times["from the file"]), min(times["in memory"])
    line(
        f"ours, from the file ({size:.0f} MB)",
        file,
        f"{ratio('from the file', 'duckdb'):.2f}x DuckDB (goal at most 0.33x),"
        f" 1/{loop / file:.0f} of the loop (goal at most 1/15)",
    )
    line("ours, columns in memory", memory_s, f"{ratio('in memory', 'duckdb'):.2f}x DuckDB")
    line("DuckDB, table in memory, 2 threads", min(times["duckdb"]))
    line("one by one", loop)
    line(
        "one changed rule",
        min(times["one rule"]),
        f"{ratio('one rule, processor', 'file, processor'):.2f}x a re-score from the file (goal at most"
        f" 0.1x), {ratio('one rule, processor', 'memory, processor'):.2f}x one in memory; {moved:,} grades move",
    )
    print(f"  memory, file to list: {memory:.0f} MB at most (goal at most 500 MB)")

    maker = RandomVisits(shipped_pack(), random.randrange(10**6))
    visits = [maker.visit(history=0) for _ in range(LOOPED)]
    for visit in visits:
        visit.pop("as_of", None)
    differences = _differences(shipped_pack(), visits)
    print(
        f"  {len(visits):,} random visits of the shipped rulebook, blocks and plain:"
        f" {len(differences)} differences"
    )
    _refuse_if(bool(differences), "\n".join(differences[:5]))


if __name__ == "__main__":
    main()
