"""A town in a database in memory, and the seal that signs its certificates."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from compliance.documents.keys import Keys, open_keys
from compliance.documents.signing import open_seal
from compliance.services.lifecycle.issue import Office
from compliance.store.engine import prepare_engine
from compliance.store.models import Base, Visit
from tests import town as made
from tests.town import PUBLIC_URL, VISITED_ON, Town, noon

SALE = {
    "tp_outcome": "sold_no_challenge",
    "tp_article_covered": "knife",
    "tp_money_taken": "yes",
    "tp_goods_handed_over": "yes",
}
REFUSED = {"tp_outcome": "refused_age_stated", "tp_article_covered": "knife"}
#: Decided on the fifth day, closed later.
DECIDED_ON = VISITED_ON + timedelta(days=5)


@pytest.fixture
def town() -> Iterator[Town]:
    """The town, in an empty database."""
    engine = create_engine("sqlite:///:memory:")
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield made.build(session)
    engine.dispose()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Keys made for these tests."""
    return open_keys(tmp_path_factory.mktemp("keys"), noon(date(2026, 1, 1)))


@pytest.fixture(scope="session")
def root(keys: Keys) -> bytes:
    """The root certificate that signatures lead to."""
    return keys.root_certificate


@pytest.fixture(scope="session")
def office(keys: Keys) -> Office:
    """An office that can sign."""
    return Office(PUBLIC_URL, open_seal(keys, noon(VISITED_ON), "Norfolk Constabulary"))


def audit_answers(name: str = "core_met") -> dict[str, Any]:
    """Answers of an audit, by the lawyers' shorthand name."""
    file = Path(__file__).parents[2] / "data" / "law_shorthand.toml"
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in content["answers"][name].items()
    }


def settle(town: Town, visit: Visit, *, reason: str = "As usual", step: str | None = None) -> None:
    """Have a recorded visit agreed, told and decided on, each on its own day."""
    from compliance.services.lifecycle import decisions
    from compliance.services.lifecycle.cases import case_of

    town.agree(visit)
    town.notify(visit)
    case = case_of(visit)
    assert case is not None
    usual = case.usual_step
    chosen = step or (usual.id if usual else "")
    decisions.decide(
        town.session,
        town.reviewer if visit.authority_id == town.police.id else town.council_reviewer,
        noon(visit.visited_on + timedelta(days=5)),
        visit.id,
        step=chosen,
        reason=reason,
    )
