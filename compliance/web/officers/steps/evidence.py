"""The officers' own file of a visit: those made so far, and the button that makes it as it stands now."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.services.errors import Refused
from compliance.services.lifecycle import bundles
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import FILE_LANGUAGES, BundleForm
from compliance.web.officers.steps.opened import office, own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("evidence", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/evidence", methods=["GET", "POST"])
@permission("document.bundle")
def show(visit_id: str) -> ResponseReturnValue:
    """Show the files made of a visit; POST makes one."""
    visit = own_visit(visit_id)
    actor = required_actor()
    form = BundleForm()
    if form.validate_on_submit():
        try:
            made = bundles.make(
                db.session, actor, utc_now(), office(), visit.id, language=form.language.data
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"Evidence bundle {made.reference} is ready", "success")
            return redirect(url_for("documents.show", reference=made.reference))
    return (
        render_template(
            "officers/steps/evidence.html",
            visit=visit,
            kind=visit_words.kind_label(visit.kind),
            made=bundles.of_visit(db.session, actor, visit),
            languages=FILE_LANGUAGES,
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )
