"""The tablet's engine and the server's give the same assessment of the same visit, to the letter."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from compliance.rulebook import Pack, assess, load_pack, shipped_pack
from compliance.rulebook.language import LANGUAGE
from compliance.web.public.released import release
from tests.engines.random_visits import RandomVisits

HERE = Path(__file__).parent
KITCHENS = HERE.parent / "data" / "packs" / "hygiene"
NODE = shutil.which("node", path=f"{HERE.parents[1] / '.venv' / 'bin'}:{os.environ['PATH']}")
VISITS = int(os.environ.get("SAME_VERDICT_VISITS", "2000"))


def _browser(pack: Pack, visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = _run([release(pack), *visits])
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _run(lines: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    assert NODE, "Node is installed by make setup"
    return subprocess.run(
        [NODE, str(HERE / "assess_lines.mjs")],
        input="\n".join(json.dumps(one) for one in lines),
        capture_output=True,
        text=True,
        check=False,
    )


def _plain(result: dict[str, Any]) -> Any:
    return json.loads(json.dumps(result))


@pytest.mark.parametrize(
    ("pack", "count"),
    [(shipped_pack(), VISITS), (load_pack(KITCHENS), max(200, VISITS // 10))],
    ids=["knives", "kitchens"],
)
def test_both_engines_agree_on_random_visits(pack: Pack, count: int) -> None:
    maker = RandomVisits(pack, seed=20261122)
    visits = [maker.visit() for _ in range(count)]
    for visit, told in zip(visits, _browser(pack, visits), strict=True):
        assert told == _plain(assess(pack, visit)), json.dumps(visit)


@pytest.mark.parametrize(
    "visit",
    [
        {
            "kind": "store_audit",
            "nation": "england",
            "channel": "in_store",
            "visited_on": "2026-02-30",
        },
        {
            "kind": "stor_audit",
            "nation": "england",
            "channel": "in_store",
            "visited_on": "2026-02-03",
        },
        {
            "kind": "store_audit",
            "nation": "england",
            "channel": "in_store",
            "visited_on": "2026-02-03",
            "answers": {"no_such_question": "yes"},
        },
    ],
    ids=["no such day", "no such kind", "no such question"],
)
def test_what_one_engine_refuses_the_other_refuses(visit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        assess(shipped_pack(), visit)
    assert "error" in _browser(shipped_pack(), [visit])[0]


def test_a_rulebook_of_nothing_but_questions_and_values_is_read_alike() -> None:
    question = {
        "id": "fee",
        "type": "measure",
        "min": 0,
        "max": 10,
        "decimals": 2,
        "section": "all",
    }
    values = [
        {"name": "paid", "sum": [{"answer": "fee"}, 0.1, 0.2]},
        {
            "name": "step",
            "band": {"of": "paid", "steps": [{"at_most": 5.3, "then": "low"}, {"then": "high"}]},
        },
    ]
    pack = Pack({"pack": {"id": "fees", "version": "1"}, "question": [question], "value": values})
    visits: list[dict[str, Any]] = [
        {"visited_on": "2026-03-31", "answers": answers}
        for answers in ({"fee": "5.00"}, {"fee": 5.01}, {})
    ]
    assessed = [_plain(assess(pack, visit)) for visit in visits]
    assert _browser(pack, visits) == assessed
    assert [one["values"].get("step") for one in assessed] == ["low", "high", None]


@pytest.mark.parametrize("language", [LANGUAGE - 1, LANGUAGE + 1])
def test_an_engine_of_another_version_says_so_and_does_not_judge(language: int) -> None:
    done = _run([release(load_pack(KITCHENS)) | {"language": language}])
    assert done.returncode != 0
    assert f"these rules need an engine of version {language}" in done.stderr
