"""What administrators enter about the law: provisions that commence, and rows that somebody has read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.rulebook.amended import Places
from compliance.rulebook.difference import differences
from compliance.rulebook.pack import Pack, text_of
from compliance.services import switches
from compliance.services.errors import NotFound, Refused
from compliance.services.switches import COMMENCEMENT, CONFIRMATION, Subject
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.administrators.rulebook_forms import (
    ReasonForm,
    SwitchForm,
    as_it_stands,
    entered,
    hidden,
    switch_form,
)
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.signed_in import required_actor

bp = Blueprint("switches", __name__, url_prefix="/rulebook/switches")


@bp.get("")
@permission("rulebook.switch")
def index() -> str:
    """List what can be switched: provisions that are not in force, rows that nobody has read."""
    found = switches.subjects(db.session, required_actor(), utc_now())
    return render_template(
        "administrators/switches/index.html",
        provisions=[one for one in found if one.kind == COMMENCEMENT],
        rows=[one for one in found if one.kind == CONFIRMATION],
        places=_places,
        title=_title,
        pack=rulebook_in_use(),
    )


@bp.route("/<kind>/<path:key>", methods=["GET", "POST"])
@permission("rulebook.switch")
def show(kind: str, key: str) -> ResponseReturnValue:
    """Show one of them and its history; POST asks once more, then switches it."""
    about = _subject(kind, key)
    if request.method == "GET":
        form = switch_form(kind, as_it_stands(about))
        return _page(about, form, ReasonForm(formdata=None))
    form = switch_form(kind)
    if form.validate():
        actor, now = required_actor(), utc_now()
        try:
            if form.confirmed.data:
                switches.switch(db.session, actor, now, kind, key, entered(form))
                flash(_done(about), "success")
                return redirect(url_for("switches.index"))
            effect = switches.preview(db.session, actor, now, kind, key, entered(form))
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            return render_template(
                "administrators/switches/confirm.html",
                about=about,
                title=_title(about),
                places=_places(about.places),
                entered=entered(form),
                effect=effect,
                rules=_rules(effect.before, effect.after),
                hidden=hidden(form, request.form),
            )
    return _page(about, form, ReasonForm(formdata=None)), 422


@bp.post("/take-back/<kind>/<path:key>")
@permission("rulebook.switch")
def take_back(kind: str, key: str) -> ResponseReturnValue:
    """Take a switch back, with a reason."""
    about = _subject(kind, key)
    form = ReasonForm()
    if form.validate():
        try:
            switches.take_back(
                db.session, required_actor(), utc_now(), kind, key, form.reason.data or ""
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"Taken back: {_title(about)}", "success")
            return redirect(url_for("switches.index"))
    return _page(about, switch_form(kind, as_it_stands(about)), form), 422


def _subject(kind: str, key: str) -> Subject:
    if kind not in (COMMENCEMENT, CONFIRMATION):
        raise NotFound
    return switches.subject(db.session, required_actor(), utc_now(), kind, key)


def _page(about: Subject, form: SwitchForm, back: ReasonForm) -> str:
    errors = form_errors.listed(form) + form_errors.listed(back) if request.method == "POST" else []
    return render_template(
        "administrators/switches/show.html",
        about=about,
        title=_title(about),
        places=_places(about.places),
        form=form,
        back=back,
        errors=errors,
        versions=[
            {
                "title": text_of(rule.get("title")),
                "citation": version["citation"],
                "severity": rulebook_in_use().label("severity", version["severity"]),
                "basis": rulebook_in_use().label("basis", version["basis"]),
                "found": text_of(version.get("found")),
            }
            for rule, version in (about.provision.versions if about.provision else ())
        ],
        history=switches.history(db.session, about.kind, str(about.row["id"]), about.places),
    )


def _title(about: Subject) -> str:
    return text_of(about.row.get("text"))


def _places(places: Places) -> str:
    """Where it applies, in the rulebook's words."""
    pack = rulebook_in_use()
    words = []
    for dim, codes in places:
        labels: dict[str, Any] = {
            one["code"]: text_of(one.get("label")) for one in pack.by_id("dim")[dim]["options"]
        }
        words += [labels.get(code) or code for code in codes]
    return ", ".join(words)


def _done(about: Subject) -> str:
    if about.kind == COMMENCEMENT:
        return "The provision is switched on. The rulebook in use has a new version."
    return "The row is confirmed. The rulebook in use has a new version."


def _rules(before: Pack, after: Pack) -> list[str]:
    """The titles of the rules that differ."""
    return [
        text_of(after.rules[name].get("title"))
        for table, name in differences(before, after)
        if table == "rule" and name in after.rules
    ]
