"""`premises import`: take in a list of shops."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from compliance.commands.stopping import Unusable, plainly
from compliance.services import premises_file, premises_import
from compliance.services.premises_import import Report
from compliance.store import engine
from compliance.store.engine import db

#: How many rejected lines are shown; all of them are in the file.
SHOWN = 20


@click.group("premises")
def group() -> None:
    """Keep the list of shops."""


@group.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--authority",
    required=True,
    metavar="NAME",
    help="The police force or council whose area the shops are in; made when it is not known.",
)
@click.option(
    "--nation",
    metavar="NATION",
    help="England, Wales, Scotland or Northern Ireland, for lines that do not name theirs.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen and keep nothing.")
@with_appcontext
def import_(path: Path, authority: str, nation: str | None, dry_run: bool) -> None:
    """Take in a list of shops: the Food Standards Agency's columns, or ours (docs/import.md).

    All of it is kept or none. Reading the same list again changes nothing. A line that may be a
    shop kept already waits for a person on the page of possible duplicates. Lines that cannot
    be taken in are written to FILE.rejected.csv with their line number and reason; a dry run
    writes no file and shows them all.

    The last line printed is: created N, updated N, unchanged N, possible duplicate N,
    rejected N. Together they are the data lines of the file.

    Exit status: 0 the list was read, whatever became of its lines; 1 the database could not be
    used; 2 the file or an option cannot be used, and nothing was kept.
    """
    with plainly():
        file = premises_file.read(_bytes(path))
        engine.make_ready()
        report = premises_import.run(
            db.session,
            datetime.now(UTC),
            file=file,
            authority_name=authority,
            nation=nation,
        )
    rejected_path = path.with_name(f"{path.stem}.rejected.csv")
    if dry_run:
        db.session.rollback()
    else:
        _keep(report, file.header, rejected_path)
    _say(report, rejected_path, dry_run=dry_run)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > premises_file.LARGEST_FILE:
            raise Unusable(f"{path} is larger than {premises_file.LARGEST_FILE // 1024**2} MB.")
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None


def _keep(report: Report, header: tuple[str, ...], rejected_path: Path) -> None:
    """Commit, with the file of rejected lines ready before and in its place after."""
    if not report.rejected:
        db.session.commit()
        # One from an earlier run would speak of lines that are no longer rejected.
        rejected_path.unlink(missing_ok=True)
        return
    content = premises_file.rejected_csv(
        header, [(each.line, each.reason) for each in report.rejected]
    )
    try:
        descriptor, name = tempfile.mkstemp(prefix=".rejected-", dir=rejected_path.parent)
    except OSError as error:
        raise Unusable(f"{rejected_path} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        db.session.commit()
        os.replace(name, rejected_path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _say(report: Report, rejected_path: Path, *, dry_run: bool) -> None:
    name = report.authority_name
    if report.authority_is_new:
        made = "would be made" if dry_run else "is new and was made"
        click.echo(f"The authority {name} ({report.authority_kind}) {made}.")
        if report.nearest:
            click.echo(f"If you meant {report.nearest}, import again with that name.")
    shown = report.rejected if dry_run else report.rejected[:SHOWN]
    for each in shown:
        click.echo(f"line {each.line.number}: {each.reason}")
    if len(shown) < len(report.rejected):
        click.echo(f"... and {len(report.rejected) - len(shown)} more")
    if report.rejected and not dry_run:
        click.echo(f"Rejected lines are in {rejected_path}")
    if report.without_postcode:
        click.echo(f"Without a postcode, to be found: {report.without_postcode}")
    if report.nation_to_confirm:
        click.echo(f"Nation to be confirmed by a person: {report.nation_to_confirm}")
    if report.elsewhere:
        click.echo(_elsewhere(report.elsewhere))
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    click.echo(report.last_line)


def _elsewhere(lines: list[int]) -> str:
    """The warning that a nation was named which the postcodes contradict."""
    count = len(lines)
    told = ", ".join(map(str, lines[:SHOWN])) + (f" and {count - SHOWN} more" * (count > SHOWN))
    return (
        f"Warning: {count} {'line has a postcode' if count == 1 else 'lines have postcodes'} in another "
        f"nation than the one named, and {'waits' if count == 1 else 'wait'} for a person to confirm it: "
        f"line{'s' * (count > 1)} {told}"
    )
