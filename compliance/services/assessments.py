"""Assessments: a version of a visit judged by the rulebook, kept as a row, and explained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from compliance.rulebook import Pack, assess
from compliance.rulebook.assess import program_of
from compliance.rulebook.conditions import reads
from compliance.rulebook.pack import Entry, text_of
from compliance.rulebook.state import NOT_OBSERVED
from compliance.rulebook.values import weights_in
from compliance.rulebook.words import answer_in_words, day_in_words, question_line
from compliance.services import history, rulebooks
from compliance.services.page_texts import said
from compliance.store.models import Assessment, Operator, Premises, Visit, VisitVersion

#: The outcomes that enter a share.
COUNTED = ("met", "not_met", "not_assessed")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: How the engine's five outcomes are said.
OUTCOMES: Mapping[str, str] = {
    "met": "Met",
    "not_met": "Not met",
    "not_assessed": "Not observed",
    "not_applicable": "Does not apply",
    "not_in_force": "Not in force on this day",
}
#: The states of a visit that is recorded and that nobody has decided on.
UNDECIDED = ("recorded", "returned", "reviewed", "notified")
#: When a condition of the rulebook bites.
STAGES: Mapping[str, str] = {
    "recording": "Recording",
    "notification": "Before the shop is told",
    "decision": "Before a decision",
    "formal": "Before a formal step",
    "closing": "Before the visit is closed",
    "statistics": "In published figures",
}


def assess_visit(
    session: Session, now: datetime, visit: Visit, pack: Pack | None = None
) -> Assessment | None:
    """Assess the newest version of a visit and keep the result as a new row.

    Gives None, and keeps nothing, while the visit is a draft or the nation of its premises is still to
    confirm: the nation decides the law.
    """
    pack = pack or rulebooks.for_visit(session, visit)
    version = newest_version(session, visit)
    if version is None:
        return None
    visit.nation = visit.nation or visit.premises.nation
    if visit.nation is None:
        return None
    result = _judged(session, visit, version, pack, visit.authority_id)
    row = _row(visit, version, pack, result, visit.visited_on, now)
    rulebooks.keep(session, now, pack)
    session.add(row)
    session.flush()
    session.expire(visit, ["assessments"])
    _note_on_premises(visit, result)
    return row


def _judged(
    session: Session, visit: Visit, version: VisitVersion, pack: Pack, authority_id: int
) -> dict[str, Any]:
    """What the rulebook says of a version, with the past that an authority may read."""
    past = history.history_of(session, visit, authority_id)
    return assess(pack, history.as_told(version) | {"history": past})


def follow_history(session: Session, now: datetime, premises: Premises) -> list[Assessment]:
    """Assess again what is not decided yet at a premises and rests on a past that has changed.

    A visit is agreed to, corrected or shared after a later one was assessed: how the operator stands,
    and what usually follows, is then another. Each keeps the rulebook that made its assessment. Gives
    the new rows.
    """
    open_visits = session.scalars(
        select(Visit)
        .where(Visit.premises_id == premises.id, Visit.state.in_(UNDECIDED))
        .order_by(Visit.visited_on, Visit.created_at)
    ).all()
    made = []
    for visit in open_visits:
        row = latest_assessment(session, visit)
        if row is None:
            continue
        pack = pack_of(session, row)
        result = _judged(session, visit, row.version, pack, visit.authority_id)
        if result != row.result:
            again = _row(visit, row.version, pack, result, visit.visited_on, now)
            session.add(again)
            made.append(again)
            session.flush()
            session.expire(visit, ["assessments"])
    return made


def newest_version(session: Session, visit: Visit) -> VisitVersion | None:
    """Return the record as it now stands; None while it is a draft."""
    return session.scalar(
        select(VisitVersion)
        .where(VisitVersion.visit_id == visit.id)
        .order_by(VisitVersion.number.desc())
        .limit(1)
    )


def _row(
    visit: Visit,
    version: VisitVersion,
    pack: Pack,
    result: Mapping[str, Any],
    as_of: date,
    now: datetime,
) -> Assessment:
    validity, score = result["validity"] or {}, result["score"] or {}
    return Assessment(
        visit_id=visit.id,
        version_id=version.id,
        rulebook_id=pack.id,
        rulebook_version=pack.version,
        rulebook_sha256=pack.sha256,
        result=dict(result),
        as_of=as_of,
        grade=result["grade"],
        score_low=score.get("low"),
        score_high=score.get("high"),
        validity=validity.get("result"),
        may_allege=validity.get("may_allege"),
        counts=validity.get("counts"),
        standing=result["standing"],
        next_step=result["next_step"],
        made_at=now,
    )


def _note_on_premises(visit: Visit, result: Mapping[str, Any]) -> None:
    """Keep on the premises whether it sells knives, when the rulebook reads that from the visit."""
    sells = result["values"].get("sells_knives")
    premises = visit.premises
    seen = premises.sells_knives_seen_on
    if sells in ("yes", "no") and (seen is None or seen <= visit.visited_on):
        premises.sells_knives = sells
        premises.sells_knives_seen_on = visit.visited_on


def assess_waiting(
    session: Session, now: datetime, premises: Premises, pack: Pack | None = None
) -> list[Assessment]:
    """Assess what was recorded here while the nation was to confirm; call it once it is confirmed."""
    if premises.nation is None:
        return []
    waiting = session.scalars(
        select(Visit)
        .where(
            Visit.premises_id == premises.id,
            Visit.state != "draft",
            ~exists().where(Assessment.visit_id == Visit.id),
        )
        .order_by(Visit.visited_on, Visit.created_at)
    ).all()
    made = [assess_visit(session, now, visit, pack) for visit in waiting]
    return [row for row in made if row is not None]


def latest_assessment(session: Session, visit: Visit) -> Assessment | None:
    """Return the newest assessment of the newest version; None while there is none."""
    version = newest_version(session, visit)
    if version is None:
        return None
    return session.scalar(
        select(Assessment)
        .where(Assessment.version_id == version.id)
        .order_by(Assessment.id.desc())
        .limit(1)
    )


def standing_on(
    session: Session,
    premises: Premises,
    operator: Operator | None,
    as_of: date,
    pack: Pack | None = None,
    *,
    authority_id: int | None = None,
) -> dict[str, Any] | None:
    """Work out how an operator stands at a premises on a day, from agreed visits alone.

    From every authority's, for what the product itself holds to (no certificate over an open sale);
    with `authority_id`, for its eyes: from those visits that it may read. Returns the result of `assess` for the newest agreed visit with the earlier ones as its history;
    None when there is no agreed visit. Nothing is kept.
    """
    agreed = history.agreed_versions(session, premises, operator, as_of)
    if authority_id is not None:
        agreed = history.readable_to(session, authority_id, agreed)
    told = [history.as_told(version) for version in agreed]
    told = [one for one in told if one["nation"] is not None]
    if not told:
        return None
    return assess(
        pack or rulebooks.current(session, as_of),
        told[-1] | {"history": told[:-1], "as_of": as_of.isoformat()},
    )


def pack_of(session: Session, assessment: Assessment) -> Pack:
    """Return the very rulebook that made an assessment."""
    return rulebooks.released(session, assessment.rulebook_sha256)


@dataclass(frozen=True)
class Observed:
    """One thing a finding rests on: the question in short, and the answer in words."""

    id: str
    line: str
    answer: str
    #: It is a fact of the operation, not an answer of the visit.
    is_fact: bool = False
    #: There is no answer: it was not observed, or not asked.
    is_open: bool = False


@dataclass(frozen=True)
class Point:
    """A finding down to its rule, what was observed, and the statute or practice behind it."""

    rule: str
    title: str
    outcome: str
    outcome_label: str
    severity: str
    severity_label: str
    basis: str
    basis_label: str
    citation: str
    #: The row of the law that the rule rests on, in words, and whether it is unverified.
    law: str
    unverified: bool
    #: What a letter says of it: the failing, or the strength.
    says: str
    advice: str
    because: tuple[Observed, ...]
    core: bool
    #: Points of 100 lost (not met) or still open (not observed); None when it does not enter the score.
    points: float | None


@dataclass(frozen=True)
class Fired:
    """A condition of validity that fired."""

    id: str
    tier: str
    tier_label: str
    stage: str
    stage_label: str
    means: str
    #: What it reads of the file and is not on it, in short.
    not_on_file: tuple[str, ...]


@dataclass(frozen=True)
class OpenQuestion:
    """A question whose answer would narrow the score."""

    id: str
    line: str
    #: How far, in points of 100, its rules keep the two ends of the score apart.
    points: float


@dataclass(frozen=True)
class Explanation:
    """An assessment that a person can read, every number open down to rule, answer and statute."""

    rulebook_id: str
    rulebook_version: str
    rulebook_sha256: str
    validity: str | None
    validity_label: str
    may_allege: bool | None
    counts: bool | None
    conditions: tuple[Fired, ...]
    points: tuple[Point, ...]
    score_low: int | None
    score_high: int | None
    grade: str | None
    grade_label: str
    standing: str | None
    standing_label: str
    next_step: str | None
    next_step_label: str
    open_questions: tuple[OpenQuestion, ...]
    #: What else the rulebook worked out: its title, and its words.
    also: tuple[tuple[str, str], ...]

    def with_outcome(self, *outcomes: str) -> list[Point]:
        """Return the points of these outcomes, in the order of the rulebook."""
        return [point for point in self.points if point.outcome in outcomes]


def explain(
    session: Session,
    assessment: Assessment,
    authority_id: int,
    language: str = "en",
    words: Pack | None = None,
) -> Explanation:
    """Explain a kept assessment under the rulebook that made it, to a reader of an authority.

    `words` is that rulebook with more of its texts in the language (`rulebooks.told_in`).

    The row rests on what the visit's own authority may read. A partner with whom the visit was shared
    reads what follows from it by the visits that the partner may read.
    """
    version, pack = assessment.version, pack_of(session, assessment)
    result = assessment.result
    if version.visit.authority_id != authority_id:
        result = _judged(session, version.visit, version, pack, authority_id)
    return explain_result(
        words or pack,
        result,
        version.answers,
        version.operation_facts,
        language,
    )


def explain_result(
    pack: Pack,
    result: Mapping[str, Any],
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    language: str = "en",
) -> Explanation:
    """Explain what `assess` gave for these answers and facts."""
    output = pack.content.get("output", {})
    validity, score = result["validity"] or {}, result["score"] or {}
    share = _shares(pack, result)
    return Explanation(
        rulebook_id=result["rulebook"]["id"],
        rulebook_version=result["rulebook"]["version"],
        rulebook_sha256=result["rulebook"]["sha256"],
        validity=validity.get("result"),
        validity_label=_how_made(pack, result, language),
        may_allege=validity.get("may_allege"),
        counts=validity.get("counts"),
        conditions=tuple(
            _fired(pack, one, facts, language) for one in validity.get("conditions", ())
        ),
        points=tuple(
            _point(pack, one, answers, facts, share, language) for one in result["findings"]
        ),
        score_low=score.get("low"),
        score_high=score.get("high"),
        grade=result["grade"],
        grade_label=_named(pack, output.get("grade"), result["grade"], language),
        standing=result["standing"],
        standing_label=_named(pack, output.get("standing"), result["standing"], language),
        next_step=result["next_step"],
        next_step_label=_named(pack, output.get("next_step"), result["next_step"], language),
        open_questions=tuple(
            OpenQuestion(
                name,
                question_line(pack.questions[name], language),
                round(
                    sum(
                        share.get(finding["rule"], 0.0)
                        for finding in result["findings"]
                        if finding["outcome"] == "not_assessed"
                        and any(one.get("question") == name for one in finding["because"])
                    ),
                    1,
                ),
            )
            for name in result["narrowed_by"]
        ),
        also=tuple(_also(pack, result, language)),
    )


def _also(pack: Pack, result: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """The values with a title that are not told elsewhere, in the order of the rulebook."""
    output = pack.content.get("output", {})
    told = {name for name in output.values() if isinstance(name, str)}
    told |= {name for name in output.get("validity", {}).values() if isinstance(name, str)}
    for entry in pack.entries("value"):
        name, title = entry["name"], text_of(entry.get("title"), language)
        value = result["values"].get(name)
        if name in told or not title or value is None:
            continue
        words = pack.value_label(name, value, language)
        yield title, day_in_words(words, language) if _ISO.fullmatch(words) else words


def _how_made(pack: Pack, result: Mapping[str, Any], language: str) -> str:
    """How the test was made, in words: what the rulebook tells in place of the result, if anything."""
    output: Mapping[str, str] = pack.content.get("output", {}).get("validity", {})
    told_as = output.get("told_as")
    instead = result["values"].get(told_as) if told_as else None
    if instead is not None:
        return _named(pack, told_as, instead, language)
    return _named(pack, output.get("result"), (result["validity"] or {}).get("result"), language)


def _named(pack: Pack, name: str | None, code: Any, language: str) -> str:
    if name is None or code is None:
        return ""
    return pack.value_label(name, code, language)


def _shares(pack: Pack, result: Mapping[str, Any]) -> dict[str, float]:
    """How many of 100 points hang on each scored rule in this visit; empty without a share.

    Of a point not met: what its failing costs, by the severity it has; of any other, what it weighs.
    """
    name = pack.content.get("output", {}).get("score")
    share = pack.by_id("value").get(name, {}).get("share") if name else None
    if share is None or result["score"] is None:
        return {}
    counted = [one for one in result["findings"] if one["outcome"] in COUNTED]
    program = program_of(pack)
    worths = {}
    for one in counted:
        rule = pack.rules[one["rule"]]
        worths[one["rule"]] = program.worth(rule, _version_of(rule, one))
    weights = weights_in(share, worths)
    whole = sum(weight for weight, _ in weights.values())
    shares = {}
    for one in counted:
        if one["rule"] in weights:
            weight, costs = weights[one["rule"]]
            hangs = costs.get(one["severity"], weight) if one["outcome"] == "not_met" else weight
            shares[one["rule"]] = 100 * hangs / whole
    return shares


def _fired(pack: Pack, one: Mapping[str, Any], facts: Mapping[str, Any], language: str) -> Fired:
    condition = pack.by_id("condition")[one["id"]]
    return Fired(
        one["id"],
        one["tier"],
        pack.label("tier", one["tier"], language),
        one.get("stage") or "",
        said(STAGES.get(one.get("stage") or "", ""), language),
        text_of(condition.get("means"), language),
        tuple(
            question_line(pack.facts[name], language)
            for name in reads(condition["when"]).fact
            if facts.get(name) in (None, NOT_OBSERVED)
        ),
    )


def _point(
    pack: Pack,
    finding: Mapping[str, Any],
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    share: Mapping[str, float],
    language: str,
) -> Point:
    rule = pack.rules[finding["rule"]]
    version = _version_of(rule, finding)
    outcome = finding["outcome"]
    row = pack.by_id("law").get(finding["law"], {})
    says = {"not_met": "found", "met": "strength"}.get(outcome)
    return Point(
        rule=finding["rule"],
        title=text_of(rule.get("title"), language),
        outcome=outcome,
        outcome_label=said(OUTCOMES[outcome], language),
        severity=finding["severity"],
        severity_label=pack.label("severity", finding["severity"], language),
        basis=finding["basis"],
        basis_label=pack.label("basis", finding["basis"], language),
        citation=finding["citation"],
        law=text_of(row.get("text"), language),
        unverified=bool(row.get("unverified")),
        says=text_of(version.get(says), language) if says else "",
        advice=text_of(version.get("advice"), language) if outcome == "not_met" else "",
        because=tuple(_observed(pack, one, answers, facts, language) for one in finding["because"]),
        core=bool(rule.get("core")),
        points=round(share[finding["rule"]], 1) if finding["rule"] in share else None,
    )


def _version_of(rule: Entry, finding: Mapping[str, Any]) -> Any:
    """The version of the rule that made the finding: it carries the finding's citation and law."""
    for version in rule["version"]:
        if version["citation"] == finding["citation"] and version["law"] == finding["law"]:
            return version
    return rule["version"][0]


def _observed(
    pack: Pack,
    one: Mapping[str, Any],
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    language: str,
) -> Observed:
    if "fact" in one:
        name, table, given = one["fact"], pack.facts, facts
    else:
        name, table, given = one["question"], pack.questions, answers
    entry, value = table.get(name), given.get(name)
    if entry is None:
        # The visit's own dates are read like answers.
        return Observed(name, name.replace("_", " ").capitalize(), str(one["answer"]))
    return Observed(
        name,
        question_line(entry, language),
        answer_in_words(entry, value, language),
        is_fact="fact" in one,
        is_open=value is None or value == NOT_OBSERVED,
    )
