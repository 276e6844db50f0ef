"""What a recorded visit says: the verdict with every point explained, and what to leave with the shop."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.access import allows
from compliance.rulebook import Pack
from compliance.rulebook.words import answer_in_words, question_line
from compliance.services import (
    assessments,
    changes,
    grades,
    reassessments,
    record_told,
    visit_content,
    visits,
)
from compliance.store.engine import db
from compliance.store.models import Visit, VisitVersion
from compliance.web.guard import permission
from compliance.web.in_use import rulebook_for
from compliance.web.officers import photos as photo_pages
from compliance.web.officers import visit_words
from compliance.web.signed_in import required_actor

bp = Blueprint("results", __name__, url_prefix="/visits")

#: The tone of a severity's tag, the worst first; a rulebook with more uses the last again.
TONES = ("red", "orange", "yellow", "grey")


@bp.get("/<visit_id>/result")
@permission("visit.read")
def show(visit_id: str) -> ResponseReturnValue:
    """Show the verdict of a recorded visit, each number open down to rule, answer and statute."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    version = visit.latest_version
    if version is None:
        return redirect(url_for("visits.show", visit_id=visit.id))
    row = assessments.latest_assessment(db.session, visit)
    pack = assessments.pack_of(db.session, row) if row else rulebook_for(visit)
    reader = required_actor().authority_id
    explained = assessments.explain(db.session, row, reader) if row else None
    return render_template(
        "officers/visits/result.html",
        visit=visit,
        shop=visit.premises,
        kind=visit_words.kind_label(visit.kind),
        purpose=visit_content.PURPOSES[visit.purpose],
        channels=[visit_words.channels().get(one, one) for one in visit.channels],
        state=visit_words.STATES[visit.state],
        version=version,
        assessment=row,
        explained=explained,
        grade_because=grades.grade_reasons(pack, row.result) if row else (),
        change=changes.since_last(db.session, row, reader) if row else None,
        headline=_headline(pack, visit, version),
        tones=_tones(pack),
        sections=record_told.told(pack, version),
        why=visit_content.WHY_NOT_OBSERVED,
        why_given=version.particulars.get("why_not_observed", {}),
        changes=[
            {"version": after, "lines": lines}
            for after, lines in record_told.corrections(pack, visit)
        ][::-1],
        same_day=visits.same_day(db.session, visit),
        may_correct=visit.authority_id == required_actor().authority_id,
        leaves_list=leaves_a_list(pack, visit),
        photos=[(photo, photo_pages.told(photo)) for photo in visit.photos],
        newer=reassessments.newer_rulebook(db.session, visit),
        may_reassess=visit.authority_id == required_actor().authority_id
        and allows(required_actor(), "visit.reassess"),
        reassessed=reassessments.of_visit(db.session, visit),
    )


def _tones(pack: Pack) -> dict[str, str]:
    severities = [entry["id"] for entry in pack.entries("severity")]
    return {code: TONES[min(at, len(TONES) - 1)] for at, code in enumerate(severities)}


def _headline(pack: Pack, visit: Visit, version: VisitVersion) -> tuple[str, str] | None:
    """The answer that says how a visit without a score went: its first core question."""
    dims = visit_content.dims_of(visit, pack)
    first = next((one for one in pack.questionnaire(dims) if one.get("core")), None)
    if first is None or first["type"] != "choice":
        return None
    return question_line(first), answer_in_words(first, version.answers.get(first["id"]))


@bp.get("/<visit_id>/left-behind")
@permission("visit.read")
def left_behind(visit_id: str) -> ResponseReturnValue:
    """Show the list of what was seen, to leave with the shop: no finding and no grade."""
    visit = visits.readable(db.session, required_actor(), visit_id)
    version = visit.latest_version
    pack = rulebook_for(visit)
    if version is None or not leaves_a_list(pack, visit):
        return redirect(url_for("visits.show", visit_id=visit.id))
    return render_template(
        "officers/visits/left_behind.html",
        visit=visit,
        shop=visit.premises,
        kind=visit_words.kind_label(visit.kind),
        version=version,
        sections=record_told.told(pack, version, seen_only=True),
    )


def leaves_a_list(pack: Pack, visit: Visit) -> bool:
    """Whether a list of what was seen may be left: never after a test, whose findings wait for review."""
    tests = pack.content.get("output", {}).get("validity", {}).get("dims", {}).get("kind", ())
    return visit.kind not in tests
