"""What the officers' file of a visit says: everything recorded about it, in words, and the record as kept.

Of a volunteer it takes the operation's code and the facts a visit holds, the age among them; where
papers about a young person are kept is a reference, and no person's name has a field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from compliance.documents import DocumentData
from compliance.documents import data as facts
from compliance.documents.characters import spelled_out
from compliance.documents.dates import day_in_words
from compliance.documents.visit_file import (
    Change,
    Finding,
    Issued,
    Line,
    Part,
    Photo,
    Step,
    Version,
    VisitFile,
)
from compliance.rulebook import Pack
from compliance.rulebook.pack import text_of
from compliance.rulebook.words import answer_in_words, question_line
from compliance.services import assessments, record_told, rulebooks
from compliance.services.assessments import Explanation, Observed
from compliance.services.lifecycle import bundle_photos, clocks
from compliance.services.lifecycle.deadlines import LONDON, local_day
from compliance.services.lifecycle.documents import title_on_file
from compliance.services.lifecycle.timeline import events
from compliance.services.visit_content import (
    PURPOSES,
    WHY_NOT_OBSERVED,
    dims_of,
    hashes_true,
)
from compliance.store.models import Assessment, Premises, Visit, VisitVersion

KIND = "evidence-bundle"
_NOT_RECORDED = "None recorded"


def bundle_data(
    session: Session, visit: Visit, *, reader: int, number: int, reference: str, now: datetime
) -> DocumentData:
    """Return the data of the file of a recorded visit, for the authority `reader`.

    `number` is which file of this visit it is, `now` (aware) the moment it is made.
    """
    version = visit.versions[-1]
    row = assessments.latest_assessment(session, visit)
    pack = assessments.pack_of(session, row) if row else rulebooks.for_visit(session, visit)
    explained = assessments.explain(session, row, reader) if row else None
    authority = visit.authority
    return DocumentData(
        kind=KIND,
        reference=reference,
        issued_on=local_day(now),
        nation=visit.nation or "",
        law_on=visit.visited_on,
        authority=facts.Authority(
            name=authority.name,
            kind="",
            address=tuple(authority.address_lines),
            phone=authority.phone or "",
            email=authority.email or "",
            website=authority.website or "",
            complaints=authority.complaints_text or "",
        ),
        recipient=facts.Recipient(name=authority.name, lines=()),
        premises=facts.Premises(
            name=spelled_out(visit.premises.trading_name), postcode=visit.premises.postcode or ""
        ),
        operator=spelled_out(visit.operator.legal_name) if visit.operator else _NOT_RECORDED,
        visit=facts.Visit(day=visit.visited_on),
        file=VisitFile(
            number=number,
            made_at=_moment(now),
            about=_about(visit, pack),
            clocks=_clocks(visit, version, pack),
            buyer=_buyer(visit, version, pack),
            record=(
                *_parts(record_told.by_section(pack, record_told.answered(pack, version))),
                *_not_observed(version, pack),
            ),
            arrangements=_parts(record_told.by_section(pack, record_told.arranged(pack, version))),
            kept_photos=bundle_photos.manifest(visit, pack, _exactly),
            photos=_photos(version, pack),
            verdict=_verdict(explained),
            conditions=tuple(
                _line(each.means, f"{each.tier_label}. {each.stage_label}".rstrip(". ") + ".")
                for each in (explained.conditions if explained else ())
            ),
            findings=_findings(explained),
            rulebook=_rulebook(pack, row),
            versions=_versions(visit, pack),
            steps=tuple(
                Step(
                    at=_moment(event.at),
                    what=f"{event.what}: {event.reference}" if event.reference else event.what,
                    by=spelled_out(event.who),
                    note=spelled_out(event.note),
                )
                for event in events(visit)
            ),
            issued=tuple(
                Issued(
                    reference=each.reference,
                    title=f"{title_on_file(each)} ({each.language})",
                    on=day_in_words(each.issued_on, "en"),
                    by=spelled_out(each.issued_by.name),
                    sha256=each.sha256,
                )
                for each in visit.documents
            ),
            as_kept=_as_kept(visit),
        ),
    )


def _about(visit: Visit, pack: Pack) -> tuple[Line, ...]:
    operation = visit.operation
    led_by = f", led by {operation.lead_authority.name}" if operation else ""
    return (
        _line("Kind of visit", _option(pack, "kind", visit.kind)),
        _line("Why", PURPOSES[visit.purpose]),
        _line("Ways of selling", *(_option(pack, "channel", each) for each in visit.channels)),
        _line(
            "Nation, whose law applied",
            _option(pack, "nation", visit.nation) if visit.nation else "Still to confirm",
        ),
        _line("Shop", visit.premises.trading_name, *_address(visit.premises)),
        _line("Operator that day", visit.operator.legal_name if visit.operator else ""),
        _line("Company number", (visit.operator.company_number or "") if visit.operator else ""),
        _line("Officer", f"{visit.officer.name}, {visit.authority.name}"),
        _line("Operation", f"{operation.title}{led_by}" if operation else ""),
    )


def _address(premises: Premises) -> list[str]:
    lines = list(premises.address_lines)
    postcode = premises.postcode or ""
    return lines if postcode in lines else [*lines, postcode]


def _clocks(visit: Visit, version: VisitVersion, pack: Pack) -> tuple[Line, ...]:
    """The officer's clock beside the service's own, which nobody on a visit can set, and beside others'."""
    first = visit.versions[0]
    left_at = visit.ended_at or visit.started_at
    return (
        _line("Began, by the officer's clock", _maybe_moment(visit.started_at)),
        _line("Ended, by the officer's clock", _maybe_moment(visit.ended_at)),
        _line("Begun in the service, by its own clock", _exactly(visit.created_at)),
        _line("Recorded, by its own clock", _exactly(first.recorded_at)),
        _line(
            "From the visit to the record",
            _how_long(first.recorded_at - left_at) if left_at else "",
        ),
        *_other_clocks(visit, version, pack),
    )


