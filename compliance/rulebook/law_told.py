"""The law on a day as anybody may read it: what applies, since when, from which source, and what is coming.

Stricter than ``law_on``: whatever rests on an unverified row of the law is left out, since nothing is
asserted to a business that a person has not read in its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.rulebook.pack import Entry, Pack, dims_match, text_of
from compliance.rulebook.program import in_force


@dataclass(frozen=True)
class Told:
    """One thing that applies on the day, or is coming."""

    title: str
    #: What the law (or the guidance) says, in plain words.
    words: str
    advice: str
    source: str
    since: date | None
    #: The last day it applies; None while no end is known.
    until: date | None
    #: Whether these are days of its source; else only the rulebook's own, which say nothing to a reader.
    dated: bool
    #: The labels of the kinds of visit that look at it; empty: every kind.
    looked_at: tuple[str, ...]


@dataclass(frozen=True)
class LawTold:
    """What may be told of a day: statements, what applies by its basis, and what is coming."""

    statements: tuple[Told, ...]
    #: (label of the basis, what has it), in the order of the rulebook.
    applies: tuple[tuple[str, tuple[Told, ...]], ...]
    prepare_for: tuple[Told, ...]
    #: How many things were left out because their row of the law is unverified.
    left_out: int


def unverified(pack: Pack) -> frozenset[str]:
    """The rows of the law that no person has read in their source."""
    return frozenset(row["id"] for row in pack.entries("law") if row.get("unverified"))


def asked_dims(pack: Pack) -> list[Entry]:
    """The dimensions a reader chooses: all but those that say what is scored (the kind of visit)."""
    return [dim for dim in pack.entries("dim") if dim["id"] not in scored_dims(pack)]


def scored_dims(pack: Pack) -> Mapping[str, list[str]]:
    """The dimensions, and their codes, of the visits that have a score."""
    name = pack.content.get("output", {}).get("score")
    return dict(pack.by_id("value").get(name, {}).get("dims") or {}) if name else {}


def law_told(pack: Pack, on: date, dims: Mapping[str, str], language: str = "en") -> LawTold:
    """Return what may be told about a day; a dimension that is not given rules nothing out.

    ``since`` and ``until`` are the days of the version that is in force on ``on``.
    """
    doubtful = unverified(pack)
    applies: dict[str, list[Told]] = {basis["id"]: [] for basis in pack.entries("basis")}
    coming: list[Told] = []
    left_out = 0
    for rule in pack.entries("rule"):
        for version in rule["version"]:
            if not (_touches(rule, dims) and _touches(version, dims)):
                continue
            now, later = in_force(version, on), _comes(version, on)
            if not now and not later:
                continue
            if version["law"] in doubtful:
                left_out += 1
                continue
            told = _rule(pack, rule, version, language)
            (applies[version["basis"]] if now else coming).append(told)
    statements: list[Told] = []
    for sentence in pack.entries("sentence"):
        if not sentence.get("general") or not _touches(sentence, dims):
            continue
        if sentence["law"] in doubtful:
            left_out += 1
        elif in_force(sentence, on):
            statements.append(_sentence(pack, sentence, language))
    return LawTold(
        tuple(statements),
        tuple((pack.label("basis", name, language), tuple(told)) for name, told in applies.items()),
        tuple(sorted(coming, key=lambda told: told.since or date.max)),
        left_out,
    )


def _comes(version: Entry, on: date) -> bool:
    return bool(version.get("enacted_only")) or version["from"] > on.isoformat()


def _touches(entry: Entry, dims: Mapping[str, str]) -> bool:
    wanted = entry.get("dims") or {}
    return dims_match({dim: codes for dim, codes in wanted.items() if dim in dims}, dims)


def _rule(pack: Pack, rule: Entry, version: Entry, language: str) -> Told:
    row = pack.by_id("law").get(version["law"], {})
    return Told(
        title=text_of(rule.get("title"), language),
        words=text_of(row.get("text"), language),
        advice=text_of(version.get("advice"), language),
        source=version["citation"],
        since=_day(version.get("from")),
        until=_day(version.get("to")),
        dated=pack.by_id("basis").get(version["basis"], {}).get("dated", True),
        looked_at=tuple(_kinds(pack, rule, version, language)),
    )


def _kinds(pack: Pack, rule: Entry, version: Entry, language: str) -> list[str]:
    """The labels of the kinds of visit that a version is for."""
    labels: list[str] = []
    for dim in pack.entries("dim"):
        if dim["id"] not in scored_dims(pack):
            continue
        every = [option["code"] for option in dim["options"]]
        wide = (rule.get("dims") or {}).get(dim["id"], every)
        narrow = (version.get("dims") or {}).get(dim["id"], every)
        labels += [
            text_of(option.get("label"), language) or option["code"]
            for option in dim["options"]
            if option["code"] in wide and option["code"] in narrow
        ]
    return labels


def _sentence(pack: Pack, sentence: Entry, language: str) -> Told:
    row = pack.by_id("law").get(sentence["law"], {})
    return Told(
        title="",
        words=text_of(sentence["text"], language),
        advice="",
        source=row.get("source", ""),
        since=_day(sentence.get("from")),
        until=_day(sentence.get("to")),
        dated=sentence.get("dated", True),
        looked_at=(),
    )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
