"""Load the demo: found the city, then live every moment of its shops in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services import rulebooks, translations
from compliance.services.demo.city import City, found, import_late_list, open_shops
from compliance.services.demo.days import Calendar, at
from compliance.services.demo.lives import Life, Moment
from compliance.services.demo.office import DemoOffice, open_office
from compliance.services.demo.operations import Operations
from compliance.services.errors import Refused
from compliance.store.models import Authority, Premises, User

#: Changes every id, code and link of the demo.
SEED = "Exampleford"
#: Nobody real: who stands by the Welsh of the demo.
_TRANSLATOR = "Enid Enghraifft"
#: How many moments pass between two reports of progress.
REPORT_EVERY = 100


@dataclass(frozen=True)
class Loaded:
    """What a load made, for the command to tell."""

    city: City
    office: DemoOffice
    shops: int
    visits: int


def is_empty(session: Session) -> bool:
    """Say whether nobody has ever used this database."""
    return all(
        session.scalar(select(model.id).limit(1)) is None for model in (Authority, User, Premises)
    )


def load(
    session: Session,
    today: date,
    *,
    public_url: str,
    keys_folder: Path,
    say: Callable[[str], None] = lambda _: None,
) -> Loaded:
    """Fill an empty database with the demo as it stands on `today`. The caller commits.

    The same `today` gives the same ids, references, codes and answers. Raises Refused for a database
    that holds something already.
    """
    if not is_empty(session):
        raise Refused(
            "This database is not empty. The demo is only ever loaded into an empty one: "
            "name another with DATABASE_URL"
        )
    calendar = Calendar(today)
    office = open_office(public_url, keys_folder, calendar.beginning, SEED)
    city = found(session, calendar)
    say(f"{len(city.authorities)} authorities and their people")
    _confirm_welsh(session, city)
    shops = open_shops(session, city)
    say(f"{len(shops)} shops")
    operations = Operations(session)
    lives = [Life(session, city, office, operations, entry, shop) for entry, shop in shops]
    late = Moment(at(calendar.ago(6), "13:30"), lambda now: import_late_list(session, city, now))
    moments = [(moment, life.entry["name"]) for life in lives for moment in life.moments()]
    moments.append((late, "The late list"))
    moments.sort(key=lambda each: each[0].at)
    for number, (moment, where) in enumerate(moments, start=1):
        moment.come(where)
        if number % REPORT_EVERY == 0:
            say(f"{number} of {len(moments)} steps, up to {moment.at:%d %B %Y}")
    return Loaded(city, office, len(shops), sum(len(life.made) for life in lives))


def _confirm_welsh(session: Session, city: City) -> None:
    """Let an invented translator stand by the Welsh, so that letters go out to the shops in Wales."""
    translations.confirm(
        session,
        city.people["council"]["administrator"],
        city.calendar.beginning,
        language="cy",
        texts=translations.released(rulebooks.current(session, city.calendar.today), "cy"),
        translator=_TRANSLATOR,
    )
