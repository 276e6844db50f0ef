"""The letterhead of an authority: its administrator says where it is, how to reach it, how to complain."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from compliance.services import letterheads
from compliance.services.errors import Refused
from compliance.services.letterheads import ENTRIES, MISSING
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.forms import fields
from compliance.web.guard import permission
from compliance.web.signed_in import required_actor

bp = Blueprint("letterhead", __name__, url_prefix="/letterhead")


class LetterheadForm(FlaskForm):
    """What every letter carries of its authority."""

    address_line_1 = fields.line("Address line 1", longest=60, missing=MISSING["address_line_1"])
    address_line_2 = fields.line("Address line 2 (optional)", longest=60)
    address_line_3 = fields.line("Address line 3 (optional)", longest=60)
    address_line_4 = fields.line("Address line 4 (optional)", longest=60)
    postcode = fields.line("Postcode", longest=10, missing=MISSING["postcode"])
    phone = fields.line(
        "Phone number",
        longest=40,
        missing=MISSING["phone"],
        hint="The one on your own website: a shop calls it to make sure that a letter is yours.",
    )
    email = fields.line("Email address", longest=90, missing=MISSING["email"])
    website = fields.line("Website", longest=90, missing=MISSING["website"])
    complaints_text = fields.text(
        "How to complain, in English",
        longest=300,
        missing=MISSING["complaints_text"],
        hint="One or two sentences, as the letter says them.",
    )
    complaints_text_cy = fields.text(
        "How to complain, in Welsh (optional)",
        longest=300,
        hint="Letters in Welsh wait until this is filled in.",
    )


@bp.route("", methods=["GET", "POST"])
@permission("letterhead.change")
def change() -> ResponseReturnValue:
    """Show what letters carry; POST sets it."""
    authority = letterheads.of(db.session, required_actor())
    form = LetterheadForm(data={name: getattr(authority, name) or "" for name in ENTRIES})
    if form.validate_on_submit():
        try:
            letterheads.change(
                db.session,
                required_actor(),
                utc_now(),
                {name: form[name].data or "" for name in ENTRIES},
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash("Saved. Letters issued from now on carry it.", "success")
            return redirect(url_for("letterhead.change"))
    page = render_template(
        "administrators/letterhead.html",
        form=form,
        errors=form_errors.listed(form),
        changes=letterheads.changes(db.session, required_actor()),
        titles={name: title for name, (title, _) in ENTRIES.items()},
    )
    return page, 422 if form.is_submitted() else 200
