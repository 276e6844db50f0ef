"""The life of a visit after it is recorded, as data: the states, the steps between them, who may
take each step, and what must be true first.

    recorded --agree--> reviewed --notify--> notified --decide--> decided --close--> closed
       ^                   |                    ^  |
       |                   +------close---------|--|----------> closed (nothing to tell)
    returned <--return-- recorded        refuse +--+ propose ... confirm --> decided

A correction (services/visits.py) leads from any of these, `closed` included, back to `recorded`:
what was told and decided stays on file, and a reviewer looks again.
"""

from __future__ import annotations

from dataclasses import dataclass

RECORDED = "recorded"
RETURNED = "returned"
REVIEWED = "reviewed"
NOTIFIED = "notified"
DECIDED = "decided"
CLOSED = "closed"

#: Something at the premises still waits for a person: no certificate is issued or renewed.
AWAITING = frozenset({RECORDED, RETURNED, REVIEWED, NOTIFIED})
#: A second person has agreed with the record: standing and documents may rest on it.
REVIEWED_STATES = frozenset({REVIEWED, NOTIFIED, DECIDED, CLOSED})


@dataclass(frozen=True)
class Step:
    """One thing a person does to a visit."""

    name: str
    #: What the button says.
    title: str
    #: The states it begins in.
    begins: frozenset[str]
    #: The state it leads to; None leaves the state as it is.
    leads_to: str | None
    #: The permission of compliance/access.py it stands under.
    permission: str
    #: Names of conditions (conditions.py), checked in this order; the first that fails is the reason.
    needs: tuple[str, ...] = ()


def _step(
    name: str, title: str, begins: set[str], leads_to: str | None, permission: str, *needs: str
) -> Step:
    return Step(name, title, frozenset(begins), leads_to, permission, needs)


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        _step(
            "agree", "Agree the record", {RECORDED}, REVIEWED, "visit.review",
            "another_than_the_recorders",
        ),
        _step(
            "return", "Return the record", {RECORDED}, RETURNED, "visit.review",
            "another_than_the_recorders",
        ),
        _step(
            "supervise", "Give a supervisor's word", {RECORDED, REVIEWED, NOTIFIED}, RECORDED,
            "visit.review", "a_supervisor_is_awaited", "another_than_the_recorders",
        ),
        _step(
            "notify", "Send the letter", {REVIEWED}, NOTIFIED, "visit.notify",
            "a_letter_is_due", "an_operator_is_known", "nothing_holds_the_letter",
            "every_language_can_be_sent",
        ),
        _step(
            "decide", "Decide", {NOTIFIED}, DECIDED, "visit.decide",
            "no_decision_is_waiting",
        ),
        _step(
            "propose", "Propose a formal step", {NOTIFIED}, None, "visit.decide",
            "no_decision_is_waiting", "nothing_stops_a_formal_step",
        ),
        _step(
            "confirm", "Confirm the decision", {NOTIFIED}, DECIDED, "visit.confirm",
            "a_decision_is_waiting", "another_than_the_decider", "nothing_stops_a_formal_step",
            "the_primary_authority_step_is_done",
        ),
        _step(
            "refuse", "Refuse the decision", {NOTIFIED}, None, "visit.confirm",
            "a_decision_is_waiting", "another_than_the_decider",
        ),
        _step(
            "withdraw", "Withdraw the proposal", {NOTIFIED}, None, "visit.decide",
            "a_decision_is_waiting",
        ),
        _step(
            "primary_authority", "Record the Primary Authority step", {NOTIFIED}, None,
            "visit.decide", "a_decision_is_waiting",
        ),
        _step(
            "tell_decision", "Send the decision letter", {DECIDED}, None, "visit.notify",
            "the_decision_has_a_letter", "nothing_holds_the_letter",
            "the_decision_can_be_told_in_every_language",
        ),
        _step(
            # After a correction to a record that needs no letter the end of a certificate is still owed.
            "tell_certificate", "Send the letter about the certificate", {REVIEWED, NOTIFIED, DECIDED},
            None, "visit.notify", "a_certificate_ended", "the_end_can_be_told_in_every_language",
        ),
        _step(
            # What a business gives back is told whatever has become of the visit it rested on.
            "tell_end", "Send the letter about the certificate",
            {RECORDED, RETURNED, REVIEWED, NOTIFIED, DECIDED, CLOSED}, None, "visit.notify",
            "the_business_ended_its_certificate", "the_end_can_be_told_in_every_language",
        ),
        _step("plan_follow_up", "Add a follow-up", {NOTIFIED, DECIDED}, None, "visit.follow_up"),
        _step(
            # After a correction to a record that needs no letter, an earlier decision's follow-up is open.
            "finish_follow_up", "Finish a follow-up", {REVIEWED, NOTIFIED, DECIDED}, None,
            "visit.follow_up", "there_is_a_follow_up",
        ),
        _step(
            "close", "Close the visit", {REVIEWED, DECIDED}, CLOSED, "visit.close",
            "the_business_was_told", "the_decision_was_told", "the_end_of_the_certificate_was_told",
            "every_follow_up_is_done",
        ),
        _step("share", "Share with a partner", set(REVIEWED_STATES), None, "visit.share"),
    )
}  # fmt: skip
