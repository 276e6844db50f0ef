"""``assess`` and ``rulebook``: the engine on the command line, with no setting and no database."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import click

from compliance.rulebook import Pack, RulebookError, load_pack, shipped_pack
from compliance.rulebook import assess as assess_visit
from compliance.rulebook.check import check as problems_of
from compliance.rulebook.errors import nearest
from compliance.rulebook.law_on import law_on, vocabulary
from compliance.rulebook.pack import PACKS
from compliance.rulebook.strictly import refuse_misshapen, refuse_slips

UNUSABLE_INPUT = 2
# Some editors and shells of Windows write it before the first character.
BYTE_ORDER_MARK = "\ufeff"


def _pack(directory: Path | None) -> Pack:
    try:
        return shipped_pack() if directory is None else load_pack(directory)
    except RulebookError as error:
        _refuse(str(error))
    raise AssertionError


def _refuse(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(UNUSABLE_INPUT)


@contextmanager
def _told_if_unsound(directory: Path | None) -> Iterator[None]:
    """Where the rulebook of a directory breaks down over a visit, say what is wrong with it, by file and line."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError):
        wrong = problems_of(directory, reach=False) if directory else []
        if not wrong:
            raise
        _refuse("\n".join(["This rulebook cannot be worked with:", *map(str, wrong)]))


def _json(text: str) -> tuple[Any, list[str]]:
    """Read JSON strictly: NaN and infinities are not numbers. Keys given twice are told beside it."""
    twice: list[str] = []

    def no(word: str) -> None:
        raise ValueError(f"{word} is not a number")

    def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice.extend(key for key in found if keys.count(key) > 1)
        return found

    try:
        text = text.removeprefix(BYTE_ORDER_MARK)
        return json.loads(text, parse_constant=no, object_pairs_hook=each_once), twice
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("this JSON is nested too deeply") from error


def _assessed(pack: Pack, visit: dict[str, Any], twice: list[str]) -> dict[str, Any]:
    """Assess a visit written by hand; raises ``ValueError`` with what its writer should put right."""
    if twice:
        raise ValueError(f'"{twice[0]}" is given twice: only one of them can be meant')
    refuse_misshapen(pack, visit)
    result = assess_visit(pack, visit)
    refuse_slips(pack, visit)
    return result


def _text(read: bytes) -> str:
    """Return UTF-8 as text; raises ``ValueError`` saying where it is something else."""
    try:
        return read.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"this is not UTF-8 text (byte {error.start + 1})") from error


def _written(result: dict[str, Any], indent: int | None = None) -> str:
    """Return one answer as JSON; half a character, which UTF-8 cannot hold, stays escaped."""
    text = json.dumps(result, ensure_ascii=False, indent=indent)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(result, indent=indent)
    return text


def _line(pack: Pack, read: bytes, number: int) -> dict[str, Any]:
    """Assess one line; what cannot be assessed is answered in its place."""
    name: Any = None
    try:
        text = _text(read)
        name = number
        visit, twice = _json(text)
        if not isinstance(visit, dict):
            raise ValueError("not a JSON object")
        name = visit.get("id", number)
        return {"id": name} | _assessed(pack, visit, twice)
    except (ValueError, RecursionError) as error:
        return {"id": name, "error": str(error)}


@click.command("assess")
@click.argument("file", default="-", type=click.File("rb"))
@click.option("--lines", is_flag=True, help="Read one visit a line (NDJSON) and answer one a line.")
@click.option(
    "--rulebook",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use the rulebook in this directory instead of the shipped one.",
)
def assess(file: BinaryIO, lines: bool, directory: Path | None) -> None:
    """Assess a visit written as JSON (FILE, or standard input).

    Exit status: 0 assessed; 2 the input names something unknown or is not readable, or the rulebook breaks down.
    """
    pack = _pack(directory)
    with _told_if_unsound(directory):
        if lines:
            _assess_lines(pack, file)
        else:
            _assess_one(pack, file)


