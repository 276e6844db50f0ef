"""Photos of a visit: seen, added, described and removed while it is a draft; added and taken out afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from compliance.access import allows
from compliance.pictures import MOST_BYTES as LARGEST
from compliance.rulebook.words import question_line
from compliance.services import photos, visits
from compliance.services.errors import NotFound, Refused
from compliance.store.engine import db, separate_session
from compliance.store.models import Photo, Visit
from compliance.web import uploads
from compliance.web.dates import utc_now
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for
from compliance.web.officers import visit_words
from compliance.web.signed_in import required_actor

bp = Blueprint("photos", __name__, url_prefix="/visits")

#: Photos sent in one request, and what they may weigh together.
MOST_AT_ONCE = 10
MOST_BYTES = 64 * 1024 * 1024


@bp.get("/<visit_id>/photos")
@permission("visit.read")
def show(visit_id: str) -> ResponseReturnValue:
    """Show the photos of a visit by question, with a way to add to each."""
    return _page(photos.readable(db.session, required_actor(), visit_id))


def _page(visit: Visit, errors: Sequence[tuple[str, str | None]] = (), caption: str = "") -> str:
    actor, pack = required_actor(), rulebook_for(visit)
    asked = photos.questions(visit, pack)
    ids = {entry["id"] for entry in asked}
    groups = [
        {
            "id": entry["id"],
            "line": question_line(entry),
            "slug": str(entry["section"]).replace("_", "-"),
            "photos": [photo for photo in visit.photos if photo.question == entry["id"]],
        }
        for entry in asked
    ]
    # A rulebook that asked for them may no longer judge the visit: they stay its photos.
    others = [photo for photo in visit.photos if photo.question not in ids]
    return render_template(
        "officers/visits/photos.html",
        visit=visit,
        shop=visit.premises,
        kind=visit_words.kind_label(visit.kind),
        groups=groups,
        others=others,
        editable=visit.state == "draft",
        may_add=photos.may_add(actor, visit) and allows(actor, "visit.record"),
        may_take_out=visit.state != "draft"
        and photos.may_add(actor, visit)
        and allows(actor, "visit.take_out_photo"),
        told=told,
        errors=errors,
        caption=caption,
        most=MOST_AT_ONCE,
        longest_caption=photos.LONGEST_CAPTION,
    )


def told(photo: Photo) -> dict[str, Any]:
    """What a page tells of a photo besides its row."""
    return {
        "number": photos.number(photo),
        "taken": photos.taken_in_words(photo),
        "late": photos.is_late(photo),
        "intact": photo.taken_out_at is None and photos.intact(photo),
    }


@bp.post("/<visit_id>/photos/<question>")
@permission("visit.record")
@uploads.takes(MOST_BYTES)
def add(visit_id: str, question: str) -> ResponseReturnValue:
    """Take in one or several photos; what is no photo is named, and keeps no other from being kept."""
    actor = required_actor()
    # Decoding takes a moment: nobody else waits at the database for it.
    with separate_session(writes=False) as session:
        if not photos.may_add(actor, photos.readable(session, actor, visit_id)):
            raise NotFound
    sent = [each for each in request.files.getlist("files") if each.filename]
    taken, errors = _received(sent)
    caption = request.form.get("caption", "")
    visit = photos.readable(db.session, actor, visit_id)
    pack = rulebook_for(visit)
    kept = again = 0
    for one in taken:
        try:
            _, new = photos.add(
                db.session, actor, utc_now(), visit_id, question, one, pack=pack, caption=caption
            )
        except Refused as refused:
            errors.append(refused.message)
        else:
            kept, again = kept + new, again + (not new)
    if not kept and not again:
        target = f"files-{question}"
        return _page(visit, [(message, target) for message in errors], caption), 422
    if kept:
        flash("1 photo is added." if kept == 1 else f"{kept} photos are added.", "success")
    if again:
        flash("1 photo was here already." if again == 1 else f"{again} photos were here already.")
    for message in errors:
        flash(f"Not added: {message}")
    return redirect(f"{url_for('photos.show', visit_id=visit_id)}#{question}")


def _received(sent: Sequence[FileStorage]) -> tuple[list[photos.Received], list[str]]:
    """Decode what was sent; what could not be is told."""
    if not sent:
        return [], ["Choose a photo"]
    if len(sent) > MOST_AT_ONCE:
        return [], [f"Choose at most {MOST_AT_ONCE} photos at a time"]
    taken, errors = [], []
    for each in sent:
        try:
            content = each.stream.read(LARGEST + 1)
            taken.append(photos.received(each.filename or "", content))
        except Refused as refused:
            errors.append(refused.message)
    return taken, errors


@bp.get("/<visit_id>/photos/<int:photo_id>/<any(small, full):size>.jpg")
@permission("visit.read")
def image(visit_id: str, photo_id: int, size: str) -> ResponseReturnValue:
    """Give a photo, or its small copy, to who may read the visit, if it is still what was kept."""
    photo = photos.found(db.session, required_actor(), visit_id, photo_id)
    try:
        content = photos.content(photo, small=size == "small")
    except photos.Damaged as damaged:
        raise Refused(str(damaged)) from None
    response = Response(content, mimetype="image/jpeg")
    name = f"visit-{visit_id[:8]}-photo-{photos.number(photo)}.jpg"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<visit_id>/photos/<int:photo_id>/caption")
@permission("visit.record")
def describe(visit_id: str, photo_id: int) -> ResponseReturnValue:
    """Say what a photo of a draft shows."""
    text = request.form.get("caption", "")
    photo = photos.describe(db.session, required_actor(), visit_id, photo_id, text)
    flash(f"The caption of photo {photos.number(photo)} is saved.", "success")
    return redirect(f"{url_for('photos.show', visit_id=visit_id)}#photo-{photo.id}")


@bp.post("/<visit_id>/photos/<int:photo_id>/remove")
@permission("visit.record")
def remove(visit_id: str, photo_id: int) -> ResponseReturnValue:
    """Delete a photo of a draft."""
    photos.remove(db.session, required_actor(), visit_id, photo_id)
    flash("The photo is removed.")
    return redirect(url_for("photos.show", visit_id=visit_id))


@bp.post("/<visit_id>/photos/<int:photo_id>/take-out")
@permission("visit.take_out_photo")
def take_out(visit_id: str, photo_id: int) -> ResponseReturnValue:
    """Take a photo out of a recorded visit, with a reason that stays."""
    actor = required_actor()
    reason = request.form.get("reason", "")
    try:
        photos.take_out(db.session, actor, utc_now(), visit_id, photo_id, reason)
    except Refused as refused:
        visit = visits.readable(db.session, actor, visit_id)
        return _page(visit, [(refused.message, f"reason-{photo_id}")]), 422
    flash("The photo is taken out. That it was there, who took it out and why stays on record.")
    return redirect(url_for("photos.show", visit_id=visit_id))
