"""What must be true before a step: each condition by name, and the reason a person reads when it
is not. The steps that need them are in machine.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from compliance.access import Actor, allows
from compliance.documents import kinds
from compliance.services.errors import Refused
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.languages import held_for_language
from compliance.services.lifecycle.machine import STEPS, Step
from compliance.store.models import Certificate, Decision, Document, Visit

#: The kind of letter that tells that a certificate ended.
CERTIFICATE_ENDED = "certificate-ended"


@dataclass(frozen=True)
class Moment:
    """A case, the person who looks at it, and the local day."""

    case: Case
    actor: Actor
    today: date


Condition = Callable[[Moment], str | None]


def reason_against(step: Step, moment: Moment) -> str | None:
    """Return why the person may not take the step now, in plain English; None when they may."""
    visit = moment.case.visit
    if not allows(moment.actor, step.permission) or visit.authority_id != moment.actor.authority_id:
        return "Your role does not allow this step."
    if visit.state not in step.begins:
        return f"This visit is {visit.state}: this step does not come now."
    for name in step.needs:
        if reason := CONDITIONS[name](moment):
            return reason
    return None


def require(name: str, moment: Moment) -> Step:
    """Return the step if the person may take it now. Raises Refused with the reason otherwise."""
    step = STEPS[name]
    if reason := reason_against(step, moment):
        raise Refused(reason)
    return step


def waiting_decision(case: Case) -> Decision | None:
    """Return the decision that waits for a second person; None when none does."""
    return next(
        (each for each in case.visit.decisions if each.state == "awaiting_second_person"), None
    )


def made_decision(case: Case) -> Decision | None:
    """Return the newest decision that was made on the record as it now stands."""
    made = [each for each in case.visit.decisions if each.state == "made"]
    return made[-1] if made and made[-1].assessment_id == case.assessment.id else None


def letter_sent(case: Case, decision: Decision | None = None) -> Document | None:
    """Return the letter about the record as it now stands (that of a decision, or the first)."""
    wanted = decision.id if decision else None
    for document in case.letters:
        if (
            document.decision_id == wanted
            and document.inputs.get("visit_version") == case.version.number
        ):
            return document
    return None


def decision_letter(case: Case, decision: Decision | None) -> str | None:
    """Return the kind of letter that tells a decision; None when it has no letter of its own.

    It has one when its step is always told, or when the letter before it promised one: then closing
    without action is told too.
    """
    step = case.policy.steps.get(decision.step) if decision else None
    if step is None:
        return None
    sent = letter_sent(case)
    promised = sent is not None and kinds()[sent.kind].announces_decision(
        sent.inputs["data"].get("story", "")
    )
    return step.letter if step.told or promised else None


def untold_certificate(case: Case) -> Certificate | None:
    """Return the certificate that a decision on the visit ended and whose business was not told of
    it; None when there is none (left)."""
    return _first_untold(case, ended_by_decision(case))


def untold_end(case: Case) -> Certificate | None:
    """Return the certificate on the visit that ended for a reason of the business and whose end was
    not told; None when there is none (left), or nobody who could be told."""
    return _first_untold(case, filter(can_be_told, ended_by_business(case)))


def ended_by_decision(case: Case) -> list[Certificate]:
    """Return the certificates that decisions on the visit ended."""
    return [each for decision in case.visit.decisions for each in decision.ended_certificates]


def ended_by_business(case: Case) -> list[Certificate]:
    """Return the certificates resting on the visit that were given back, or whose business is gone."""
    found = [each.certificate for each in case.visit.documents]
    return [each for each in found if each is not None and each.ended_because]


def can_be_told(certificate: Certificate) -> bool:
    """Say whether there is an address at which a business can be told that its certificate ended.

    Without a registered office there is only the shop, as long as it is that business's.
    """
    operator, premises = certificate.operator, certificate.premises
    if operator.has_registered_office:
        return True
    newest = premises.tenures[-1] if premises.tenures else None
    return (
        premises.status == "open"
        and newest is not None
        and newest.to_date is None
        and newest.operator_id == operator.id
    )


def end_letters(visit: Visit, ended: Iterable[Certificate]) -> list[Document]:
    """Return the letters of the visit that tell the end of those certificates, the oldest first."""
    references = {each.document.reference for each in ended}
    return [
        each
        for each in visit.documents
        if each.kind == CERTIFICATE_ENDED
        and each.inputs["data"]["follows"]["reference"] in references
    ]


def _first_untold(case: Case, ended: Iterable[Certificate]) -> Certificate | None:
    return next((each for each in ended if not end_letters(case.visit, [each])), None)


def recorders(case: Case) -> set[int]:
    """Return the ids of everybody who wrote a version of the record, or made the visit."""
    return {case.visit.officer_id, *(version.recorded_by_id for version in case.visit.versions)}


def _another_than_the_recorders(moment: Moment) -> str | None:
    if moment.actor.user_id in recorders(moment.case):
        return "You recorded or corrected this visit, so another reviewer has to check it."
    return None


def _a_supervisor_is_awaited(moment: Moment) -> str | None:
    if moment.case.value("held") != "yes":
        return "Nothing about this visit waits for a supervisor."
    return None


def _a_letter_is_due(moment: Moment) -> str | None:
    if moment.case.letter is None:
        return "No letter goes out after this visit. You can close it."
    return None


def _an_operator_is_known(moment: Moment) -> str | None:
    if moment.case.visit.operator is None:
        return "Nobody is named as trading here on the day of the visit. Add the operator first."
    return None


def _nothing_holds_the_letter(moment: Moment) -> str | None:
    if moment.case.sets_aside:
        # It alleges nothing and takes back what was said: no doubt about the test keeps it waiting.
        return None
    held = moment.case.conditions("notification")
    if held and moment.case.value("letters_wait") != "no":
        return "The letter is held: " + " ".join(each["means"] for each in held)
    return None


def _every_language_can_be_sent(moment: Moment) -> str | None:
    kind = moment.case.letter
    return held_for_language(moment.case, kind) if kind else None


def _the_decision_can_be_told_in_every_language(moment: Moment) -> str | None:
    decision = made_decision(moment.case)
    kind = decision_letter(moment.case, decision)
    return held_for_language(moment.case, kind, decision.step) if kind and decision else None


def _the_end_can_be_told_in_every_language(moment: Moment) -> str | None:
    return held_for_language(moment.case, CERTIFICATE_ENDED)


def _a_certificate_ended(moment: Moment) -> str | None:
    if untold_certificate(moment.case) is None:
        return "No certificate ended with this decision, or the business was told already."
    return None


def _the_business_ended_its_certificate(moment: Moment) -> str | None:
    if untold_end(moment.case) is None:
        return (
            "No certificate was given back or lost its business, the business was told already, or "
            "there is no address to write to."
        )
    return None


def _the_end_of_the_certificate_was_told(moment: Moment) -> str | None:
    if untold_certificate(moment.case) is not None:
        return "The business has not been told that its certificate ended. Send that letter first."
    return None


def _no_decision_is_waiting(moment: Moment) -> str | None:
    if waiting_decision(moment.case):
        return "A decision on this visit is waiting for a second person."
    return None


def _a_decision_is_waiting(moment: Moment) -> str | None:
    return None if waiting_decision(moment.case) else "No decision is waiting for a second person."


def _another_than_the_decider(moment: Moment) -> str | None:
    waiting = waiting_decision(moment.case)
    if waiting and waiting.decided_by_id == moment.actor.user_id:
        return (
            "You proposed this step, so a second person has to look at it: "
            f"any other reviewer of {moment.case.visit.authority.name} can confirm it."
        )
    return None


def _nothing_stops_a_formal_step(moment: Moment) -> str | None:
    validity, stops = moment.case.result.get("validity"), moment.case.conditions("formal")
    if validity is not None and not validity["may_allege"]:
        return "No formal step is open: this test alleges nothing."
    if stops:
        return "No formal step is open: " + " ".join(each["means"] for each in stops)
    if validity is None and not _a_point_of_law_is_not_met(moment.case):
        return (
            "No formal step is open: what was not met here helps to show due diligence or is good "
            "practice. Only a point of law opens one."
        )
    return None


def _a_point_of_law_is_not_met(case: Case) -> bool:
    """Whether something was found that is a matter of law, by what the rulebook says of its basis."""
    bases = case.pack.by_id("basis")
    return any(
        each["outcome"] == "not_met" and bases.get(each["basis"], {}).get("opens_formal_step")
        for each in case.result["findings"]
    )


def _the_primary_authority_step_is_done(moment: Moment) -> str | None:
    waiting = waiting_decision(moment.case)
    if waiting is None or waiting.primary_authority_step in (None, "not_needed", "consented"):
        return None
    if waiting.primary_authority_step == "notified":
        return None
    if waiting.primary_authority_step == "objected":
        return "The Primary Authority objected. Choose another step."
    if waiting.primary_authority_on is None:
        return "Tell the Primary Authority first, and record the day."
    due = waiting.primary_authority_due_on
    if due is None:
        return "The list of bank holidays ends too soon: record the Primary Authority's answer."
    if moment.today <= due:
        return (
            f"The Primary Authority has until {due.day} {due:%B %Y}. This step can be confirmed "
            "after that day, or when its consent is recorded."
        )
    return None


def _the_decision_has_a_letter(moment: Moment) -> str | None:
    if decision_letter(moment.case, made_decision(moment.case)) is None:
        return "This decision has no letter of its own."
    return None


def _the_business_was_told(moment: Moment) -> str | None:
    # law.md 5.6 condition 20 bites here: at closing, never at recording.
    if moment.case.sets_aside and letter_sent(moment.case) is None:
        return (
            "The business still holds a letter that no longer stands. "
            "Send the letter that replaces it first."
        )
    if moment.case.letter and letter_sent(moment.case) is None:
        return "The business has not been told yet. Send the letter first."
    return None


def _the_decision_was_told(moment: Moment) -> str | None:
    decision = made_decision(moment.case)
    if decision is None:
        return None
    if decision_letter(moment.case, decision) and letter_sent(moment.case, decision) is None:
        return "The business has not been told the decision yet. Send the decision letter first."
    return None


def _there_is_a_follow_up(moment: Moment) -> str | None:
    return None if moment.case.visit.follow_ups else "There is no follow-up to finish."


def _every_follow_up_is_done(moment: Moment) -> str | None:
    if any(each.done_at is None for each in moment.case.visit.follow_ups):
        return "A follow-up is still open. Finish it first, or say why it is not needed."
    return None


CONDITIONS: dict[str, Condition] = {
    "another_than_the_recorders": _another_than_the_recorders,
    "a_supervisor_is_awaited": _a_supervisor_is_awaited,
    "a_letter_is_due": _a_letter_is_due,
    "an_operator_is_known": _an_operator_is_known,
    "nothing_holds_the_letter": _nothing_holds_the_letter,
    "every_language_can_be_sent": _every_language_can_be_sent,
    "the_decision_can_be_told_in_every_language": _the_decision_can_be_told_in_every_language,
    "a_certificate_ended": _a_certificate_ended,
    "the_end_can_be_told_in_every_language": _the_end_can_be_told_in_every_language,
    "the_business_ended_its_certificate": _the_business_ended_its_certificate,
    "the_end_of_the_certificate_was_told": _the_end_of_the_certificate_was_told,
    "no_decision_is_waiting": _no_decision_is_waiting,
    "a_decision_is_waiting": _a_decision_is_waiting,
    "another_than_the_decider": _another_than_the_decider,
    "nothing_stops_a_formal_step": _nothing_stops_a_formal_step,
    "the_primary_authority_step_is_done": _the_primary_authority_step_is_done,
    "the_decision_has_a_letter": _the_decision_has_a_letter,
    "the_business_was_told": _the_business_was_told,
    "the_decision_was_told": _the_decision_was_told,
    "there_is_a_follow_up": _there_is_a_follow_up,
    "every_follow_up_is_done": _every_follow_up_is_done,
}
