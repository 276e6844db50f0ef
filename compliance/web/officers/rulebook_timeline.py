"""How the rulebook in use came to be what it is: open to everybody who is judged or judges by it."""

from __future__ import annotations

from flask import Blueprint, render_template

from compliance.services import adoptions, rulebook_timeline, rulebooks
from compliance.store.engine import db
from compliance.web.dates import london_today
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use

bp = Blueprint("rulebook_timeline", __name__, url_prefix="/rulebook/timeline")


@bp.get("")
@permission("rulebook.read")
def show() -> str:
    """Show releases, switches and adoptions on one line, and what is still to come."""
    today = london_today()
    return render_template(
        "officers/rulebook/timeline.html",
        pack=rulebook_in_use(),
        to_come=[
            one
            for one in rulebooks.in_force(db.session)
            if one.effective_from is not None and one.effective_from > today
        ],
        waiting=adoptions.waiting(db.session),
        events=rulebook_timeline.events(db.session),
    )
