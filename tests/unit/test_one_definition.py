"""One definition: no question, rule, option, severity or threshold of the rulebook stands anywhere in
Python, templates or scripts. They are read from the pack, so that one entry there changes everything.

The words looked for come from the pack itself. A pack also uses everyday words ("yes", "photos",
"closed"), which code needs for other things: only words that can mean nothing else are looked for as
they stand, and severities and grades where code would have to compare with them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.rulebook import Pack, shipped_pack

ROOT = Path(__file__).parents[2]
FOLDERS = {
    ROOT / "compliance": (".py",),
    ROOT / "templates": (".html", ".jinja", ".txt", ".xml", ".svg"),
    ROOT / "static" / "js": (".js", ".mjs"),
}
#: Also a column of an operator, entered apart from any visit.
COLUMNS = {"primary_authority_name"}


def _files() -> list[Path]:
    packs = ROOT / "compliance" / "rulebook" / "packs"
    return sorted(
        file
        for folder, endings in FOLDERS.items()
        for file in folder.rglob("*")
        if file.suffix in endings and packs not in file.parents and "dist" not in file.parts
    )


FILES = _files()


def _ids(pack: Pack) -> set[str]:
    """Ids of questions, facts, rules and conditions: those of two words are nobody else's."""
    found = {
        entry["id"]
        for table in ("question", "fact", "rule", "condition")
        for entry in pack.entries(table)
    }
    return {one for one in found if "_" in one} - COLUMNS


def _codes(pack: Pack) -> set[str]:
    """Option codes that hold an underscore, and so are not words of everyday code."""
    everyday = {option["code"] for dim in pack.entries("dim") for option in dim["options"]}
    everyday |= {"not_applicable", "not_observed", "first", "re_test", "follow_up"}
    everyday |= {
        "after_challenge_25",
        "trading_standards",
    }  # purposes and offices are services' own
    return {
        option["code"]
        for table in ("question", "fact")
        for entry in pack.entries(table)
        for option in entry.get("options", ())
        if "_" in option["code"]
    } - everyday


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _strings(file: Path) -> Iterator[str]:
    """The strings of a Python file that are not docstrings."""
    tree = ast.parse(_text(file))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def _words_used(file: Path) -> set[str]:
    if file.suffix == ".py":
        tree = ast.parse(_text(file))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        return {word for text in _strings(file) for word in re.findall(r"\w+", text)} | names
    code = re.sub(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/", " ", _text(file), flags=re.S)
    return set(re.findall(r"\w+", code))


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_no_question_rule_or_option_is_named_outside_the_packs(file: Path) -> None:
    pack = shipped_pack()
    known = _ids(pack) | _codes(pack)
    assert sorted(known & _words_used(file)) == []


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file.suffix == ".py"],
    ids=[str(file.relative_to(ROOT)) for file in FILES if file.suffix == ".py"],
)
def test_no_python_compares_with_a_severity_or_grade(file: Path) -> None:
    pack = shipped_pack()
    scale = {entry["id"] for entry in pack.entries("severity")}
    scale |= set(pack.by_id("value")["grade"]["labels"])
    compared = {
        part.value
        for node in ast.walk(ast.parse(_text(file)))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        for part in ast.walk(side)
        if isinstance(part, ast.Constant) and part.value in scale
    }
    assert compared == set()


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file.suffix != ".py"],
    ids=[str(file.relative_to(ROOT)) for file in FILES if file.suffix != ".py"],
)
def test_no_template_or_script_compares_with_a_severity_or_grade(file: Path) -> None:
    scale = "|".join(entry["id"] for entry in shipped_pack().entries("severity"))
    compared = re.findall(rf"""(?:[=!]=+|\bin)\s*[\[(]?\s*["'](?:{scale}|[A-E])["']""", _text(file))
    assert compared == []


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """The guard itself: a file that names a question, an option or a severity is caught."""
    file = tmp_path / "wrong.py"
    file.write_text(
        '"""Says tp_outcome in prose."""\nWRONG = {"tp_outcome": "sold_no_challenge"}\n'
    )
    pack = shipped_pack()
    caught = (_ids(pack) | _codes(pack)) & _words_used(file)
    assert caught == {"tp_outcome", "sold_no_challenge"}
    page = tmp_path / "wrong.html"
    page.write_text("{# tp_outcome #}<p>{{ answers.age_policy_written }}</p>")
    assert (_ids(pack) | _codes(pack)) & _words_used(page) == {"age_policy_written"}
