"""A visit with all that the steps after its record look at: its version, its assessment, the
rulebook that made it, and the authority's policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.orm import object_session

from compliance.documents.kinds import kinds, replacement_of
from compliance.rulebook import Pack
from compliance.services import rulebooks
from compliance.services.assessments import Explanation, explain_result
from compliance.services.lifecycle.policy import Policy, PolicyStep, policy_of
from compliance.store.models import Assessment, Document, Visit, VisitVersion

#: The rulebook's word for a visit after which no letter goes out.
NO_LETTER = "none"


@dataclass(frozen=True)
class Case:
    """One recorded visit as a reviewer, a decider or a letter sees it."""

    visit: Visit
    version: VisitVersion
    assessment: Assessment
    pack: Pack

    @cached_property
    def result(self) -> dict[str, Any]:
        """The assessment as `assess` gave it."""
        return self.assessment.result

    def value(self, name: str) -> Any:
        """A value the rulebook worked out; None where it has none."""
        return self.result.get("values", {}).get(name)

    def words(self, name: str, language: str = "en") -> str:
        """The words of a value in a language; empty where there is no value."""
        given = self.value(name)
        return "" if given is None else self.pack.value_label(name, given, language)

    def conditions(self, stage: str | None = None) -> list[dict[str, Any]]:
        """The conditions that fired, all or those that bite at a stage."""
        validity = self.result.get("validity") or {}
        return [
            each for each in validity.get("conditions", ()) if stage in (None, each.get("stage"))
        ]

    @property
    def letters(self) -> list[Document]:
        """The letters about the visit that went out, the oldest first; not those on a certificate.

        A letter that went out in two languages is one letter: the English stands for both.
        """
        found: dict[str, Document] = {}
        for each in self.visit.documents:
            if about_a_visit(each) and (each.reference not in found or each.language == "en"):
                found[each.reference] = each
        return list(found.values())

    @property
    def letters_before(self) -> list[Document]:
        """The letters about a record that was corrected since: they no longer stand."""
        return [each for each in self.letters if each.inputs["visit_version"] < self.version.number]

    @property
    def letter(self) -> str | None:
        """The kind of letter that is due; None when none goes out."""
        if self.sets_aside:
            return self.sets_aside[0]
        kind = self.value("letter")
        return None if kind in (None, NO_LETTER) else str(kind)

    @property
    def story(self) -> str:
        """What the letter tells, where its kind can tell several things; else empty."""
        return self.sets_aside[1] if self.sets_aside else self.value("letter_story") or ""

    @property
    def sets_aside(self) -> tuple[str, str] | None:
        """The kind and story of the letter that is owed because an earlier one no longer stands.

        That is after a correction to a record that the rulebook has no letter for. None otherwise.
        """
        if self.value("letter") not in (None, NO_LETTER):
            return None
        earlier = self.letters_before
        if not earlier:
            return None
        told = earlier[-1].inputs["data"]
        return replacement_of(told["kind"], told.get("story", ""))

    @cached_property
    def policy(self) -> Policy:
        """The enforcement policy of the visit's authority."""
        return policy_of(self.visit.authority, self.pack)

    @property
    def usual_step(self) -> PolicyStep | None:
        """The step that is usual after this visit."""
        return self.policy.usual(self.result.get("next_step"))

    @cached_property
    def explanation(self) -> Explanation:
        """The assessment in words, every point down to its answers and source."""
        return self.explained("en")

    def explained(self, language: str) -> Explanation:
        """The same in another language."""
        if language not in self._explained:
            self._explained[language] = explain_result(
                self.pack, self.result, self.version.answers, self.version.operation_facts, language
            )
        return self._explained[language]

    @cached_property
    def _explained(self) -> dict[str, Explanation]:
        return {}


def about_a_visit(document: Document) -> bool:
    """Say whether a document is a letter about a visit, not a certificate or a letter about one."""
    kind = kinds().get(document.kind)
    return document.certificate is None and (kind is None or kind.about == "visit")


def case_of(visit: Visit) -> Case | None:
    """Return the case of a recorded visit; None while it has no record or no assessment."""
    version, assessment = visit.latest_version, visit.latest_assessment
    if version is None or assessment is None or assessment.version_id != version.id:
        return None
    return Case(visit, version, assessment, pack_of(assessment))


def pack_of(assessment: Assessment) -> Pack:
    """Return the rulebook that made an assessment, as it was then."""
    session = object_session(assessment)
    assert session is not None  # an assessment that is shown was read from the database
    return rulebooks.released(session, assessment.rulebook_sha256)
