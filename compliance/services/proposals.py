"""Proposed rulebooks: taken in as a directory in a zip, tried a part at a time, never put into use here."""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from compliance.access import Actor
from compliance.rulebook import Pack, load_pack
from compliance.rulebook.check import Problem, check
from compliance.rulebook.written import write_pack
from compliance.services import replay, rulebooks
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.permission import require
from compliance.services.replay_sift import Sifted, sift
from compliance.services.shops import Shop
from compliance.store.models import Proposal, ReplayChange, Visit

MOST_FILES = 500
MOST_BYTES = 8_000_000
#: Shops tried in one request: well within a second.
A_PART = 40


class NotReleasable(Refused):
    """The gatekeeper refuses a proposed rulebook; every problem is named by file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep what is wrong."""
        count = len(problems)
        super().__init__(
            f"The rulebook has {count} {'problem' if count == 1 else 'problems'}", "file"
        )
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Summary:
    """What a proposed rulebook would change, counted."""

    #: What (`grade`, `standing` ...) to how many visits or shops.
    totals: Counter[str]
    #: (area, kind of shop, what) to how many.
    by_area: Counter[tuple[str, str | None, str]]
    #: (entry of the rulebook, what) to how many it causes.
    by_cause: Counter[tuple[str, str]]


def propose(
    session: Session, actor: Actor, now: datetime, sent: bytes, since: date | None = None
) -> Proposal:
    """Take a rulebook in as a zip of its directory, to be tried. Raises Refused, NotReleasable."""
    require(actor, "rulebook.replay")
    pack = read_zip(sent)
    return propose_pack(session, actor, now, pack, since, sent)


def propose_pack(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    since: date | None = None,
    sent: bytes | None = None,
) -> Proposal:
    """Take in a rulebook that is already read, with the zip it was `sent` as. Raises Refused for the one in use.

    Its proof waits: see `services/proofs.py`.
    """
    require(actor, "rulebook.replay")
    in_use = rulebooks.current(session, local_day(now))
    if pack.sha256 == in_use.sha256:
        raise Refused("This is the rulebook in use: nothing would change", "file")
    proposal = Proposal(
        authority_id=actor.authority_id,
        proposed_by_id=actor.user_id,
        proposed_at=now,
        rulebook_id=pack.id,
        version=pack.version,
        sha256=pack.sha256,
        content=dict(pack.content),
        sent=sent,
        against_sha256=in_use.sha256,
        since=since,
        as_of=local_day(now),
        total=len(replay.shops(session, actor.authority_id)),
    )
    session.add(proposal)
    session.flush()
    return proposal


def read_zip(sent: bytes) -> Pack:
    """Read a rulebook from a zip of its directory. Raises Refused, NotReleasable.

    Only `.toml` files are looked at; a folder around them all is left out of the names. What the gatekeeper
    sees at once is refused here; what it has to prove takes seconds and is left to `problems_of`.
    """
    with tempfile.TemporaryDirectory() as folder:
        _unpack(sent, folder)
        problems = _named(check(folder, reach=False), folder)
        if problems:
            raise NotReleasable(problems)
        return load_pack(folder)


def problems_of(sent: bytes | None, pack: Pack) -> list[Problem]:
    """Return everything the gatekeeper finds against a rulebook, proofs included: seconds of work.

    Named by the files of the zip it was sent as; without one by its files as they are written out.
    """
    with tempfile.TemporaryDirectory() as folder:
        if sent is None:
            write_pack(pack, Path(folder))
        else:
            _unpack(sent, folder)
        return _named(check(folder), folder)


def _unpack(sent: bytes, folder: str) -> None:
    """Put the TOML files of a zip into a folder. Raises Refused."""
    try:
        with zipfile.ZipFile(BytesIO(sent)) as archive:
            files = _toml_files(archive)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        raise Refused("The file is not a zip that can be read", "file") from error
    if not files:
        raise Refused("There is no rulebook in the file: no .toml in it", "file")
    for name, content in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _named(problems: Sequence[Problem], folder: str) -> list[Problem]:
    """The problems as a reader knows the files, who never sees the folder they were put into."""
    return [
        Problem(
            one.place.replace(folder, "The rulebook"), one.message.replace(folder, "the rulebook")
        )
        for one in problems
    ]


