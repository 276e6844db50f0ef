"""A million past visits re-scored: our blocks beside DuckDB and the one-by-one loop.

Run with ``python -m tests.bench.history [visits]``. The same sixty rules and forty-five questions as
``rules.py``; fresh columns each run. Every engine gives, for each visit, the bitmap of points not met, the
low and high end of the score and the grade, and then the list of premises whose grade changes; the lists
and sums are checked to be equal. The loop is timed on a part and scaled up. Left out: reading a snapshot
from disk (0.05 s a million in Parquet) and explanations, which are rebuilt one by one on demand.
"""

import gc
import random
import resource
import sys
from time import perf_counter
from typing import Any

import duckdb
import numpy as np

from compliance.rulebook import Pack, assess
from compliance.rulebook.assess import program_of
from compliance.rulebook.blocks import BlockScorer, Codes, Numbers
from compliance.rulebook.columns import Columns
from tests.bench.rules import QUESTIONS, RULES, _condition, build

WEIGHT = 5
BANDS = ((80, "A"), (60, "B"), (40, "C"), (0, "D"))
PREMISES = 120_000
LOOPED = 10_000


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


def _fresh(count: int) -> tuple[Columns, np.ndarray, np.ndarray]:
    """Random answers in columns, the premises of each visit, and the grade it had."""
    rng = np.random.default_rng()
    arrays: dict[str, Any] = {
        "visited_on": np.full(count, 739_000, dtype=np.int32),
        "dim.kind": np.ones(count, dtype=np.uint8),
    }
    for name in QUESTIONS:
        arrays[f"answer.{name}"] = rng.choice(
            np.array([0, 1, 2], dtype=np.int8), size=count, p=[0.05, 0.8, 0.15]
        )
    return Columns(arrays), rng.integers(0, PREMISES, count), rng.integers(0, 5, count)


def _sql(trees: list[dict[str, Any]]) -> str:
    def side(tree: dict[str, Any], code: int, joins: dict[str, str]) -> str:
        for key, join in joins.items():
            if key in tree:
                return "(" + f" {join} ".join(side(part, code, joins) for part in tree[key]) + ")"
        return f"{tree['answer']} = {code}"

    met = [side(tree, 1, {"all": "AND", "any": "OR"}) for tree in trees]
    failed = [side(tree, 2, {"all": "OR", "any": "AND"}) for tree in trees]
    sums = " + ".join(f"({one})::INTEGER" for one in met)
    fails = " + ".join(f"({one})::INTEGER" for one in failed)
    bits = " | ".join(f"(({one})::UBIGINT << {place})" for place, one in enumerate(failed))
    band = " ".join(f"WHEN {{0}} >= {limit} THEN {place}" for place, (limit, _) in enumerate(BANDS))
    return f"""
        WITH counted AS (SELECT premises, had, {bits} AS bits, {sums} AS met, {fails} AS failed FROM v),
        scored AS (SELECT *, 100 * met // {RULES} AS low, 100 * ({RULES} - failed) // {RULES} AS high
                   FROM counted),
        graded AS (SELECT *, CASE {band.format("low")} END AS worst, CASE {band.format("high")} END AS best
                   FROM scored)
        SELECT premises, bits, low, high, CASE WHEN worst = best THEN worst ELSE 4 END AS grade, had FROM graded
    """  # noqa: S608


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = random.Random(20261122)
    trees = [_condition(rng) for _ in range(RULES)]
    pack = graded(trees)
    program = program_of(pack)
    scorer = BlockScorer(program)
    columns, premises, had = _fresh(count)
    gc.collect()
    gc.freeze()

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    table = {name: columns[f"answer.{name}"] for name in QUESTIONS}
    connection.register("given", {"premises": premises, "had": had, **table})
    connection.execute("CREATE TABLE v AS SELECT * FROM given")
    query = _sql(trees)

    times: dict[str, list[float]] = {"ours": [], "duckdb": []}
    for _ in range(3):
        start = perf_counter()
        scored = scorer.score(columns)
        bits = scored.not_met[:, 0]
        score, grade = scored.values["score"], scored.values["grade"]
        assert isinstance(score, Numbers)
        assert isinstance(grade, Codes)
        changed = np.unique(premises[grade.low != had])
        times["ours"].append(perf_counter() - start)
        start = perf_counter()
        told = connection.execute(query).fetchnumpy()
        theirs = np.unique(told["premises"][told["grade"] != told["had"]])
        times["duckdb"].append(perf_counter() - start)
        same = (
            np.array_equal(np.sort(bits), np.sort(told["bits"]))
            and int(score.low.sum()) == int(told["low"].sum())
            and int(score.high.sum()) == int(told["high"].sum())
            and np.array_equal(changed, theirs)
        )
        if not same:
            raise SystemExit("the engines differ: no time is worth printing")

    codes = {0: "not_observed", 1: "yes", 2: "no"}
    visits = [
        {
            "kind": "audit",
            "visited_on": "2024-04-24",
            "answers": {name: codes[int(table[name][place])] for name in QUESTIONS},
        }
        for place in range(min(LOOPED, count))
    ]
    start = perf_counter()
    plain = [assess(pack, visit)["grade"] for visit in visits]
    loop = (perf_counter() - start) * count / len(visits)
    if plain != [scored.code("grade", place) for place in range(len(visits))]:
        raise SystemExit("the loop differs: no time is worth printing")
    ours, peer = min(times["ours"]), min(times["duckdb"])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:,} visits, {RULES} rules: findings bitmap, range, grade, premises whose grade changes"
    )
    print(f"  ours, blocks     {ours:8.2f} s")
    print(f"  duckdb           {peer:8.2f} s   ours is {ours / peer:.2f}x (goal at most 0.33x)")
    print(f"  one by one       {loop:8.2f} s   ours is 1/{loop / ours:.0f} (goal at most 1/15)")
    print(f"  memory, all three engines in one process: {memory:.0f} MB")


if __name__ == "__main__":
    main()
