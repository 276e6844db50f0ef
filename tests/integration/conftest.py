"""An application on a database of its own, put back before each test, and clients signed in by role."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from compliance.access import Role
from compliance.app import create_app
from compliance.config import Settings
from compliance.services import users
from compliance.store.engine import db, separate_session, upgrade
from compliance.store.models import User
from compliance.web import limits
from compliance.web.application import Application
from compliance.web.signed_in import TOKEN
from tests import world as made
from tests.world import World


@dataclass(frozen=True)
class Kept:
    """The application, the world in its database, and a copy of the file as it was made."""

    app: Application
    world: World
    file: Path
    copy: Path


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Make the application and its world once."""
    folder = tmp_path_factory.mktemp("web")
    file = folder / "web.db"
    app = create_app(
        Settings.from_environment(
            {"DATABASE_URL": f"sqlite:///{file}", "DATA_DIR": str(folder), "SECRET_KEY": "k" * 32}
        )
    )
    with app.app_context():
        upgrade()
        with separate_session() as session:
            world = made.build(session, folder / "keys")
        db.engine.dispose()
    copy = folder / "as-made.db"
    shutil.copy(file, copy)
    return Kept(app, world, file, copy)


@pytest.fixture
def app(kept: Kept) -> Application:
    """The application, its database as it was made."""
    with kept.app.app_context():
        db.engine.dispose()
    for leftover in kept.file.parent.glob(f"{kept.file.name}*"):
        leftover.unlink()
    shutil.copy(kept.copy, kept.file)
    limits.limiter.reset()
    return kept.app


@pytest.fixture
def world(kept: Kept, app: Application) -> World:
    """What is in the database."""
    return kept.world


@pytest.fixture
def client(app: Application) -> FlaskClient:
    """A browser that is not signed in. Forms need no token here; test_forms.py tests the token."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


SignIn = Callable[..., FlaskClient]


@pytest.fixture
def signed_in(app: Application, world: World, client: FlaskClient) -> SignIn:
    """A function that signs the client in: `signed_in(Role.OFFICER, foreign=False)`."""

    def sign_in(role: Role, *, foreign: bool = False) -> FlaskClient:
        people = world.foreign_people if foreign else world.people
        with app.app_context(), separate_session() as session:
            user = session.get_one(User, people[role])
            token = users.begin_session(session, user, datetime.now(UTC))
        with client.session_transaction() as cookie:
            cookie[TOKEN] = token
        return client

    return sign_in


def send(client: FlaskClient, address: str, typed: Mapping[str, Any]) -> TestResponse:
    """Post a screen as its page would: with the marks of what it was drawn from."""
    return client.post(address, data={**typed, **drawn_from(client.get(address).text)})


def drawn_from(page: str) -> dict[str, str]:
    """Return the field of a page that carries the marks of what it was drawn from."""
    marks = re.search(r'name="drawn-from" value="([^"]*)"', page)
    assert marks, "the page carries no marks"
    return {"drawn-from": marks[1]}
