"""An authority's own enforcement policy: seen by its people, changed by its administrator, every version kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.documents import DocumentRefused
from compliance.documents.characters import printable_text
from compliance.documents.data import LONGEST_DECISION
from compliance.documents.gates import refuse_words
from compliance.documents.wording import wording
from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services.authorities import get
from compliance.services.errors import Refused
from compliance.services.lifecycle.languages import FIRST
from compliance.services.lifecycle.policy import Policy, by_language, policy_of
from compliance.services.lifecycle.policy_check import checked
from compliance.services.permission import require
from compliance.services.translations import OWN, Said, said
from compliance.services.visit_content import clean_text
from compliance.store.models import Authority, PolicyVersion

LONGEST_REASON = 1_000
#: What a decision letter may say of a step in an authority's own words, in characters.
LONGEST_WORDS = LONGEST_DECISION
MOST_MONTHS = 36


@dataclass(frozen=True)
class Outcome:
    """What an assessment may say comes next, and the step that is usual after it."""

    code: str
    label: str
    #: The step under the authority's policy, and the rulebook's own; empty where there is none.
    step: str
    by_rulebook: str


@dataclass(frozen=True)
class OwnWords:
    """What a decision letter says of a step: the rulebook's words, and the authority's own where it has any."""

    step: str
    label: str
    by_rulebook: Mapping[str, str]
    #: By language; empty: the rulebook's words hold.
    own: Mapping[str, str]

    def said(self, language: str) -> Said:
        """The own words as a translator confirms them; its text is empty where there are none."""
        return said(OWN, language, self.own[FIRST], self.own.get(language, ""))


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


def words(session: Session, actor: Actor, pack: Pack) -> list[OwnWords]:
    """Return what decision letters of the actor's authority say of each step, in the rulebook's order."""
    require(actor, "policy.read")
    own = checked(get(session, actor.authority_id).policy, pack).steps
    return [
        OwnWords(
            entry["id"],
            text_of(entry["label"]),
            by_language(entry["says"]),
            by_language(own.get(entry["id"], {}).get("says")),
        )
        for entry in pack.entries("step")
        if entry.get("says")
    ]


def to_translate(session: Session, actor: Actor, pack: Pack, language: str) -> list[Said]:
    """Return the authority's own words that there are in a language: a translator confirms them."""
    every = [each.said(language) for each in words(session, actor, pack) if each.own]
    return [each for each in every if each.text]


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
    own = dict(authority.policy or {})
    # What was set otherwise than on this page stays as it is.
    settings = {
        step: {name: value for name, value in given.items() if name != "within_months"}
        for step, given in dict(own.get("steps", {})).items()
    }
    for step, months in within_months.items():
        if steps[step].get("within_months") != months:
            settings.setdefault(step, {})["within_months"] = months
    usual = {code: step for code, step in usual.items() if by_rulebook.get(code) != step}
    return _save(session, actor, now, authority, usual, settings, reason)


def change_words(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    *,
    says: Mapping[str, Mapping[str, str]],
    reason: str,
) -> PolicyVersion:
    """Save a new version: what decision letters say of each step, by step and language.

    Empty words leave a step to the rulebook. Words without their Welsh are kept: in Wales a letter that
    says them waits. Raises Refused, at its field (`says-<step>-<language>`), for Welsh without its English,
    for words that a letter never says, for no reason, or for no change.
    """
    require(actor, "policy.change")
    authority = get(session, actor.authority_id)
    session.refresh(authority, with_for_update=True)
    own = dict(authority.policy or {})
    settings = {step: dict(given) for step, given in dict(own.get("steps", {})).items()}
    steps = pack.by_id("step")
    for step, given in says.items():
        told = {
            language: text
            for language in pack.languages
            if (text := " ".join(clean_text(given.get(language, "")).split()))
        }
        _refuse_unfit(step, told)
        settings.setdefault(step, {}).pop("says", None)
        if told and told != by_language(steps[step]["says"]):
            settings[step]["says"] = told
    return _save(session, actor, now, authority, dict(own.get("usual", {})), settings, reason)


def _refuse_unfit(step: str, told: Mapping[str, str]) -> None:
    """What a letter may say: an authority's own words go through the gates of the rulebook's."""
    if told and FIRST not in told:
        raise Refused("Enter the English that this was made from", f"says-{step}-{FIRST}")
    for language, text in told.items():
        field = f"says-{step}-{language}"
        if len(text) > LONGEST_WORDS:
            raise Refused(f"This can have at most {LONGEST_WORDS} characters", field)
        try:
            refuse_words({"decision": printable_text(text, "What is said")}, language)
        except DocumentRefused as refused:
            raise Refused(str(refused), field) from refused
        if hard := wording(language).hard_to_read(text):
            raise Refused(hard[0], field)


def _save(
    session: Session,
    actor: Actor,
    now: datetime,
    authority: Authority,
    usual: Mapping[str, str],
    settings: Mapping[str, Mapping[str, Any]],
    reason: str,
) -> PolicyVersion:
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say what the change rests on", "reason")
    own = authority.policy or {}
    policy = {
        "usual": dict(usual),
        "steps": {step: dict(given) for step, given in settings.items() if given},
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
