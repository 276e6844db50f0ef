"""A proposed rulebook tried on visits that were reviewed: what would change, and which entry causes it.

Reads only. Each visit is judged twice at its own date, by the rulebook in use and by the proposed one,
on what reviewers have agreed to; a shop's standing and certificate are compared on one day. The cause
of a change is every difference between the rulebooks without which the outcome would be another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from compliance.rulebook import Pack, RulebookError, assess
from compliance.rulebook.difference import Entry, differences, without
from compliance.services import history
from compliance.services.assessments import OUTCOMES
from compliance.services.replay_sift import sift
from compliance.services.shops import Shop
from compliance.store.models import Operator, Premises, Review, Visit, VisitShare, VisitVersion

NO_POSTCODE = "No postcode"
#: With more differences than this each is not tried alone: the rules whose findings differ are named.
MOST_TRIED = 60

#: What can change, as it is counted.
SORTS = {
    "grade": "Grades",
    "score": "Scores",
    "finding": "Findings",
    "validity": "Results of tests",
    "standing": "Standings",
    "next_step": "Usual next steps",
    "certificate": "Certificates",
    "unreadable": "Visits it cannot read",
}

#: What a rulebook says, as text by (what, rule).
Said = dict[tuple[str, str], str]
UNREADABLE = ("unreadable", "")


@dataclass(frozen=True)
class Change:
    """One thing that would be another under the proposed rulebook."""

    premises_id: int
    shop_name: str
    area: str
    shop_kind: str | None
    #: None where it is about the shop as it stands on the day.
    visit_id: str | None
    visited_on: date | None
    what: str
    #: The rule of a finding; empty otherwise.
    rule: str
    before: str
    after: str
    causes: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What came of trying some shops."""

    visits: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class _Question:
    """Something both rulebooks are asked: the visit as told, and whose change it would be."""

    told: dict[str, Any]
    about: Change
    of_shop: bool


def in_words(pack: Pack, what: str, said: str) -> str:
    """Write what a rulebook says of one sort of thing in its own words; "None" for nothing."""
    if not said:
        return "None"
    output = pack.content.get("output", {})
    if what == "finding":
        outcome, severity = said.split(" ", 1)
        return f"{OUTCOMES[outcome]} ({pack.label('severity', severity).lower()})"
    if what == "certificate":
        return {"yes": "May be issued", "no": "May not be issued"}.get(said, said)
    name = output.get("validity", {}).get("result") if what == "validity" else output.get(what)
    return pack.value_label(name, said) if name in pack.by_id("value") else said


def shops(session: Session, authority_id: int | None = None) -> list[Shop]:
    """Return every shop with an agreed visit, of those an authority may see (None: of all)."""
    query = (
        select(Visit.premises_id, Visit.operator_id)
        .join(Review, Review.visit_id == Visit.id)
        .where(Review.outcome == "agreed")
        .distinct()
    )
    if authority_id is not None:
        query = query.where(seen_by(authority_id))
    return sorted(Shop(premises, operator or 0) for premises, operator in session.execute(query))


def seen_by(authority_id: int) -> Any:
    """Return the condition that an authority may read a visit: its own, or shared with it."""
    shared = select(VisitShare.visit_id).where(VisitShare.authority_id == authority_id)
    return or_(Visit.authority_id == authority_id, Visit.id.in_(shared))


def replay(
    session: Session,
    old: Pack,
    new: Pack,
    wanted: Sequence[Shop],
    *,
    as_of: date,
    since: date | None = None,
    authority_id: int | None = None,
) -> Tried:
    """Compare two rulebooks on some shops. Nothing is written.

    Visits before `since` are not reported; they still are the past of the others. What `authority_id`
    may not read is as if it were not there: nothing that is shown rests on it. Without one, each visit
    rests on what its own authority may read, as its assessment does.
    """
    asked = list(_questions(session, wanted, as_of, since, authority_id))
    visits = sum(not one.of_shop for one in asked)
    found: list[tuple[_Question, Said, list[Change]]] = []
    for one in asked:
        after = _answers(new, one)
        changes = _compared(one.about, _answers(old, one), after)
        if changes:
            found.append((one, after, changes))
    return Tried(visits, tuple(_with_causes(old, new, found)))


def _compared(about: Change, before: Said, after: Said) -> list[Change]:
    """What differs; of a visit that the proposed rulebook cannot read, only that."""
    if UNREADABLE in before:
        return []
    if UNREADABLE in after:
        before, after = {}, {UNREADABLE: after[UNREADABLE]}
    return [
        replace(
            about, what=key[0], rule=key[1], before=before.get(key, ""), after=after.get(key, "")
        )
        for key in dict.fromkeys((*before, *after))
        if before.get(key, "") != after.get(key, "")
    ]


