"""What the officers' file of a visit says: everything recorded about it, in words, and the record as kept.

Of a volunteer it takes the operation's code and the facts a visit holds, the age among them; where
papers about a young person are kept is a reference, and no person's name has a field.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
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
from compliance.rulebook.languages import owed
from compliance.rulebook.pack import Entry
from compliance.services import assessments, record_told, rulebooks, translations
from compliance.services.assessments import Explanation, Observed
from compliance.services.lifecycle import bundle_photos, clocks
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.documents import title_on_file
from compliance.services.lifecycle.file_words import FileWords
from compliance.services.lifecycle.policy import policy_of
from compliance.services.lifecycle.timeline import events
from compliance.services.page_texts import DRAFT
from compliance.services.visit_content import (
    PURPOSES,
    WHY_NOT_OBSERVED,
    dims_of,
    hashes_true,
)
from compliance.store.models import Assessment, Premises, Visit, VisitVersion

KIND = "evidence-bundle"


def bundle_data(
    session: Session,
    visit: Visit,
    *,
    reader: int,
    number: int,
    reference: str,
    now: datetime,
    language: str = "en",
) -> DocumentData:
    """Return the data of the file of a recorded visit, for the authority `reader`, in a language.

    `number` is which file of this visit it is, `now` (aware) the moment it is made.
    """
    words = FileWords(language)
    version = visit.versions[-1]
    row = assessments.latest_assessment(session, visit)
    pack = assessments.pack_of(session, row) if row else rulebooks.for_visit(session, visit)
    pack = rulebooks.told_in(session, pack, language, local_day(now))
    explained = assessments.explain(session, row, reader, language, pack) if row else None
    authority = visit.authority
    return DocumentData(
        kind=KIND,
        language=language,
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
        operator=spelled_out(visit.operator.legal_name)
        if visit.operator
        else words.say("None recorded"),
        visit=facts.Visit(day=visit.visited_on),
        file=VisitFile(
            number=number,
            made_at=words.moment(now),
            about=(*_language(session, pack, words), *_about(visit, pack, words)),
            clocks=_clocks(visit, version, pack, words),
            buyer=_buyer(visit, version, pack, words),
            record=(
                *_parts(pack, record_told.answered(pack, version), words),
                *_not_observed(version, pack, words),
            ),
            arrangements=_parts(pack, record_told.arranged(pack, version), words),
            kept_photos=bundle_photos.manifest(
                visit, pack, words.exactly, words.question, words.language
            ),
            photos=_photos(version, pack, words),
            verdict=_verdict(explained, words),
            conditions=tuple(
                words.told(each.means, f"{each.tier_label}. {each.stage_label}".rstrip(". ") + ".")
                for each in (explained.conditions if explained else ())
            ),
            findings=_findings(explained, words),
            rulebook=_rulebook(row, words),
            versions=_versions(visit, pack, words),
            steps=tuple(
                Step(
                    at=words.moment(event.at),
                    what=f"{event.what}: {event.reference}" if event.reference else event.what,
                    by=spelled_out(event.who),
                    note=spelled_out(event.note),
                )
                for event in events(visit, language, policy_of(visit.authority, pack))
            ),
            issued=tuple(
                Issued(
                    reference=each.reference,
                    title=f"{title_on_file(each, language)} ({each.language})",
                    on=day_in_words(each.issued_on, language),
                    by=spelled_out(each.issued_by.name),
                    sha256=each.sha256,
                )
                for each in visit.documents
            ),
            as_kept=_as_kept(visit),
        ),
    )


def _language(session: Session, pack: Pack, words: FileWords) -> tuple[Line, ...]:
    """Where the file is not in English: whether its words are a draft, and what stands in English."""
    if words.language == pack.languages[0]:
        return ()
    says = [
        translations.letter_words(KIND, words.language),
        *translations.page_words(words.language),
        *translations.of_pack(pack, words.language),
    ]
    drafts = translations.drafts(session, words.language, says)
    lacking = any(not one.text.get(words.language) for one in owed(pack.content))
    return (
        words.line(
            "Language",
            words.say("Welsh. What an officer wrote stands as it was written."),
            words.say(DRAFT) if drafts else "",
            words.say("What the rulebook of that day does not have in Welsh stands in English.")
            if lacking
            else "",
        ),
    )


def _about(visit: Visit, pack: Pack, words: FileWords) -> tuple[Line, ...]:
    operation = visit.operation
    title = operation.title if operation else ""
    if operation:
        title = words.say("{1}, led by {2}", title, operation.lead_authority.name)
    return (
        words.line("Kind of visit", _option(pack, "kind", visit.kind, words)),
        words.line("Why", words.say(PURPOSES[visit.purpose])),
        words.line(
            "Ways of selling", *(_option(pack, "channel", each, words) for each in visit.channels)
        ),
        words.line(
            "Nation, whose law applied",
            _option(pack, "nation", visit.nation, words)
            if visit.nation
            else words.say("Still to confirm"),
        ),
        words.line("Shop", visit.premises.trading_name, *_address(visit.premises)),
        words.line("Operator that day", visit.operator.legal_name if visit.operator else ""),
        words.line(
            "Company number", (visit.operator.company_number or "") if visit.operator else ""
        ),
        words.line("Officer", f"{visit.officer.name}, {visit.authority.name}"),
        words.line("Operation", title),
    )


def _address(premises: Premises) -> list[str]:
    lines = list(premises.address_lines)
    postcode = premises.postcode or ""
    return lines if postcode in lines else [*lines, postcode]


def _clocks(visit: Visit, version: VisitVersion, pack: Pack, words: FileWords) -> tuple[Line, ...]:
    """The officer's clock beside the service's own, which nobody on a visit can set, and beside others'."""
    first = visit.versions[0]
    left_at = visit.ended_at or visit.started_at
    return (
        words.line("Began, by the officer's clock", words.moment(visit.started_at)),
        words.line("Ended, by the officer's clock", words.moment(visit.ended_at)),
        words.line("Begun in the service, by its own clock", words.exactly(visit.created_at)),
        words.line("Recorded, by its own clock", words.exactly(first.recorded_at)),
        words.line(
            "From the visit to the record",
            _how_long(first.recorded_at - left_at, words) if left_at else "",
        ),
        *_other_clocks(visit, version, pack, words),
    )


