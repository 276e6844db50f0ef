"""The life of a shop as moments: each visit's steps, each on its day, taken by the people whose work it is.

Nothing is written behind a service's back: what a service refuses, the demo cannot have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.services import drafts, photos, rulebooks, visit_content, visits
from compliance.services import premises as premises_service
from compliance.services.demo import files
from compliance.services.demo.city import City, operator_details
from compliance.services.demo.days import at
from compliance.services.demo.files import Entry, read
from compliance.services.demo.office import DemoOffice
from compliance.services.demo.operations import Operations, facts_of_visit
from compliance.services.drafts import Typed
from compliance.services.errors import Refused
from compliance.services.lifecycle import (
    certificate_letters,
    certificates,
    closing,
    decisions,
    follow_ups,
    notifications,
    reviews,
    shares,
)
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import (
    decision_letter,
    made_decision,
    untold_certificate,
)
from compliance.services.lifecycle.issue import Office
from compliance.services.visit_content import Record
from compliance.store.models import Premises, Visit

#: How far a visit can get, in the order of its life. `returned` leaves the road after `recorded`.
ROAD = ("draft", "recorded", "reviewed", "notified", "proposed", "decided", "told", "closed")


@dataclass(frozen=True)
class Moment:
    """Something that somebody does at a time."""

    at: datetime
    do: Callable[[datetime], None]

    def come(self, where: str) -> None:
        """Let it happen. Raises Refused, saying where, for what the service does not allow."""
        try:
            self.do(self.at)
        except Refused as refused:
            raise Refused(f"{where}, {self.at:%d %B %Y}: {refused.message}") from refused


@dataclass
class Life:
    """One shop, told by its entry in the data files."""

    session: Session
    city: City
    office: DemoOffice
    operations: Operations
    entry: Entry
    premises: Premises
    #: The visits made so far, the oldest first.
    made: list[Visit] = field(default_factory=list)

    def moments(self) -> Iterator[Moment]:
        """Yield all that ever happens here, in no order."""
        for visit in sorted(self.entry["visits"], key=lambda each: -each["days_ago"]):
            yield from VisitLife(self, visit).moments()
        calendar, clerk = self.city.calendar, self.city.people["council"]["administrator"]
        if change := self.entry.get("next_operator"):
            day = calendar.ago(change["days_ago"])
            yield Moment(
                at(day + timedelta(days=1), "09:20"),
                lambda now: self._change_operator(clerk, now, change, day),
            )
        if closed := self.entry.get("closed"):
            day = calendar.ago(closed["days_ago"])
            yield Moment(
                at(day + timedelta(days=1), "09:30"),
                lambda now: self._close(clerk, now, closed, day),
            )
        if surrendered := self.entry.get("surrendered"):
            yield Moment(
                at(calendar.ago(surrendered["days_ago"]), "15:10"),
                lambda now: self._surrender(now, surrendered),
            )

    def _change_operator(self, clerk: Actor, now: datetime, change: Entry, day: date) -> None:
        premises_service.change_operator(
            self.session,
            clerk,
            now,
            premises_id=self.premises.id,
            details=operator_details(change),
            from_date=day,
        )

    def _close(self, clerk: Actor, now: datetime, closed: Entry, day: date) -> None:
        premises_service.close(
            self.session,
            clerk,
            now,
            premises_id=self.premises.id,
            status=closed["status"],
            since=day,
        )

    def _surrender(self, now: datetime, surrendered: Entry) -> None:
        newest = certificates.of_premises(self.session, self.premises)[0]
        certificates.end(
            self.session,
            self.city.people["council"]["reviewer"],
            now,
            newest.document.reference,
            surrendered["reason"],
        )


@dataclass
class VisitLife:
    """One visit, from the draft to where its entry says it ends."""

    life: Life
    entry: Entry
    visit: Visit | None = None

    @property
    def people(self) -> dict[str, Actor]:
        """The team's people."""
        return self.life.city.people[self.entry.get("team", "council")]

    @property
    def officer(self) -> Actor:
        """Who makes the visit."""
        return self.people[self.entry.get("by", "officer")]

    @property
    def reviewer(self) -> Actor:
        """Who checks, notifies and decides."""
        return self.people["reviewer"]

    @property
    def visited_on(self) -> date:
        """The day of the visit."""
        return self.life.city.calendar.ago(self.entry["days_ago"])

    def moments(self) -> Iterator[Moment]:
        """Yield the steps of this visit, each at its time."""
        begins = at(self.visited_on, read("timetable")["begins"][self.entry["kind"]])
        yield Moment(begins, self._begin)
        end = self._ended(begins) + timedelta(minutes=45)
        if self._gets_to("recorded"):
            yield Moment(end, self._record)
        else:
            yield Moment(end, self._draft)
        if self.entry["ends"] == "returned":
            yield self._at("returned", "09:40", self._send_back)
        if self._gets_to("reviewed"):
            yield self._at("agreed", "09:45", self._agree)
        if correction := self.entry.get("correct"):
            day = self.visited_on + timedelta(days=correction["after"])
            yield Moment(at(day, "11:05"), lambda now: self._correct(now, correction))
            yield Moment(at(day, "15:25"), self._agree)
        if self.entry.get("follows_up"):
            yield self._at("agreed", "10:20", self._finish_earlier)
        for name, clock, do in (
            ("notified", "10:10", self._notify),
            ("proposed", "11:20", self._decide),
            ("decided", "14:15", self._settle),
            ("told", "10:40", self._tell),
            ("closed", "16:05", self._close),
        ):
            if self._gets_to(name):
                yield self._at(name, clock, do)
        if self.entry.get("certificate"):
            yield self._at("certificate", "11:50", self._certify)

    def _gets_to(self, name: str) -> bool:
        ends = "recorded" if self.entry["ends"] == "returned" else self.entry["ends"]
        return ROAD.index(ends) >= ROAD.index(name)

    def _at(self, name: str, clock: str, do: Callable[[datetime], None]) -> Moment:
        return Moment(at(self.life.city.calendar.step(self.visited_on, name), clock), do)

    def _ended(self, begins: datetime) -> datetime:
        return begins + timedelta(minutes=read("timetable")["minutes"][self.entry["kind"]])

    def _begin(self, now: datetime) -> None:
        self.visit = visits.begin(
            self.life.session,
            self.officer,
            now + timedelta(minutes=1),
            premises=self.life.premises,
            kind=self.entry["kind"],
            purpose=self.entry.get("purpose", "first"),
            visited_on=self.visited_on,
            channels=self.entry.get("channels", ["in_store"]),
            operation=self.life.operations.of(self.officer, self.entry, self.visited_on),
            started_at=now,
            visit_id=self.life.office.chance.visit_id(),
        )
        self.life.made.append(self.visit)

    def _draft(self, now: datetime) -> None:
        """Fill the first two sections as an officer does who was called away."""
        record = self._record_of()
        questions = rulebooks.current(self.life.session, self.visited_on).questions
        sections = list(dict.fromkeys(questions[name]["section"] for name in record.answers))[:2]
        for section in sections:
            answers = {
                name: answer
                for name, answer in record.answers.items()
                if questions[name]["section"] == section
            }
            drafts.save_draft(
                self.life.session,
                self.officer,
                now,
                self._visit,
                Typed(
                    fields={name: _as_typed(answer) for name, answer in answers.items()},
                    answers=answers,
                    why={
                        name: why
                        for name, why in record.why_not_observed.items()
                        if name in answers
                    },
                ),
            )

    def _record(self, now: datetime) -> None:
        visit = self._visit
        assert visit.started_at is not None
        visits.arrange(
            self.life.session,
            self.officer,
            now,
            visit,
            visit_content.Particulars(
                visit.purpose,
                visit.channels,
                visit.visited_on,
                visit.started_at,
                self._ended(visit.started_at),
                visit.operation,
            ),
        )
        for one in self.entry.get("photos", ()):
            photos.add(
                self.life.session,
                self.officer,
                now,
                visit.id,
                one["question"],
                files.photo(one["file"]),
                pack=rulebooks.current(self.life.session, self.visited_on),
                caption=one["caption"],
            )
        visits.record(self.life.session, self.officer, now, visit, self._record_of())

    def _record_of(self, changes: Entry | None = None) -> Record:
        answers, why = files.sheet(self.entry["sheet"])
        answers |= self.entry.get("answers", {})
        answers |= changes or {}
        if "note" in self.entry and self.entry["ends"] != "returned":
            answers[read("sheets")["note"]["question"]] = self.entry["note"]
        return Record(
            answers={name: _dated(answer, self.visited_on) for name, answer in answers.items()},
            operation_facts=facts_of_visit(
                self.entry,
                self.life.premises,
                self.visited_on,
                rulebooks.current(self.life.session, self.visited_on),
            ),
            why_not_observed=why,
        )

    def _agree(self, now: datetime) -> None:
        version = self._visit.latest_version
        assert version is not None
        reviews.agree(
            self.life.session,
            self.reviewer,
            now,
            self._visit.id,
            version=version.number,
            note=read("timetable")["words"]["agreed"],
        )
        if self.entry.get("share"):
            for partner in shares.partners(self._visit):
                shares.share(self.life.session, self.reviewer, now, self._visit.id, partner.id)

    def _send_back(self, now: datetime) -> None:
        reviews.send_back(
            self.life.session,
            self.reviewer,
            now,
            self._visit.id,
            version=1,
            note=self.entry["note"],
        )

    def _correct(self, now: datetime, correction: Entry) -> None:
        visits.correct(
            self.life.session,
            self.officer,
            now,
            self._visit,
            self._record_of(correction["answers"]),
            reason=correction["reason"],
        )

    def _notify(self, now: datetime) -> None:
        if self._case.letter is not None:
            document = notifications.notify(
                self.life.session, self.reviewer, now, self._office(now), self._visit.id
            )
            self.life.office.note_code(document)

    def _decide(self, now: datetime) -> None:
        case = self._case
        if self._visit.state != "notified":
            return
        usual = case.usual_step
        assert usual is not None, self.life.premises.trading_name
        if not usual.formal and self.entry["ends"] != "proposed":
            return
        self._take(now, case)

    def _settle(self, now: datetime) -> None:
        case = self._case
        if self._visit.state != "notified":
            return
        if self._visit.decisions:
            words = read("timetable")["words"]
            decisions.confirm(
                self.life.session,
                self.people["supervisor"],
                now,
                self._visit.id,
                note=words["confirmed"],
            )
        else:
            self._take(now, case)

    def _take(self, now: datetime, case: Case) -> None:
        step = case.usual_step
        assert step is not None, self.life.premises.trading_name
        words = read("timetable")["words"]
        operator = self._visit.operator
        partner = step.formal and operator is not None and operator.primary_authority_name
        decisions.decide(
            self.life.session,
            self.reviewer,
            now,
            self._visit.id,
            step=step.id,
            reason=words["decided"] if decisions.needs_reason(case, step) else "",
            primary_authority_on=visit_content.local_day(now) if partner else None,
            primary_authority_reference=words["primary_authority"] if partner else "",
        )

    def _tell(self, now: datetime) -> None:
        if decision_letter(self._case, made_decision(self._case)) is not None:
            document = notifications.tell_decision(
                self.life.session, self.reviewer, now, self._office(now), self._visit.id
            )
            self.life.office.note_code(document)
        if untold_certificate(self._case) is not None:
            document = certificate_letters.tell(
                self.life.session,
                self.reviewer,
                now,
                self._office(now),
                self._visit.id,
                "tell_certificate",
            )
            self.life.office.note_code(document)

    def _finish_earlier(self, now: datetime) -> None:
        """Say that what earlier visits here left to do is done by this one, and close them."""
        session = self.life.session
        for earlier in self.life.made[: self.life.made.index(self._visit)]:
            for each in [one for one in earlier.follow_ups if one.done_at is None]:
                follow_ups.finish(
                    session,
                    self.reviewer,
                    now,
                    earlier.id,
                    each.id,
                    done_by_visit_id=self._visit.id,
                )
            if earlier.state == "decided":
                closing.close(session, self.reviewer, now, earlier.id)

    def _close(self, now: datetime) -> None:
        closing.close(self.life.session, self.reviewer, now, self._visit.id)

    def _certify(self, now: datetime) -> None:
        certificates.issue(
            self.life.session,
            self.reviewer,
            now,
            self._office(now),
            self.life.premises.id,
        )

    def _office(self, now: datetime) -> Office:
        return self.life.office.at(now, self._visit.authority.name)

    @property
    def _visit(self) -> Visit:
        assert self.visit is not None
        return self.visit

    @property
    def _case(self) -> Case:
        case = case_of(self._visit)
        assert case is not None, self.life.premises.trading_name
        return case


def _dated(answer: Any, visited_on: date) -> Any:
    """Put dates in place of days before the visit."""
    if isinstance(answer, dict):
        return (visited_on - timedelta(days=answer["days_before"])).isoformat()
    if isinstance(answer, list):
        return [_dated(each, visited_on) for each in answer]
    return answer


def _as_typed(answer: Any) -> list[str]:
    return [str(each) for each in answer] if isinstance(answer, list) else [str(answer)]