def _assess_one(pack: Pack, source: BinaryIO) -> None:
    try:
        visit, twice = _json(_text(source.read()))
        if not isinstance(visit, dict):
            raise ValueError("the file must hold one JSON object")
        result = {"id": visit.get("id")} | _assessed(pack, visit, twice)
    except (ValueError, RecursionError) as error:
        _refuse(str(error))
        return
    click.echo(_written(result, indent=2))


def _assess_lines(pack: Pack, source: Iterable[bytes]) -> None:
    """Answer line by line, each as soon as it is read."""
    for number, read in enumerate(source, start=1):
        if read.strip():
            click.echo(_written(_line(pack, read, number)))


@click.group("rulebook")
def rulebook() -> None:
    """Read, list and check the rulebook."""


@rulebook.command("check")
@click.argument(
    "directory",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
def check(directory: Path | None) -> None:
    """Check the rulebook in DIRECTORY (the shipped one unless given).

    Exit status: 0 it may be released; 1 it has problems, each printed with file and line.
    """
    found = problems_of(directory or PACKS / "uk_knives")
    for problem in found:
        click.echo(str(problem), err=True)
    if found:
        click.echo(f"{len(found)} problem{'s' if len(found) > 1 else ''} found.", err=True)
        sys.exit(1)
    pack = _pack(directory)
    click.echo(f"{pack.id} {pack.version} ({pack.sha256[:12]}): no problem found.")


_RULEBOOK = click.option(
    "--rulebook",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Use the rulebook in this directory instead of the shipped one.",
)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@rulebook.command("vocabulary")
@_AS_JSON
@_RULEBOOK
def show_vocabulary(as_json: bool, directory: Path | None) -> None:
    """List every question and operation fact: id, type, unit, options, when asked."""
    words = vocabulary(_pack(directory))
    if as_json:
        click.echo(json.dumps(words, ensure_ascii=False, indent=2))
        return
    for title, table in (("Questions", "questions"), ("Operation facts", "facts")):
        click.echo(f"{title}\n")
        for word in words[table]:
            unit = f" ({word['unit']})" if word["unit"] else ""
            click.echo(f"  {word['id']}: {word['type']}{unit}. {word['label']}")
            if word["options"]:
                click.echo(f"      {', '.join(_option(word, code) for code in word['options'])}")
        click.echo()


def _option(word: dict[str, Any], code: str) -> str:
    """A code, and where it is offered if that is not everywhere its question is."""
    only = word["options_only"].get(code, {})
    told = "; ".join(f"{dims}: {', '.join(codes)}" for dims, codes in only.items())
    return f"{code} ({told})" if told else code


@rulebook.command("show")
@click.option("--on", "day", required=True, help="The day, as 2026-10-13.")
@click.option("--nation", required=True, help="The nation of the premises.")
@_AS_JSON
@_RULEBOOK
def show(day: str, nation: str, as_json: bool, directory: Path | None) -> None:
    """Show the rules in force on a day in a nation, and what to prepare for."""
    pack = _pack(directory)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        _refuse(f'"{day}" is not a date such as 2026-10-13')
        return
    nations = next(
        (
            [option["code"] for option in dim["options"]]
            for dim in pack.entries("dim")
            if dim["id"] == "nation"
        ),
        [],
    )
    if nation not in nations:
        _refuse(f'unknown nation "{nation}".{nearest(nation, nations)}')
    told = law_on(pack, on, {"nation": nation})
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for title, part in (("In force", "rules"), ("Prepare for", "prepare_for")):
        click.echo(f"{title}\n")
        for row in told[part]:
            since = row["in_force_from"] or "not in force"
            until = f" to {row['in_force_to']}" if row["in_force_to"] else ""
            click.echo(
                f"  {row['rule']} ({since}{until}): {row['title']}. {row['severity']},"
                f" {row['basis']}. {row['citation']}"
            )
        click.echo()
