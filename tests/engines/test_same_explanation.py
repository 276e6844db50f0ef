"""The browser explains a visit, and asks its questions, in the same words as the server."""

import dataclasses
import json
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from compliance.rulebook import Pack, assess, shipped_pack
from compliance.rulebook.answers import Reader, read_dims
from compliance.rulebook.asked import asked
from compliance.services.assessments import explain_result
from compliance.web.public.released import release
from tests.engines.random_visits import RandomVisits
from tests.engines.test_same_verdict import NODE

HERE = Path(__file__).parent
VISITS = 300


#: What the self-check tells of neither: how a point is named, and how many of 100 hang on it.
NOT_TOLD = ("outcome_label", "points")


def _browser(pack: Pack, visits: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    assert NODE, "Node is installed by make setup"
    lines = "\n".join(json.dumps(one) for one in [release(pack), *visits])
    done = subprocess.run(
        [NODE, str(HERE / "explain_lines.mjs")],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_explanations_and_questions_are_the_same() -> None:
    pack = shipped_pack()
    maker = RandomVisits(pack, seed=1122)
    # Every other one in Welsh.
    visits = [
        {"language": pack.languages[number % 2], "visit": maker.visit(history=0)}
        for number in range(VISITS)
    ]
    for one, told in zip(visits, _browser(pack, visits), strict=True):
        visit: dict[str, Any] = one["visit"]
        answers, facts = visit.get("answers") or {}, visit.get("operation") or {}
        result = assess(pack, visit, one["language"])
        explained = explain_result(pack, result, answers, facts, one["language"])
        ours = [dataclasses.asdict(point) for point in explained.points]
        for point in ours:
            for name in NOT_TOLD:
                del point[name]
        assert json.loads(json.dumps(ours)) == told["points"], json.dumps(visit)
        put = asked(
            pack,
            read_dims(pack, visit),
            date.fromisoformat(visit["visited_on"]),
            Reader(pack.questions).read(answers),
            Reader(pack.facts, "operation fact").read(facts),
        )
        assert [entry["id"] for entry in put] == told["asked"], json.dumps(visit)
