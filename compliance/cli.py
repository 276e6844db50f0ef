"""The commands: `flask --app wsgi ...`, a line each."""

from __future__ import annotations

from flask import Flask

from compliance.commands import (
    database,
    demo,
    documents,
    export,
    keys,
    premises,
    rulebook,
    user,
    watch,
    worker,
)


def register(app: Flask) -> None:
    """Give `app` its commands."""
    app.cli.add_command(database.group)
    app.cli.add_command(demo.group)
    documents.group.add_command(watch.watch)
    app.cli.add_command(documents.group)
    app.cli.add_command(documents.verify)
    app.cli.add_command(keys.group)
    app.cli.add_command(premises.group)
    app.cli.add_command(user.group)
    app.cli.add_command(rulebook.assess)
    app.cli.add_command(export.rulebook)
    app.cli.add_command(worker.worker)
