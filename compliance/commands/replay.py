"""`rulebook replay`: a proposed rulebook tried on every reviewed visit; it prints and changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from compliance.commands.rulebook import rulebook
from compliance.commands.stopping import Unusable, plainly
from compliance.rulebook import Pack, load_pack
from compliance.rulebook.check import check
from compliance.rulebook.difference import differences, entry_label
from compliance.services import replay, rulebooks, shop_kinds
from compliance.services.lifecycle.deadlines import local_day
from compliance.services.replay import SORTS, Change, Tried, in_words
from compliance.store import engine
from compliance.store.engine import separate_session
from compliance.web.application import settings_in_use


@rulebook.command("replay")
@click.option(
    "--proposed",
    "directory",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The directory of the proposed rulebook.",
)
@click.option("--from", "since", metavar="DATE", help="Leave out visits before this day.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def replay_(directory: Path, since: str | None, as_json: bool) -> None:
    """Show what a proposed rulebook would change about reviewed visits.

    Findings, scores, grades, standings and certificates, by area and kind of shop, with the entry
    of the rulebook that causes each. Nothing is changed.

    Exit status: 0 done, whatever was found; 2 the rulebook or the date cannot be used.
    """
    new = _proposed(directory)
    day = _day(since) if since else None
    today = local_day(datetime.now(UTC))
    with plainly():
        engine.make_ready()
        with separate_session(writes=False) as session:
            old = rulebooks.current(session, today)
            tried = replay.in_batches(
                session,
                old,
                new,
                shops := replay.shops(session),
                as_of=today,
                since=day,
                folder=settings_in_use().ensure_data_dir(),
                say=lambda done, total: click.echo(f"{done} of {total} shops", err=True),
                say_read=_say_read,
            )
    if as_json:
        told = _json(old, new, tried, len(shops), day)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in _lines(old, new, tried, len(shops)):
        click.echo(line)


def _say_read(done: int, total: int) -> None:
    if done == total or done % 10_000 == 0:
        click.echo(f"{done} of {total} visits read that are new", err=True)


def _proposed(directory: Path) -> Pack:
    problems = check(directory)
    if problems:
        raise Unusable("\n".join(str(problem) for problem in problems))
    return load_pack(directory)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unusable(f'"{text}" is not a date such as 2026-10-13') from None


def _json(old: Pack, new: Pack, tried: Tried, shops: int, since: date | None) -> dict[str, Any]:
    def identity(pack: Pack) -> dict[str, str]:
        return {"id": pack.id, "version": pack.version, "sha256": pack.sha256}

    return {
        "rulebook": identity(old),
        "proposed": identity(new),
        "since": since.isoformat() if since else None,
        "shops": shops,
        "visits": tried.visits,
        "differences": [f"{table}:{name}" for table, name in differences(old, new)],
        "totals": {what: len(_of(tried.changes, what)) for what in SORTS},
        "changes": [
            {
                "premises": each.premises_id,
                "shop": each.shop_name,
                "area": each.area,
                "shop_kind": each.shop_kind,
                "visit": each.visit_id,
                "visited_on": each.visited_on.isoformat() if each.visited_on else None,
                "what": each.what,
                "rule": each.rule or None,
                "before": each.before or None,
                "after": each.after or None,
                "causes": [":".join(entry) for entry in each.causes],
            }
            for each in tried.changes
        ],
    }


def _of(changes: Sequence[Change], what: str) -> list[Change]:
    return [each for each in changes if each.what == what]


def _lines(old: Pack, new: Pack, tried: Tried, shops: int) -> list[str]:
    lines = [
        f"In use    {old.id} {old.version} ({old.sha256[:12]})",
        f"Proposed  {new.id} {new.version} ({new.sha256[:12]})",
        f"Tried on {tried.visits} reviewed visits to {shops} shops. Nothing was changed.",
        "",
        "What would change",
    ]
    lines += [f"  {words:<24}{len(_of(tried.changes, what)):>8}" for what, words in SORTS.items()]
    by_area = Counter((each.area, each.shop_kind, each.what) for each in tried.changes)
    lines += ["", "By area and kind of shop"]
    for (area, kind, what), count in sorted(
        by_area.items(), key=lambda item: (item[0][0], item[0][1] or "", item[0][2])
    ):
        lines.append(f"  {area:<12}{shop_kinds.label(kind):<38}{SORTS[what]:<24}{count:>6}")
    by_cause = Counter((entry, each.what) for each in tried.changes for entry in each.causes)
    lines += ["", "By what causes it"]
    for (entry, what), count in by_cause.most_common():
        lines.append(f"  {entry_label(old, new, entry)[:60]:<62}{SORTS[what]:<24}{count:>6}")
    told = [each for each in tried.changes if each.what not in ("finding", "score")]
    if told:
        lines += ["", "Each"]
    for each in told:
        when = each.visited_on.isoformat() if each.visited_on else "now"
        before, after = in_words(old, each.what, each.before), in_words(new, each.what, each.after)
        lines.append(
            f"  {each.area:<9}{each.shop_name[:30]:<32}{when:<12}{SORTS[each.what]}:"
            f" {before} -> {after}"
        )
    return lines
