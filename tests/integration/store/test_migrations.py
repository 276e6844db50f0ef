"""Every migration up and down with rows in the tables, and the models equal to the newest shape."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import delete, func, inspect, select, table, text, update
from sqlalchemy.exc import DatabaseError

from compliance.store import engine
from compliance.store.engine import OutOfDate, db, make_ready, separate_session
from compliance.store.models import Base
from tests.integration.store import shop
from tests.integration.store.conftest import NewDatabase, application


@pytest.fixture
def empty(new_database: NewDatabase, tmp_path: Path) -> Iterator[None]:
    """An application on a database without tables."""
    with application(new_database(False), tmp_path).app_context():
        yield
        db.engine.dispose()


def tables() -> set[str]:
    """Return the tables there are, Alembic's own apart."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def populate() -> dict[str, int]:
    """Put rows in, and return how many each table has."""
    with separate_session() as session:
        shop.issue_certificate(session, shop.build(session))
    return counts()


def counts() -> dict[str, int]:
    """Return how many rows each table has."""
    with db.engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in sorted(tables())
        }


def differences() -> list[Any]:
    """Return what the models have and the database has not, or the reverse."""
    found = engine.alembic.compare_metadata()
    engine.alembic.migration_context.connection.rollback()
    return found


def revisions() -> list[str]:
    """Return every revision from the first to the newest."""
    scripts = engine.alembic.script_directory
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


@pytest.mark.usefixtures("empty")
def test_models_equal_the_newest_shape() -> None:
    engine.upgrade()
    assert differences() == []
    assert tables() == set(Base.metadata.tables)


@pytest.mark.usefixtures("empty")
def test_every_migration_goes_down_and_up_again_with_rows_in_the_tables() -> None:
    engine.upgrade()
    before = populate()
    assert sum(before.values()) > 20
    history = revisions()
    for revision in reversed(history[:-1]):
        engine.alembic.downgrade(revision)
        engine.upgrade()
        assert differences() == []
        assert counts() == before
    engine.alembic.downgrade("base")
    assert tables() == set()
    engine.upgrade()
    assert differences() == []


@pytest.mark.usefixtures("empty")
def test_a_migration_killed_half_way_leaves_nothing_between() -> None:
    with pytest.MonkeyPatch.context() as patch:
        from alembic.operations import Operations

        original = Operations.execute
        calls = []

        def dies(self: Operations, *args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return original(self, *args, **kwargs)

        patch.setattr(Operations, "execute", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.upgrade()
    assert len(calls) == 3
    # What a killed process leaves to the database: a transaction without a commit.
    engine.alembic.migration_context.connection.rollback()
    db.engine.dispose()
    assert tables() == set()


@pytest.mark.usefixtures("empty")
def test_an_empty_database_is_made_ready_and_an_old_one_is_not_touched() -> None:
    make_ready()
    assert tables() == set(Base.metadata.tables)
    make_ready()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    with pytest.raises(OutOfDate, match="db upgrade"):
        make_ready()


WRITTEN_ONCE = ("visit_versions", "rulebooks", "assessments", "document_files")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("name", WRITTEN_ONCE)
def test_evidence_cannot_be_changed_or_deleted(name: str) -> None:
    engine.upgrade()
    populate()
    kept = Base.metadata.tables[name]
    key = kept.primary_key.columns[0]
    for statement in (update(kept).values({key: key}), delete(kept)):
        with pytest.raises(DatabaseError, match="written once"), db.engine.begin() as connection:
            connection.execute(statement)


def test_migrations_name_no_type_of_ours() -> None:
    """A migration says what it said when it was written, whatever becomes of our types."""
    folder = Path(engine.__file__).parent / "migrations"
    for file in sorted(folder.glob("*.py")):
        module = _loaded(file)
        assert "compliance" not in file.read_text(), file.name
        assert module.revision == file.name.partition("_")[0]


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