def _other_clocks(
    visit: Visit, version: VisitVersion, pack: Pack, words: FileWords
) -> tuple[Line, ...]:
    """The clocks of the till and of CCTV, each with how far it was from the officer's."""
    found = clocks.readings(pack, dims_of(visit, pack), version.answers)
    if not found:  # an older rulebook, or a kind of visit at which none is looked at
        return (words.line("Clock of the till or of CCTV"),)
    return tuple(
        words.told(words.question(one.entry), *(_clock_in_words(one, words) if one.shown else ()))
        for one in found
    )


def _clock_in_words(one: clocks.Reading, words: FileWords) -> tuple[str, ...]:
    if one.minutes_ahead is None:
        unknown = "{1}. What the officer's own clock showed then was not recorded."
        return (words.say(unknown, one.shown),)
    return (
        words.say("{1}, when the officer's own clock showed {2}.", one.shown, one.own),
        words.clock(one.minutes_ahead),
    )


def _buyer(visit: Visit, version: VisitVersion, pack: Pack, words: FileWords) -> tuple[Line, ...]:
    """The code and, of the facts, what is counted in years; nothing else is told of a buyer."""
    tests = pack.content.get("output", {}).get("validity", {}).get("dims", {}).get("kind", ())
    if visit.kind not in tests:
        return ()
    operation = visit.operation
    ours = operation is not None and operation.lead_authority_id == visit.authority_id
    code = operation.volunteer_code if operation is not None and ours else None
    return (
        words.line("Code", code or ""),
        *(
            words.told(words.question(entry), words.answer(entry, value))
            for entry, value in record_told.arranged(pack, version)
            if entry.get("unit") == "years"
        ),
    )


