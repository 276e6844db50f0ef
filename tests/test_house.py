"""The house itself: what may lie at the top, what a lock may say, how a file opens, how pure the rulebook is."""

import ast
import configparser
import json
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYTHON_FILES = sorted(
    [*ROOT.glob("*.py"), *(ROOT / "compliance").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
)
PYTHON_LOCKS = ("requirements.txt", "requirements-dev.txt")
ROOMS_AT_THE_TOP = {"compliance", "templates", "static", "tests", "setup.cfg", "wsgi.py"}
WHAT_TOOLS_INSIST_ON = {
    *("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", *PYTHON_LOCKS),
    *("package.json", "package-lock.json", ".npmrc", ".gitignore", ".ci", "docs", ".git"),
}


def test_nothing_lies_at_the_top_that_has_no_place_there() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
    strangers = {
        entry.name
        for entry in ROOT.iterdir()
        if entry.name not in ROOMS_AT_THE_TOP | WHAT_TOOLS_INSIST_ON
        and not any(fnmatch(entry.name, pattern) for pattern in ignored)
    }
    assert strangers == set()


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, ".npmrc", "Makefile", ".ci/run", ".ci/debian"])
def test_where_packages_come_from_is_each_machines_own_setting(name: str) -> None:
    text = (ROOT / name).read_text().replace("http://$(HOST):$(PORT)/", "")
    assert not re.search(r"://|--index-url|--extra-index|--find-links |registry=", text)


def test_the_npm_lock_names_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched
    assert [name for name, entry in fetched.items() if "resolved" in entry] == []
    assert [name for name, entry in fetched.items() if "integrity" not in entry] == []


def test_the_npm_lock_agrees_with_package_json() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for group in ("dependencies", "devDependencies"):
        assert locked[""].get(group, {}) == wanted.get(group, {})
        for name, version in wanted.get(group, {}).items():
            assert locked[f"node_modules/{name}"]["version"] == version, "versions are exact"


def locked_versions(name: str) -> dict[str, list[str]]:
    """Read a Python lock: package -> its versions (some differ by Python version)."""
    versions: dict[str, list[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.M):
        versions.setdefault(canonicalize_name(package), []).append(version)
    return versions


def wanted_packages(*extras: str) -> list[Requirement]:
    """Read what ``setup.cfg`` asks for: the product itself and the extras named."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["options"]["install_requires"].split("\n")
    for extra in extras:
        lines += config["options.extras_require"][extra].split("\n")
    return [Requirement(line) for line in lines if line]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.txt", ("assets",)), ("requirements-dev.txt", ("assets", "dev"))],
)
def test_a_python_lock_holds_what_setup_cfg_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    locked = locked_versions(lock)
    unmet = [
        str(wanted)
        for wanted in wanted_packages(*extras)
        if not (versions := locked.get(canonicalize_name(wanted.name)))
        or not all(wanted.specifier.contains(version) for version in versions)
    ]
    assert unmet == [], "setup.cfg changed: run `make lock`"


def test_what_is_tested_is_what_runs() -> None:
    tested, run = (locked_versions(name) for name in reversed(PYTHON_LOCKS))
    assert {name: tested.get(name) for name in run} == run


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_opens_with_what_it_is_for(path: Path) -> None:
    module = ast.parse(path.read_text())
    assert not module.body or ast.get_docstring(module), "say in one sentence what this file is for"


def test_every_room_is_a_package_so_that_the_import_contracts_see_it() -> None:
    folders = {path.parent for path in (ROOT / "compliance").rglob("*.py")}
    unseen = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert [str(folder.relative_to(ROOT)) for folder in unseen if folder.name != "migrations"] == []


def imported_roots(module: ast.Module) -> Iterator[str]:
    """Yield the first name of everything a module imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


# A million past visits are no work for plain Python.
COLUMNS = {
    "columns.py",
    "planes.py",
    "blocks.py",
    "block_conditions.py",
    "block_values.py",
    "block_difference.py",
}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "compliance/rulebook").rglob("*.py")), ids=lambda path: path.name
)
def test_the_rulebook_needs_the_standard_library_alone_and_reads_no_clock(path: Path) -> None:
    module = ast.parse(path.read_text())
    roots = set(imported_roots(module))
    columns = {"numpy"} if path.name in COLUMNS else set()
    assert roots <= set(sys.stdlib_module_names) | {"compliance"} | columns
    assert not roots & {"time", "random", "secrets", "uuid", "socket", "sqlite3", "urllib"}
    clocks = {"now", "utcnow", "today", "fromtimestamp"}
    called = {node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute)}
    assert not called & clocks, "a date is an argument; the rulebook has no clock"


def test_nothing_reads_what_lies_outside_the_tree() -> None:
    outside = "/".join(("", "work", "shared"))
    suffixes = {".py", ".toml", ".html", ".js", ".scss", ".cfg", ".md", ".json", ".csv"}
    rooms = [ROOT / name for name in sorted(ROOMS_AT_THE_TOP | {"docs", ".ci", "README.md"})]
    files = [file for room in rooms for file in (room.rglob("*") if room.is_dir() else [room])]
    readers = [
        str(file.relative_to(ROOT))
        for file in files
        if file.suffix in suffixes and file.is_file() and outside in file.read_text()
    ]
    assert readers == []
