"""The rulebook in use, as a view asks for it: looked up once a request for each day."""

from __future__ import annotations

from datetime import date

from flask import g

from compliance.rulebook import Pack
from compliance.services import drafts, rulebooks
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web.dates import london_today


def rulebook_in_use(on: date | None = None) -> Pack:
    """Return the rulebook that judges visits of a day, today's in London unless given."""
    day = on or london_today()
    looked_up: dict[date, Pack] = g.setdefault("rulebooks_in_use", {})
    if day not in looked_up:
        looked_up[day] = rulebooks.current(db.session, day)
    return looked_up[day]


def rulebook_for(visit: Visit) -> Pack:
    """Return the rulebook by which a visit is asked about and judged, as it would be recorded now."""
    return rulebook_in_use(drafts.pending(db.session, visit).visited_on)
