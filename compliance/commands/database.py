"""`db`: keep the database in the shape that this release needs."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from compliance.commands.stopping import plainly
from compliance.rulebook import shipped_pack
from compliance.services import rulebooks
from compliance.store import engine
from compliance.store.engine import separate_session


@click.group("db")
def group() -> None:
    """Keep the database in the shape that this release needs."""


@group.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database up to date, and use the rulebook of this release. Safe to repeat.

    What is kept stays. What administrators switched is laid over the new rulebook; where two people
    adopted a rulebook of their own, that one stays in use.

    Exit status: 0 done, or nothing to do; 1 the database could not be changed, and was not; 2 the folder
    that DATABASE_URL names does not exist.
    """
    with plainly():
        engine.upgrade()
        with separate_session() as session:
            taken_in = rulebooks.take_in_release(session, datetime.now(UTC))
    if taken_in:
        pack = shipped_pack()
        click.echo(f"The rulebook of this release is taken in: {pack.id} {pack.version}.")
    click.echo("The database is up to date.")