def _other_clocks(visit: Visit, version: VisitVersion, pack: Pack) -> tuple[Line, ...]:
    """The clocks of the till and of CCTV, each with how far it was from the officer's."""
    found = clocks.readings(pack, dims_of(visit, pack), version.answers)
    if not found:  # an older rulebook, or a kind of visit at which none is looked at
        return (_line("Clock of the till or of CCTV"),)
    return tuple(
        _line(question_line(one.entry), *(_clock_in_words(one) if one.shown else ()))
        for one in found
    )


def _clock_in_words(one: clocks.Reading) -> tuple[str, ...]:
    if one.minutes_ahead is None:
        return (f"{one.shown}. What the officer's own clock showed then was not recorded.",)
    return (
        f"{one.shown}, when the officer's own clock showed {one.own}.",
        clocks.difference_in_words(one.minutes_ahead),
    )


def _buyer(visit: Visit, version: VisitVersion, pack: Pack) -> tuple[Line, ...]:
    """The code and, of the facts, what is counted in years; nothing else is told of a buyer."""
    tests = pack.content.get("output", {}).get("validity", {}).get("dims", {}).get("kind", ())
    if visit.kind not in tests:
        return ()
    operation = visit.operation
    ours = operation is not None and operation.lead_authority_id == visit.authority_id
    code = operation.volunteer_code if operation is not None and ours else None
    return (
        _line("Code", code or ""),
        *(
            _line(question_line(entry), answer_in_words(entry, value))
            for entry, value in record_told.arranged(pack, version)
            if entry.get("unit") == "years"
        ),
    )


def _not_observed(version: VisitVersion, pack: Pack) -> tuple[Part, ...]:
    given = version.particulars.get("why_not_observed", {})
    lines = [
        _line(question_line(pack.questions[name]), WHY_NOT_OBSERVED.get(why, why))
        for name, why in given.items()
        if name in pack.questions
    ]
    return (Part(title="Why something was not observed", lines=tuple(lines)),) if lines else ()


def _parts(sections: Iterable[tuple[str, list[tuple[str, str, str]]]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            title=title or "Other",
            lines=tuple(_line(label, *said.split("\n")) for _, label, said in lines),
        )
        for title, lines in sections
    )


def _photos(version: VisitVersion, pack: Pack) -> tuple[Photo, ...]:
    return tuple(
        Photo(about=question_line(entry), reference=spelled_out(reference))
        for entry, value in record_told.answered(pack, version)
        if entry["type"] == "photos" and isinstance(value, list)
        for reference in value
    )


