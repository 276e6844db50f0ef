"""Random people take random steps: whatever they do, a visit never reaches a state it must not reach.

What must hold is written from the law and the cases, not from the machine's own table.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from compliance.documents import DocumentData, Rendered
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import (
    certificates,
    closing,
    decisions,
    follow_ups,
    issue,
    notifications,
    reviews,
)
from compliance.services.lifecycle.machine import STEPS
from compliance.services.visit_content import Record
from compliance.services.visits import correct
from compliance.store.engine import prepare_engine
from compliance.store.models import Base, Certificate, Document
from compliance.store.models.visits import VISIT_STATES
from tests import town as made
from tests.integration.lifecycle.conftest import REFUSED, SALE, audit_answers
from tests.town import OFFICE, VISITED_ON, noon

PEOPLE = (
    "officer",
    "reviewer",
    "second",
    "council_officer",
    "council_reviewer",
    "council_second",
)
OUTCOMES: tuple[dict[str, Any], ...] = (
    SALE,
    REFUSED,
    {"tp_outcome": "closed"},
    {**SALE, "tp_article_covered": "doubtful"},
)
STEPS_DECIDED = ("no_further_action", "advice_and_re_test", "written_warning", "simple_caution")


def unprinted(data: DocumentData, office: object, **_: object) -> Rendered:
    """A document without its printing: the steps are the subject here."""
    pdf = b"%PDF-" + data.reference.encode()
    return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), 1, "none", data.language)


class Steps(RuleBasedStateMachine):
    """One visit, a certificate from before it, and five people who press every button."""

    @initialize(
        recorder=st.sampled_from(PEOPLE),
        outcome=st.sampled_from((SALE, *OUTCOMES)),
        partner=st.booleans(),
    )
    def record(self, recorder: str, outcome: dict[str, Any], partner: bool) -> None:
        """Somebody records a test at a shop that holds a certificate."""
        self.printing = pytest.MonkeyPatch()
        for module in (issue, certificates):
            self.printing.setattr(module, "rendered", unprinted)
        self.engine = create_engine("sqlite:///:memory:")
        prepare_engine(self.engine)
        Base.metadata.create_all(self.engine)
        self.session = Session(self.engine)
        self.town = made.build(self.session)
        if partner:
            self.town.operator.primary_authority_name = "Hertfordshire County Council"
        audit = self.town.record("store_audit", audit_answers(), on=VISITED_ON - timedelta(days=30))
        self.town.agree(audit)
        self.town.notify(audit)
        decisions.decide(
            self.session,
            self.town.reviewer,
            noon(VISITED_ON - timedelta(days=25)),
            audit.id,
            step="no_further_action",
        )
        self.certificate: Certificate = certificates.issue(
            self.session,
            self.town.reviewer,
            noon(VISITED_ON - timedelta(days=24)),
            OFFICE,
            self.town.premises.id,
        )
        self.recorder = recorder
        self.partner = partner
        self.visit = self.town.record("test_purchase", outcome, by=getattr(self.town, recorder))
        self.writers = {getattr(self.town, recorder).user_id}
        self.agreed_by: int | None = None
        self.now = noon(VISITED_ON + timedelta(days=1))
        self.told_on: Any = None
        self.session.commit()

    def teardown(self) -> None:
        """Put everything back."""
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()
            self.printing.undo()

    def press(self, act: Any, *arguments: Any, **named: Any) -> Any:
        """Press a button: what is refused changes nothing."""
        before = self.visit.state
        try:
            result = act(self.session, *arguments, **named)
        except (Refused, NotFound):
            self.session.rollback()
            assert self.visit.state == before
            return None
        self.session.commit()
        self.session.expire_all()
        return result

    @rule(second=st.booleans(), step=st.sampled_from(STEPS_DECIDED), times=st.integers(1, 4))
    def go_on(self, second: bool, step: str, times: int) -> None:
        """Somebody who may do it takes the visit on: so that walks get somewhere."""
        ours = self.visit.authority_id == self.town.police.id
        reviewer = f"{'' if ours else 'council_'}{'second' if second else 'reviewer'}"
        for _ in range(times):
            state = self.visit.state
            if state == "recorded":
                self.agree(reviewer)
            elif state == "reviewed":
                self.notify(reviewer)
            elif state == "notified":
                waiting = [
                    each for each in self.visit.decisions if each.state == "awaiting_second_person"
                ]
                if waiting:
                    self.confirm(reviewer)
                else:
                    self.decide(reviewer, step, "Because", tell=True)
            elif state == "decided":
                self.tell_decision(reviewer)
                self.finish(reviewer)
                self.close(reviewer)

    @rule(days=st.integers(0, 6))
    def wait(self, days: int) -> None:
        """Days go by."""
        self.now += timedelta(days=days)

    @rule(who=st.sampled_from(PEOPLE))
    def agree(self, who: str) -> None:
        """Somebody agrees with the record."""
        actor = getattr(self.town, who)
        number = len(self.visit.versions)
        if self.press(reviews.agree, actor, self.now, self.visit.id, version=number):
            assert actor.user_id not in self.writers
            assert actor.authority_id == self.visit.authority_id
            assert actor.role == "reviewer"
            self.agreed_by = actor.user_id

    @rule(who=st.sampled_from(PEOPLE))
    def send_back(self, who: str) -> None:
        """Somebody returns the record."""
        actor = getattr(self.town, who)
        number = len(self.visit.versions)
        if self.press(
            reviews.send_back, actor, self.now, self.visit.id, version=number, note="Look again"
        ):
            assert actor.user_id not in self.writers

    @rule(who=st.sampled_from(PEOPLE[:3]), till=st.integers(1, 99))
    @precondition(lambda self: self.visit.authority_id == self.town.police.id)
    def correct_it(self, who: str, till: int) -> None:
        """A colleague corrects the record."""
        actor = getattr(self.town, who)
        answers = {**self.visit.versions[-1].answers, "tp_till_number": str(till)}
        number = len(self.visit.versions)
        self.press(
            correct,
            actor,
            self.now,
            self.visit,
            Record(answers=answers, operation_facts=self.visit.versions[-1].operation_facts),
            reason="Till",
        )
        if len(self.visit.versions) > number:
            self.writers.add(actor.user_id)

    @rule(who=st.sampled_from(PEOPLE))
    def notify(self, who: str) -> None:
        """Somebody sends the letter."""
        self.press(notifications.notify, getattr(self.town, who), self.now, OFFICE, self.visit.id)

    @rule(
        who=st.sampled_from(PEOPLE),
        step=st.sampled_from(STEPS_DECIDED),
        reason=st.sampled_from(["", "Because"]),
        tell=st.booleans(),
    )
    def decide(self, who: str, step: str, reason: str, tell: bool) -> None:
        """Somebody decides."""
        self.press(
            decisions.decide,
            getattr(self.town, who),
            self.now,
            self.visit.id,
            step=step,
            reason=reason,
            primary_authority_on=self.now.date() if tell else None,
        )

    @rule(who=st.sampled_from(PEOPLE))
    def confirm(self, who: str) -> None:
        """Somebody confirms."""
        self.press(decisions.confirm, getattr(self.town, who), self.now, self.visit.id)

    @rule(who=st.sampled_from(PEOPLE))
    def withdraw(self, who: str) -> None:
        """Somebody takes a proposal back."""
        self.press(decisions.withdraw, getattr(self.town, who), self.now, self.visit.id)

    @rule(who=st.sampled_from(PEOPLE))
    def tell_decision(self, who: str) -> None:
        """Somebody sends the decision letter."""
        self.press(
            notifications.tell_decision, getattr(self.town, who), self.now, OFFICE, self.visit.id
        )

    @rule(who=st.sampled_from(PEOPLE))
    def finish(self, who: str) -> None:
        """Somebody finishes the oldest follow-up."""
        for follow_up in self.visit.follow_ups:
            if follow_up.done_at is None:
                self.press(
                    follow_ups.finish,
                    getattr(self.town, who),
                    self.now,
                    self.visit.id,
                    follow_up.id,
                    note="Done",
                )
                return

    @rule(who=st.sampled_from(PEOPLE))
    def close(self, who: str) -> None:
        """Somebody closes the visit."""
        self.press(closing.close, getattr(self.town, who), self.now, self.visit.id)

    @rule(who=st.sampled_from(PEOPLE))
    def issue_certificate(self, who: str) -> None:
        """Somebody asks for a certificate; while the visit waits there is none."""
        waits = self.visit.state in ("recorded", "returned", "notified") or (
            self.visit.state == "reviewed"
            and self.visit.latest_assessment.result["values"]["letter"] != "none"
        )
        made_one = self.press(
            certificates.issue,
            getattr(self.town, who),
            self.now,
            OFFICE,
            self.town.premises.id,
        )
        assert not (waits and made_one)

    # --- What must hold, whatever happened ------------------------------------------------------

    @invariant()
    def the_state_is_known(self) -> None:
        """No state but the nine words of the store."""
        if hasattr(self, "visit"):
            assert self.visit.state in VISIT_STATES
            assert self.visit.state != "draft"

    @invariant()
    def nobody_reviewed_their_own_record(self) -> None:
        """A reviewed record has a review by somebody who wrote none of it, of its newest version."""
        if not hasattr(self, "visit") or self.visit.state in ("recorded", "returned"):
            return
        newest = self.visit.versions[-1]
        agreed = [each for each in self.visit.reviews if each.version_id == newest.id]
        assert [each.outcome for each in agreed].count("agreed") >= 1
        assert all(each.reviewed_by_id not in self.writers for each in agreed)

    @invariant()
    def nothing_is_decided_before_the_business_was_told(self) -> None:
        """Decided or closed with a letter due: the letter of this version is out."""
        if not hasattr(self, "visit") or self.visit.state not in ("notified", "decided", "closed"):
            return
        due = self.visit.latest_assessment.result["values"]["letter"]
        sent = [
            each
            for each in self.visit.documents
            if each.inputs["visit_version"] == len(self.visit.versions) and each.decision_id is None
        ]
        assert bool(sent) == (due != "none")
        assert len(sent) <= 1

    @invariant()
    def a_formal_step_has_two_people_and_its_period(self) -> None:
        """Every formal decision that was made was confirmed by another, in time."""
        if not hasattr(self, "visit"):
            return
        for decision in self.visit.decisions:
            if decision.state != "made" or decision.step not in STEPS_DECIDED[2:]:
                continue
            assert decision.second_person_id not in (None, decision.decided_by_id)
            if self.partner:
                assert decision.primary_authority_on is not None
                if self.visit.authority.kind == "council":
                    due = decision.primary_authority_due_on
                    assert due is not None
                    assert decision.second_person_at is not None
                    assert decision.second_person_at.date() > due

    @invariant()
    def the_certificate_falls_with_the_decision_and_never_before(self) -> None:
        """It has ended if, and only if, a decision was made on a counted sale."""
        if not hasattr(self, "visit"):
            return
        ending = [
            each
            for each in self.visit.decisions
            if each.state == "made" and each.assessment.counts and each.assessment.may_allege
        ]
        assert (self.certificate.status == "withdrawn") == bool(ending)
        if ending:
            assert self.certificate.ended_by_decision_id in {each.id for each in ending}

    @invariant()
    def one_letter_for_each_thing_told(self) -> None:
        """No two documents tell the same version and decision."""
        if not hasattr(self, "visit"):
            return
        told = [(each.inputs["visit_version"], each.decision_id) for each in self.visit.documents]
        assert len(told) == len(set(told))
        references = [each.reference for each in self.session.query(Document)]
        assert len(references) == len(set(references))


Steps.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestSteps = Steps.TestCase


def test_every_step_stands_under_a_permission_and_leads_somewhere_known() -> None:
    from compliance.access import PERMISSIONS
    from compliance.services.lifecycle.conditions import CONDITIONS

    for step in STEPS.values():
        assert step.permission in PERMISSIONS
        assert step.begins <= set(VISIT_STATES)
        assert step.leads_to is None or step.leads_to in VISIT_STATES
        assert set(step.needs) <= CONDITIONS.keys()
    named = {name for step in STEPS.values() for name in step.needs}
    assert named == CONDITIONS.keys()
