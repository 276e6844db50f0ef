"""`demo load`: fill an empty database with an invented city to look at."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from compliance.commands.stopping import plainly
from compliance.services.demo import files
from compliance.services.demo.load import Loaded, is_empty, load
from compliance.services.errors import Refused
from compliance.services.visit_content import local_day
from compliance.store import engine
from compliance.store.engine import db
from compliance.web.application import settings_in_use


@click.group("demo")
def group() -> None:
    """An invented city, to look at the service with."""


@group.command("load")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day on which the demo is now, like 2026-11-22. The same day gives the same demo.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing, and say so, when something is kept.")
@with_appcontext
def load_(today: datetime | None, if_empty: bool) -> None:
    """Fill an EMPTY database: two authorities, their shops, 18 months of visits, and every letter.

    All of it is invented. All of it is kept or none. The last lines printed are who may sign in,
    and a letter to try with its code.

    Exit status: 0 loaded, or with --if-empty nothing to do; 1 the database is not empty or could
    not be used.
    """
    settings = settings_in_use()
    began = time.monotonic()
    with plainly():
        engine.make_ready()
    if if_empty and not is_empty(db.session):
        click.echo("The database holds something already: no demo was loaded.")
        return
    day = today.date() if today else local_day(datetime.now(UTC))
    try:
        loaded = load(
            db.session,
            day,
            public_url=settings.public_url,
            keys_folder=settings.ensure_data_dir() / "keys",
            say=click.echo,
        )
    except Refused as refused:
        raise click.ClickException(refused.message) from None
    told = _told(loaded, settings.public_url)
    db.session.commit()
    click.echo(
        f"{loaded.shops} shops, {loaded.visits} visits and {len(loaded.office.codes)} letters "
        f"in {time.monotonic() - began:.0f} seconds."
    )
    click.echo(told)


def _told(loaded: Loaded, public_url: str) -> str:
    lines = ["", "Sign in at " + public_url + "/sign-in"]
    for entry in files.read("authorities")["authority"]:
        lines += ["", f"  {entry['name']}"]
        lines += [f"    {each['email']:46}{each['role']}" for each in entry["people"]]
    document, code = loaded.office.codes[-1]
    lines += [
        "",
        f"  Everybody's password: {files.password()}",
        "",
        f"A letter to read as the business: {public_url}/letter",
        f"  Reference {document.reference}   Code {code}",
    ]
    return "\n".join(lines)
