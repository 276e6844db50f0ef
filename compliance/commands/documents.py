"""`document` and `verify`: what documents there are, a preview without a database, what was issued,
and whether a file is ours and still holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from jinja2 import TemplateError
from sqlalchemy import select

from compliance.commands.stopping import Unusable, plainly
from compliance.commands.written import write_whole
from compliance.documents import DocumentRefused, kinds, release, render
from compliance.documents.keys import root_certificates
from compliance.documents.kinds import Kind, kind_called
from compliance.documents.press import PrintingFailed
from compliance.documents.verifying import MOST_BYTES
from compliance.services.lifecycle import checking
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.lifecycle.documents import every, status_of
from compliance.store import engine
from compliance.store.engine import db
from compliance.store.models import Document
from compliance.web.application import settings_in_use

_PDF = click.Path(dir_okay=False, path_type=Path)
_LANGUAGE = click.option(
    "--language", type=click.Choice(["en", "cy"]), default="en", show_default=True
)


@click.group("document")
def group() -> None:
    """Letters and certificates."""


@group.command("kinds")
def kinds_() -> None:
    """Print the name of every kind of document, one a line."""
    for name in kinds():
        click.echo(name)


@group.command("preview")
@click.argument("kind")
@click.argument("target", metavar="OUT.pdf", type=_PDF)
@click.option(
    "--from",
    "source",
    metavar="FILE.json",
    type=_PDF,
    help="Facts to lay over the kind's sample: any part of it, in the shape the sample has.",
)
@_LANGUAGE
def preview(kind: str, target: Path, source: Path | None, language: str) -> None:
    """Write a specimen of KIND with the kind's sample facts. Needs no setting and no database.

    A file that names a story is laid over the sample of that story, so the story alone is enough.

    Exit status: 0 written; 1 it could not be printed; 2 something given cannot be used, and the
    message names it.
    """
    try:
        changes = {} if source is None else _facts(source)
        shown = kind_called(kind)
        data = shown.sample_data(
            {**changes, "kind": kind, "language": language},
            sample=_sample_of(shown, changes.get("story")),
        )
        made = render(data, specimen=True)
    except DocumentRefused as refused:
        raise Unusable(refused.reason) from None
    except PrintingFailed as failed:
        raise click.ClickException(f"The document could not be printed: {failed}") from None
    except TemplateError as error:
        raise click.ClickException(release.broken(error)) from None
    write_whole(target, made.pdf)
    click.echo(f"{target}: {made.pages} {'page' if made.pages == 1 else 'pages'}, {kind}, SPECIMEN")


@group.command("check")
def check() -> None:
    """Check every template and every text of the rulebook that a document prints, before a release.

    Exit status: 0 they may be released; 1 they may not, and each fault is named.
    """
    found = release.faults()
    for fault in found:
        click.echo(str(fault))
    if found:
        raise SystemExit(1)
    click.echo(f"{len(kinds())} kinds of document, and what the rulebook lets them say: no fault")


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@with_appcontext
def list_(as_json: bool) -> None:
    """List what was issued, the oldest first: reference, kind, language, status, day.

    A letter is `sent`, an evidence bundle `made`; a certificate is `valid`, `expired`, `replaced` or
    `withdrawn` as of today.

    Exit status: 0 done; 1 the database could not be used.
    """
    today = local_day(datetime.now(UTC))
    with plainly():
        engine.make_ready()
        rows = [
            {
                "reference": document.reference,
                "kind": document.kind,
                "language": document.language,
                "status": status_of(document, today),
                "issued_on": document.issued_on.isoformat(),
            }
            for document in every(db.session)
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row in rows:
        click.echo("  ".join(row.values()))


@group.command("export")
@click.argument("reference")
@click.argument("target", metavar="OUT.pdf", type=_PDF)
@_LANGUAGE
@with_appcontext
def export(reference: str, target: Path, language: str) -> None:
    """Write the document REFERENCE as it was issued, byte for byte.

    Exit status: 0 written; 1 the database could not be used; 2 there is no such document.
    """
    with plainly():
        engine.make_ready()
        wanted = select(Document).where(Document.reference == reference.strip().upper())
        same = db.session.scalars(wanted.order_by(Document.language)).all()
        found = next((each for each in same if each.language == language), None)
        if found is None:
            has = f" It was issued in: {', '.join(e.language for e in same)}." if same else ""
            raise Unusable(f"There is no document {reference!r} in the language {language!r}.{has}")
        content = found.file.content
    write_whole(target, content)
    click.echo(f"{target}: {found.kind}, {found.language}, SHA-256 {found.sha256}")


@click.command("verify")
@click.argument("path", metavar="FILE.pdf", type=_PDF)
@with_appcontext
def verify(path: Path) -> None:
    """Tell whether a PDF is ours, unchanged, and still holds, as of this moment.

    Prints one of: genuine, altered, not ours, specimen, withdrawn, replaced, expired; then why.

    Exit status: 0 genuine, and it holds; 1 otherwise; 2 the file cannot be read.
    """
    settings = settings_in_use()
    with plainly():
        engine.make_ready()
        checked = checking.check(
            db.session,
            datetime.now(UTC),
            _content(path),
            root_certificates(settings.data_dir / "keys"),
        )
    named = f" ({checked.document.reference})" if checked.document else ""
    click.echo(f"{checked.outcome}{named}: {checked.reason}")
    if not checked.holds:
        raise SystemExit(1)


def _sample_of(kind: Kind, story: object) -> str:
    """The name of the sample that tells a story; empty for the kind's own, which also stands in for none."""
    if story == kind.sample.get("story"):
        return ""
    told = (name for name, sample in kind.samples.items() if sample.get("story") == story)
    return next(told, "") if isinstance(story, str) else ""


def _facts(path: Path) -> dict[str, Any]:
    """Read the facts of a preview: one JSON object."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{path} is not JSON: {error}.") from None
    if not isinstance(facts, dict):
        raise Unusable(f"{path} must hold one JSON object.")
    return facts


def _content(path: Path) -> bytes:
    """The bytes of a file, one more than any document of ours has at most."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
