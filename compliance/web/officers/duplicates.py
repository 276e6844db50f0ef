"""Lines of imported lists that may be a shop kept already: a person looks at each and decides."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services import duplicates
from compliance.services.errors import Refused
from compliance.services.premises_fields import nation_label
from compliance.store.engine import db
from compliance.store.models import PossibleDuplicate
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers.premises_forms import DuplicateForm
from compliance.web.paging import PAGE_SIZE, Page, page_number
from compliance.web.signed_in import required_actor

bp = Blueprint("duplicates", __name__, url_prefix="/premises/duplicates")


@bp.get("")
@permission("premises.resolve_duplicates")
def index() -> str:
    """List what waits for a person, oldest first."""
    number = page_number()
    found = duplicates.waiting(db.session, required_actor())
    start = (number - 1) * PAGE_SIZE
    return render_template(
        "officers/premises/duplicates.html",
        page=Page(found[start : start + PAGE_SIZE], number, len(found)),
    )


@bp.route("/<int:duplicate_id>", methods=["GET", "POST"])
@permission("premises.resolve_duplicates")
def show(duplicate_id: int) -> ResponseReturnValue:
    """Show the two side by side, and take a person's word."""
    actor = required_actor()
    found = duplicates.get(db.session, actor, duplicate_id)
    form = DuplicateForm()
    if form.validate_on_submit():
        same = form.answer.data == "same"
        try:
            shop = duplicates.resolve(
                db.session, actor, utc_now(), duplicate_id=found.id, same=same
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            words = "is one entry" if same else "is a shop of its own"
            flash(f"{found.incoming['trading_name']} {words}", "success")
            if duplicates.count_waiting(db.session, actor):
                return redirect(url_for("duplicates.index"))
            return redirect(url_for("premises.show", premises_id=shop.id))
    errors = form_errors.listed(form)
    page = render_template(
        "officers/premises/duplicate.html",
        found=found,
        rows=_side_by_side(found),
        form=form,
        errors=errors,
    )
    return page, 422 if errors else 200


def _side_by_side(found: PossibleDuplicate) -> list[tuple[str, str, str]]:
    """Return (what, as kept, as in the list) for each fact that the two can be told apart by."""
    kept, listed = found.candidate, found.incoming
    lines = [f"address_line_{number}" for number in range(1, 5)]
    return [
        ("Name", kept.trading_name, listed["trading_name"]),
        (
            "Address",
            ", ".join(getattr(kept, line) for line in lines if getattr(kept, line)),
            ", ".join(listed[line] for line in lines if listed[line]),
        ),
        ("Postcode", kept.postcode or "None", listed["postcode"] or "None"),
        ("Nation", nation_label(kept.nation), nation_label(listed["nation"])),
        ("Id in its list", kept.external_id or "Entered by hand", found.external_id),
    ]
