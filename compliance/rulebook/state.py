"""What is known of one visit while it is being assessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

NOT_OBSERVED = "not_observed"
NOT_APPLICABLE = "not_applicable"


class Measure(NamedTuple):
    """A measurement as it was written: its value, and how many decimals were given."""

    value: Decimal
    decimals: int


class Moment(NamedTuple):
    """When a visit took place: its place in the history (later is larger), and its date."""

    order: int
    on: date


class Range(NamedTuple):
    """A number or a code that is not settled: what it is at worst, and at best."""

    low: "Number | str"
    high: "Number | str"


Number = int | Decimal
Answer = str | int | Measure | date | tuple[str, ...] | tuple[date, ...]
Value = str | Number | date | Moment | Range


@dataclass(slots=True)
class State:
    """One visit under assessment: what was put in, and what has been worked out so far.

    ``answers`` and ``facts`` hold definite answers only: an absent key was not observed.
    ``severities`` are those in force for the answers; ``in_doubt`` has, for a rule whose severity rests on an
    open question, the gravest and the lightest it may turn out to have.
    ``met``, ``not_met`` and ``open`` (not assessed) hold a bit for each rule of the plan with that outcome.
    ``visits`` are the states of the whole history, oldest first, this visit included.
    """

    visited_on: date
    as_of: date
    dims: Mapping[str, frozenset[str]]
    answers: Mapping[str, Answer]
    facts: Mapping[str, Answer]
    moment: Moment
    findings: dict[str, str] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    in_doubt: dict[str, tuple[str, str]] = field(default_factory=dict)
    met: int = 0
    not_met: int = 0
    open: int = 0
    fired: set[str] = field(default_factory=set)
    values: dict[str, Value] = field(default_factory=dict)
    visits: "list[State]" = field(default_factory=list)

    def ends_of_severity(self, rule: str) -> tuple[str, str]:
        """The gravest and the lightest severity that a rule may turn out to have."""
        severity = self.severities[rule]
        return self.in_doubt.get(rule, (severity, severity))
