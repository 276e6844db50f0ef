"""Premises and who trades there: find, keep, confirm the nation, change the operator, close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from compliance.access import Actor
from compliance.services import duplicates, operators, postcodes, premises_fields, rulebooks
from compliance.services.assessments import assess_waiting, follow_history
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import certificates
from compliance.services.operators import OperatorDetails
from compliance.services.permission import require
from compliance.services.premises_fields import PremisesDetails
from compliance.services.spelling import closeness, fold
from compliance.store.models import (
    Authority,
    Document,
    Operator,
    Premises,
    Tenure,
    Visit,
    VisitShare,
)
from compliance.store.models.premises import NATIONS

#: A search finds what is at least this near to what was typed.
NEAR_ENOUGH = 75


@dataclass(frozen=True)
class Filters:
    """What a list of premises is narrowed to; None: everything."""

    text: str = ""
    nation: str | None = None
    #: `open`, `closed`, `moved`
    status: str | None = None
    sells_knives: str | None = None
    #: `nation` (to confirm), `postcode` (missing), `operator` (nobody recorded)
    missing: str | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


#: How a nation was found when a list, or who imported it, named it.
_NAMED = ("column", "option")


@dataclass(frozen=True)
class Found:
    """One page of a list and how many there are in all."""

    items: Sequence[Premises]
    total: int


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a premises is in the actor's area, visited by them, or shared."""
    mine = actor.authority_id
    return or_(
        Premises.police_authority_id == mine,
        Premises.ts_authority_id == mine,
        exists().where(Visit.premises_id == Premises.id, Visit.authority_id == mine),
        exists().where(
            Visit.premises_id == Premises.id,
            VisitShare.visit_id == Visit.id,
            VisitShare.authority_id == mine,
        ),
    )


def get(session: Session, actor: Actor, premises_id: int) -> Premises:
    """Return a premises this person may see. Raises NotFound."""
    require(actor, "premises.read")
    found = session.scalar(select(Premises).where(Premises.id == premises_id, visible(actor)))
    if found is None:
        raise NotFound
    return found


def search(
    session: Session, actor: Actor, filters: Filters, *, offset: int = 0, limit: int | None = 25
) -> Found:
    """Return the premises that answer `filters`, nearest first or by name; no `limit`: all.

    Spelling is forgiven when nothing answers word for word: "Tescos", "b and q".
    """
    require(actor, "premises.read")
    trading = selectinload(Premises.tenures).selectinload(Tenure.operator)
    query = _narrowed(select(Premises).where(visible(actor)).options(trading), filters)
    words = fold(filters.text).split()
    if filters.text.strip() and not words:
        return Found([], 0)
    if words:
        exactly = query.where(*(_has_word(word) for word in words))
        if session.scalar(select(exactly.exists())):
            query = exactly
        else:
            return _nearest(session, query, filters.text, offset, limit)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(func.lower(Premises.trading_name), Premises.id)
    return Found(list(session.scalars(ordered.offset(offset).limit(limit))), total)


def similar(session: Session, details: PremisesDetails) -> tuple[Premises, str] | None:
    """Return an open premises that may be the same place, and what they share; None: none is."""
    lines = (
        details.address_line_1,
        details.address_line_2,
        details.address_line_3,
        details.address_line_4,
    )
    entry = duplicates.Entry.of(0, details.trading_name, lines, details.postcode)
    near = duplicates.register(session, postcode=details.postcode, line=details.address_line_1)
    match = near.match(entry)
    return (session.get_one(Premises, match[0].premises_id), match[1]) if match else None


def _checked(session: Session, now: datetime, details: PremisesDetails) -> PremisesDetails:
    today = premises_fields.local_day(now)
    return premises_fields.checked(details, today, rulebooks.current(session, today))


