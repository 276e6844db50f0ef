"""The Welsh of the service, text by text beside its English: a named translator's word for it is recorded here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField

from compliance.documents import render
from compliance.documents.kinds import kinds
from compliance.documents.ready import ready_pages
from compliance.services import policies, translations
from compliance.services.errors import NotFound, Refused
from compliance.services.translations import LETTERS, OWN, PAGES, READY, Said
from compliance.store.engine import db
from compliance.web import form_errors
from compliance.web.dates import utc_now
from compliance.web.forms import fields
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_in_use
from compliance.web.pdf import pdf_response
from compliance.web.signed_in import required_actor

bp = Blueprint("translations", __name__, url_prefix="/rulebook/translations")

LANGUAGE = "cy"
#: What the groups are called, in the order they are shown in.
GROUPS = {
    LETTERS: "Letters, the certificate and the officers' file of a visit",
    PAGES: "Pages for shops and the public, and labels of that file",
    READY: "Pages to print for a shop",
    "rule": "What was found, what is done well and what to do",
    "sentence": "Sentences about the law",
    "value": "What happened, and what follows from it",
    "step": "Decisions",
    OWN: "Decisions, in your authority's own words",
    "basis": "Law or good practice",
    "severity": "How serious a point is",
    "dim": "Kinds of visit, nations and ways of selling",
    "section": "Headings of the questions",
    "question": "Questions, and the answers to choose from",
    "fact": "What was arranged before a visit",
    "condition": "What may keep a test from counting",
    "tier": "What such a condition leads to",
    "law": "Rows of the law sheet",
}


class ConfirmForm(FlaskForm):
    """Who stands by the texts on the page."""

    translator = fields.line(
        "Name of the translator",
        missing="Enter the name of the translator",
        hint="The person who has read every text on this page beside its English.",
    )
    #: The drafts that were shown: none other is confirmed.
    seen = HiddenField()


@bp.get("")
@permission("translation.confirm")
def index() -> str:
    """Show how much of each group is confirmed."""
    texts = _every()
    done = translations.confirmed(db.session, LANGUAGE)
    counts = []
    for group, title in GROUPS.items():
        own = [each for each in texts if each.group == group]
        waiting = sum(each.sha256 not in done for each in own)
        if own:
            counts.append((group, title, len(own), waiting))
    return render_template(
        "administrators/translations/index.html", counts=counts, pack=rulebook_in_use()
    )


@bp.route("/<group>", methods=["GET", "POST"])
@permission("translation.confirm")
def show(group: str) -> ResponseReturnValue:
    """Show the texts of a group beside their English; POST records who stands by the drafts among them."""
    texts = _texts(group)
    drafts = translations.drafts(db.session, LANGUAGE, texts)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            if form.seen.data != _mark(drafts):
                raise Refused(
                    "These texts have changed since you opened this page. Read them again."
                )
            number = translations.confirm(
                db.session,
                required_actor(),
                utc_now(),
                language=LANGUAGE,
                texts=drafts,
                translator=form.translator.data or "",
            )
        except Refused as refused:
            form_errors.put(form, refused)
        else:
            flash(f"{number} {'text' if number == 1 else 'texts'} confirmed", "success")
            return redirect(url_for("translations.index"))
    page = render_template(
        "administrators/translations/show.html",
        group=group,
        title=GROUPS[group],
        texts=texts,
        printed=_printed(group),
        done=translations.confirmed(db.session, LANGUAGE),
        drafts=drafts,
        mark=_mark(drafts),
        form=form,
        errors=form_errors.listed(form),
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/letters/<kind>.pdf")
@permission("translation.confirm")
def specimen(kind: str) -> ResponseReturnValue:
    """Give the specimen of a kind of letter in Welsh, for a translator to read."""
    if kind not in translations.translated_kinds(LANGUAGE):
        raise NotFound
    made = render(kinds()[kind].sample_data({"language": LANGUAGE}), specimen=True)
    return pdf_response(made.pdf, f"specimen-{kind}-{LANGUAGE}.pdf")


def _printed(group: str) -> list[str]:
    """Where each text of a group can be read as it is printed; empty where they are read on the page."""
    if group == LETTERS:
        names = translations.translated_kinds(LANGUAGE)
        return [url_for("translations.specimen", kind=name) for name in names]
    if group == READY:
        return [url_for("for_shops.file", name=name, lang=LANGUAGE) for name in ready_pages()]
    return []


def _texts(group: str) -> list[Said]:
    if group not in GROUPS:
        raise NotFound
    return [each for each in _every() if each.group == group]


def _every() -> list[Said]:
    """All that is said in Welsh, the words of the reader's own authority last."""
    pack = rulebook_in_use()
    own = policies.to_translate(db.session, required_actor(), pack, LANGUAGE)
    return [*translations.released(pack, LANGUAGE), *own]


def _mark(drafts: Sequence[Said]) -> str:
    """What tells one set of drafts from another."""
    return hashlib.sha256("".join(each.sha256 for each in drafts).encode()).hexdigest()
