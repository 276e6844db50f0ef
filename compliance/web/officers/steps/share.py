"""Sharing a visit with a partner authority, and taking the sharing back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from compliance.services.errors import Refused
from compliance.services.lifecycle import shares
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.officers import visit_words
from compliance.web.officers.steps.forms import PressForm, ShareForm
from compliance.web.officers.steps.opened import own_visit
from compliance.web.signed_in import required_actor

bp = Blueprint("share", __name__, url_prefix="/visits")


@bp.route("/<visit_id>/share", methods=["GET", "POST"])
@permission("visit.share")
def show(visit_id: str) -> ResponseReturnValue:
    """Choose a partner that may read the visit."""
    visit = own_visit(visit_id)
    shared = {each.authority_id for each in visit.shares}
    form = ShareForm()
    form.authority.choices = [
        SelectChoice(str(each.id), each.name)
        for each in shares.partners(visit)
        if each.id not in shared
    ]
    if form.validate_on_submit():
        try:
            shares.share(
                db.session, required_actor(), utc_now(), visit.id, int(form.authority.data)
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("The partner can now read this visit", "success")
            return redirect(url_for("share.show", visit_id=visit.id))
    return (
        render_template(
            "officers/steps/share.html",
            visit=visit,
            kind=visit_words.kind_label(visit.kind),
            press_form=PressForm(formdata=None),
            form=form,
            errors=form_errors.listed(form),
        ),
        422 if form.is_submitted() else 200,
    )


@bp.post("/<visit_id>/share/<int:authority_id>/stop")
@permission("visit.share")
def stop(visit_id: str, authority_id: int) -> ResponseReturnValue:
    """Take a partner's reading away again."""
    visit = own_visit(visit_id)
    shares.stop_sharing(db.session, required_actor(), utc_now(), visit.id, authority_id)
    flash("The visit is no longer shared with that partner", "success")
    return redirect(url_for("share.show", visit_id=visit.id))
