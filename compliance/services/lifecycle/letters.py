"""What a letter says: document data from one version of a visit, its assessment and its rulebook.

Every word about what was seen comes from the rulebook's own texts and from recorded answers; the
sentences about the law come from the document's template. Nothing of a test's time, till, age or
people has a way in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from compliance.documents import DocumentData, kinds
from compliance.documents.data import (
    Action,
    Authority,
    Point,
    Portal,
    Premises,
    Recipient,
    Sent,
    Visit,
)
from compliance.documents.data_json import from_json
from compliance.documents.phrases import phrase
from compliance.documents.wording import readings
from compliance.rulebook.pack import text_of
from compliance.rulebook.program import version_on
from compliance.services import assessments
from compliance.services.errors import Refused
from compliance.services.lifecycle import access_codes
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.conditions import (
    CERTIFICATE_ENDED,
    decision_letter,
    letter_sent,
)
from compliance.services.lifecycle.deadlines import LONDON, local_day
from compliance.services.lifecycle.languages import page_in
from compliance.store import models

#: The story of a certificate's end that a decision brought.
BY_DECISION = "decision"
_FEWEST_ACTIONS = 3
_MOST_ACTIONS = 5
#: The longest word of a name that is an initial or a title, not a name.
_INITIALS = 2
_PARTS_OF_DAY = ((12, "morning"), (17, "afternoon"), (24, "evening"))


@dataclass(frozen=True)
class Bearing:
    """What one issued copy bears and no other: its reference, its code, its day, its language, and
    what the authority adds to a decision in words of its own (in that language)."""

    reference: str
    code: str
    issued_on: date
    public_url: str
    added: str = ""
    language: str = "en"

    @property
    def portal(self) -> Portal:
        """Where the business reads the letter online."""
        return Portal(
            url=portal_url(self.public_url),
            code=access_codes.spaced(self.code),
            # The code on a letter in Welsh opens the page in Welsh.
            link=page_in(f"{self.public_url}/letter", self.language),
        )


def portal_url(public_url: str) -> str:
    """Return the address a person types: without the scheme."""
    return f"{public_url.partition('://')[2]}/letter"


def letter_data(
    case: Case, bearing: Bearing, decision: models.Decision | None = None
) -> DocumentData:
    """Return the data of the letter that is due after a visit, or that tells a decision on it.

    Raises Refused when something the letter needs is not known yet.
    """
    if decision is not None:
        return _decision_data(case, bearing, decision)
    if case.letter is None:
        raise Refused("There is no letter to write after this visit.")
    data = _about(case, bearing, case.letter, case.story)
    return fitting(
        replace(
            data,
            points=_points(case, bearing),
            actions=_actions(case, data.kind, bearing),
            replaces=tuple(
                Sent(reference=each.reference, issued_on=each.issued_on)
                for each in case.letters_before
            ),
        )
    )


def certificate_ended_data(
    case: Case, bearing: Bearing, certificate: models.Certificate
) -> DocumentData:
    """Return the data of the letter that a certificate ended: by a decision on the visit, or because the
    business of the visit gave it back or is no longer there."""
    if certificate.ended_at is None:
        raise Refused("This certificate has not ended.")
    document = certificate.document
    return fitting(
        replace(
            _about(case, bearing, CERTIFICATE_ENDED, certificate.ended_because or BY_DECISION),
            follows=Sent(reference=document.reference, issued_on=document.issued_on),
            ended_on=local_day(certificate.ended_at),
        )
    )


def _decision_data(case: Case, bearing: Bearing, decision: models.Decision) -> DocumentData:
    kind, before = decision_letter(case, decision), letter_sent(case)
    if kind is None or before is None:
        raise Refused("This decision has no letter of its own.")
    told = _told(before, bearing.language)
    story = kinds()[kind].story_after(told.kind, told.story)
    if story is None:
        raise Refused(
            f"There is no {kinds()[kind].title['en'].lower()} to send after this letter. Decide on "
            "another step."
        )
    step = case.policy.steps[decision.step]
    _refuse_named(case, bearing.added)
    return fitting(
        replace(
            _about(case, bearing, kind, story),
            decided=True,
            decision=step.says_in(bearing.language),
            formal=step.formal,
            added=bearing.added.strip(),
            follows=Sent(reference=before.reference, issued_on=before.issued_on),
            # Closing without action asks for nothing.
            actions=_advised(case, told, bearing.issued_on) if step.told else (),
        )
    )


def _told(before: models.Document, language: str) -> DocumentData:
    """What the letter before said, in the language if it went out in it."""
    visit = before.visit
    twins = (
        [each for each in visit.documents if each.reference == before.reference] if visit else []
    )
    same = next((each for each in twins if each.language == language), before)
    return from_json(same.inputs["data"])


def _refuse_named(case: Case, added: str) -> None:
    """Raise Refused where words of one's own name somebody who had to do with the visit, or the code
    of who tried to buy."""
    visit = case.visit
    people = [
        visit.officer,
        *(each.recorded_by for each in visit.versions),
        *(each.reviewed_by for each in visit.reviews),
        *(each.decided_by for each in visit.decisions),
        *(each.second_person for each in visit.decisions),
    ]
    names = {word for each in people if each for word in each.name.split() if len(word) > _INITIALS}
    if visit.operation and visit.operation.volunteer_code:
        names.add(visit.operation.volunteer_code)
    said = readings(added)
    for name in sorted(names):
        spelt = {each for form in (name, name.upper()) for each in readings(form)}
        if any(
            re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text) for each in spelt for text in said
        ):
            raise Refused(
                f"What you add says {name!r}. A letter names no member of staff, no officer and "
                "nobody who helped us. Leave it out.",
                "added",
            )


def _about(case: Case, bearing: Bearing, kind: str, story: str) -> DocumentData:
    """What every letter about a visit says, whatever its kind makes of it."""
    visit = case.visit
    if visit.operator is None or visit.nation is None:
        raise Refused("There is no letter to write after this visit.")
    validity = case.result["validity"]
    return DocumentData(
        kind=kind,
        reference=bearing.reference,
        issued_on=bearing.issued_on,
        nation=visit.nation,
        law_on=visit.visited_on,
        language=bearing.language,
        authority=authority_of(visit.authority, bearing.language),
        recipient=recipient_of(visit.operator, visit.premises),
        premises=Premises(name=visit.premises.trading_name, postcode=visit.premises.postcode or ""),
        operator=visit.operator.legal_name,
        visit=_visit(case, bearing.language),
        story=story,
        may_allege=bool(validity and validity["may_allege"]),
        article=case.words("article", bearing.language),
        happened=case.words("happened", bearing.language),
        own_policy=case.words("own_policy", bearing.language),
        strengths=_strengths(case, bearing.language),
        unchecked=_unchecked(case, bearing.language),
        primary_authority=visit.operator.primary_authority_name or "",
        copies_to=_copies(visit, bearing.language),
        portal=bearing.portal,
    )


def authority_of(authority: models.Authority, language: str = "en") -> Authority:
    """Return the letterhead in a language.

    Raises Refused while the authority's own details are not complete.
    """
    complaints = {"cy": authority.complaints_text_cy}.get(language, authority.complaints_text)
    missing = [
        words
        for words, given in (
            ("a postal address", authority.address_lines),
            ("a phone number", authority.phone),
            ("an email address", authority.email),
            ("a website", authority.website),
            ("how to complain", complaints),
        )
        if not given
    ]
    if missing:
        raise Refused(
            f"The letterhead of {authority.name} is not complete: it needs "
            f"{', '.join(missing)}. Ask an administrator to add this."
        )
    return Authority(
        name=authority.name,
        kind=phrase(authority.kind, language),
        address=tuple(authority.address_lines),
        phone=authority.phone or "",
        email=authority.email or "",
        website=authority.website or "",
        complaints=complaints or "",
    )


def recipient_of(operator: models.Operator, premises: models.Premises) -> Recipient:
    """Return who gets the letter and where: the registered office, else the shop."""
    lines = operator.registered_office_lines if operator.has_registered_office else [
        *([premises.trading_name] if premises.trading_name != operator.legal_name else []),
        *premises.address_lines,
    ]  # fmt: skip
    return Recipient(name=operator.legal_name, lines=(operator.legal_name, *lines))


def without_code(data: DocumentData) -> DocumentData:
    """Return the data as it is kept: the code is kept as a hash only."""
    return data if data.portal is None else replace(data, portal=replace(data.portal, code=""))


def fitting(data: DocumentData) -> DocumentData:
    """Leave out what a document of this kind and story never says."""
    kind = kinds()[data.kind]
    for name in kind.unsaid(data.story):
        data = _without(data, name.split("."))
    return data


def _without(value: Any, path: list[str]) -> Any:
    name, rest = path[0], path[1:]
    if rest:
        return replace(value, **{name: _without(getattr(value, name), rest)})
    part = next(part for part in fields(value) if part.name == name)
    return value if part.default is MISSING else replace(value, **{name: part.default})


def _visit(case: Case, language: str) -> Visit:
    started = case.visit.started_at
    part = ""
    if started is not None:
        hour = started.astimezone(LONDON).hour
        part = phrase(next(name for before, name in _PARTS_OF_DAY if hour < before), language)
    return Visit(day=case.visit.visited_on, part_of_day=part, place=case.words("place", language))


def _points(case: Case, bearing: Bearing) -> tuple[Point, ...]:
    if case.result["validity"] is not None:
        # A test is told in a sentence; what to do about it stands in the actions.
        return ()
    found = [
        Point(
            found=point.says or f"{point.title}.",
            to_do=point.advice,
            label=point.basis_label,
            **_when(case, finding["severity"], bearing.issued_on),
            note=point.citation,
            law=finding["law"],
        )
        for point, finding in _worst_first(case, bearing.language)
        if point.advice
    ]
    return tuple(found)


def _worst_first(case: Case, language: str) -> list[tuple[assessments.Point, dict[str, Any]]]:
    order = {entry["id"]: place for place, entry in enumerate(case.pack.entries("severity"))}
    both = [
        (point, finding)
        for point, finding in zip(
            case.explained(language).points, case.result["findings"], strict=True
        )
        if finding["outcome"] == "not_met" and not point.unverified
    ]
    return sorted(both, key=lambda each: order[each[1]["severity"]])


def _when(case: Case, severity: str, issued_on: date) -> dict[str, Any]:
    """By which day, or that there is none to keep: a business with a Primary Authority is advised,
    and no day is set for it."""
    operator = case.visit.operator
    days = case.pack.by_id("severity")[severity].get("act_within_days")
    if days is None or (operator and operator.primary_authority_name):
        return {"by": None, "in_own_time": True}
    return {"by": issued_on + timedelta(days=days), "in_own_time": False}


def _actions(case: Case, letter: str, bearing: Bearing) -> tuple[Action, ...]:
    """What to do, the first three first; where the letter must have some, never fewer than three."""
    actions: dict[str, Action] = {}
    for point, finding in _worst_first(case, bearing.language):
        if point.advice:
            action = Action(
                text=point.advice,
                label=point.basis_label,
                **_when(case, finding["severity"], bearing.issued_on),
            )
            actions.setdefault(point.advice, action)
    if "actions" in kinds()[letter].needed(case.story):
        for action in _first_steps(case, bearing):
            if len(actions) < _FEWEST_ACTIONS:
                actions.setdefault(action.text, action)
    return tuple(actions.values())[:_MOST_ACTIONS]


def _advised(case: Case, told: DocumentData, issued_on: date) -> tuple[Action, ...]:
    """The steps of the letter before, with its days; where one has gone by, as many days again."""
    partner = bool(case.visit.operator and case.visit.operator.primary_authority_name)
    steps = []
    for each in told.actions:
        if each.by is None or partner:
            each = replace(each, by=None, in_own_time=True)
        elif each.by <= issued_on:
            each = replace(each, by=issued_on + (each.by - told.issued_on))
        steps.append(each)
    return tuple(steps)


def _first_steps(case: Case, bearing: Bearing) -> Iterator[Action]:
    """The rulebook's general first steps, as they stood on the day of the visit."""
    visited_on, nation = case.visit.visited_on, case.visit.nation or ""
    for name in case.pack.content["pack"].get("first_steps", ()):
        version = version_on(case.pack.rules[name], visited_on, {"nation": (nation,)})
        if version is not None:
            yield Action(
                text=text_of(version["advice"], bearing.language),
                label=case.pack.label("basis", version["basis"], bearing.language),
                **_when(case, version["severity"], bearing.issued_on),
            )


def _strengths(case: Case, language: str) -> tuple[str, ...]:
    met = case.explained(language).with_outcome("met")
    return tuple(dict.fromkeys(point.says for point in met if point.says))


def _unchecked(case: Case, language: str) -> tuple[str, ...]:
    return tuple(
        f"{point.title}."
        for point in case.explained(language).with_outcome("not_assessed")
        if point.points is not None or point.core
    )


def _copies(visit: models.Visit, language: str) -> tuple[str, ...]:
    copies = [share.authority.name for share in visit.shares]
    if visit.operator and visit.operator.primary_authority_name:
        partner = visit.operator.primary_authority_name
        copies.append(phrase("partner", language, name=partner))
    return tuple(copies)