def in_batches(
    session: Session,
    old: Pack,
    new: Pack,
    wanted: Sequence[Shop],
    *,
    as_of: date,
    since: date | None = None,
    folder: Path | None = None,
    say: Callable[[int, int], None] = lambda done, total: None,
    say_read: Callable[[int, int], None] = lambda done, total: None,
    size: int = 200,
) -> Tried:
    """Compare two rulebooks on many shops, a batch at a time; `say` hears how far it is.

    With `folder`, where past answers are kept in columns, a shop whose visits both judge alike is counted and
    not asked; `say_read` hears how far reading what is new has come.
    """
    visits = 0
    changes: list[Change] = []
    if folder is not None:
        sifted = sift(session, folder, old, new, wanted, as_of=as_of, since=since, say=say_read)
        wanted, visits = sifted.ask, sifted.alike.total()
    for start in range(0, len(wanted), size):
        batch = wanted[start : start + size]
        tried = replay(session, old, new, batch, as_of=as_of, since=since)
        visits += tried.visits
        changes += tried.changes
        session.expire_all()
        say(start + len(batch), len(wanted))
    return Tried(visits, tuple(changes))


def _questions(
    session: Session,
    wanted: Sequence[Shop],
    as_of: date,
    since: date | None,
    authority_id: int | None,
) -> Iterator[_Question]:
    for shop in wanted:
        premises = session.get_one(Premises, shop.premises_id)
        operator = session.get(Operator, shop.operator_id) if shop.operator_id else None
        versions = history.agreed_versions(session, premises, operator, as_of)
        if authority_id is not None:
            versions = history.readable_to(session, authority_id, versions)
        told = {version.visit_id: history.as_told(version) for version in versions}
        versions = [one for one in versions if told[one.visit_id]["nation"] is not None]
        about = Change(
            premises_id=premises.id,
            shop_name=premises.trading_name,
            area=premises.postcode.split()[0] if premises.postcode else NO_POSTCODE,
            shop_kind=premises.shop_kind,
            visit_id=None,
            visited_on=None,
            what="",
            rule="",
            before="",
            after="",
        )
        for place, version in enumerate(versions):
            one = told[version.visit_id]
            on = date.fromisoformat(one["visited_on"])
            if since is None or on >= since:
                past = _past(session, versions, place, authority_id)
                yield _Question(
                    one | {"history": [told[each.visit_id] for each in past]},
                    replace(about, visit_id=one["id"], visited_on=on),
                    of_shop=False,
                )
        every = [told[each.visit_id] for each in versions]
        if every and (since is None or every[-1]["visited_on"] >= since.isoformat()):
            yield _Question(
                every[-1] | {"history": every[:-1], "as_of": as_of.isoformat()}, about, of_shop=True
            )


def _past(
    session: Session, versions: Sequence[VisitVersion], place: int, authority_id: int | None
) -> Sequence[VisitVersion]:
    """What came before a visit, as far as its reader (or else its own authority) may read it."""
    earlier, whose = versions[:place], versions[place].visit.authority_id
    if authority_id is not None or all(one.visit.authority_id == whose for one in earlier):
        return earlier
    return history.readable_to(session, whose, earlier)


def _answers(pack: Pack, one: _Question) -> Said:
    """What a rulebook says of a visit or a shop; one it cannot read gives only `unreadable`."""
    try:
        result = assess(pack, one.told)
    except (RulebookError, LookupError) as error:
        return {UNREADABLE: str(error)}
    if one.of_shop:
        return {
            ("standing", ""): result["standing"] or "",
            ("next_step", ""): result["next_step"] or "",
            ("certificate", ""): str(result["values"].get("certificate_eligible") or "no"),
        }
    score = result["score"]
    said = {
        ("score", ""): "" if score is None else _range(score["low"], score["high"]),
        ("grade", ""): str(result["grade"] or ""),
        ("validity", ""): str((result["validity"] or {}).get("result") or ""),
    }
    for finding in result["findings"]:
        said["finding", finding["rule"]] = f"{finding['outcome']} {finding['severity']}"
    return said


def _range(low: object, high: object) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _with_causes(
    old: Pack,
    new: Pack,
    found: list[tuple[_Question, Said, list[Change]]],
) -> Iterator[Change]:
    """Give each change its causes: the differences without which it would be otherwise."""
    changed = differences(old, new)
    causes: dict[tuple[int, int], list[Entry]] = {}
    # A rulebook at a time: making one ready costs more than asking it.
    for entry in changed if found and len(changed) <= MOST_TRIED else ():
        without_it = without(new, old, entry)
        for place, (question, after, changes) in enumerate(found):
            said = _answers(without_it, question)
            for at, change in enumerate(changes):
                key = (change.what, change.rule)
                # Half a change may be no rulebook at all, which then says nothing of its cause.
                if said.get(key, "") != after.get(key, "") and (
                    UNREADABLE not in said or key == UNREADABLE
                ):
                    causes.setdefault((place, at), []).append(entry)
    for place, (_, _, changes) in enumerate(found):
        moved = [("rule", change.rule) for change in changes if change.rule]
        together = [entry for entry in changed if entry in moved] or changed
        for at, change in enumerate(changes):
            # Where each of several suffices, no one alone is to blame: they are named together.
            yield replace(change, causes=tuple(causes.get((place, at), together)))
