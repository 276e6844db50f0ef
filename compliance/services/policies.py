"""An authority's own enforcement policy: seen by its people, changed by its administrator, every version kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services.authorities import get
from compliance.services.errors import Refused
from compliance.services.lifecycle.policy import Policy, policy_of
from compliance.services.permission import require
from compliance.services.visit_content import clean_text
from compliance.store.models import PolicyVersion

LONGEST_REASON = 1_000
MOST_MONTHS = 36


@dataclass(frozen=True)
class Outcome:
    """What an assessment may say comes next, and the step that is usual after it."""

    code: str
    label: str
    #: The step under the authority's policy, and the rulebook's own; empty where there is none.
    step: str
    by_rulebook: str


def followed(session: Session, actor: Actor, pack: Pack) -> Policy:
    """Return the policy that the actor's authority follows."""
    require(actor, "policy.read")
    return policy_of(get(session, actor.authority_id), pack)


def outcomes(policy: Policy, pack: Pack) -> list[Outcome]:
    """Return what may come next after a visit, in the order of the rulebook, and the usual step after each."""
    name = pack.content.get("output", {}).get("next_step")
    labels: Mapping[str, Any] = pack.by_id("value").get(name, {}).get("labels", {}) if name else {}
    usual = _usual(pack)
    return [
        Outcome(
            code,
            text_of(words) or code,
            step.id if (step := policy.usual(code)) is not None else "",
            usual.get(code, ""),
        )
        for code, words in labels.items()
    ]


def versions(session: Session, actor: Actor) -> Sequence[PolicyVersion]:
    """Return every version of the authority's own policy, the newest first."""
    require(actor, "policy.read")
    return session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.authority_id == actor.authority_id)
        .options(joinedload(PolicyVersion.made_by))
        .order_by(PolicyVersion.number.desc())
    ).all()


def change(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    *,
    usual: Mapping[str, str],
    within_months: Mapping[str, int],
    reason: str,
) -> PolicyVersion:
    """Save a new version: the usual step after each outcome, and how soon each follow-up is due.

    What equals the rulebook is left to it. Decisions that were made keep the version they were made
    under. Raises Refused, at its field, for a step there is not, months out of reach, no reason, or
    no change.
    """
    require(actor, "policy.change")
    authority = get(session, actor.authority_id)
    session.refresh(authority, with_for_update=True)
    steps = pack.by_id("step")
    by_rulebook = _usual(pack)
    # After some outcomes nothing is usual: a person looks first. An authority may leave it so.
    usual = {code: step for code, step in usual.items() if step or code in by_rulebook}
    for code, step in usual.items():
        if step not in steps:
            raise Refused("Choose one of the steps", f"usual-{code}")
    for step, months in within_months.items():
        if not 1 <= months <= MOST_MONTHS:
            raise Refused(f"Enter a number of months from 1 to {MOST_MONTHS}", f"months-{step}")
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say what the change rests on", "reason")
    own = dict(authority.policy or {})
    # What was set otherwise than on this page stays as it is.
    settings = {
        step: {name: value for name, value in given.items() if name != "within_months"}
        for step, given in dict(own.get("steps", {})).items()
    }
    for step, months in within_months.items():
        if steps[step].get("within_months") != months:
            settings.setdefault(step, {})["within_months"] = months
    policy = {
        "usual": {code: step for code, step in usual.items() if by_rulebook.get(code) != step},
        "steps": {step: given for step, given in settings.items() if given},
    }
    if policy == {"usual": own.get("usual", {}), "steps": own.get("steps", {})}:
        raise Refused("This is the policy already: nothing would change")
    newest = session.scalar(
        select(func.max(PolicyVersion.number)).where(PolicyVersion.authority_id == authority.id)
    )
    number = (newest or 0) + 1
    row = PolicyVersion(
        authority_id=authority.id,
        number=number,
        version=f"{authority.short_code} policy {number}",
        policy=policy,
        reason=reason,
        made_by_id=actor.user_id,
        made_at=now,
    )
    session.add(row)
    authority.policy = policy
    authority.policy_version = row.version
    session.flush()
    return row


def _usual(pack: Pack) -> dict[str, str]:
    return {
        code: str(entry["id"])
        for entry in pack.entries("step")
        for code in entry.get("usual_for", ())
    }