def create(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    details: PremisesDetails,
    nation: str | None,
    partner_authority_id: int | None = None,
    not_a_duplicate: bool = False,
) -> Premises:
    """Take in a premises in the actor's area.

    `nation` is a person's word; None leaves it to the postcode's area, else to confirm.
    `partner_authority_id` is the police force or council that shares the area. Raises Refused
    for a field, or when one like it is kept and nobody said that it is another.
    """
    require(actor, "premises.edit")
    details = _checked(session, now, details)
    if not not_a_duplicate and (match := similar(session, details)):
        raise Refused(
            f"{match[0].trading_name}, {', '.join(match[0].address_lines)} is kept already. "
            f"{match[1]}. Use that one, or say below that this is another shop",
            "not_a_duplicate",
        )
    premises = Premises(
        nation_origin="to_confirm", status="open", created_at=now, updated_at=now, search_text=""
    )
    premises_fields.apply(premises, details)
    premises_fields.link(premises, session.get_one(Authority, actor.authority_id))
    _set_partner(session, actor, premises, partner_authority_id)
    _set_nation(premises, actor, now, nation)
    session.add(premises)
    session.flush()
    return premises


def edit(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    premises_id: int,
    details: PremisesDetails,
    partner_authority_id: int | None = None,
) -> Premises:
    """Change what is known of a premises. Raises NotFound; Refused for a field."""
    premises = _to_change(session, actor, premises_id)
    details = _checked(session, now, details)
    premises_fields.apply(premises, details)
    _set_partner(session, actor, premises, partner_authority_id)
    if premises.nation_origin in ("to_confirm", "postcode"):
        _set_nation(premises, actor, now, None)
        _tell_visits(session, now, premises)
    premises.updated_at = now
    session.flush()
    return premises


def confirm_nation(
    session: Session, actor: Actor, now: datetime, *, premises_id: int, nation: str
) -> Premises:
    """Keep a person's word on which nation, and so which law, a premises is in.

    Visits that waited for it take it over. Raises NotFound; Refused for what is no nation.
    """
    premises = _to_change(session, actor, premises_id)
    if nation not in NATIONS:
        raise Refused("Select the nation the shop is in", "nation")
    _set_nation(premises, actor, now, nation)
    premises.updated_at = now
    _tell_visits(session, now, premises)
    session.flush()
    return premises


def change_operator(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    premises_id: int,
    details: OperatorDetails,
    from_date: date | None,
) -> Tenure:
    """Record who trades at a premises from a day on; the operator before it ends the day before.

    A new operator starts with a clean sheet: a certificate of the one before falls with this.
    Visits not yet recorded, and those for whose day nobody was known, go to whoever traded on it.
    `from_date` None, only for the first operator, means since before records began. Raises
    NotFound; Refused for a field.
    """
    premises = _to_change(session, actor, premises_id)
    today = premises_fields.local_day(now)
    current = premises.tenures[-1] if premises.tenures else None
    if from_date is None and current is not None:
        raise Refused("Enter the day from which the new operator trades here", "from_date")
    if from_date is not None and from_date > today:
        raise Refused("The day must be today or in the past", "from_date")
    if current is not None and from_date is not None:
        began = current.from_date or date.min
        if from_date <= max(began, current.to_date or date.min):
            raise Refused(
                f"The day must be after {_written(max(began, current.to_date or date.min))}, "
                "the last date kept for the operator before",
                "from_date",
            )
    operator = operators.taken_in(session, now, details)
    if current is not None and current.to_date is None:
        if current.operator_id == operator.id:
            raise Refused(
                "This operator trades here already. Change its details instead", "legal_name"
            )
        assert from_date is not None
        current.to_date = from_date - timedelta(days=1)
        # Before the new one goes in: a premises has one open tenure at a time.
        session.flush()
    tenure = Tenure(premises=premises, operator=operator, from_date=from_date)
    session.add(tenure)
    premises.updated_at = now
    session.flush()
    session.refresh(premises, ["tenures"])
    certificates.end_where_nobody_trades(session, actor, now, premises)
    _name_operators(session, now, premises)
    return tenure


