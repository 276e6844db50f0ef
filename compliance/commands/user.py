"""`user add`: take in the first administrator, or anybody."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from compliance.access import Role
from compliance.commands.stopping import plainly
from compliance.services import authorities, users
from compliance.store import engine
from compliance.store.engine import db


@click.group("user")
def group() -> None:
    """Keep the accounts of people."""


@group.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as it stands on records.")
@click.option(
    "--authority",
    required=True,
    metavar="NAME",
    help="Their police force or council; made when it is not known.",
)
@click.option(
    "--kind",
    type=click.Choice(["police", "council"]),
    help="What a new authority is; without it, its name decides.",
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ADMINISTRATOR.value,
    show_default=True,
)
@with_appcontext
def add(email: str, name: str, authority: str, kind: str | None, role: str) -> None:
    """Take in a person. The password is asked for, or read as one line of standard input.

    Exit status: 0 done; 1 the database could not be used; 2 something given cannot be used.
    """
    password = _password()
    now = datetime.now(UTC)
    # Said only after the commit: a refusal keeps neither the person nor the authority.
    said: list[str] = []
    with plainly():
        engine.make_ready()
        kept = authorities.find(db.session, authority)
        if kept is None:
            near = authorities.nearest(db.session, authority)
            kept = authorities.add(db.session, now, name=authority, kind=kind)
            said.append(f"The authority {kept.name} ({kept.kind}) is new and was made.")
            if near:
                said.append(f"There is also {near.name}.")
        user = users.add(
            db.session,
            None,
            now,
            authority_id=kept.id,
            email=email,
            name=name,
            role=Role(role),
            password=password,
        )
        said.append(f"{user.name} <{user.email}> may sign in as {user.role} of {kept.name}.")
        db.session.commit()
    click.echo("\n".join(said))


def _password() -> str:
    # Never an option: what is typed after a command is in the shell's history and in `ps`.
    if sys.stdin.isatty():
        prompted: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return prompted
    return sys.stdin.readline().rstrip("\r\n")
