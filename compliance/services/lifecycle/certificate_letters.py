"""The letter that a certificate ended, whether by a decision or by the business: neutral, once for each
certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents import Rendered
from compliance.services.errors import Refused
from compliance.services.lifecycle.cases import Case, case_of
from compliance.services.lifecycle.conditions import (
    can_be_told,
    end_letters,
    ended_by_business,
    ended_by_decision,
    untold_certificate,
    untold_end,
)
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.issue import (
    SPECIMEN_CODE,
    SPECIMEN_REFERENCE,
    Office,
    Overtaken,
    Printed,
    copies_in,
    keep_letter,
    reference_of,
    rendered,
    series_of,
    use_up,
)
from compliance.services.lifecycle.languages import languages_owed, owed_one
from compliance.services.lifecycle.letters import Bearing, certificate_ended_data
from compliance.services.lifecycle.opened import opened, visit_to_change
from compliance.services.permission import require
from compliance.store.models import Certificate, Document, Visit
from compliance.store.series import next_number

NOTHING_TO_TELL = "No certificate ended with this decision, or the business was told already."


@dataclass(frozen=True)
class _Ends:
    """Which certificates the letter of a step tells of, and the first whose business was not told."""

    ended: Callable[[Case], Iterable[Certificate]]
    untold: Callable[[Case], Certificate | None]


#: The steps, and the certificates they tell of: the visit is the one decided on, or the audit that the certificate rests on.
_ENDS: Mapping[str, _Ends] = {
    "tell_certificate": _Ends(ended_by_decision, untold_certificate),
    "tell_end": _Ends(ended_by_business, untold_end),
}
STEPS = tuple(_ENDS)


@dataclass(frozen=True)
class Told:
    """Where the end of a certificate is told: the letter of which visit, at which step; None: not yet."""

    visit: Visit
    step: str
    letter: Document | None
    #: There is an address at which the business can be told.
    can_be: bool


def told_of(certificate: Certificate) -> Told | None:
    """Return where the end of a certificate is told; None when there is nothing to tell of it."""
    decision = certificate.ended_by_decision
    visit = decision.visit if decision else certificate.document.visit
    if visit is None or not (decision or certificate.ended_because):
        return None
    letters = end_letters(visit, [certificate])
    step = "tell_certificate" if decision else "tell_end"
    can_be = decision is not None or can_be_told(certificate)
    return Told(visit, step, letters[-1] if letters else None, can_be)


def steps_of(case: Case) -> list[str]:
    """Return the steps that have the end of a certificate to tell."""
    return [step for step in _ENDS if untold(case, step) is not None]


def untold(case: Case, step: str) -> Certificate | None:
    """Return the certificate whose end the letter of a step would tell; None when there is none."""
    return _ENDS[step].untold(case)


def told(case: Case, step: str) -> Document | None:
    """Return the last letter a step sent about certificates that ended, unless another is still due."""
    if untold(case, step) is not None:
        return None
    sent = end_letters(case.visit, _ENDS[step].ended(case))
    return sent[-1] if sent else None


def tell(
    session: Session,
    actor: Actor,
    now: datetime,
    office: Office,
    visit_id: str,
    step: str,
    printed: Printed | None = None,
) -> Document:
    """Issue the letter that a certificate ended; twice gives the same letter.

    `printed` is the letter made beforehand, if it was. Raises Refused when no certificate ended or the
    letter cannot be made, NotFound for another authority's visit, Overtaken when `printed` is no longer
    what is due.
    """
    require(actor, "document.issue")
    before = case_of(visit_to_change(session, actor, visit_id))
    if before and (sent := told(before, step)):
        return sent
    case, _ = opened(session, actor, now, visit_id, step)
    certificate = untold(case, step)
    assert certificate is not None
    if printed is None:
        number = next_number(session, series_of(case.visit.authority, now), now)
        printed = print_end(now, office, case, step, number=number, holder="")
    elif _told_in(printed) != certificate.document.reference:
        raise Overtaken
    else:
        use_up(session, now, case, printed)
    return keep_letter(session, actor, now, case, printed, certificate.ended_by_decision_id)


def print_end(
    now: datetime, office: Office, case: Case, step: str, *, number: int, holder: str
) -> Printed:
    """Make the letter of a step with a reserved number; nothing is kept, and nobody waits meanwhile.

    Raises Refused when no certificate ended, or the letter cannot be made.
    """
    certificate = _certificate(case, step)
    code = office.new_code()
    reference = reference_of(case.visit.authority, now, number)
    said = (
        certificate_ended_data(
            case,
            Bearing(reference, code, local_day(now), office.public_url, language=language),
            certificate,
        )
        for language in languages_owed(case.visit.nation, case.visit.operator)
    )
    return Printed(copies_in(office, said), code, case.assessment.id, number, holder)


def preview(
    now: datetime, office: Office, case: Case, step: str, language: str | None = None
) -> Rendered:
    """Return the letter as it would go out in a language that it is owed in, marked SPECIMEN.

    Nothing is kept. Raises Refused when no certificate ended, or the letter cannot be made; NotFound
    for a language that it is not owed in.
    """
    certificate = _certificate(case, step)
    bearing = Bearing(
        SPECIMEN_REFERENCE,
        SPECIMEN_CODE,
        local_day(now),
        office.public_url,
        language=owed_one(case, language),
    )
    return rendered(certificate_ended_data(case, bearing, certificate), office, specimen=True)


def _certificate(case: Case, step: str) -> Certificate:
    certificate = untold(case, step)
    if certificate is None:
        raise Refused(NOTHING_TO_TELL)
    return certificate


def _told_in(printed: Printed) -> str:
    follows = printed.copies[0].data.follows
    return follows.reference if follows else ""