def edit_operator(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    premises_id: int,
    details: OperatorDetails,
    from_date: date | None = None,
) -> Operator:
    """Correct what is known of the present operator, wherever it trades.

    `from_date`, where given, puts its first day here earlier, and visits for whose day nobody was
    known may then be its own. Raises NotFound when nobody trades here; Refused for a field, or when
    the operator also trades where this authority sees nothing.
    """
    premises = _to_change(session, actor, premises_id)
    if not premises.tenures or premises.tenures[-1].to_date is not None:
        raise NotFound
    operator = premises.tenures[-1].operator
    elsewhere = (
        select(func.count())
        .select_from(Tenure)
        .where(
            Tenure.operator_id == operator.id,
            Tenure.premises_id.not_in(select(Premises.id).where(visible(actor))),
        )
    )
    if session.scalar(elsewhere):
        raise Refused(
            "This operator also trades in another authority's area, so its details cannot be "
            "changed here. Ask the administrator of your service"
        )
    operators.apply(operator, operators.checked(details))
    if from_date is not None and from_date != premises.tenures[-1].from_date:
        _begin_earlier(premises.tenures, from_date)
    premises.updated_at = now
    session.flush()
    _name_operators(session, now, premises)
    return operator


def close(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    premises_id: int,
    status: str,
    since: date | None,
) -> Premises:
    """Say that a shop closed or moved away (`closed`, `moved`); a certificate of it falls.

    Where it moved to is another premises. Raises NotFound; Refused for a field.
    """
    premises = _to_change(session, actor, premises_id)
    if status not in ("closed", "moved"):
        raise Refused("Select whether it closed or moved", "status")
    if since is None:
        raise Refused("Enter the date since when", "since")
    if since > premises_fields.local_day(now):
        raise Refused("The date must be today or in the past", "since")
    premises.status, premises.status_since = status, since
    premises.updated_at = now
    session.flush()
    certificates.end_where_nobody_trades(session, actor, now, premises)
    return premises


def reopen(session: Session, actor: Actor, now: datetime, *, premises_id: int) -> Premises:
    """Say that a shop is open after all. A certificate that fell stays so. Raises NotFound."""
    premises = _to_change(session, actor, premises_id)
    premises.status, premises.status_since = "open", None
    premises.updated_at = now
    session.flush()
    return premises


def visits_at(session: Session, actor: Actor, premises_id: int) -> list[Visit]:
    """Return the visits there that this person may read, newest first."""
    query = (
        select(Visit)
        .where(Visit.premises_id == premises_id, _readable(actor))
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
    )
    return list(session.scalars(query))


def documents_at(session: Session, actor: Actor, premises_id: int) -> list[Document]:
    """Return the documents about it that this person may read, newest first."""
    readable = or_(
        Document.authority_id == actor.authority_id,
        exists().where(
            VisitShare.visit_id == Document.visit_id, VisitShare.authority_id == actor.authority_id
        ),
    )
    query = (
        select(Document)
        .where(Document.premises_id == premises_id, readable)
        .order_by(Document.issued_on.desc(), Document.id.desc())
    )
    return list(session.scalars(query))


def partners(session: Session, actor: Actor) -> list[Authority]:
    """Return the authorities of the other kind: for a police force, the councils."""
    own = session.get_one(Authority, actor.authority_id)
    query = select(Authority).where(Authority.kind != own.kind)
    return list(session.scalars(query.order_by(Authority.name)))


def _readable(actor: Actor) -> ColumnElement[bool]:
    shared = exists().where(
        VisitShare.visit_id == Visit.id, VisitShare.authority_id == actor.authority_id
    )
    return or_(Visit.authority_id == actor.authority_id, shared)


def _to_change(session: Session, actor: Actor, premises_id: int) -> Premises:
    require(actor, "premises.edit")
    premises = get(session, actor, premises_id)
    if actor.authority_id not in (premises.police_authority_id, premises.ts_authority_id):
        raise Refused("This shop is in another authority's area. Ask them to change its entry")
    session.refresh(premises, with_for_update=True)
    return premises


def _narrowed(query: Select[Premises], filters: Filters) -> Select[Premises]:
    if filters.nation:
        query = query.where(Premises.nation == filters.nation)
    if filters.status:
        query = query.where(Premises.status == filters.status)
    if filters.sells_knives:
        query = query.where(Premises.sells_knives == filters.sells_knives)
    if filters.missing == "nation":
        query = query.where(or_(Premises.nation.is_(None), _in_doubt()))
    elif filters.missing == "postcode":
        query = query.where(Premises.postcode_missing)
    elif filters.missing == "operator":
        trading = and_(Tenure.premises_id == Premises.id, Tenure.to_date.is_(None))
        query = query.where(~exists().where(trading))
    return query


