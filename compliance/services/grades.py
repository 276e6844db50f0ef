"""Why a grade is what it is: what the score alone would give, and what a failing allows at best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.rulebook import Pack
from compliance.rulebook.pack import Entry, text_of


@dataclass(frozen=True)
class Reason:
    """One thing that a grade rests on; the grade is the worst of them."""

    #: In plain words, such as "The score alone, 83 to 88 of 100".
    because: str
    #: What it gives, such as "B" or "At best E (lowest)".
    gives: str


def grade_reasons(
    pack: Pack, result: Mapping[str, Any], language: str = "en"
) -> tuple[Reason, ...]:
    """Return what the grade of an assessment is the worst of, by the values of its rulebook.

    Empty where the grade is no worst of a band of the score and a cap by severity: a test has an outcome,
    which is told beside it. English, with the rulebook's own labels in `language`.
    """
    name = pack.content.get("output", {}).get("grade")
    if name is None or result["score"] is None:
        return ()
    values = pack.by_id("value")

    def label(code: str) -> str:
        return pack.value_label(name, code, language)

    found: list[Reason] = []
    for part in _worst_of(values, values.get(name, {})):
        if "band" in part:
            found.append(_by_score(part["band"], result["score"], label))
        elif "cap" in part:
            found += _by_failings(pack, part["cap"], result["findings"], label, language)
    return tuple(found)


def _worst_of(values: Mapping[str, Entry], entry: Mapping[str, Any]) -> Iterator[Entry]:
    """The parts of every "worst of" that a value leads to."""
    leads_to = [case["then"] for case in entry.get("cases", ())] + [entry.get("otherwise")]
    for then in leads_to:
        if isinstance(then, Mapping) and "value" in then:
            yield from _worst_of(values, values[then["value"]])
    for part in entry.get("worst", {}).get("of", ()):
        yield values[part]


def _by_score(
    band: Mapping[str, Any], score: Mapping[str, int], label: Callable[[str], str]
) -> Reason:
    low, high = (_band_of(band, score[end]) for end in ("low", "high"))
    said = (
        f"{score['low']}" if score["low"] == score["high"] else f"{score['low']} to {score['high']}"
    )
    gives = label(low) if low == high else f"{label(low)} to {label(high)}"
    return Reason(f"The score alone: {said} of 100", gives)


def _band_of(band: Mapping[str, Any], score: int) -> str:
    return next(
        str(step["then"])
        for step in band["steps"]
        if "at_least" not in step or score >= step["at_least"]
    )


def _by_failings(
    pack: Pack,
    cap: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    label: Callable[[str], str],
    language: str,
) -> Iterator[Reason]:
    for step in cap["steps"]:
        severity = pack.label("severity", step["severity"], language).lower()
        graded = [one for one in findings if one["severity"] == step["severity"]]
        failing = [one for one in graded if one["outcome"] == "not_met"]
        for one in failing:
            title = text_of(pack.rules[one["rule"]].get("title"), language)
            yield Reason(
                f"A {severity} point not met: {title}", f"At best {label(step['at_best'])}"
            )
        unseen = sum(one["outcome"] == "not_assessed" for one in graded)
        if unseen and not failing:
            points = f"1 {severity} point" if unseen == 1 else f"{unseen} {severity} points"
            yield Reason(f"{points} not observed", f"At best {label(step['at_best'])} if not met")
