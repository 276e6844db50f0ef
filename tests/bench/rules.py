"""One visit assessed with explanation, beside zen-engine and rule-engine on the same 60 rules.

Run with ``python -m tests.bench.rules``. Fresh visits each round, the engines interleaved in one run, all with
their rules compiled beforehand; equal results checked on every visit: findings (outcome, citation, "because",
advice), score range, open questions. The peers give bare outcomes; the lines that make a result of them are the
shortest that do, and are inside the time. Left out for the peers, to their advantage: checking what was put in.
Times are of the processor, the best of the rounds, so that a busy machine spoils them little.
"""

import gc
import json
import random
from collections import Counter
from collections.abc import Callable
from time import process_time
from typing import Any

import rule_engine
import zen

from compliance.rulebook import Pack, assess
from compliance.rulebook.conditions import parts

QUESTIONS = [f"q{number:02d}" for number in range(45)]
RULES = 60
ROUNDS, VISITS = 10, 200
GOAL = 10.0


def _condition(rng: random.Random) -> dict[str, Any]:
    """Four leaves, joined the way the shipped rules are: some of all, some of any."""
    leaves = [{"answer": name, "is": "yes"} for name in rng.sample(QUESTIONS, 4)]
    return {"all": [leaves[0], leaves[1], {"any": leaves[2:]}]}


def _expression(tree: dict[str, Any], code: str, join: dict[str, str]) -> str:
    """The same condition as a two-valued expression: what makes it certainly true, or certainly false."""
    for key in ("all", "any"):
        if key in tree:
            parts = (_expression(part, code, join) for part in tree[key])
            return "(" + f" {join[key]} ".join(parts) + ")"
    return f'{tree["answer"]} == "{code}"'


def _met(tree: dict[str, Any]) -> str:
    return _expression(tree, "yes", {"all": "and", "any": "or"})


def _not_met(tree: dict[str, Any]) -> str:
    return _expression(tree, "no", {"all": "or", "any": "and"})


def build(trees: list[dict[str, Any]]) -> Pack:
    """Our pack of the sixty rules."""
    version = {"from": "2000-01-01", "severity": "major", "basis": "good_practice", "law": "row"}
    texts = {"citation": "An Act, s.1", "advice": {"en": "Do this first."}}
    return Pack(
        {
            "pack": {"id": "bench", "version": "1"},
            "dim": [{"id": "kind", "options": [{"code": "audit"}]}],
            "severity": [{"id": "major", "weight": 5}],
            "question": [{"id": name, "type": "yes_no"} for name in QUESTIONS],
            "rule": [
                {"id": f"r{number:02d}", "version": [{**version, **texts, "met": tree}]}
                for number, tree in enumerate(trees)
            ],
            "value": [{"name": "score", "share": {}}],
            "output": {"score": "score"},
        }
    )


def _explained(
    trees: list[dict[str, Any]], outcomes_of: Callable[[dict[str, str]], list[str]]
) -> Callable[[dict[str, str]], dict[str, Any]]:
    """A result from a peer's outcomes, in our form; every rule weighs the same."""
    asked = [[part["answer"] for part in parts(tree)] for tree in trees]
    names = [f"r{number:02d}" for number in range(RULES)]

    def run(answers: dict[str, str]) -> dict[str, Any]:
        outcomes = outcomes_of(answers)
        met, open_ = outcomes.count("met"), outcomes.count("not_assessed")
        waits = Counter(
            one
            for outcome, questions in zip(outcomes, asked, strict=True)
            if outcome == "not_assessed"
            for one in questions
            if answers[one] == "not_observed"
        )
        return {
            "findings": [
                {
                    "rule": name,
                    "outcome": outcome,
                    "severity": "major",
                    "basis": "good_practice",
                    "citation": "An Act, s.1",
                    "law": "row",
                    "because": [{"question": one, "answer": answers[one]} for one in questions],
                    "advice": "Do this first." if outcome == "not_met" else "",
                }
                for name, outcome, questions in zip(names, outcomes, asked, strict=True)
            ],
            "score": {"low": 100 * met // RULES, "high": 100 * (met + open_) // RULES},
            "narrowed_by": sorted(sorted(waits), key=waits.__getitem__, reverse=True),
        }

    return run


def _met_rows(tree: dict[str, Any], code: str) -> list[dict[str, str]]:
    """A condition as rows of a decision table: each row alone makes it true (or, for "no", false)."""
    rows: list[dict[str, str]] = [{}]
    if "answer" in tree:
        return [{tree["answer"]: code}]
    together = ("all" in tree) == (code == "yes")
    parts_ = [_met_rows(part, code) for part in tree.get("all", tree.get("any", []))]
    if not together:
        return [row for part in parts_ for row in part]
    for part in parts_:
        rows = [row | more for row in rows for more in part]
    return rows


def _node(name: str, kind: str, content: Any = None) -> dict[str, Any]:
    node = {"id": name, "type": kind, "name": name, "position": {"x": 0, "y": 0}}
    return node if content is None else node | {"content": content}


def _table(number: int, tree: dict[str, Any]) -> dict[str, Any]:
    asked = sorted({part["answer"] for part in parts(tree)})
    rows = [
        *((row, "met") for row in _met_rows(tree, "yes")),
        *((row, "not_met") for row in _met_rows(tree, "no")),
        ({}, "not_assessed"),
    ]
    rules = [
        {"_id": str(place), "out": f"'{outcome}'"}
        | {name: f"'{row[name]}'" if name in row else "" for name in asked}
        for place, (row, outcome) in enumerate(rows)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in asked],
        "outputs": [{"id": "out", "name": "out", "field": f"r{number:02d}"}],
        "rules": rules,
    }
    return _node(f"t{number}", "decisionTableNode", content)


