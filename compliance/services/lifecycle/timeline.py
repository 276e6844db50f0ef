"""A visit's life on one page: what was done, by whom and when, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import object_session

from compliance.rulebook.pack import text_of
from compliance.services import reassessments
from compliance.services.lifecycle.cases import case_of
from compliance.services.lifecycle.conditions import CERTIFICATE_ENDED, Moment, reason_against
from compliance.services.lifecycle.machine import STEPS, Step
from compliance.services.lifecycle.policy import Policy
from compliance.services.page_texts import said
from compliance.store.models import Decision, FollowUp, Visit

#: What moves a visit on, in the order a page offers it, by the state it is in.
_ONWARD = {
    "recorded": ("agree", "supervise"),
    "returned": (),
    "reviewed": (
        "notify",
        "tell_certificate",
        "tell_end",
        "finish_follow_up",
        "close",
        "supervise",
    ),
    "notified": ("confirm", "decide", "tell_certificate", "tell_end", "supervise"),
    "decided": ("tell_decision", "tell_certificate", "tell_end", "finish_follow_up", "close"),
    "closed": ("tell_end",),
}
#: Steps that are left out of the page, not explained, when they do not come now.
_SILENT = frozenset(
    {"supervise", "confirm", "tell_decision", "tell_certificate", "tell_end", "finish_follow_up"}
)
#: What the letters are called that are no notification and no decision.
_LETTERS = {CERTIFICATE_ENDED: "Letter about the certificate sent"}


@dataclass(frozen=True)
class Event:
    """Something that was done."""

    at: datetime
    what: str
    who: str
    note: str = ""
    #: The reference of a document that went out with it.
    reference: str = ""


@dataclass(frozen=True)
class Next:
    """A step that comes next; with a reason, why it does not come yet."""

    step: Step
    reason: str | None = None


def events(visit: Visit, language: str = "en", policy: Policy | None = None) -> list[Event]:
    """Return what was done about a recorded visit, the oldest first, in a language.

    What a person wrote stands as it was written. `policy` names the steps; else the one that was followed.
    """
    say = partial(said, language=language)
    if policy is None and (visit.decisions or visit.follow_ups):
        case = case_of(visit)
        policy = case.policy if case else None
    found = [
        Event(
            version.recorded_at,
            say("Recorded")
            if version.number == 1
            else said("Corrected (version {1})", language, version.number),
            version.recorded_by.name,
            version.reason or "",
        )
        for version in visit.versions
    ]
    found += [
        Event(
            review.reviewed_at,
            say("Review: agreed" if review.outcome == "agreed" else "Review: returned"),
            review.reviewed_by.name,
            review.note,
        )
        for review in visit.reviews
    ]
    found += [
        Event(
            document.issued_at,
            say(
                "Certificate issued"
                if document.certificate
                else _LETTERS.get(document.kind)
                or ("Decision letter sent" if document.decision_id else "Letter sent")
            ),
            document.issued_by.name,
            reference=document.reference,
        )
        for document in visit.documents
    ]
    for decision in visit.decisions:
        found += _of_decision(policy, decision, language)
    for follow_up in visit.follow_ups:
        planned = _planned(policy, follow_up, language)
        found.append(
            Event(
                follow_up.created_at,
                say("Follow-up planned"),
                follow_up.created_by.name,
                planned,
            )
        )
        if follow_up.done_at and follow_up.done_by:
            found.append(
                Event(
                    follow_up.done_at,
                    say("Follow-up finished"),
                    follow_up.done_by.name,
                    follow_up.done_note or planned,
                )
            )
    if (session := object_session(visit)) is not None:
        for again in reassessments.of_visit(session, visit):
            found.append(
                Event(again.made_at, say("Assessed again"), again.made_by.name, again.reason)
            )
    for share in visit.shares:
        found.append(
            Event(
                share.shared_at,
                said("Shared with {1}", language, share.authority.name),
                share.shared_by.name,
            )
        )
    if visit.closed_at and visit.closed_by:
        found.append(Event(visit.closed_at, say("Closed"), visit.closed_by.name))
    return sorted(found, key=lambda event: event.at)


def next_steps(moment: Moment) -> list[Next]:
    """Return what the person could do next about a visit, and why not yet where they cannot."""
    found = []
    for name in _ONWARD.get(moment.case.visit.state, ()):
        step = STEPS[name]
        reason = reason_against(step, moment)
        if reason is None or name not in _SILENT:
            found.append(Next(step, reason))
    if any(each.reason is None for each in found):
        return [each for each in found if each.reason is None]
    return found


def step_words(policy: Policy | None, decision: Decision, language: str = "en") -> str:
    """Return what a decided step is called, in the policy that was followed."""
    step = policy.steps.get(decision.step) if policy else None
    return step.label_in(language) if step else decision.step


def _planned(policy: Policy | None, follow_up: FollowUp, language: str) -> str:
    """What is to be done: in a language where a step of the policy brought it, else as it was written."""
    step = policy.steps.get(follow_up.step) if policy else None
    if step is None or step.follow_up != follow_up.note:
        return follow_up.note
    return text_of(step.follow_ups, language)


def _of_decision(policy: Policy | None, decision: Decision, language: str) -> list[Event]:
    words = step_words(policy, decision, language)
    formal = decision.second_person_id is not None or decision.state != "made"
    # Before migration 0003 it was not kept who took a step back, only that it was.
    lost = decision.state == "refused" and not (decision.second_person_id or decision.withdrawn_at)
    verb = "Proposed and taken back" if lost else "Proposed" if formal else "Decision"
    found = [
        Event(
            decision.decided_at,
            f"{said(verb, language)}: {words}",
            decision.decided_by.name,
            decision.reason,
        )
    ]
    if decision.second_person and decision.second_person_at:
        verb = "Confirmed" if decision.state == "made" else "Not confirmed"
        found.append(
            Event(
                decision.second_person_at,
                f"{said(verb, language)}: {words}",
                decision.second_person.name,
                decision.second_person_note or "",
            )
        )
    if decision.withdrawn_by and decision.withdrawn_at:
        found.append(
            Event(
                decision.withdrawn_at,
                f"{said('Withdrawn', language)}: {words}",
                decision.withdrawn_by.name,
                decision.withdrawn_reason or "",
            )
        )
    return found
