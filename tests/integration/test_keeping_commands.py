"""`premises import`, `user add` and `db upgrade` as typed: what they print, keep and exit with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import OperationalError

from compliance import cli
from compliance.app import create_app
from compliance.config import Settings
from compliance.services import passwords
from compliance.store import engine
from compliance.store.engine import db
from compliance.store.models import Authority, Base, Premises, User

SMALL_RULEBOOK = Path(__file__).parents[1] / "data" / "packs" / "bicycle_hire"
PASSWORD = "four words nobody guesses"
HEADER = "FHRSID,BusinessName,AddressLine1,AddressLine2,PostCode\n"
LIST = HEADER + "1,Corner Shop,1 High Street,Norwich,NR1 1AA\n2,No Address,,,\n"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application with commands and a database that does not exist yet."""
    app = Flask("compliance")
    settings = Settings.from_environment(
        {"DATABASE_URL": f"sqlite:///{tmp_path / 'commands.db'}", "DATA_DIR": str(tmp_path)}
    )
    engine.init_app(app, settings)
    cli.register(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list with a good line and one without an address."""
    path = tmp_path / "shops.csv"
    path.write_text(LIST)
    return path


def run(app: Flask, *words: object, typed: str = "") -> Result:
    """Run a command as typed."""
    return app.test_cli_runner().invoke(args=[str(word) for word in words], input=typed)


def rows(app: Flask, model: type[Base]) -> int:
    """Return how many rows there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def importing(app: Flask, file: Path, *more: str) -> Result:
    """Import a list for Norfolk Constabulary."""
    return run(app, "premises", "import", file, "--authority", "Norfolk Constabulary", *more)


class TestImport:
    """`premises import`"""

    def test_on_a_database_that_does_not_exist_yet(self, app: Flask, file: Path) -> None:
        result = importing(app, file)
        assert result.exit_code == 0, result.output
        lines = result.output.splitlines()
        assert lines[0] == "The authority Norfolk Constabulary (police) is new and was made."
        assert "line 3: There is no address" in lines
        assert lines[-1] == "created 1, updated 0, unchanged 0, possible duplicate 0, rejected 1"
        rejected = file.with_name("shops.rejected.csv")
        assert f"Rejected lines are in {rejected}" in lines
        assert rejected.read_text(encoding="utf-8-sig").splitlines() == [
            "Line,Reason,FHRSID,BusinessName,AddressLine1,AddressLine2,PostCode",
            "3,There is no address,2,No Address,,,",
        ]
        assert not list(file.parent.glob(".rejected-*"))

    def test_a_second_time_changes_nothing(self, app: Flask, file: Path) -> None:
        importing(app, file)
        result = importing(app, file)
        assert "is new" not in result.output
        assert result.output.splitlines()[-1] == (
            "created 0, updated 0, unchanged 1, possible duplicate 0, rejected 1"
        )

    def test_a_dry_run_keeps_nothing_and_writes_no_file(self, app: Flask, file: Path) -> None:
        result = importing(app, file, "--dry-run")
        assert result.exit_code == 0
        assert "would be made" in result.output
        assert "line 3: There is no address" in result.output
        assert result.output.splitlines()[-1] == (
            "created 1, updated 0, unchanged 0, possible duplicate 0, rejected 1"
        )
        assert rows(app, Premises) == rows(app, Authority) == 0
        assert not file.with_name("shops.rejected.csv").exists()

    def test_a_list_without_a_rejected_line_leaves_no_stale_file(
        self, app: Flask, file: Path
    ) -> None:
        importing(app, file)
        file.write_text(LIST.replace("No Address,", "Address,2 High Street"))
        importing(app, file)
        assert not file.with_name("shops.rejected.csv").exists()

    def test_postcodes_in_another_nation_are_warned_of(self, app: Flask, file: Path) -> None:
        header = "id,trading_name,address_line_1,postcode,nation\n"
        file.write_text(f"{header}1,A,1 High Street,G1 1AA,\n2,B,2 High Street,NR1 1AA,\n")
        lines = importing(app, file, "--nation", "England").output.splitlines()
        assert lines[-2].startswith("Warning: 1 line has a postcode in another nation")
        assert lines[-2].endswith("line 2")
        assert lines[-1] == "created 2, updated 0, unchanged 0, possible duplicate 0, rejected 0"

    def test_a_slip_in_the_authoritys_name_is_pointed_out(self, app: Flask, file: Path) -> None:
        importing(app, file)
        result = run(app, "premises", "import", file, "--authority", "Norfolk Constabluary")
        assert "If you meant Norfolk Constabulary, import again with that name." in result.output

    @pytest.mark.parametrize(
        "content, more, words",
        [
            ("x,y\n1,2\n", (), "The first line must name the columns"),
            ("", (), "The file is empty"),
            (LIST, ("--nation", "Cornwall"), "There is no nation called 'Cornwall'"),
            (LIST, ("--authority", " "), "Enter the name of the authority"),
        ],
    )
    def test_what_cannot_be_used_exits_2_and_keeps_nothing(
        self, app: Flask, file: Path, content: str, more: tuple[str, ...], words: str
    ) -> None:
        run(app, "db", "upgrade")
        file.write_text(content)
        result = importing(app, file, *more)
        assert result.exit_code == 2
        assert words in result.output
        assert "created" not in result.output
        assert rows(app, Premises) == rows(app, Authority) == 0

    def test_no_file_and_no_authority_exit_2(self, app: Flask, tmp_path: Path) -> None:
        result = importing(app, tmp_path / "none.csv")
        assert result.exit_code == 2
        assert "cannot be read: No such file or directory" in result.output
        assert run(app, "premises", "import", tmp_path).exit_code == 2
        assert importing(app, tmp_path).exit_code == 2

    def test_where_the_rejected_file_cannot_be_written_nothing_is_kept(
        self, app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("compliance.commands.premises.tempfile.mkstemp", full)
        result = importing(app, file)
        assert result.exit_code == 2
        assert "No space left on device" in result.output
        assert rows(app, Premises) == 0

    def test_where_the_commit_fails_no_rejected_file_appears(
        self, app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(*_: object) -> None:
            raise OperationalError("COMMIT", None, Exception("database is locked"))

        monkeypatch.setattr("sqlalchemy.orm.Session.commit", locked)
        assert importing(app, file).exit_code == 1
        assert os.listdir(file.parent).count("shops.rejected.csv") == 0
        assert not list(file.parent.glob(".rejected-*"))

    def test_help_says_what_it_does_and_exits_with(self, app: Flask) -> None:
        result = run(app, "premises", "import", "--help")
        assert result.exit_code == 0
        for words in ("--authority", "--nation", "--dry-run", "Exit status", "rejected.csv"):
            assert words in result.output


class TestUser:
    """`user add`"""

    WORDS = ("--name", "Nora", "--authority", "Norfolk Constabulary")

    def test_the_first_administrator(self, app: Flask) -> None:
        result = run(
            app, "user", "add", "Nora@Norfolk.example", *self.WORDS, typed="three wet tablets\n"
        )
        assert result.exit_code == 0, result.output
        assert "is new and was made" in result.output
        assert "Nora <nora@norfolk.example> may sign in as administrator" in result.output
        assert "three wet tablets" not in result.output
        with app.app_context():
            user = db.session.scalars(select(User)).one()
            assert passwords.is_right("three wet tablets", user.password_hash)

    @pytest.mark.parametrize(
        "email, typed, words",
        [
            ("nora", "three wet tablets", "Enter an email address"),
            ("nora@norfolk.example", "password1234", "easy to guess"),
            ("nora@norfolk.example", "", "12 characters or more"),
        ],
    )
    def test_what_cannot_be_used_exits_2_and_keeps_nothing(
        self, app: Flask, email: str, typed: str, words: str
    ) -> None:
        result = run(app, "user", "add", email, *self.WORDS, typed=f"{typed}\n")
        assert result.exit_code == 2
        assert words in result.output
        assert "was made" not in result.output
        assert rows(app, User) == rows(app, Authority) == 0

    def test_an_account_twice_exits_2(self, app: Flask) -> None:
        for expected in (0, 2):
            result = run(
                app,
                "user",
                "add",
                "nora@norfolk.example",
                *self.WORDS,
                "--role",
                "officer",
                typed="three wet tablets\n",
            )
            assert result.exit_code == expected


def test_db_upgrade_makes_the_tables_and_is_safe_to_repeat(app: Flask) -> None:
    for _ in range(2):
        result = run(app, "db", "upgrade")
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    with app.app_context():
        assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_a_database_of_another_release_is_not_touched(app: Flask, file: Path) -> None:
    run(app, "db", "upgrade")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    result = importing(app, file)
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.output
    assert rows(app, Premises) == 0


@pytest.mark.parametrize("words", [("db", "upgrade"), ("document", "list")], ids=" ".join)
def test_a_file_that_is_no_database_is_named_in_words(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "k.db").write_text("A shopping list, not a database")
    result = run(_application(f"sqlite:///{tmp_path / 'k.db'}", tmp_path / "data"), *words)
    assert result.exit_code == 1
    assert result.output == "Error: The database could not be used: file is not a database\n"


class TestAMistypedFolder:
    """`DATABASE_URL` names a file in a folder that does not exist."""

    @pytest.fixture
    def mistyped(self, tmp_path: Path) -> Flask:
        """An application whose database is to lie where nothing is."""
        return _application(f"sqlite:///{tmp_path / 'srv' / 'knvies' / 'k.db'}", tmp_path / "data")

    @pytest.mark.parametrize(
        "words",
        [
            ("db", "upgrade"),
            ("premises", "import", "shops.csv", "--authority", "Norfolk Constabulary"),
            ("demo", "load"),
            ("document", "list"),
            ("document", "export", "X", "out.pdf"),
            ("rulebook", "export", "rulebook"),
            ("rulebook", "replay", "--proposed", "proposed"),
            ("worker",),
        ],
        ids=" ".join,
    )
    def test_is_named_by_every_command_and_not_made(
        self,
        mistyped: Flask,
        words: tuple[str, ...],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "shops.csv").write_text(LIST)
        shutil.copytree(SMALL_RULEBOOK, tmp_path / "proposed")
        result = run(mistyped, *words)
        assert result.exit_code == 2, result.output
        folder = tmp_path / "srv" / "knvies"
        said = f"Error: The folder {folder} of the database does not exist."
        assert result.output.splitlines()[-1].startswith(said)
        assert not (tmp_path / "srv").exists()

    def test_is_named_when_somebody_is_added(self, mistyped: Flask, tmp_path: Path) -> None:
        words = ("user", "add", "a@example.org", "--name", "A", "--authority", "Norfolk", "--role")
        result = run(mistyped, *words, "administrator", typed=f"{PASSWORD}\n{PASSWORD}\n")
        assert result.exit_code == 2, result.output
        assert "of the database does not exist" in result.output
        assert not (tmp_path / "srv").exists()

    def test_the_data_folder_is_made_on_first_use(self, tmp_path: Path) -> None:
        data = tmp_path / "new" / "deep"
        result = run(_application("", data), "db", "upgrade")
        assert result.exit_code == 0, result.output
        assert (data / "check-knife-sales.db").is_file()


def _application(database_url: str, data: Path) -> Flask:
    return create_app(
        Settings.from_environment({"DATABASE_URL": database_url, "DATA_DIR": str(data)})
    )
