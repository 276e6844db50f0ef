"""The gatekeeper's proof of a proposed rulebook: seconds of work, made apart from the request that took it in.

What waits for its proof stands in the database. A worker makes it, or the person at its page; nobody adopts
a rulebook before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.rulebook import Pack
from compliance.services import proposals
from compliance.services.errors import Refused
from compliance.store.models import Proposal
from compliance.store.sessions import Sessions

State = Literal["waits", "under_way", "good", "refused"]

#: A proof that was begun so long ago was cut short, and is begun again.
CUT_SHORT = timedelta(minutes=5)


def state(proposal: Proposal, now: datetime) -> State:
    """Return how far the proof of a proposed rulebook is."""
    if proposal.proved_at is not None:
        return "good" if proposal.is_proved else "refused"
    begun = proposal.proof_begun_at
    return "waits" if begun is None or begun < now - CUT_SHORT else "under_way"


def waiting(session: Session, now: datetime) -> Sequence[int]:
    """Return the ids of the proposals whose proof nobody makes now."""
    open_ones = session.scalars(select(Proposal).where(Proposal.proved_at.is_(None)))
    return [one.id for one in open_ones if state(one, now) == "waits"]


def prove(sessions: Sessions, clock: Callable[[], datetime], proposal_id: int) -> None:
    """Make the proof of a proposal and keep what it found. Does nothing where it is made, or under way.

    `sessions` gives a session of its own transaction: none is open while the work goes on.
    """
    with sessions() as session:
        proposal = session.get(Proposal, proposal_id, with_for_update=True)
        if proposal is None or state(proposal, clock()) != "waits":
            return
        proposal.proof_begun_at = clock()
        sent, pack = proposal.sent, Pack(proposal.content)
    found = [str(one) for one in proposals.problems_of(sent, pack)]
    with sessions() as session:
        keep(session.get_one(Proposal, proposal_id, with_for_update=True), clock(), found)


def keep(proposal: Proposal, now: datetime, problems: Sequence[str] = ()) -> None:
    """Keep what a proof found; nothing found is a good proof. One that is kept already stays."""
    if proposal.proved_at is None:
        proposal.proved_at, proposal.proof_problems = now, list(problems)
        # It was kept to name file and line.
        proposal.sent = None


def refuse_unproved(proposal: Proposal) -> None:
    """Raise Refused unless the rulebook is proved and nothing stands against it."""
    if proposal.proved_at is None:
        raise Refused("This rulebook is not proved yet. Wait for its proof, or begin it.")
    if proposal.proof_problems:
        raise Refused("The proof found what stands against this rulebook: it cannot be adopted")
