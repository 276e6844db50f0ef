"""`rulebook export`: a rulebook written out as a directory, as `rulebook check` and `assess --rulebook` read it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from compliance.commands.replay import rulebook
from compliance.commands.stopping import Unusable, plainly
from compliance.rulebook import Pack, RulebookError
from compliance.rulebook.written import write_pack
from compliance.services import rulebooks
from compliance.services.errors import NotFound
from compliance.services.lifecycle.deadlines import local_day
from compliance.store import engine
from compliance.store.engine import separate_session


@rulebook.command("export")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--sha256", help="Which rulebook, by its hash or the beginning of it.")
@click.option("--on", "on", metavar="DATE", help="The rulebook that judges visits of this day.")
@with_appcontext
def export(directory: Path, sha256: str | None, on: str | None) -> None:
    """Write the rulebook in use, with what administrators switched on, into DIRECTORY.

    The directory must be empty or not there yet. It can be checked, used by `assess --rulebook`,
    changed and proposed, and has the same SHA-256 as the rulebook itself.

    Exit status: 0 written; 2 there is no such rulebook, or it cannot be written there.
    """
    day = _day(on) if on else local_day(datetime.now(UTC))
    with plainly():
        engine.make_ready()
        with separate_session(writes=False) as session:
            pack = _named(session, sha256) if sha256 else rulebooks.current(session, day)
    try:
        write_pack(pack, directory)
    except (RulebookError, OSError) as error:
        raise Unusable(str(error)) from None
    click.echo(f"{pack.id} {pack.version} ({pack.sha256}) is in {directory}.")


def _named(session: Session, sha256: str) -> Pack:
    begins = sha256.strip().lower()
    if not re.fullmatch("[0-9a-f]{6,64}", begins):
        raise Unusable(f'"{sha256}" is not a hash: give at least its first 6 characters')
    known = {row.sha256 for row in rulebooks.on_record(session)}
    known.add(rulebooks.current(session, local_day(datetime.now(UTC))).sha256)
    found = [one for one in sorted(known) if one.startswith(begins)]
    if len(found) > 1:
        raise Unusable(f"{len(found)} rulebooks begin with {begins}: give more of it")
    try:
        return rulebooks.released(session, found[0] if found else begins)
    except NotFound:
        raise Unusable(f"There is no rulebook {begins} here") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unusable(f'"{text}" is not a date such as 2026-10-13') from None
