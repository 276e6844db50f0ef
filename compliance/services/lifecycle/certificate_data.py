"""What a certificate says: who and where, the day we looked, and by way of selling what was checked
and what was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from compliance.documents import DocumentData
from compliance.documents.data import Channel, Premises, Visit
from compliance.documents.proofs import Claim
from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services.assessments import Point
from compliance.services.errors import Refused
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.letters import authority_of, fitting, recipient_of

KIND = "certificate"
_EVERYWHERE = "For the whole business"
_NOT_A_TEST = Channel(name="Any sale", lines=("This was not a test of a sale to a young person",))
_NOT_LOOKED_AT = "We did not look at this way of selling"


def certificate_data(
    case: Case,
    *,
    reference: str,
    issued_on: date,
    valid_until: date,
    status_url: str,
    proof_url: Callable[[Claim], str],
) -> DocumentData:
    """Return the data of a certificate that rests on the audit `case`.

    `proof_url` makes the address of the offline proof from what the certificate states. Raises Refused when the operator or the nation is not known.
    """
    visit = case.visit
    if visit.operator is None or visit.nation is None:
        raise Refused("A certificate names an operator: add who trades at these premises first.")
    return fitting(
        DocumentData(
            kind=KIND,
            reference=reference,
            issued_on=issued_on,
            nation=visit.nation,
            law_on=visit.visited_on,
            authority=authority_of(visit.authority),
            recipient=recipient_of(visit.operator, visit.premises),
            premises=Premises(
                name=visit.premises.trading_name, postcode=visit.premises.postcode or ""
            ),
            operator=visit.operator.legal_name,
            visit=Visit(day=visit.visited_on),
            status_url=status_url,
            proof_url=proof_url(
                Claim(
                    operator=visit.operator.legal_name,
                    postcode=visit.premises.postcode or "",
                    checked_on=visit.visited_on,
                    valid_until=valid_until,
                )
            ),
            valid_until=valid_until,
            checked=_by_channel(case, case.explanation.with_outcome("met")),
            not_checked=(
                *_by_channel(case, case.explanation.with_outcome("not_assessed")),
                *_channels_not_visited(case),
                _NOT_A_TEST,
            ),
        )
    )


def _by_channel(case: Case, points: Iterable[Point]) -> tuple[Channel, ...]:
    """Sort points under the ways of selling they belong to, those of every way first."""
    visited = case.visit.channels
    lines: dict[str, list[str]] = {}
    for point in points:
        bound = (case.pack.rules[point.rule].get("dims") or {}).get("channel")
        for channel in [each for each in visited if each in bound] if bound else [""]:
            lines.setdefault(channel, []).append(point.title)
    return tuple(
        Channel(name=_name(case.pack, channel), lines=tuple(lines[channel]))
        for channel in ["", *visited]
        if channel in lines
    )


def _channels_not_visited(case: Case) -> tuple[Channel, ...]:
    return tuple(
        Channel(name=_name(case.pack, channel), lines=(_NOT_LOOKED_AT,))
        for channel in case.visit.premises.channels
        if channel not in case.visit.channels
    )


def _name(pack: Pack, channel: str) -> str:
    if not channel:
        return _EVERYWHERE
    for option in pack.by_id("dim")["channel"]["options"]:
        if option["code"] == channel:
            return text_of(option["label"])
    return channel
