"""What a visit holds, and how it is told: particulars, answers, the facts behind it, and its hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from compliance.rulebook import AnswerError, Pack
from compliance.rulebook.answers import Reader
from compliance.rulebook.asked import asked, asked_facts
from compliance.rulebook.pack import dims_match
from compliance.rulebook.words import question_line
from compliance.services.errors import Refused
from compliance.store.models import Operation, Visit, VisitVersion

LONDON = ZoneInfo("Europe/London")

#: Why the team came: codes of `visits.purpose` and how people say them.
PURPOSES: Mapping[str, str] = {
    "first": "First visit",
    "re_test": "Re-test",
    "after_challenge_25": "After a Challenge 25 audit",
    "complaint": "Complaint",
    "intelligence": "Intelligence",
    "follow_up": "Follow-up",
}
#: Why something could not be observed; kept beside the answer, never scored.
WHY_NOT_OBSERVED: Mapping[str, str] = {
    "area_shut": "Area closed to us",
    "access_refused": "Access refused",
    "no_time": "Ran out of time",
    "another_reason": "Another reason",
}
LONGEST_TEXT = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Record:
    """What an officer hands in: answers as the rulebook reads them (JSON), by question id."""

    answers: Mapping[str, Any]
    #: Operation facts that hold for this visit alone, laid over those of the operation.
    operation_facts: Mapping[str, Any] = field(default_factory=dict)
    #: Question id to a code of `WHY_NOT_OBSERVED`.
    why_not_observed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Particulars:
    """Why, how and when: what is decided before a question is asked."""

    purpose: str
    channels: Sequence[str]
    visited_on: date
    started_at: datetime | None = None
    ended_at: datetime | None = None
    operation: Operation | None = None


def local_day(moment: datetime) -> date:
    """Return the day it is in London at an aware moment."""
    return moment.astimezone(LONDON).date()


def without_controls(text: str) -> str:
    """Return text without control and direction characters, which no letter or database wants."""
    return _CONTROL.sub("", text)


def clean_text(text: str) -> str:
    """Return typed text with one kind of line end, and no control or direction characters."""
    return without_controls(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def codes_of(pack: Pack, dim: str) -> list[str]:
    """Return the codes of a dimension of the pack; none when the pack has no such dimension."""
    entry = pack.by_id("dim").get(dim, {})
    return [option["code"] for option in entry.get("options", ())]


def particulars_of(visit: Visit) -> Particulars:
    """Return why, how and when of a visit as it is kept."""
    return Particulars(
        visit.purpose,
        visit.channels,
        visit.visited_on,
        visit.started_at,
        visit.ended_at,
        visit.operation,
    )


def is_correcting(visit: Visit) -> bool:
    """Whether a correction of this visit is under way."""
    return "correcting" in visit.draft


def _is_open(visit: Visit) -> bool:
    return visit.state == "draft" or is_correcting(visit)


def nation_now(visit: Visit) -> str | None:
    """Return the nation of the premises as it is known now; the visit's own while a person must confirm it."""
    return visit.premises.nation or visit.nation


def dims_of(visit: Visit, pack: Pack) -> dict[str, list[str]]:
    """Return the dimensions under which a visit is asked about.

    While the nation is to confirm, the questions of every nation are asked: the answers are then
    there when a person has confirmed it. A draft and a correction follow a nation that was put right.
    """
    nation = nation_now(visit) if _is_open(visit) else visit.nation or visit.premises.nation
    changed = visit.draft.get("particulars", {}) if is_correcting(visit) else {}
    held = {
        "kind": [visit.kind],
        "nation": [nation] if nation else codes_of(pack, "nation"),
        "channel": list(changed.get("channels", visit.channels)),
    }
    return {name: codes for name, codes in held.items() if name in pack.by_id("dim")}


def facts_of(visit: Visit, own: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """Return the operation's facts with those that hold for this visit alone laid over them.

    What the visit itself says already (`filled_by` in the rulebook) is not asked twice.
    """
    shared = visit.operation.facts if visit.operation is not None else {}
    said = {"purpose": visit.purpose}
    filled = {
        entry["id"]: said[entry["filled_by"]]
        for entry in pack.entries("fact")
        if entry.get("filled_by") in said and dims_match(entry.get("dims"), {"kind": visit.kind})
    }
    return {**shared, **own, **filled}


def content_of(visit: Visit, handed_in: Record, pack: Pack) -> dict[str, Any]:
    """Return everything a version holds, read strictly; questions that were not put are left out.

    Raises `Refused` naming the question whose answer the rulebook cannot read.
    """
    dims = dims_of(visit, pack)
    facts = facts_of(visit, handed_in.operation_facts, pack)
    try:
        typed_facts = Reader(pack.facts, "operation fact").read(facts)
        typed = Reader(pack.questions).read(handed_in.answers)
    except AnswerError as error:
        raise Refused(_in_plain(error, pack), error.question) from error
    put = [entry["id"] for entry in asked(pack, dims, visit.visited_on, typed, typed_facts)]
    facts_put = {entry["id"] for entry in asked_facts(pack, dims, visit.visited_on, typed_facts)}
    answers = {name: handed_in.answers[name] for name in put if name in handed_in.answers}
    reasons = {
        name: why
        for name, why in handed_in.why_not_observed.items()
        if why in WHY_NOT_OBSERVED and name in put and name not in typed
    }
    photos = [
        {name: getattr(photo, name) for name in ("question", "received_sha256", "sha256")}
        for photo in visit.photos
        if photo.taken_out_at is None
    ]
    return {
        "particulars": {
            "kind": visit.kind,
            "purpose": visit.purpose,
            "nation": visit.nation,
            "channels": list(visit.channels),
            "visited_on": visit.visited_on.isoformat(),
            "started_at": local_moment(visit.started_at),
            "ended_at": local_moment(visit.ended_at),
            "premises_id": visit.premises_id,
            "operator_id": visit.operator.id if visit.operator else None,
            "operation_id": visit.operation.id if visit.operation else None,
            "officer_id": visit.officer_id,
            "why_not_observed": reasons,
            # Which photos there were: their hashes, so that what is added later is seen to be later.
            **({"photos": photos} if photos else {}),
        },
        "answers": answers,
        "operation_facts": {name: facts[name] for name in facts if name in facts_put},
    }


def _in_plain(error: AnswerError, pack: Pack) -> str:
    entry = pack.questions.get(error.question or "") or pack.facts.get(error.question or "")
    if entry is None:
        return str(error)
    return f"{question_line(entry)}: this answer cannot be read. Give it again."


def local_moment(moment: datetime | None) -> str | None:
    """Write an aware moment as ISO text with the zone of London."""
    return None if moment is None else moment.astimezone(LONDON).isoformat()


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of a version's content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hashes_true(version: VisitVersion) -> bool:
    """Say whether a stored version still has the content its hash was made of."""
    content = {
        "particulars": version.particulars,
        "answers": version.answers,
        "operation_facts": version.operation_facts,
    }
    return hash_of(content) == version.content_hash


def says_the_same(version: VisitVersion, content: Mapping[str, Any], handed_in: Record) -> bool:
    """Say whether a recorded version holds what is handed in (again).

    What the visit and its operation say by themselves may have changed since, and does not matter.
    """
    own = {name for name in handed_in.operation_facts if name in content["operation_facts"]}
    return (
        version.answers == content["answers"]
        and version.particulars.get("why_not_observed")
        == content["particulars"]["why_not_observed"]
        and all(
            version.operation_facts.get(name) == content["operation_facts"][name] for name in own
        )
    )