def _decision(work: list[dict[str, Any]]) -> Callable[[dict[str, str]], list[str]]:
    edges = [
        edge
        for node in work
        for edge in (
            {"id": f"{node['id']}-in", "sourceId": "in", "targetId": node["id"], "type": "edge"},
            {"id": f"{node['id']}-out", "sourceId": node["id"], "targetId": "out", "type": "edge"},
        )
    ]
    nodes = [_node("in", "inputNode"), *work, _node("out", "outputNode")]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def run(answers: dict[str, str]) -> list[str]:
        found = decision.evaluate(answers)["result"]
        return [found[f"r{number:02d}"] for number in range(RULES)]

    return run


def _zen_tables(trees: list[dict[str, Any]]) -> Callable[[dict[str, str]], list[str]]:
    """The way its manual writes rules: a decision table each."""
    return _decision([_table(number, tree) for number, tree in enumerate(trees)])


def _zen_expressions(trees: list[dict[str, Any]]) -> Callable[[dict[str, str]], list[str]]:
    """Its quickest form: one node of sixty nested ternaries."""
    expressions = [
        {
            "id": f"e{number}",
            "key": f"r{number:02d}",
            "value": f"{_met(tree)} ? 'met' : ({_not_met(tree)} ? 'not_met' : 'not_assessed')",
        }
        for number, tree in enumerate(trees)
    ]
    return _decision([_node("work", "expressionNode", {"expressions": expressions})])


def _rule_engine(trees: list[dict[str, Any]]) -> Callable[[dict[str, str]], list[str]]:
    rules = [(rule_engine.Rule(_met(tree)), rule_engine.Rule(_not_met(tree))) for tree in trees]

    def run(answers: dict[str, str]) -> list[str]:
        return [
            "met" if met.matches(answers) else "not_met" if no.matches(answers) else "not_assessed"
            for met, no in rules
        ]

    return run


def _ours(pack: Pack) -> Callable[[dict[str, str]], dict[str, Any]]:
    def run(answers: dict[str, str]) -> dict[str, Any]:
        return assess(pack, {"kind": "audit", "visited_on": "2026-11-22", "answers": answers})

    return run


def _compared(results: list[dict[str, Any]]) -> list[Any]:
    return [[one[part] for part in ("findings", "score", "narrowed_by")] for one in results]


def main() -> None:
    """Measure and print the table."""
    rng = random.Random(20261122)
    trees = [_condition(rng) for _ in range(RULES)]
    engines = {
        "ours": _ours(build(trees)),
        "zen-engine, decision tables": _explained(trees, _zen_tables(trees)),
        "zen-engine, one expression node": _explained(trees, _zen_expressions(trees)),
        "rule-engine": _explained(trees, _rule_engine(trees)),
    }
    gc.collect()
    gc.freeze()  # what a long-lived server does once it has started
    times: dict[str, list[float]] = {name: [] for name in engines}
    for round_ in range(ROUNDS + 1):
        visits = [
            {name: rng.choice(("yes", "yes", "yes", "no", "not_observed")) for name in QUESTIONS}
            for _ in range(VISITS)
        ]
        found = [[run(answers) for answers in visits] for run in engines.values()]
        if any(_compared(one) != _compared(found[0]) for one in found):
            raise SystemExit("the engines differ: no time is worth printing")
        del found  # what is kept slows the collector down, for everyone
        for name, run in engines.items():
            start = process_time()
            for answers in visits:
                run(answers)
            if round_:
                times[name].append((process_time() - start) / VISITS)
    print(
        f"One visit, {RULES} rules, {len(QUESTIONS)} questions; {ROUNDS} rounds of {VISITS} fresh visits"
    )
    ours = min(times["ours"])
    for name, taken in times.items():
        best = min(taken)
        print(f"  {name:32} {best * 1e6:9.0f} us   {best / ours:6.1f}x ours")
    for name in ("zen-engine, decision tables", "rule-engine"):
        ratio = min(times[name]) / ours
        word = "met" if ratio >= GOAL else "NOT met"
        print(f"  goal, at least {GOAL:.0f}x faster than {name}: {ratio:.1f}x, {word}")


if __name__ == "__main__":
    main()