def _not_observed(version: VisitVersion, pack: Pack, words: FileWords) -> tuple[Part, ...]:
    given = version.particulars.get("why_not_observed", {})
    lines = [
        words.told(words.question(pack.questions[name]), words.say(WHY_NOT_OBSERVED.get(why, why)))
        for name, why in given.items()
        if name in pack.questions
    ]
    title = words.say("Why something was not observed")
    return (Part(title=title, lines=tuple(lines)),) if lines else ()


def _parts(pack: Pack, given: list[tuple[Entry, Any]], words: FileWords) -> tuple[Part, ...]:
    return tuple(
        Part(
            title=title or words.say("Other"),
            lines=tuple(words.told(label, *said.split("\n")) for _, label, said in lines),
        )
        for title, lines in record_told.by_section(pack, given, words.language)
    )


def _photos(version: VisitVersion, pack: Pack, words: FileWords) -> tuple[Photo, ...]:
    return tuple(
        Photo(about=words.question(entry), reference=spelled_out(reference))
        for entry, value in record_told.answered(pack, version)
        if entry["type"] == "photos" and isinstance(value, list)
        for reference in value
    )


def _verdict(explained: Explanation | None, words: FileWords) -> tuple[Line, ...]:
    if explained is None:
        why = words.say("The nation of the premises is still to confirm.")
        return (words.line("Not assessed", why),)
    score = ""
    if explained.score_low is not None:
        low, high = explained.score_low, explained.score_high
        score = (
            words.say("{1} of 100", low)
            if low == high
            else words.say("{1} to {2} of 100", low, high)
        )
    given = (
        ("How the test was made", explained.validity_label),
        (
            "May a sale be spoken of as one that can be an offence",
            words.yes_or_no(explained.may_allege),
        ),
        ("Counts in rates and standing", words.yes_or_no(explained.counts)),
        ("Score", score),
        ("Grade", explained.grade_label),
        ("Standing of the business here", explained.standing_label),
        ("Usual next step", explained.next_step_label),
    )
    return (
        *(words.line(label, told) for label, told in given if told),
        *(words.told(label, told) for label, told in explained.also if told),
    )


def _findings(explained: Explanation | None, words: FileWords) -> tuple[Finding, ...]:
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
            because=tuple(_observed(each, words) for each in point.because),
        )
        for point in sorted(points, key=lambda point: order.index(point.outcome))
    )


def _observed(one: Observed, words: FileWords) -> Line:
    return words.told(one.line, *one.answer.split("\n"))


def _rulebook(row: Assessment | None, words: FileWords) -> tuple[Line, ...]:
    if row is None:
        return (words.line("Rulebook", words.say("None was used: the visit is not assessed.")),)
    name = words.say("{1}, version {2}", row.rulebook_id, row.rulebook_version)
    return (
        words.line("Rulebook", name),
        words.line("SHA-256", row.rulebook_sha256),
        words.line("Assessed, by the service's own clock", words.exactly(row.made_at)),
    )


def _versions(visit: Visit, pack: Pack, words: FileWords) -> tuple[Version, ...]:
    changed = {
        after.id: lines for after, lines in record_told.corrections(pack, visit, words.language)
    }
    return tuple(
        Version(
            title=words.say("Version {1}", each.number),
            at=words.exactly(each.recorded_at),
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


def _option(pack: Pack, dim: str, code: str, words: FileWords) -> str:
    for option in pack.by_id("dim").get(dim, {}).get("options", ()):
        if option["code"] == code:
            return words.text(option["label"])
    return code


def _how_long(span: timedelta, words: FileWords) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 0:
        before = "{1} before the visit, by the officer's clock: look into it"
        return words.say(before, words.span(-minutes))
    return words.span(minutes) or words.say("less than a minute")
