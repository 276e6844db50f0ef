"""Which shops a proposed rulebook need not be asked about, since past answers in columns show no difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.rulebook import Pack
from compliance.rulebook.assess import program_of
from compliance.rulebook.block_difference import moved
from compliance.services import past_answers
from compliance.services.past_answers import Agreed, Array
from compliance.services.shops import Shop
from compliance.store.models import Review, VisitShare

#: Fewer shops than this are asked one at a time at once: that takes no longer than reading columns.
MANY = 400


@dataclass(frozen=True)
class Sifted:
    """The shops to ask, in the order given, and for each of the others its number of visits."""

    ask: tuple[Shop, ...]
    alike: Counter[Shop]


def sift(
    session: Session,
    folder: Path,
    old: Pack,
    new: Pack,
    wanted: Sequence[Shop],
    *,
    as_of: date,
    since: date | None = None,
    authority_id: int | None = None,
    say: Callable[[int, int], None] = lambda done, total: None,
) -> Sifted:
    """Sort out the shops whose visits both rulebooks judge alike. Writes nothing but the columns in `folder`.

    `since` and `authority_id` limit which visits are counted, as in `replay`; `say` hears how far reading
    what is new has come.
    """
    if len(wanted) < MANY:
        return Sifted(tuple(wanted), Counter())
    agreed = past_answers.agreed(session)
    answers = past_answers.up_to_date(session, folder, old, agreed, say)
    found = moved(program_of(old), program_of(new), answers)
    if found is None:
        return Sifted(tuple(wanted), Counter())
    rows = answers.rows(agreed.versions)
    pairs, shop_of = np.unique(
        np.stack([agreed.premises, agreed.operators]), axis=1, return_inverse=True
    )
    shop_of = shop_of.ravel()
    ask = np.zeros(pairs.shape[1], dtype=np.bool_)
    ask[shop_of[found[rows]]] = True
    counts = agreed.days <= as_of.toordinal()
    if since is not None:
        counts &= answers.days()[rows] >= since.toordinal()
    if authority_id is not None:
        counts &= _seen(session, agreed, authority_id)
    visits = np.bincount(shop_of[counts], minlength=len(ask))
    alike = Counter(
        {
            Shop(int(premises), int(operator)): int(number)
            for premises, operator, number, asked in zip(*pairs, visits, ask, strict=True)
            if not asked
        }
    )
    # A shop that the columns do not know of has to be asked.
    return Sifted(
        tuple(shop for shop in wanted if shop not in alike),
        Counter({shop: alike[shop] for shop in wanted if shop in alike}),
    )


def _seen(session: Session, agreed: Agreed, authority_id: int) -> Array:
    """Where a visit is an authority's own, or shared with it."""
    shared = list(
        session.scalars(
            select(Review.version_id)
            .join(VisitShare, VisitShare.visit_id == Review.visit_id)
            .where(VisitShare.authority_id == authority_id)
        )
    )
    return (agreed.authorities == authority_id) | np.isin(agreed.versions, shared)
