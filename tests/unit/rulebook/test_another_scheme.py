"""A rulebook for another scheme is only a directory of data: the kitchen example."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from compliance.rulebook import assess, load_pack
from compliance.rulebook.check import check

KITCHENS = Path(__file__).parents[2] / "data" / "packs" / "hygiene"


def _visit(on: str, clean: int, structure: int, confidence: str) -> dict[str, Any]:
    return {
        "visited_on": on,
        "dims": {"trade": "cafe"},
        "answers": {"cleanliness": clean, "structure": structure, "confidence": confidence},
    }


def test_the_example_passes_the_gatekeeper() -> None:
    assert check(KITCHENS) == []


@pytest.mark.parametrize(
    ("clean", "structure", "confidence", "total", "rating"),
    [
        (0, 0, "high", 0, "5"),
        (5, 5, "high", 10, "5"),
        (10, 0, "high", 10, "4"),  # the worst part caps what the total would give
        (5, 5, "none", 40, "2"),
        (25, 0, "high", 25, "0"),
    ],
)
def test_component_scores_add_up_and_the_worst_caps_the_rating(
    clean: int, structure: int, confidence: str, total: int, rating: str
) -> None:
    result = assess(load_pack(KITCHENS), _visit("2026-05-01", clean, structure, confidence))
    assert result["values"]["total"] == total
    assert result["grade"] == rating


def test_a_component_not_scored_leaves_a_range_and_an_open_rating() -> None:
    visit = _visit("2026-05-01", 0, 0, "high")
    del visit["answers"]["confidence"]
    result = assess(load_pack(KITCHENS), visit)
    assert (result["values"]["total_low"], result["values"]["total_high"]) == (0, 30)
    assert result["grade"] == "open"


def test_violations_are_counted_in_a_rolling_window_of_months() -> None:
    pack = load_pack(KITCHENS)
    dirty = [_visit(on, 20, 0, "high") for on in ("2023-05-01", "2023-04-30", "2025-01-01")]
    now = {**_visit("2026-05-01", 20, 0, "high"), "history": dirty}
    result = assess(pack, now)
    assert result["values"]["violations"] == 3  # 30 April 2023 is one day too old
    assert result["values"]["tariff"] == "T3"
    later = assess(pack, {**now, "as_of": "2028-02-01"})
    assert later["values"]["tariff"] == "T1"


def test_the_scheme_written_out_in_the_documentation_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "rulebook.md").read_text(encoding="utf-8")
    whole = page.partition("## A whole scheme")[2].partition("\n## ")[0]
    (tmp_path / "pack.toml").write_text(*re.findall(r"```toml\n(.*?)```", whole, re.DOTALL))
    visit, told = map(json.loads, re.findall(r"```json\n(.*?)```", whole, re.DOTALL))
    assert check(tmp_path) == []
    result = assess(load_pack(tmp_path), visit)
    assert {key: result[key] for key in told} == told
    assert list(told["values"]) == list(result["values"])
