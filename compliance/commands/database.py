"""`db`: keep the database in the shape that this release needs."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from compliance.store import engine


@click.group("db")
def group() -> None:
    """Keep the database in the shape that this release needs."""


@group.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database up to date. Safe to repeat; what is kept stays.

    Exit status: 0 done, or nothing to do; 1 the database could not be changed, and was not.
    """
    engine.upgrade()
    click.echo("The database is up to date.")
