"""Two entries for one place: finding them, and a person deciding about each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from compliance.access import Actor
from compliance.services import premises_fields
from compliance.services.errors import NotFound, Refused
from compliance.services.permission import require
from compliance.services.spelling import compact, fold, name_within, same_name
from compliance.store.models import Authority, PossibleDuplicate, Premises

SAME_ADDRESS = "Same address, and nearly the same name"
SAME_POSTCODE = "Same postcode, and nearly the same name"

#: How addresses are shortened. "St" is a saint too, but the same one in both addresses.
_SHORT = {"st": "street", "rd": "road", "ave": "avenue", "ln": "lane", "sq": "square"}


@dataclass(frozen=True)
class Entry:
    """What two premises are compared by."""

    premises_id: int
    name: str
    address: str
    postcode: str

    @classmethod
    def of(
        cls, premises_id: int, name: str, lines: Iterable[str | None], postcode: str | None
    ) -> Entry:
        """Make one from fields as kept."""
        words = fold(" ".join(line for line in lines if line)).split()
        address = " ".join(_SHORT.get(word, word) for word in words)
        return cls(premises_id, name, address, compact(postcode or ""))


class Register:
    """Every premises known so far, found by postcode or address."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_postcode: defaultdict[str, list[Entry]] = defaultdict(list)
        self._by_address: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take one in."""
        if entry.postcode:
            self._by_postcode[entry.postcode].append(entry)
        if entry.address:
            self._by_address[entry.address].append(entry)

    def match(self, entry: Entry) -> tuple[Entry, str] | None:
        """Return an entry that may be the same place, and what they share; None: none is.

        At the same address one name may say more than the other ("Premier", "Premier Shop"). At
        the same postcode only, the names must be the same but for spelling: shops in one mall or
        market share a postcode. Different names at one address are different shops (a chemist
        in a supermarket), or a new operator, for whom the earlier entry is opened and changed.
        """
        nearby = self._by_address.get(entry.address, []) + self._by_postcode.get(entry.postcode, [])
        for other in nearby:
            if _one_address(entry, other) and (
                same_name(entry.name, other.name) or name_within(entry.name, other.name)
            ):
                return other, SAME_ADDRESS
        for other in nearby:
            if entry.postcode == other.postcode and same_name(entry.name, other.name):
                return other, SAME_POSTCODE
        return None


def _one_address(entry: Entry, other: Entry) -> bool:
    if entry.postcode and entry.postcode == other.postcode:
        # "Unit 1, 5 High Street" and "5 High Street" of one postcode.
        words, others = set(entry.address.split()), set(other.address.split())
        return words <= others or others <= words
    if entry.address != other.address:
        return False
    # A slip in the last part of a postcode; the same street name in another town is no slip.
    return not (entry.postcode and other.postcode) or entry.postcode[:-3] == other.postcode[:-3]


def register(session: Session, *, postcode: str | None = None, line: str | None = None) -> Register:
    """Return a register of every open premises, whoever keeps it.

    With a first address line, only of those at its postcode, or of that first line where either
    has no postcode.
    """
    query = select(
        Premises.id,
        Premises.trading_name,
        Premises.address_line_1,
        Premises.address_line_2,
        Premises.address_line_3,
        Premises.address_line_4,
        Premises.postcode,
    ).where(Premises.status == "open")
    if line is not None:
        same_line = func.lower(Premises.address_line_1) == line.lower()
        if postcode:
            same_line = and_(Premises.postcode.is_(None), same_line)
        query = query.where(or_(Premises.postcode == postcode, same_line))
    rows = session.execute(query.order_by(Premises.id))
    return Register(Entry.of(row[0], row[1], row[2:6], row[6]) for row in rows)


def waiting(session: Session, actor: Actor) -> list[PossibleDuplicate]:
    """Return what waits for a person of this authority, oldest first. Raises Refused."""
    require(actor, "premises.resolve_duplicates")
    query = (
        select(PossibleDuplicate)
        .where(_mine(actor), PossibleDuplicate.state == "waiting")
        .options(selectinload(PossibleDuplicate.candidate))
        .order_by(PossibleDuplicate.id)
    )
    return list(session.scalars(query))


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many wait for a person of this authority."""
    query = select(func.count()).where(_mine(actor), PossibleDuplicate.state == "waiting")
    return session.scalar(query) or 0


def get(session: Session, actor: Actor, duplicate_id: int) -> PossibleDuplicate:
    """Return one, waiting or resolved. Raises NotFound, Refused."""
    require(actor, "premises.resolve_duplicates")
    found = session.scalar(
        select(PossibleDuplicate).where(PossibleDuplicate.id == duplicate_id, _mine(actor))
    )
    if found is None:
        raise NotFound
    return found


def resolve(
    session: Session, actor: Actor, now: datetime, *, duplicate_id: int, same: bool
) -> Premises:
    """Say that a waiting line is the premises already kept, or another one, which is then made.

    Returns the premises the line now stands for. Raises NotFound; Refused when somebody
    resolved it already.
    """
    found = get(session, actor, duplicate_id)
    session.refresh(found, with_for_update=True)
    if found.state != "waiting":
        raise Refused("A colleague has already dealt with this one")
    authority = session.get_one(Authority, found.authority_id)
    if same:
        premises = found.candidate
        if premises.external_id is None:
            # Entered by hand so far: from now on the list keeps it up to date.
            premises.source, premises.external_id = found.source, found.external_id
            premises.imported = found.incoming
        premises_fields.link(premises, authority)
    else:
        premises = premises_fields.from_import(
            found.incoming, source=found.source, external_id=found.external_id, now=now
        )
        premises_fields.link(premises, authority)
        session.add(premises)
    found.state = "same" if same else "different"
    found.resolved_by_id = actor.user_id
    found.resolved_at = now
    session.flush()
    return premises


def _mine(actor: Actor) -> ColumnElement[bool]:
    return PossibleDuplicate.authority_id == actor.authority_id
