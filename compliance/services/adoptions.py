"""A proposed rulebook comes into use: one person asks, with a reason and a first day, and another agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.rulebook import Pack
from compliance.services import proofs, proposals, rulebooks
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.switches import refuse_problems
from compliance.services.visit_content import clean_text, local_day
from compliance.store.models import Adoption, AdoptionRequest, Proposal

LONGEST_REASON = 1_000


def ask(
    session: Session,
    actor: Actor,
    now: datetime,
    proposal_id: int,
    *,
    effective_from: date,
    reason: str,
) -> AdoptionRequest:
    """Ask that a proposed rulebook judge visits from a day on. Another person answers.

    Raises Refused for a day that has passed, without a reason, for a rulebook that was not tried to
    the end against the one in use, is not proved, or has lost a word which recorded visits are told in;
    NotFound for another authority's proposal.
    """
    require(actor, "rulebook.adopt")
    proposal = proposals.find(session, actor, proposal_id)
    if proposal.finished_at is None:
        raise Refused("Try this rulebook on every reviewed visit first")
    proofs.refuse_unproved(proposal)
    if waiting_for(session, proposal) is not None:
        raise Refused("Somebody has asked for this already. It waits for another person.")
    if effective_from < local_day(now):
        raise Refused("The first day must be today or later", "effective_from")
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say why this rulebook should be used", "reason")
    in_use = rulebooks.current(session, local_day(now))
    if in_use.sha256 != proposal.against_sha256:
        raise Refused("The rulebook in use has changed since it was tried. Propose it again.")
    new = Pack(proposal.content)
    refuse_lost_words(in_use, new)
    refuse_problems(rulebooks.with_switches(session, new))
    request = AdoptionRequest(
        proposal=proposal,
        effective_from=effective_from,
        reason=reason,
        asked_by_id=actor.user_id,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    return request


def agree(session: Session, actor: Actor, now: datetime, request_id: int) -> Adoption:
    """Agree, as another person than the one who asked: the rulebook is adopted from its day on.

    Raises Refused for the one who asked, for a request that is answered, and once its day has passed.
    """
    request = _to_answer(session, actor, request_id)
    if request.effective_from < local_day(now):
        raise Refused("Its first day has passed. Decline it, and ask again for a later day.")
    proofs.refuse_unproved(request.proposal)
    refuse_problems(rulebooks.with_switches(session, Pack(request.proposal.content)))
    _answer(request, actor, now, "agreed")
    return rulebooks.adopt(session, now, request)


def decline(
    session: Session, actor: Actor, now: datetime, request_id: int, reason: str
) -> AdoptionRequest:
    """Say no, with a reason; the one who asked may also withdraw so."""
    request = _to_answer(session, actor, request_id, own=True)
    reason = clean_text(reason)[:LONGEST_REASON]
    if not reason:
        raise Refused("Say why it is not adopted", "reason")
    _answer(request, actor, now, "declined", reason)
    session.flush()
    return request


def find(session: Session, actor: Actor, request_id: int) -> AdoptionRequest:
    """Return a request: the rulebook is everybody's, so every authority sees what is asked for it."""
    require(actor, "rulebook.adopt")
    request = session.get(AdoptionRequest, request_id)
    if request is None:
        raise NotFound
    return request


def waiting(session: Session) -> Sequence[AdoptionRequest]:
    """Return the requests that wait for a second person, the oldest first."""
    return session.scalars(
        select(AdoptionRequest)
        .where(AdoptionRequest.answer.is_(None))
        .options(joinedload(AdoptionRequest.proposal), joinedload(AdoptionRequest.asked_by))
        .order_by(AdoptionRequest.id)
    ).all()


def waiting_for(session: Session, proposal: Proposal) -> AdoptionRequest | None:
    """Return the request about a proposal that waits for an answer."""
    return session.scalar(
        select(AdoptionRequest).where(
            AdoptionRequest.proposal_id == proposal.id, AdoptionRequest.answer.is_(None)
        )
    )


def of_proposal(session: Session, proposal: Proposal) -> Sequence[AdoptionRequest]:
    """Return every request about a proposal, the newest first."""
    return session.scalars(
        select(AdoptionRequest)
        .where(AdoptionRequest.proposal_id == proposal.id)
        .order_by(AdoptionRequest.id.desc())
    ).all()


def refuse_lost_words(old: Pack, new: Pack) -> None:
    """Raise Refused for a rulebook without a question, fact, option or code of the one in use.

    Recorded visits, and drafts that were begun, are told in these words: they must stay readable.
    """
    lost = sorted(_words(old) - _words(new))
    if lost:
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        raise Refused(
            "Recorded visits are told in words that this rulebook no longer has: "
            f"{', '.join(lost[:5])}{more}. A released word stays."
        )


def _words(pack: Pack) -> set[str]:
    found = {f"{dim['id']} {one['code']}" for dim in pack.entries("dim") for one in dim["options"]}
    for table in ("question", "fact"):
        for entry in pack.entries(table):
            found.add(f"{entry['id']} ({entry['type']})")
            found |= {f"{entry['id']} {one['code']}" for one in entry.get("options", ())}
    return found


def _to_answer(
    session: Session, actor: Actor, request_id: int, *, own: bool = False
) -> AdoptionRequest:
    request = find(session, actor, request_id)
    session.refresh(request, with_for_update=True)
    if request.answer is not None:
        raise Refused("This is answered already")
    if request.asked_by_id == actor.user_id and not own:
        raise Refused("You asked for this. Another person has to agree.")
    return request


def _answer(
    request: AdoptionRequest, actor: Actor, now: datetime, answer: str, reason: str = ""
) -> None:
    request.answer = answer
    request.answer_reason = reason
    request.answered_by_id = actor.user_id
    request.answered_at = now
