"""A rulebook with what a person has since established laid over it: a provision commenced, a row confirmed.

What is enacted and not commenced stands in a rulebook as versions marked ``enacted_only``, each on a row of
the law. A *provision* is all of those on one row for the same places (and ways of selling): they commence
together, by one instrument, on one day. The result is a rulebook like any other, with its own SHA-256.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from compliance.rulebook.law_told import scored_dims
from compliance.rulebook.pack import Entry, Pack, dims_match

#: How sure a row is that a person has read in its primary source.
READ = "V"

#: Dimension to its codes, in an order that is always the same.
Places = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Provision:
    """Something enacted and not commenced, that one instrument may bring into force."""

    #: The row of the law it rests on.
    law: str
    places: Places
    #: The rules it would bring into force: rule and version, as written.
    versions: tuple[tuple[Entry, Entry], ...] = ()

    @property
    def key(self) -> str:
        """Its name in an address: the row, then its places."""
        return key_of(self.law, self.places)


@dataclass(frozen=True)
class Commencement:
    """A provision comes into force."""

    law: str
    places: Places
    instrument: str
    #: Its first day in force.
    on: date
    #: What the row of the law says from now on, and the day a person read the instrument.
    text: str
    read_on: date


@dataclass(frozen=True)
class Confirmation:
    """A person has read an unverified row of the law in its source."""

    law: str
    source: str
    text: str
    read_on: date


def key_of(law: str, places: Places) -> str:
    """Return the name of a provision: ``owa_remote_141C@scotland``."""
    codes = "+".join(code for _, codes in places for code in codes)
    return f"{law}@{codes}" if codes else law


def provisions(pack: Pack) -> list[Provision]:
    """Return what is enacted and not commenced, in the order of the rulebook.

    A row that says ``enacted = false`` is a proposal, not law: nothing can commence it.
    """
    found: dict[tuple[str, Places], list[tuple[Entry, Entry]]] = {}
    for rule, version in _enacted_only(pack):
        found.setdefault((version["law"], _places(pack, version)), []).append((rule, version))
    return [Provision(law, places, tuple(both)) for (law, places), both in found.items()]


def doubtful_rows(pack: Pack) -> list[Entry]:
    """Return the unverified rows that a person may confirm: those of a provision commence with it."""
    waiting = {version["law"] for _, version in _enacted_only(pack)}
    return [
        row for row in pack.entries("law") if row.get("unverified") and row["id"] not in waiting
    ]


def amended(
    pack: Pack,
    commencements: Sequence[Commencement],
    confirmations: Sequence[Confirmation],
    mark: str,
) -> Pack:
    """Return the rulebook with these laid over it; the same one where none of them changes it.

    What is already in force in it, or already confirmed, is left as it is. ``mark`` is put behind its
    version, to tell it from the one it was made of.
    """
    content: dict[str, Any] = copy.deepcopy(dict(pack.content))
    rows = content.get("law", [])
    changed = False
    for commencement in commencements:
        changed |= _commence(pack, content, rows, commencement)
    for confirmation in confirmations:
        for row in rows:
            if row["id"] == confirmation.law and row.get("unverified"):
                row |= _read(confirmation.text, confirmation.source, confirmation.read_on)
                del row["unverified"]
                changed = True
    if not changed:
        return pack
    content["pack"]["version"] = f"{pack.version}{mark}"
    return Pack(content)


def _enacted_only(pack: Pack) -> Iterator[tuple[Entry, Entry]]:
    proposals = {row["id"] for row in pack.entries("law") if row.get("enacted") is False}
    for rule in pack.entries("rule"):
        for version in rule["version"]:
            if version.get("enacted_only") and version["law"] not in proposals:
                yield rule, version


def _places(pack: Pack, version: Entry) -> Places:
    """The dimensions of a version, but for those that say what kind of visit looks at it."""
    kinds = scored_dims(pack)
    return tuple(
        (dim, tuple(codes))
        for dim, codes in sorted((version.get("dims") or {}).items())
        if dim not in kinds
    )


def _commence(
    pack: Pack, content: Mapping[str, Any], rows: list[dict[str, Any]], one: Commencement
) -> bool:
    base = next((row for row in rows if row["id"] == one.law), None)
    touched = False
    for rule in content.get("rule", ()):
        for version in rule["version"]:
            if not version.get("enacted_only") or version["law"] != one.law:
                continue
            if _places(pack, version) != one.places:
                continue
            del version["enacted_only"]
            version |= {
                "from": one.on.isoformat(),
                "law": key_of(one.law, one.places),
                "citation": f"{version['citation']}; {one.instrument}",
                "checked": one.read_on.isoformat(),
            }
            _end_earlier(rule, version, one.on)
            touched = True
    if not touched or base is None:
        return False
    source = f"{base.get('source', '')}; {one.instrument}".removeprefix("; ")
    row = {"id": key_of(one.law, one.places)} | _read(one.text, source, one.read_on)
    # One row for each of its provisions: what commenced in one nation is still to come in another.
    rows.insert(rows.index(base), row)
    if not _is_named(content, one.law):
        rows.remove(base)
    return True


def _end_earlier(rule: Mapping[str, Any], commenced: Entry, on: date) -> None:
    """Give what applied until now, to the same visits, its last day."""
    last = (on - timedelta(days=1)).isoformat()
    for version in rule["version"]:
        if version is commenced or "from" not in version or version["from"] > last:
            continue
        if version.get("to", "9999-12-31") > last and _share_a_place(version, commenced):
            version["to"] = last


def _share_a_place(first: Entry, second: Entry) -> bool:
    ours, theirs = first.get("dims") or {}, second.get("dims") or {}
    return dims_match({dim: codes for dim, codes in ours.items() if dim in theirs}, theirs)


def _is_named(content: Mapping[str, Any], law: str) -> bool:
    """Whether any entry still rests on a row of the law."""
    return any(
        one.get("law") == law or any(each.get("law") == law for each in one.get("version", ()))
        for table, entries in content.items()
        if isinstance(entries, list) and table != "law"
        for one in entries
    )


def _read(text: str, source: str, on: date) -> dict[str, Any]:
    return {"text": text, "source": source, "confidence": READ, "confirmed_on": on.isoformat()}
