"""What moved between two assessments: of two visits to a shop, or of one visit by two rulebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from compliance.rulebook import Pack
from compliance.rulebook.difference import differences, entry_label
from compliance.services import history
from compliance.services.assessments import (
    Explanation,
    Observed,
    Point,
    explain,
    latest_assessment,
    pack_of,
)
from compliance.store.models import Assessment, Visit

#: How a point that one of the two does not know is said.
NOT_ASKED = "Not looked at"


@dataclass(frozen=True)
class Moved:
    """One thing that is another now: what it is, how it was and is said, and each reason in words."""

    title: str
    before: str
    after: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What moved from an earlier assessment to a later one: the whole first, then point by point."""

    earlier: Assessment
    later: Assessment
    whole: tuple[Moved, ...]
    points: tuple[Moved, ...]


def since_last(session: Session, assessment: Assessment, authority_id: int) -> Change | None:
    """Return what moved since the last visit of the same kind here; None where there was none.

    Of the same operator, agreed to by a reviewer, and one that the authority may read.
    """
    visit = assessment.version.visit
    past = history.history_of(session, visit, authority_id)
    same = [each["id"] for each in past if each["kind"] == visit.kind]
    if not same:
        return None
    earlier = latest_assessment(session, session.get_one(Visit, same[-1]))
    return None if earlier is None else between(session, earlier, assessment, authority_id)


def between(session: Session, earlier: Assessment, later: Assessment, authority_id: int) -> Change:
    """Return what moved between two assessments, as a reader of an authority may know it."""
    was, now = (explain(session, each, authority_id) for each in (earlier, later))
    old, new = pack_of(session, earlier), pack_of(session, later)
    before, after = ({point.rule: point for point in each.points} for each in (was, now))
    rules = {
        name: entry_label(old, new, (table, name))
        for table, name in (differences(old, new) if old.sha256 != new.sha256 else ())
        if table == "rule"
    }
    return Change(
        earlier,
        later,
        tuple(_whole(was, now)),
        tuple(
            _point(before.get(rule), after.get(rule), rules, new)
            for rule in (*after, *(rule for rule in before if rule not in after))
            if _outcome(before.get(rule)) != _outcome(after.get(rule))
        ),
    )


def _whole(was: Explanation, now: Explanation) -> Iterator[Moved]:
    for title, before, after in (
        ("Score", _score(was), _score(now)),
        ("Grade", was.grade_label, now.grade_label),
        ("How the test was made", was.validity_label, now.validity_label),
        ("Standing", was.standing_label, now.standing_label),
        ("Usual next step", was.next_step_label, now.next_step_label),
    ):
        if before != after:
            yield Moved(title, before or "None", after or "None")


def _score(told: Explanation) -> str:
    if told.score_low is None:
        return ""
    if told.score_low == told.score_high:
        return str(told.score_low)
    return f"{told.score_low} to {told.score_high}"


def _outcome(point: Point | None) -> str:
    return NOT_ASKED if point is None else point.outcome_label


def _point(
    before: Point | None, after: Point | None, rules: Mapping[str, str], pack: Pack
) -> Moved:
    told = after or before
    assert told is not None
    because = tuple(_because(before, after))
    if not because and told.rule in rules:
        because = (f"The rulebook changed. {rules[told.rule]} (version {pack.version})",)
    elif not because and before and after and before.citation != after.citation:
        because = (f"The law of the day: {before.citation}, then {after.citation}",)
    return Moved(told.title, _outcome(before), _outcome(after), because)


def _because(before: Point | None, after: Point | None) -> Iterator[str]:
    """The answers behind a point that were given otherwise."""
    given: list[dict[str, Observed]] = [
        {one.id: one for one in each.because} if each else {} for each in (before, after)
    ]
    was, now = given
    for name in (*now, *(name for name in was if name not in now)):
        told = [each[name].answer if name in each else None for each in (was, now)]
        if None not in told and told[0] != told[1]:
            yield f"{(now.get(name) or was[name]).line}: {told[0]}, then {told[1]}"
