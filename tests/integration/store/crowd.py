"""Many letters asked for at the same moment, each of them twice: every one has a number, none has two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from time import perf_counter
from unittest.mock import patch

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from compliance.documents import DocumentData, Rendered
from compliance.services.lifecycle import certificates, issue, notifications
from compliance.store.models import Document, Tenure, Visit
from tests import town as made
from tests.town import OFFICE, VISITED_ON, Town, noon

NOW = noon(VISITED_ON + timedelta(days=3))
MOST_TRIES = 30
REFUSED = {"tp_outcome": "refused_age_stated", "tp_article_covered": "knife"}


@dataclass(frozen=True)
class Crowd:
    """What came of it: a reference for each time a letter was asked for, those kept, the seconds, and how
    often somebody was told that the database is busy."""

    answered: list[str]
    kept: list[str]
    seconds: float
    busy: int


class Interrupted(Exception):
    """Something that breaks an issue after its number was taken."""


@contextmanager
def unprinted() -> Iterator[None]:
    """Printing is tested elsewhere; in a crowd it would only make the queue longer."""

    def quickly(data: DocumentData, office: object, **_: object) -> Rendered:
        pdf = b"%PDF-" + data.reference.encode()
        return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), 1, "none", data.language)

    with patch.object(issue, "rendered", quickly), patch.object(certificates, "rendered", quickly):
        yield


def issue_at_once(engine: Engine, count: int) -> Crowd:
    """Issue `count` letters from twice as many threads that start together, in an empty database.

    Each letter is asked for twice, and every seventh time breaks after its number was taken, and is
    asked for again.
    """
    with Session(engine) as session, session.begin():
        town = made.build(session)
        visits = [_visit(town, number).id for number in range(count)]
        reviewer = town.reviewer
    asked = [each for each in visits for _ in range(2)]
    together = Barrier(len(asked))
    busy: list[str] = []

    def notify(visit_id: str, *, breaks: bool) -> str:
        with Session(engine) as session, session.begin():
            reference = notifications.notify(session, reviewer, NOW, OFFICE, visit_id).reference
            if breaks:
                raise Interrupted
            return reference

    def patiently(visit_id: str, *, breaks: bool) -> str:
        """Ask again when the database is busy, as a browser does that is told to come back."""
        for _ in range(MOST_TRIES):
            try:
                return notify(visit_id, breaks=breaks)
            except OperationalError:
                busy.append(visit_id)
        raise AssertionError("the database was busy for ever")

    def send(number: int) -> str:
        together.wait()
        if number % 7 == 0:
            with suppress(Interrupted):
                patiently(asked[number], breaks=True)
        return patiently(asked[number], breaks=False)

    with unprinted(), ThreadPoolExecutor(len(asked)) as threads:
        began = perf_counter()
        answered = list(threads.map(send, range(len(asked))))
        seconds = perf_counter() - began
    with Session(engine) as session:
        kept = list(session.scalars(select(Document.reference)))
    return Crowd(answered, kept, seconds, len(busy))


def _visit(town: Town, number: int) -> Visit:
    """A visit that waits for its letter, at a shop of its own: no history grows while they are made."""
    shop = made.shop(
        town.session, NOW, town.police, town.council, f"Shop {number}", f"NR{number % 9 + 1} 1AB"
    )
    tenure = Tenure(premises_id=shop.id, operator_id=town.operator.id, from_date=None)
    town.session.add(tenure)
    town.session.flush()
    return town.agree(town.record("test_purchase", REFUSED, premises=shop))


def without_hole_or_twin(crowd: Crowd, count: int) -> bool:
    """Say whether both askers of a letter got the same one, and the numbers run from 1 to `count`."""
    return (
        crowd.answered[::2] == crowd.answered[1::2]
        and sorted(crowd.kept) == [f"NORF-2026-{number:06}" for number in range(1, count + 1)]
        and set(crowd.answered) == set(crowd.kept)
    )
