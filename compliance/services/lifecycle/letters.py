"""What a letter says: document data from one version of a visit, its assessment and its rulebook.

Every word about what was seen comes from the rulebook's own texts and from recorded answers; the
sentences about the law come from the document's template. Nothing of a test's time, till, age or
people has a way in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from compliance.documents import DocumentData, kinds
from compliance.documents.data import Action, Authority, Point, Portal, Premises, Recipient, Visit
from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.rulebook.program import version_on
from compliance.services.errors import Refused
from compliance.services.lifecycle import access_codes
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.deadlines import LONDON
from compliance.store import models

_FEWEST_ACTIONS = 3
_MOST_ACTIONS = 5
#: What a body is called on its letterhead.
_KINDS = {"police": "Police force", "council": "Trading Standards"}
_PARTS_OF_DAY = ((12, "in the morning"), (17, "in the afternoon"), (24, "in the evening"))


@dataclass(frozen=True)
class Bearing:
    """What one issued copy bears and no other: its reference, its code, its day."""

    reference: str
    code: str
    issued_on: date
    public_url: str

    @property
    def portal(self) -> Portal:
        """Where the business reads the letter online."""
        return Portal(
            url=portal_url(self.public_url),
            code=access_codes.spaced(self.code),
            link=f"{self.public_url}/letter",
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
    visit, kind = case.visit, case.letter
    if kind is None or visit.operator is None or visit.nation is None:
        raise Refused("There is no letter to write after this visit.")
    return fitting(
        DocumentData(
            kind=kind,
            reference=bearing.reference,
            issued_on=bearing.issued_on,
            nation=visit.nation,
            law_on=visit.visited_on,
            authority=authority_of(visit.authority),
            recipient=recipient_of(visit.operator, visit.premises),
            premises=Premises(
                name=visit.premises.trading_name, postcode=visit.premises.postcode or ""
            ),
            operator=visit.operator.legal_name,
            visit=_visit(case),
            story=case.story,
            decided=decision is not None,
            decision=case.policy.steps[decision.step].says if decision else "",
            article=case.words("article"),
            happened=case.words("happened"),
            own_policy=case.words("own_policy"),
            points=_points(case, bearing.issued_on),
            strengths=_strengths(case),
            unchecked=_unchecked(case),
            actions=_actions(case, bearing.issued_on),
            primary_authority=visit.operator.primary_authority_name or "",
            copies_to=_copies(visit),
            portal=bearing.portal,
        )
    )


def authority_of(authority: models.Authority) -> Authority:
    """Return the letterhead. Raises Refused while the authority's own details are not complete."""
    missing = [
        words
        for words, given in (
            ("a postal address", authority.address_lines),
            ("a phone number", authority.phone),
            ("an email address", authority.email),
            ("a website", authority.website),
            ("how to complain", authority.complaints_text),
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
        kind=_KINDS[authority.kind],
        address=tuple(authority.address_lines),
        phone=authority.phone or "",
        email=authority.email or "",
        website=authority.website or "",
        complaints=authority.complaints_text or "",
    )


def recipient_of(operator: models.Operator, premises: models.Premises) -> Recipient:
    """Return who gets the letter and where: the registered office, else the shop."""
    office = operator.registered_office_lines
    lines = office if len(office) > 1 and operator.registered_office_postcode else [
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
    for name in (*kind.never, *kind.stories.get(data.story, {}).get("never", ())):
        data = _without(data, name.split("."))
    return data


def _without(value: Any, path: list[str]) -> Any:
    name, rest = path[0], path[1:]
    if rest:
        return replace(value, **{name: _without(getattr(value, name), rest)})
    part = next(part for part in fields(value) if part.name == name)
    return value if part.default is MISSING else replace(value, **{name: part.default})


def _visit(case: Case) -> Visit:
    started = case.visit.started_at
    part = ""
    if started is not None:
        hour = started.astimezone(LONDON).hour
        part = next(words for before, words in _PARTS_OF_DAY if hour < before)
    return Visit(day=case.visit.visited_on, part_of_day=part, place=case.words("place"))


def _points(case: Case, issued_on: date) -> tuple[Point, ...]:
    if case.result["validity"] is not None:
        # A test is told in a sentence; what to do about it stands in the actions.
        return ()
    found = [
        Point(
            found=point.says or f"{point.title}.",
            to_do=point.advice,
            label=point.basis_label,
            by=_by(case.pack, finding["severity"], issued_on),
            note=point.citation,
            law=finding["law"],
        )
        for point, finding in _worst_first(case)
        if point.advice
    ]
    return tuple(found)


def _worst_first(case: Case):  # type: ignore[no-untyped-def]
    order = {entry["id"]: place for place, entry in enumerate(case.pack.entries("severity"))}
    both = [
        (point, finding)
        for point, finding in zip(case.explanation.points, case.result["findings"], strict=True)
        if finding["outcome"] == "not_met" and not point.unverified
    ]
    return sorted(both, key=lambda each: order[each[1]["severity"]])


def _by(pack: Pack, severity: str, issued_on: date) -> date | None:
    days = pack.by_id("severity")[severity].get("act_within_days")
    return None if days is None else issued_on + timedelta(days=days)


def _actions(case: Case, issued_on: date) -> tuple[Action, ...]:
    """What to do, the first three first; where the letter must have some, never fewer than three."""
    actions: dict[str, Action] = {}
    for point, finding in _worst_first(case):
        if point.advice:
            by = _by(case.pack, finding["severity"], issued_on)
            actions.setdefault(point.advice, Action(text=point.advice, by=by))
    if _must_advise(case):
        for action in _first_steps(case, issued_on):
            if len(actions) < _FEWEST_ACTIONS:
                actions.setdefault(action.text, action)
    return tuple(actions.values())[:_MOST_ACTIONS]


def _must_advise(case: Case) -> bool:
    kind = kinds()[case.letter or ""]
    story = kind.stories.get(case.story, {})
    return "actions" in (*kind.needs, *story.get("needs", ()))


def _first_steps(case: Case, issued_on: date) -> Iterator[Action]:
    """The rulebook's general first steps, as they stood on the day of the visit."""
    visited_on, nation = case.visit.visited_on, case.visit.nation or ""
    for name in case.pack.content["pack"].get("first_steps", ()):
        version = version_on(case.pack.rules[name], visited_on, {"nation": (nation,)})
        if version is not None:
            yield Action(
                text=text_of(version["advice"]), by=_by(case.pack, version["severity"], issued_on)
            )


def _strengths(case: Case) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(point.says for point in case.explanation.with_outcome("met") if point.says)
    )


def _unchecked(case: Case) -> tuple[str, ...]:
    return tuple(
        f"{point.title}."
        for point in case.explanation.with_outcome("not_assessed")
        if point.points is not None or point.core
    )


def _copies(visit: models.Visit) -> tuple[str, ...]:
    copies = [share.authority.name for share in visit.shares]
    if visit.operator and visit.operator.primary_authority_name:
        copies.append(f"{visit.operator.primary_authority_name}, your Primary Authority partner")
    return tuple(copies)
