"""The city before the first visit: two authorities, their people, and the shops of their area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from compliance.access import Actor, Role
from compliance.services import authorities, premises, premises_file, premises_import, users
from compliance.services.demo.days import Calendar
from compliance.services.demo.files import Entry, late_list, password, read, shops
from compliance.services.operators import OperatorDetails
from compliance.services.premises_fields import PremisesDetails
from compliance.store.models import Authority, Premises

_CITY = "Exampleford"


@dataclass
class City:
    """Who works here, by the keys that the data files use."""

    calendar: Calendar
    #: "council" and "police".
    authorities: dict[str, Authority] = field(default_factory=dict)
    #: "council" and "police" to "officer", "reviewer", ... to the person.
    people: dict[str, dict[str, Actor]] = field(default_factory=dict)


def found(session: Session, calendar: Calendar) -> City:
    """Make the authorities and their people, as they were before the first visit."""
    city = City(calendar)
    now = calendar.beginning
    for entry in read("authorities")["authority"]:
        details = {name: value for name, value in entry.items() if name not in ("key", "people")}
        authority = authorities.add(session, now, **details)
        city.authorities[entry["key"]] = authority
        city.people[entry["key"]] = {
            person["key"]: users.add(
                session,
                None,
                now,
                authority_id=authority.id,
                email=person["email"],
                name=person["name"],
                role=Role(person["role"]),
                password=password(),
            ).actor
            for person in entry["people"]
        }
    return city


def open_shops(session: Session, city: City) -> list[tuple[Entry, Premises]]:
    """Take in every shop with who trades there, beside the entry that tells its life."""
    return [(shop, _opened(session, city, shop)) for shop in shops()]


def import_late_list(session: Session, city: City, now: datetime) -> None:
    """Read a list that came in late: some of its shops may be kept already and wait for a person."""
    premises_import.run(
        session,
        now,
        file=premises_file.read(late_list()),
        authority_name=city.authorities["council"].name,
    )


def operator_details(shop: Entry) -> OperatorDetails:
    """Return who trades at a shop: the chain it belongs to, or an operator of its own."""
    if "chain" in shop:
        return OperatorDetails(**read("chains")[shop["chain"]])
    return OperatorDetails(legal_name=shop["operator"], language_preference=shop.get("language"))


def _opened(session: Session, city: City, shop: Entry) -> Premises:
    now = city.calendar.beginning
    somebody = city.people["council"]["administrator"]
    village: Mapping[str, Any] = (
        {"address_line_2": shop["village"], "address_line_3": f"near {_CITY}"}
        if "village" in shop
        else {"address_line_2": _CITY}
    )
    there = premises.create(
        session,
        somebody,
        now,
        details=PremisesDetails(
            trading_name=shop["name"],
            address_line_1=shop["at"],
            postcode=shop["postcode"],
            channels=tuple(shop.get("channels", ("in_store",))),
            shop_kind=shop["kind"],
            sells_knives=shop.get("sells", "unknown"),
            sells_knives_seen_on=city.calendar.beginning.date() if "sells" in shop else None,
            **village,
        ),
        nation=shop.get("nation", "england") or None,
        partner_authority_id=city.authorities["police"].id,
    )
    premises.change_operator(
        session,
        somebody,
        now,
        premises_id=there.id,
        details=operator_details(shop),
        from_date=None,
    )
    return there
