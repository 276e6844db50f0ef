"""The fields of a premises: what each may hold, and how a set of them becomes a row."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.services import postcodes, shop_kinds
from compliance.services.errors import Refused
from compliance.services.spelling import fold, searchable
from compliance.store.models import Authority, Premises
from compliance.store.models.premises import NATIONS, SELLS_KNIVES

LONDON = ZoneInfo("Europe/London")
#: A shop's name or a line of its address; longer ones fit no letter.
LONGEST_TEXT = 200
# With the marks that turn the direction of text: a name would not read as it is written.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class PremisesDetails:
    """What a person or a list says of a premises. Empty text and None mean not known."""

    trading_name: str
    address_line_1: str
    address_line_2: str | None = None
    address_line_3: str | None = None
    address_line_4: str | None = None
    postcode: str | None = None
    uprn: str | None = None
    channels: tuple[str, ...] = ()
    shop_kind: str | None = None
    sells_knives: str = "unknown"
    sells_knives_seen_on: date | None = None


def checked(details: PremisesDetails, today: date, pack: Pack) -> PremisesDetails:
    """Return `details` tidied. Raises Refused, naming the field, for what cannot be kept.

    `pack` is the rulebook whose ways of selling are known today.
    """
    tidied = {each.name: _tidy(each.name, getattr(details, each.name)) for each in fields(details)}
    if not tidied["trading_name"]:
        raise Refused("Enter the name the shop trades under", "trading_name")
    if not tidied["address_line_1"]:
        raise Refused("Enter the first line of the address", "address_line_1")
    if tidied["postcode"]:
        postcode = postcodes.tidy(tidied["postcode"])
        if postcode is None:
            raise Refused("Enter a full UK postcode, like NR1 3DD", "postcode")
        tidied["postcode"] = postcode
    if tidied["uprn"] and not re.fullmatch(r"[0-9]{1,12}", tidied["uprn"]):
        raise Refused("UPRN must be a number of up to 12 digits", "uprn")
    if tidied["channels"]:
        unknown = set(tidied["channels"]) - set(channel_labels(pack))
        if unknown:
            raise Refused(f"There is no way of selling called {min(unknown)}", "channels")
    if tidied["shop_kind"] and tidied["shop_kind"] not in shop_kinds.labels():
        raise Refused(f"There is no kind of shop called {tidied['shop_kind']}", "shop_kind")
    if tidied["sells_knives"] not in SELLS_KNIVES:
        raise Refused("Select whether it sells knives", "sells_knives")
    seen_on = tidied["sells_knives_seen_on"]
    if tidied["sells_knives"] == "unknown":
        tidied["sells_knives_seen_on"] = None
    elif seen_on is None:
        raise Refused("Enter the date on which this was seen", "sells_knives_seen_on")
    elif seen_on > today:
        raise Refused(
            "The date on which this was seen must not be in the future", "sells_knives_seen_on"
        )
    elif seen_on < pack.first_day:
        raise Refused(
            f"The date on which this was seen must not be before {pack.first_day.year}",
            "sells_knives_seen_on",
        )
    return PremisesDetails(**tidied)


def nation_given(text: str) -> str | None:
    """Read a nation as a person writes it ("Northern Ireland"); None when it is not one."""
    code = fold(text).replace(" ", "_")
    return code if code in NATIONS else None


def nation_label(code: str | None) -> str:
    """Return a nation's name, "To confirm" for None."""
    return code.replace("_", " ").title() if code else "To confirm"


def channel_labels(pack: Pack) -> dict[str, str]:
    """Return the ways of selling that a rulebook knows, code to label."""
    options = pack.by_id("dim")["channel"]["options"]
    return {option["code"]: text_of(option["label"]) for option in options}


def apply(premises: Premises, details: PremisesDetails) -> None:
    """Write `details` (already checked) into a row, and what follows from them."""
    for name, value in asdict(details).items():
        setattr(premises, name, list(value) if name == "channels" else value)
    refresh(premises)


def refresh(premises: Premises) -> None:
    """Work out again what follows from the fields: the search text and the postcode flag."""
    lines = [
        line
        for line in (
            premises.address_line_1,
            premises.address_line_2,
            premises.address_line_3,
            premises.address_line_4,
        )
        if line
    ]
    premises.postcode_missing = not premises.postcode
    premises.search_text = searchable(premises.trading_name, lines, premises.postcode)


def link(premises: Premises, authority: Authority) -> bool:
    """Put a premises into an authority's area, if nobody of its kind holds it; say if it is so."""
    column = "police_authority_id" if authority.kind == "police" else "ts_authority_id"
    if getattr(premises, column) is None:
        setattr(premises, column, authority.id)
    return bool(getattr(premises, column) == authority.id)


def from_import(
    incoming: dict[str, Any], *, source: str, external_id: str, now: datetime
) -> Premises:
    """Make a new row from a line of a list, as `premises_import` reads it."""
    premises = Premises(
        source=source,
        external_id=external_id,
        imported=incoming,
        nation_origin="to_confirm",
        sells_knives="unknown",
        status="open",
        channels=[],
        created_at=now,
        updated_at=now,
    )
    take_import(premises, incoming, frozenset(incoming))
    return premises


def take_import(premises: Premises, incoming: dict[str, Any], changed: frozenset[str]) -> None:
    """Write the `changed` fields of a line into a row. A person's word on the nation stands."""
    for name in changed - {"nation", "nation_origin"}:
        value = incoming[name]
        if name == "sells_knives_seen_on" and value:
            value = date.fromisoformat(value)
        setattr(premises, name, value)
    if changed & {"nation", "nation_origin"} and nation_outranks(
        incoming["nation_origin"], premises.nation_origin
    ):
        premises.nation = incoming["nation"]
        premises.nation_origin = incoming["nation_origin"]
    refresh(premises)


def nation_outranks(new: str, old: str) -> bool:
    """Say whether a nation found the `new` way may replace one found the `old` way."""
    order = ("to_confirm", "postcode", "option", "column", "person")
    return order.index(new) >= order.index(old)


def local_day(now: datetime) -> date:
    """Return the day in the United Kingdom at a moment."""
    return now.astimezone(LONDON).date()


def _tidy(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if _CONTROL.search(value):
        raise Refused("Remove the characters that cannot be printed", name)
    value = " ".join(value.split())
    if len(value) > LONGEST_TEXT:
        raise Refused(f"This must be {LONGEST_TEXT} characters or fewer", name)
    return value or (None if name not in ("trading_name", "address_line_1") else "")