def doubted(premises: Premises) -> str | None:
    """Return the nation in which the postcode lies when a list named another and no person confirmed it."""
    if premises.nation_origin not in _NAMED:
        return None
    return postcodes.other_nation(premises.nation, premises.postcode)


def _in_doubt() -> ColumnElement[bool]:
    """The same, asked of the database."""
    area = func.rtrim(func.substr(Premises.postcode, 1, 2), "0123456789")
    elsewhere = [
        and_(Premises.nation != nation, area.in_(areas))
        for nation, areas in postcodes.areas().items()
    ]
    return and_(Premises.nation_origin.in_(_NAMED), or_(*elsewhere))


def _has_word(word: str) -> ColumnElement[bool]:
    # A short word must be a whole one: "b" and "q" are letters of nearly every shop.
    pattern = f"% {word} %" if len(word) <= 2 else f"% {word}%"
    return Premises.search_text.like(pattern)


def _nearest(
    session: Session, query: Select[Premises], text: str, offset: int, limit: int | None
) -> Found:
    """Rank everything by nearness to `text`: slower, so only when nothing answers exactly."""
    columns = query.with_only_columns(Premises.id, Premises.trading_name, Premises.search_text)
    scored = [
        (-score, name.casefold(), premises_id)
        for premises_id, name, search_text in session.execute(columns)
        if (score := closeness(text, name, search_text)) >= NEAR_ENOUGH
    ]
    scored.sort()
    ids = [premises_id for _, _, premises_id in scored[offset:][:limit]]
    by_id = {each.id: each for each in session.scalars(query.where(Premises.id.in_(ids)))}
    return Found([by_id[each] for each in ids], len(scored))


def _set_nation(premises: Premises, actor: Actor, now: datetime, nation: str | None) -> None:
    if nation is not None:
        if nation not in NATIONS:
            raise Refused("Select the nation the shop is in", "nation")
        premises.nation, premises.nation_origin = nation, "person"
        premises.nation_confirmed_by_id, premises.nation_confirmed_at = actor.user_id, now
        return
    premises.nation = postcodes.nation_of(premises.postcode)
    premises.nation_origin = "postcode" if premises.nation else "to_confirm"


def _tell_visits(session: Session, now: datetime, premises: Premises) -> None:
    session.execute(
        update(Visit)
        .where(Visit.premises_id == premises.id, Visit.nation.is_(None))
        .values(nation=premises.nation)
    )
    assess_waiting(session, now, premises)


def _begin_earlier(tenures: Sequence[Tenure], day: date) -> None:
    """Put the first day of the last tenure earlier; Refused where a visit could lose its operator."""
    last, kept = tenures[-1], tenures[-1].from_date
    if kept is None or day > kept:
        until = "before records began" if kept is None else _written(kept)
        raise Refused(f"The first day is kept as {until}, and can only be put earlier", "from_date")
    before = tenures[-2].to_date if len(tenures) > 1 else None
    if before is not None and day <= before:
        raise Refused(
            f"The day must be after {_written(before)}, the last day of the operator before",
            "from_date",
        )
    last.from_date = day


def _name_operators(session: Session, now: datetime, premises: Premises) -> None:
    """Give drafts, and visits for whose day nobody was known, to whoever traded on their day."""
    waiting = session.scalars(
        select(Visit).where(
            Visit.premises_id == premises.id,
            or_(Visit.state == "draft", Visit.operator_id.is_(None)),
        )
    ).all()
    for visit in waiting:
        visit.operator = premises.operator_on(visit.visited_on)
    session.flush()
    if any(visit.operator and visit.state != "draft" for visit in waiting):
        follow_history(session, now, premises)


def _set_partner(
    session: Session, actor: Actor, premises: Premises, partner_authority_id: int | None
) -> None:
    own = session.get_one(Authority, actor.authority_id)
    column = "ts_authority_id" if own.kind == "police" else "police_authority_id"
    if partner_authority_id is not None:
        partner = session.get(Authority, partner_authority_id)
        if partner is None or partner.kind == own.kind:
            raise Refused("Select an authority from the list", "partner_authority_id")
    setattr(premises, column, partner_authority_id)


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