def _toml_files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The TOML files of a zip by their names; names that lead out of it are refused."""
    found: dict[PurePosixPath, bytes] = {}
    size = 0
    for info in archive.infolist():
        name = PurePosixPath(info.filename.replace("\\", "/"))
        if info.is_dir() or name.suffix != ".toml" or "__MACOSX" in name.parts:
            continue
        if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise Refused("The zip names a file outside itself", "file")
        with archive.open(info) as file:
            # The header may say less than there is: what is read is what counts.
            content = file.read(MOST_BYTES - size + 1)
        size += len(content)
        if size > MOST_BYTES or len(found) >= MOST_FILES:
            raise Refused("The rulebook is too large", "file")
        found[name] = content
    around = {name.parts[0] for name in found}
    cut = 1 if len(around) == 1 and all(len(name.parts) > 1 for name in found) else 0
    return {str(PurePosixPath(*name.parts[cut:])): content for name, content in found.items()}


def listed(session: Session, actor: Actor) -> Sequence[Proposal]:
    """Return the proposals of the actor's authority, the newest first."""
    require(actor, "rulebook.replay")
    return session.scalars(
        select(Proposal)
        .where(Proposal.authority_id == actor.authority_id)
        .options(joinedload(Proposal.proposed_by))
        .order_by(Proposal.id.desc())
    ).all()


def find(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """Return a proposal of the actor's authority; raises NotFound for any other."""
    require(actor, "rulebook.replay")
    proposal = session.get(Proposal, proposal_id)
    if proposal is None or proposal.authority_id != actor.authority_id:
        raise NotFound
    return proposal


def go_on(
    session: Session, actor: Actor, now: datetime, proposal_id: int, folder: Path | None = None
) -> Proposal:
    """Try the next shops and keep what would change. Does nothing once all are tried.

    `folder` is where past answers are kept in columns: shops that they show to be judged alike are counted
    and not asked. Raises Refused when the rulebook in use is no longer the one it began with.
    """
    proposal = find(session, actor, proposal_id)
    if proposal.finished_at is not None:
        return proposal
    in_use = rulebooks.current(session, local_day(now))
    if in_use.sha256 != proposal.against_sha256:
        raise Refused("The rulebook in use has changed since. Propose it again.")
    last = Shop(proposal.last_premises_id, proposal.last_operator_id)
    left = [shop for shop in replay.shops(session, actor.authority_id) if shop > last]
    new = Pack(proposal.content)
    sifted = Sifted(tuple(left), Counter())
    if folder is not None:
        sifted = sift(
            session,
            folder,
            in_use,
            new,
            left,
            as_of=proposal.as_of,
            since=proposal.since,
            authority_id=actor.authority_id,
        )
    part = sifted.ask[:A_PART]
    # Where none is left to ask, those judged alike are done with too.
    through = [shop for shop in left if len(sifted.ask) <= A_PART or shop <= part[-1]]
    tried = replay.replay(
        session,
        in_use,
        new,
        part,
        as_of=proposal.as_of,
        since=proposal.since,
        authority_id=actor.authority_id,
    )
    session.add_all(
        ReplayChange(
            proposal_id=proposal.id,
            premises_id=each.premises_id,
            visit_id=each.visit_id,
            area=each.area,
            shop_kind=each.shop_kind,
            what=each.what,
            rule=each.rule,
            before=each.before,
            after=each.after,
            causes=[":".join(entry) for entry in each.causes],
        )
        for each in tried.changes
    )
    proposal.visits += tried.visits + sum(sifted.alike[shop] for shop in through)
    proposal.done += len(through)
    proposal.total = proposal.done + len(left) - len(through)
    if through:
        proposal.last_premises_id = through[-1].premises_id
        proposal.last_operator_id = through[-1].operator_id
    if len(through) == len(left):
        proposal.finished_at = now
    session.flush()
    return proposal


def _shown(proposal: Proposal) -> tuple[Any, ...]:
    """What may be shown: a visit that is no longer shared with the authority is left out."""
    readable = select(Visit.id).where(replay.seen_by(proposal.authority_id))
    return (
        ReplayChange.proposal_id == proposal.id,
        or_(ReplayChange.visit_id.is_(None), ReplayChange.visit_id.in_(readable)),
    )


def summary(session: Session, proposal: Proposal) -> Summary:
    """Count what was found so far."""
    totals: Counter[str] = Counter()
    by_area: Counter[tuple[str, str | None, str]] = Counter()
    for area, kind, what, count in session.execute(
        select(ReplayChange.area, ReplayChange.shop_kind, ReplayChange.what, func.count())
        .where(*_shown(proposal))
        .group_by(ReplayChange.area, ReplayChange.shop_kind, ReplayChange.what)
    ):
        totals[what] += count
        by_area[area, kind, what] += count
    by_cause: Counter[tuple[str, str]] = Counter()
    for what, causes in session.execute(
        select(ReplayChange.what, ReplayChange.causes).where(*_shown(proposal))
    ):
        by_cause.update((cause, what) for cause in causes)
    return Summary(totals, by_area, by_cause)


def changes(
    session: Session,
    proposal: Proposal,
    what: str = "",
    *,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[Sequence[ReplayChange], int]:
    """Return what would change, of one sort or of all, and how many there are."""
    query = select(ReplayChange).where(*_shown(proposal))
    if what:
        query = query.where(ReplayChange.what == what)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(
        query.options(joinedload(ReplayChange.premises), joinedload(ReplayChange.visit))
        .order_by(ReplayChange.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, total