def _verdict(explained: Explanation | None) -> tuple[Line, ...]:
    if explained is None:
        return (_line("Not assessed", "The nation of the premises is still to confirm."),)
    score = ""
    if explained.score_low is not None:
        low, high = explained.score_low, explained.score_high
        score = f"{low} of 100" if low == high else f"{low} to {high} of 100"
    given = (
        ("How the test was made", explained.validity_label),
        (
            "May a sale be spoken of as one that can be an offence",
            _yes_or_no(explained.may_allege),
        ),
        ("Counts in rates and standing", _yes_or_no(explained.counts)),
        ("Score", score),
        ("Grade", explained.grade_label),
        ("Standing of the business here", explained.standing_label),
        ("Usual next step", explained.next_step_label),
        *explained.also,
    )
    return tuple(_line(label, said) for label, said in given if said)


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else "Yes" if said else "No"


def _findings(explained: Explanation | None) -> tuple[Finding, ...]:
    points = explained.with_outcome("not_met", "met", "not_assessed") if explained else []
    order = ["not_met", "not_assessed", "met"]
    return tuple(
        Finding(
            title=point.title,
            outcome=point.outcome_label,
            severity=point.severity_label,
            basis=point.basis_label,
            citation=point.citation,
            unverified=point.unverified,
            because=tuple(_observed(each) for each in point.because),
        )
        for point in sorted(points, key=lambda point: order.index(point.outcome))
    )


def _observed(one: Observed) -> Line:
    return _line(one.line, *one.answer.split("\n"))


def _rulebook(pack: Pack, row: Assessment | None) -> tuple[Line, ...]:
    if row is None:
        return (_line("Rulebook", "None was used: the visit is not assessed."),)
    return (
        _line("Rulebook", f"{row.rulebook_id}, version {row.rulebook_version}"),
        _line("SHA-256", row.rulebook_sha256),
        _line("Assessed, by the service's own clock", _exactly(row.made_at)),
    )


def _versions(visit: Visit, pack: Pack) -> tuple[Version, ...]:
    changed = {after.id: lines for after, lines in record_told.corrections(pack, visit)}
    return tuple(
        Version(
            title=f"Version {each.number}",
            at=_exactly(each.recorded_at),
            by=spelled_out(each.recorded_by.name),
            reason=spelled_out(each.reason or ""),
            content_hash=each.content_hash,
            intact=hashes_true(each),
            changes=tuple(
                Change(label=label, before=spelled_out(before), after=spelled_out(after))
                for label, before, after in changed.get(each.id, ())
            ),
        )
        for each in visit.versions
    )


def _as_kept(visit: Visit) -> str:
    """The record for a machine: in ASCII, so that nothing in it can be lost in print."""
    content: dict[str, Any] = {
        "visit": visit.id,
        "versions": [
            {
                "number": each.number,
                "recorded_at": each.recorded_at.isoformat(),
                "reason": each.reason,
                "content_hash": each.content_hash,
                "content": {
                    "particulars": each.particulars,
                    "answers": each.answers,
                    "operation_facts": each.operation_facts,
                },
            }
            for each in visit.versions
        ],
        "assessments": [
            {
                "version": each.version.number,
                "made_at": each.made_at.isoformat(),
                "rulebook_sha256": each.rulebook_sha256,
                "result": each.result,
            }
            for each in visit.assessments
        ],
    }
    return json.dumps(content, sort_keys=True)


def _line(label: str, *paragraphs: str) -> Line:
    said = tuple(spelled_out(each) for each in paragraphs if each.strip())
    return Line(label=label, text=said or (_NOT_RECORDED,))


def _option(pack: Pack, dim: str, code: str) -> str:
    for option in pack.by_id("dim").get(dim, {}).get("options", ()):
        if option["code"] == code:
            return text_of(option["label"])
    return code


def _maybe_moment(moment: datetime | None) -> str:
    return _moment(moment) if moment else ""


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{day_in_words(local.date(), 'en')}, {local:%H:%M %Z}"


def _exactly(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    utc = moment.astimezone(UTC)
    return f"{day_in_words(local.date(), 'en')}, {local:%H:%M:%S %Z} ({utc:%H:%M:%S} UTC)"


def _how_long(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 0:
        return f"{-minutes} minutes before the visit, by the officer's clock: look into it"
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    words = [
        f"{count} {name}{'' if count == 1 else 's'}"
        for count, name in ((days, "day"), (hours, "hour"), (rest, "minute"))
        if count
    ]
    return " ".join(words) or "less than a minute"
