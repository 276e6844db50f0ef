"""What an authority's own enforcement policy may say, checked before it is followed: a part that
cannot be followed is left out, so that the rulebook's own holds there, and is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.documents import kinds
from compliance.rulebook import Pack


@dataclass(frozen=True)
class Checked:
    """A policy as far as it can be followed, and in plain English what was left out."""

    usual: Mapping[str, str]
    steps: Mapping[str, Mapping[str, Any]]
    problems: tuple[str, ...]


def checked(policy: Any, pack: Pack) -> Checked:
    """Check a policy, `{"usual": {next_step: step}, "steps": {step: {setting: value}}}`, against `pack`."""
    if policy is None:
        return Checked({}, {}, ())
    if not isinstance(policy, Mapping):
        return Checked({}, {}, ("The policy is not a set of steps.",))
    problems = [
        f"The policy knows no “{name}”." for name in policy if name not in ("usual", "steps")
    ]
    known = {str(entry["id"]): entry for entry in pack.entries("step")}
    usual: dict[str, str] = {}
    for code, step in _mapping(policy, "usual", problems).items():
        if isinstance(step, str) and step in known:
            usual[code] = step
        else:
            problems.append(f"There is no step “{step}” to be usual after “{code}”.")
    steps: dict[str, dict[str, Any]] = {}
    given = _mapping(policy, "steps", problems)
    for step in given:
        if step not in known:
            problems.append(f"There is no step “{step}” to change.")
            continue
        steps[step] = {}
        for name, value in _mapping(given, step, problems).items():
            fits = _SETTINGS.get(name)
            if fits is None:
                problems.append(f"The step “{step}” has no setting “{name}”.")
            elif not fits(value):
                problems.append(f"The setting “{name}” of the step “{step}” cannot be read.")
            else:
                steps[step][name] = value
    return Checked(usual, steps, tuple(problems))


def longest_wait(pack: Pack) -> int:
    """Return the most working days that a formal step of `pack` gives the Primary Authority."""
    return max(
        (int(entry.get("primary_authority_days", 0)) for entry in pack.entries("step")), default=0
    )


def _mapping(of: Mapping[str, Any], name: str, problems: list[str]) -> Mapping[str, Any]:
    value = of.get(name, {})
    if isinstance(value, Mapping):
        return value
    problems.append(f"“{name}” is not a set of settings.")
    return {}


def _text(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(isinstance(each, str) and each for each in value.values())
    return isinstance(value, str) and bool(value.strip())


def _text_or_none(value: Any) -> bool:
    return value is None or _text(value)


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 365


def _count_or_none(value: Any) -> bool:
    return value is None or _count(value)


def _letter(value: Any) -> bool:
    return isinstance(value, str) and value in kinds()


def _codes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


#: What an authority may change about a step, and what the change has to be.
_SETTINGS: Mapping[str, Callable[[Any], bool]] = {
    "label": _text,
    "says": _text,
    "plain_for": _codes,
    "formal": _yes_or_no,
    "told": _yes_or_no,
    "letter": _letter,
    "follow_up": _text_or_none,
    "within_months": _count_or_none,
    "primary_authority_days": _count,
    "law": _text,
}
