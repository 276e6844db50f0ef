"""What a certificate says: who and where, the day we looked, and by way of selling what was checked
and what was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from compliance.documents import DocumentData
from compliance.documents.data import Channel, Premises, Visit
from compliance.documents.phrases import phrase
from compliance.documents.proofs import Claim
from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services.assessments import Point
from compliance.services.errors import Refused
from compliance.services.lifecycle.cases import Case
from compliance.services.lifecycle.languages import page_in
from compliance.services.lifecycle.letters import authority_of, fitting, recipient_of

KIND = "certificate"


def certificate_data(
    case: Case,
    *,
    reference: str,
    issued_on: date,
    valid_until: date,
    status_url: str,
    proof_url: Callable[[Claim], str],
    language: str = "en",
) -> DocumentData:
    """Return the data of a certificate, in a language, that rests on the audit `case`.

    `status_url` is the public page of the certificate, `proof_url` makes the address of the offline proof
    from what the certificate states; a copy in another language than English leads to the pages in that
    language. Raises Refused when the operator or the nation is not known.
    """
    visit = case.visit
    if visit.operator is None or visit.nation is None:
        raise Refused("A certificate names an operator: add who trades at these premises first.")
    explained = case.explained(language)
    claim = Claim(
        operator=visit.operator.legal_name,
        postcode=visit.premises.postcode or "",
        checked_on=visit.visited_on,
        valid_until=valid_until,
    )
    return fitting(
        DocumentData(
            kind=KIND,
            language=language,
            reference=reference,
            issued_on=issued_on,
            nation=visit.nation,
            law_on=visit.visited_on,
            authority=authority_of(visit.authority, language),
            recipient=recipient_of(visit.operator, visit.premises),
            premises=Premises(
                name=visit.premises.trading_name, postcode=visit.premises.postcode or ""
            ),
            operator=visit.operator.legal_name,
            visit=Visit(day=visit.visited_on),
            status_url=page_in(status_url, language),
            proof_url=page_in(proof_url(claim), language),
            valid_until=valid_until,
            checked=_by_channel(case, explained.with_outcome("met"), language),
            not_checked=(
                *_by_channel(case, explained.with_outcome("not_assessed"), language),
                *_channels_not_visited(case, language),
                Channel(name=phrase("any_sale", language), lines=(phrase("not_a_test", language),)),
            ),
        )
    )


def _by_channel(case: Case, points: Iterable[Point], language: str) -> tuple[Channel, ...]:
    """Sort points under the ways of selling they belong to, those of every way first."""
    visited = case.visit.channels
    lines: dict[str, list[str]] = {}
    for point in points:
        bound = (case.pack.rules[point.rule].get("dims") or {}).get("channel")
        for channel in [each for each in visited if each in bound] if bound else [""]:
            lines.setdefault(channel, []).append(point.title)
    return tuple(
        Channel(name=_name(case.pack, channel, language), lines=tuple(lines[channel]))
        for channel in ["", *visited]
        if channel in lines
    )


def _channels_not_visited(case: Case, language: str) -> tuple[Channel, ...]:
    return tuple(
        Channel(
            name=_name(case.pack, channel, language), lines=(phrase("not_looked_at", language),)
        )
        for channel in case.visit.premises.channels
        if channel not in case.visit.channels
    )


def _name(pack: Pack, channel: str, language: str) -> str:
    if not channel:
        return phrase("everywhere", language)
    for option in pack.by_id("dim")["channel"]["options"]:
        if option["code"] == channel:
            return text_of(option["label"], language)
    return channel
