"""Take in a list of premises: the Food Standards Agency's columns, or ours (docs/import.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services import authorities, postcodes, premises_fields, rulebooks
from compliance.services.duplicates import Entry, Register, register
from compliance.services.errors import Refused
from compliance.services.premises_fields import PremisesDetails
from compliance.services.premises_file import Line, PremisesFile
from compliance.store.models import Authority, PossibleDuplicate, Premises

CLASSES = ("created", "updated", "unchanged", "possible duplicate", "rejected")
_ADDRESS = ("address_line_1", "address_line_2", "address_line_3", "address_line_4")


@dataclass(frozen=True)
class Rejected:
    """A line that was not taken in, and why."""

    line: Line
    reason: str


@dataclass
class Report:
    """What became of a list: every data line is in exactly one class."""

    authority_name: str
    #: `police` or `council`
    authority_kind: str
    authority_is_new: bool
    #: A new authority's nearest namesake, in case its name was mistyped.
    nearest: str | None
    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    without_postcode: int = 0
    nation_to_confirm: int = 0
    #: The numbers of the lines whose postcode lies in another nation than they, or the option, name.
    elsewhere: list[int] = field(default_factory=list)

    @property
    def last_line(self) -> str:
        """The counts as the command prints them last."""
        return ", ".join(f"{name} {self.counts[name]}" for name in CLASSES)


class _Rejection(Exception):
    """Why a line cannot be taken in."""


def run(
    session: Session,
    now: datetime,
    *,
    file: PremisesFile,
    authority_name: str,
    nation: str | None = None,
) -> Report:
    """Take every line of `file` in for an authority, which is made when it is not known.

    `nation` is used where the file names none. Nothing is committed: the caller commits all of
    it or none. Raises Refused for a nation or an authority name that is none.
    """
    given_nation = None
    if nation is not None:
        given_nation = premises_fields.nation_given(nation)
        if given_nation is None:
            raise Refused(
                f"There is no nation called {nation!r}: write England, Wales, Scotland or "
                "Northern Ireland",
                "nation",
            )
    authority = authorities.find(session, authority_name)
    nearest = None
    is_new = authority is None
    if authority is None:
        like = authorities.nearest(session, authority_name)
        nearest = like.name if like else None
        authority = authorities.add(session, now, name=authority_name)
    report = Report(authority.name, authority.kind, is_new, nearest)
    _Import(session, now, file, authority, given_nation, report).run()
    return report


class _Import:
    """One run over one file."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        file: PremisesFile,
        authority: Authority,
        nation: str | None,
        report: Report,
    ) -> None:
        self.session = session
        self.now = now
        self.pack = rulebooks.current(session, premises_fields.local_day(now))
        self.file = file
        self.authority = authority
        self.nation = nation
        self.report = report
        # The Agency's numbers are the same for everybody; a list of ours is its owner's.
        self.source = "fsa" if file.is_agency else f"list:{authority.short_code}"
        self.kept = self._kept()
        self.duplicates = self._duplicates()
        self.register: Register = register(session)
        self.seen: dict[str, tuple[int, dict[str, Any]]] = {}
        #: Premises of this run by a number of their own, until the database gives them one.
        self.made: dict[int, Premises] = {}

    def run(self) -> None:
        """Class every line, in the order of the file."""
        for line in self.file.lines:
            try:
                outcome = self._take(line)
            except _Rejection as rejection:
                self.report.rejected.append(Rejected(line, str(rejection)))
                outcome = "rejected"
            self.report.counts[outcome] += 1
        self.session.flush()

    def _kept(self) -> dict[str, Premises]:
        query = select(Premises).where(Premises.source == self.source)
        return {each.external_id: each for each in self.session.scalars(query) if each.external_id}

    def _duplicates(self) -> dict[str, PossibleDuplicate]:
        query = select(PossibleDuplicate).where(PossibleDuplicate.source == self.source)
        return {each.external_id: each for each in self.session.scalars(query)}

    def _take(self, line: Line) -> str:
        external_id, incoming = self._read(line)
        if external_id in self.seen:
            first, same = self.seen[external_id]
            if same == incoming:
                return "unchanged"
            raise _Rejection(f"The id {external_id} is on line {first} already, with other details")
        self.seen[external_id] = (line.number, incoming)
        kept = self.kept.get(external_id)
        if kept is not None:
            return self._update(kept, incoming)
        earlier = self.duplicates.get(external_id)
        if earlier is not None and earlier.state == "waiting":
            if earlier.incoming != incoming:
                earlier.incoming = incoming
            return "possible duplicate"
        if earlier is not None and earlier.state == "same":
            # A person said that this line is a premises we keep; that one is kept by its own id.
            return "unchanged"
        return self._create(external_id, incoming)

    def _create(self, external_id: str, incoming: dict[str, Any]) -> str:
        entry = Entry.of(
            0,
            incoming["trading_name"],
            [incoming[name] for name in _ADDRESS],
            incoming["postcode"],
        )
        match = self.register.match(entry)
        if match is not None:
            other, reason = match
            self.session.add(
                PossibleDuplicate(
                    authority_id=self.authority.id,
                    source=self.source,
                    external_id=external_id,
                    incoming=incoming,
                    reason=reason,
                    candidate=self._premises(other),
                    state="waiting",
                    created_at=self.now,
                )
            )
            return "possible duplicate"
        premises = premises_fields.from_import(
            incoming, source=self.source, external_id=external_id, now=self.now
        )
        premises_fields.link(premises, self.authority)
        self.session.add(premises)
        number = -1 - len(self.made)
        self.made[number] = premises
        self.register.add(replace(entry, premises_id=number))
        self._count_gaps(premises)
        return "created"

    def _premises(self, entry: Entry) -> Premises:
        if entry.premises_id in self.made:
            return self.made[entry.premises_id]
        return self.session.get_one(Premises, entry.premises_id)

    def _update(self, kept: Premises, incoming: dict[str, Any]) -> str:
        had_area = (kept.police_authority_id, kept.ts_authority_id)
        if not premises_fields.link(kept, self.authority):
            raise _Rejection(
                f"The premises with this id belongs to another {self.authority.kind} area"
            )
        # Compared with the line as last read, not with the row: what a person has put right
        # since is not undone by reading the same list again.
        before = kept.imported or {}
        changed = {name for name, value in incoming.items() if before.get(name) != value}
        if not premises_fields.nation_outranks(incoming["nation_origin"], kept.nation_origin):
            changed -= {"nation", "nation_origin"}
        if not changed and had_area == (kept.police_authority_id, kept.ts_authority_id):
            return "unchanged"
        premises_fields.take_import(kept, incoming, frozenset(changed))
        kept.imported = before | {name: incoming[name] for name in changed}
        kept.updated_at = self.now
        return "updated"

    def _read(self, line: Line) -> tuple[str, dict[str, Any]]:
        """Return the id and the fields of a line. Raises _Rejection with the reason."""
        if line.problem:
            raise _Rejection(line.problem)
        get = line.values.get
        external_id = get("id", "")
        if not external_id:
            raise _Rejection("There is no id")
        if len(external_id) > 64 or not external_id.isprintable():
            raise _Rejection("The id is not one that can be kept")
        if not get("trading_name"):
            raise _Rejection("There is no name")
        address = [get(name, "") for name in _ADDRESS]
        address = [each for each in address if each]
        if not address:
            raise _Rejection("There is no address")
        details = self._checked(line, address)
        incoming: dict[str, Any] = {
            "trading_name": details.trading_name,
            "address_line_1": details.address_line_1,
            "address_line_2": details.address_line_2,
            "address_line_3": details.address_line_3,
            "address_line_4": details.address_line_4,
            "postcode": details.postcode,
        }
        # A cell left empty says nothing: it does not take away what is known.
        if details.uprn:
            incoming["uprn"] = details.uprn
        if details.shop_kind:
            incoming["shop_kind"] = details.shop_kind
        if details.channels:
            incoming["channels"] = list(details.channels)
        if details.sells_knives_seen_on:
            incoming["sells_knives"] = details.sells_knives
            incoming["sells_knives_seen_on"] = details.sells_knives_seen_on.isoformat()
        incoming["nation"], incoming["nation_origin"] = self._nation(line, details.postcode)
        if postcodes.other_nation(incoming["nation"], details.postcode):
            self.report.elsewhere.append(line.number)
        return external_id, incoming

    def _checked(self, line: Line, address: list[str]) -> PremisesDetails:
        get = line.values.get
        lines = [*address, *[None] * (4 - len(address))]
        seen_on = None
        if get("sells_knives_seen_on"):
            try:
                seen_on = date.fromisoformat(line.values["sells_knives_seen_on"])
            except ValueError:
                raise _Rejection("sells_knives_seen_on must be a date like 2026-11-22") from None
        channels = tuple(each.strip() for each in get("channels", "").split(";") if each.strip())
        try:
            return premises_fields.checked(
                PremisesDetails(
                    trading_name=line.values["trading_name"],
                    address_line_1=lines[0] or "",
                    address_line_2=lines[1],
                    address_line_3=lines[2],
                    address_line_4=lines[3],
                    postcode=get("postcode"),
                    uprn=get("uprn"),
                    channels=channels,
                    shop_kind=get("shop_kind") or None,
                    sells_knives=get("sells_knives") or "unknown",
                    sells_knives_seen_on=seen_on,
                ),
                premises_fields.local_day(self.now),
                self.pack,
            )
        except Refused as refused:
            raise _Rejection(f"{refused.field}: {refused.message}") from None

    def _nation(self, line: Line, postcode: str | None) -> tuple[str | None, str]:
        written = line.values.get("nation", "")
        if written:
            nation = premises_fields.nation_given(written)
            if nation is None:
                raise _Rejection(
                    f"nation: {written!r} is not England, Wales, Scotland or Northern Ireland"
                )
            return nation, "column"
        if self.nation is not None:
            return self.nation, "option"
        nation = postcodes.nation_of(postcode)
        return (nation, "postcode") if nation else (None, "to_confirm")

    def _count_gaps(self, premises: Premises) -> None:
        self.report.without_postcode += premises.postcode_missing
        self.report.nation_to_confirm += premises.nation is None
