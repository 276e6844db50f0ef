"""The visit a page of a step is about, as the person who is signed in may see it."""

from __future__ import annotations

from flask import current_app

from compliance.services.errors import NotFound
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import Moment
from compliance.services.lifecycle.issue import Office
from compliance.services.lifecycle.office import office_of
from compliance.services.visits import readable
from compliance.store.engine import db
from compliance.store.models import Visit
from compliance.web.application import settings_in_use
from compliance.web.dates import london_today
from compliance.web.signed_in import required_actor


def visit_of(visit_id: str) -> Visit:
    """Return a recorded visit the person may read. Raises NotFound."""
    visit = readable(db.session, required_actor(), visit_id)
    if visit.state == "draft":
        raise NotFound
    return visit


def own_visit(visit_id: str) -> Visit:
    """Return a recorded visit of the person's own authority. Raises NotFound."""
    visit = visit_of(visit_id)
    if visit.authority_id != required_actor().authority_id:
        raise NotFound
    return visit


def case_for(visit: Visit) -> Case | None:
    """Return the visit's case; None while it has no assessment (the nation is to confirm)."""
    return case_of(visit)


def moment_of(case: Case) -> Moment:
    """Return the case as the person sees it now."""
    return Moment(case, required_actor(), london_today())


def office() -> Office:
    """Return what issuing needs: our address, and the seal for a certificate."""
    return office_of(current_app.config["PUBLIC_URL"], settings_in_use())
