"""The door to the database: one engine per application, safe settings, and migrations."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from flask import Flask, has_request_context, request
from flask_alembic import Alembic
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.orm import Session

from compliance.config import Settings
from compliance.store.models import Base
from compliance.store.types import Json, UtcDateTime

#: How long a writer waits for another before it is told the database is busy.
BUSY_SECONDS = 20

db = SQLAlchemy(
    # Values hold personal data: keep them out of logs and tracebacks.
    engine_options={"hide_parameters": True, "pool_pre_ping": True}
)
alembic = Alembic(metadatas=Base.metadata, run_mkdir=False, command_name="")
# The extension turns on a line of log for every table; a command says what it did by itself.
logging.getLogger("alembic").setLevel(logging.WARNING)


def init_app(app: Flask, settings: Settings) -> None:
    """Give `app` its database. Opens no connection and makes no file until the first use."""
    engine: dict[str, Any] = {"url": settings.database_url}
    if settings.database_url.startswith("sqlite"):
        engine["connect_args"] = {"timeout": BUSY_SECONDS}
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine}
    app.config["ALEMBIC"] = {"script_location": str(Path(__file__).parent / "migrations")}
    app.config["ALEMBIC_CONTEXT"] = {
        "compare_type": True,
        # Ours is: _begin_sqlite begins a real transaction, so a killed upgrade leaves no half.
        "transactional_ddl": True,
        "render_item": _render_item,
    }
    db.init_app(app)
    # There is no async engine: closing its sessions would start a thread for every request.
    app.teardown_appcontext_funcs[:] = [
        close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
    ]
    alembic.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, may_make=settings.data_dir)


class NoFolder(RuntimeError):
    """The file of the database is to lie in a folder that does not exist, and is not ours to make."""


def prepare_engine(engine: Engine, may_make: Path | None = None) -> None:
    """Make connections of `engine` durable and strict. PostgreSQL is so by default.

    `may_make` is the folder that is made on first use; any other that does not exist was mistyped, and
    connecting raises NoFolder.
    """
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    path = engine.url.database
    if path and path != ":memory:":
        event.listen(engine, "do_connect", lambda *_: _see_to_folder(Path(path).parent, may_make))


def _see_to_folder(folder: Path, may_make: Path | None) -> None:
    if folder == may_make:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not folder.is_dir():
        raise NoFolder(
            f"The folder {folder} of the database does not exist. Make it, or correct DATABASE_URL."
        )


def _set_up_sqlite(connection: SqliteConnection, _record: object) -> None:
    # SQLAlchemy, not the driver, says when a transaction begins (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(_patience(BUSY_SECONDS))
    cursor.execute("PRAGMA journal_mode = WAL")
    # NORMAL answers before the disk has the visit: an acknowledged visit could be lost.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes fails at once if another wrote in between, so a
    # transaction that may write takes its turn at the start. A page that only reads need not.
    writes = connection.get_execution_options().get("writes")
    if writes is None:
        writes = not (has_request_context() and request.method in ("GET", "HEAD", "OPTIONS"))
    # What is not worth waiting for says so; the connection is another's afterwards.
    seconds = connection.get_execution_options().get("patience", BUSY_SECONDS)
    if connection.info.get("patience", BUSY_SECONDS) != seconds:
        connection.exec_driver_sql(_patience(seconds))
        connection.info["patience"] = seconds
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def _patience(seconds: float) -> str:
    return f"PRAGMA busy_timeout = {int(seconds * 1000)}"


@contextmanager
def separate_session(*, writes: bool = True, patience: float | None = None) -> Iterator[Session]:
    """Give a session of its own transaction, committed at the end of the block.

    For what must last whatever becomes of the request: a counted try, the last use of a
    sign-in. SQLite has one writer at a time and a POST's own session takes that turn with its
    first statement, so use this before `db.session` in a POST; in a GET at any time. With
    `writes=False` it only reads and waits for nobody; with `patience` it waits at most so many
    seconds for its turn at SQLite, and then raises OperationalError.
    """
    options: dict[str, Any] = {"writes": writes}
    if patience is not None:
        options["patience"] = patience
    engine = db.engine.execution_options(**options)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def _render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    # A migration stays as it was written: it names plain types, not ours of the day.
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return (
            "sa.JSON(none_as_null=True)"
            '.with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
        )
    return False


class OutOfDate(RuntimeError):
    """The database has an older (or newer) shape than this release needs."""


def upgrade() -> None:
    """Bring the database to the newest shape. Needs an application context."""
    alembic.upgrade()


def make_ready() -> None:
    """Give an empty database its tables, so that a first command needs no other before it.

    Raises OutOfDate for one that holds something of another release: changing it is a
    decision, taken with `db upgrade`.
    """
    with db.engine.connect() as connection:
        empty = not inspect(connection).get_table_names()
        current = (
            set() if empty else set(MigrationContext.configure(connection).get_current_heads())
        )
    if empty:
        upgrade()
    elif current != set(alembic.script_directory.get_heads()):
        raise OutOfDate("The database is not of this release. Run: flask --app wsgi db upgrade")
