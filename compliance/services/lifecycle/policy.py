"""The steps an authority may decide on, and which is usual: versioned data, the authority's own
policy or the one that comes with the rulebook.

An authority's policy is `{"usual": {next_step: step}, "steps": {step: {changes}}}`; what it leaves
out is as in the rulebook's `[[step]]` entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services.lifecycle.policy_check import checked, longest_wait
from compliance.store.models import Authority

#: The kind of document that tells a step which names no other.
DECISION_LETTER = "decision-letter"


@dataclass(frozen=True)
class PolicyStep:
    """One step that can be decided on."""

    id: str
    labels: Mapping[str, str]
    #: What a decision letter says was decided, in a sentence or two, by language.
    texts: Mapping[str, str]
    #: The next steps of an assessment after which it needs no reason: a plain pass.
    plain_for: frozenset[str]
    #: Needs a second person, and the Primary Authority step where the operator has one.
    formal: bool
    #: A decision letter is owed, whatever was said before.
    told: bool
    #: The kind of document that tells it.
    letter: str
    #: What is to be done afterwards, by language, and within how many months; None: nothing.
    follow_ups: Mapping[str, str] | None
    within_months: int | None
    #: How many working days a council waits after telling the Primary Authority.
    primary_authority_days: int
    #: Where in the law sheet or in published practice the step comes from.
    law: str

    @property
    def label(self) -> str:
        """What the step is called in English."""
        return text_of(self.labels)

    def label_in(self, language: str) -> str:
        """The same in a language; in English where an authority's own policy has no other."""
        return text_of(self.labels, language)

    @property
    def follow_up(self) -> str | None:
        """What is to be done afterwards, in English."""
        return text_of(self.follow_ups) or None

    @property
    def says(self) -> str:
        """What a decision letter says in English; empty where it says nothing."""
        return text_of(self.texts)

    def says_in(self, language: str) -> str:
        """The same in a language; empty where an authority's own policy has no such words."""
        return self.texts.get(language, "")


@dataclass(frozen=True)
class Policy:
    """An authority's enforcement policy as it stands."""

    version: str
    steps: Mapping[str, PolicyStep]
    _usual: Mapping[str, str]
    #: What of the authority's own policy cannot be followed; the rulebook's own holds there.
    problems: tuple[str, ...] = ()

    def usual(self, next_step: str | None) -> PolicyStep | None:
        """Return the usual step after an assessment whose next step is `next_step`."""
        return self.steps.get(self._usual.get(next_step or "", ""))


def policy_of(authority: Authority, pack: Pack) -> Policy:
    """Return the policy of `authority`: its own where it has one, laid over the rulebook's."""
    own = checked(authority.policy, pack)
    # A formal step that says nothing of the wait must not mean none: the longest is kept.
    entries = {
        entry["id"]: {
            "primary_authority_days": longest_wait(pack),
            **entry,
            **own.steps.get(entry["id"], {}),
        }
        for entry in pack.entries("step")
    }
    usual = {
        code: entry["id"] for entry in pack.entries("step") for code in entry.get("usual_for", ())
    }
    return Policy(
        version=authority.policy_version or f"{pack.id} {pack.version}",
        steps={identifier: _step(entry) for identifier, entry in entries.items()},
        _usual={**usual, **own.usual},
        problems=own.problems,
    )


def _step(entry: Mapping[str, Any]) -> PolicyStep:
    return PolicyStep(
        id=entry["id"],
        labels=by_language(entry["label"]),
        texts=by_language(entry.get("says")),
        plain_for=frozenset(entry.get("plain_for", ())),
        formal=bool(entry.get("formal", False)),
        told=bool(entry.get("told", False)),
        letter=entry.get("letter", DECISION_LETTER),
        follow_ups=by_language(entry.get("follow_up")) or None,
        within_months=entry.get("within_months"),
        primary_authority_days=entry["primary_authority_days"],
        law=entry.get("law", ""),
    )


def by_language(words: Mapping[str, str] | str | None) -> Mapping[str, str]:
    """A text by language; an authority's own policy may have it as plain English."""
    return {"en": words} if isinstance(words, str) else words or {}
