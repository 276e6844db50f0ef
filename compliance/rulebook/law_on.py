"""What the rulebook says on a day, and the vocabulary in which a visit is told."""

from datetime import date
from typing import Any

from compliance.rulebook.pack import Entry, Pack, dims_match, text_of
from compliance.rulebook.program import in_force


def law_on(pack: Pack, on: date, dims: dict[str, str], language: str = "en") -> dict[str, Any]:
    """Return the rules in force on a day for some dimensions (a nation, say), and what is coming.

    ``rules`` holds only what is in force that day; ``prepare_for`` what is enacted and not commenced, or
    begins later.
    """
    rules: list[dict[str, Any]] = []
    coming: list[dict[str, Any]] = []
    for rule in pack.entries("rule"):
        if not _touches(rule.get("dims"), dims):
            continue
        for number, version in enumerate(rule["version"], start=1):
            if not _touches(version.get("dims"), dims):
                continue
            row = {
                "rule": rule["id"],
                "version": number,
                "in_force_from": version.get("from"),
                "in_force_to": version.get("to"),
                "basis": version["basis"],
                "severity": version["severity"],
                "citation": version["citation"],
                "law": version["law"],
                "title": text_of(rule.get("title"), language),
            }
            if in_force(version, on):
                rules.append(row)
            elif version.get("enacted_only") or version["from"] > on.isoformat():
                coming.append(row)
    return {"on": on.isoformat(), **dims, "rules": rules, "prepare_for": coming}


def _touches(wanted: Any, dims: dict[str, str]) -> bool:
    """Whether an entry can apply: dimensions that were not asked about do not rule it out."""
    return dims_match({dim: codes for dim, codes in (wanted or {}).items() if dim in dims}, dims)


def vocabulary(pack: Pack, language: str = "en") -> dict[str, Any]:
    """Every question and operation fact: id, type, unit, options, dimensions, when asked.

    ``options_only`` tells of an option that is not offered everywhere its question is, for what it is.
    """
    return {
        "rulebook": {"id": pack.id, "version": pack.version, "sha256": pack.sha256},
        "dims": {
            dim["id"]: [option["code"] for option in dim["options"]] for dim in pack.entries("dim")
        },
        "questions": [_word(pack, entry, language) for entry in pack.entries("question")],
        "facts": [_word(pack, entry, language) for entry in pack.entries("fact")],
    }


def _word(pack: Pack, entry: Entry, language: str) -> dict[str, Any]:
    wanted = entry.get("dims") or {}
    word: dict[str, Any] = {
        "id": entry["id"],
        "type": entry["type"],
        "label": text_of(entry.get("label"), language),
        "unit": entry.get("unit"),
        "options": _codes(entry),
    }
    for dim in pack.entries("dim"):
        every = [option["code"] for option in dim["options"]]
        word[f"{dim['id']}s"] = list(wanted.get(dim["id"], every))
    word["options_only"] = {
        option["code"]: {f"{dim}s": list(codes) for dim, codes in option["dims"].items()}
        for option in entry.get("options", ())
        if option.get("dims")
    }
    word["asked_when"] = entry.get("ask_when")
    word["core"] = bool(entry.get("core", False))
    word["law"] = entry.get("law")
    if "sound" in entry:
        word["sound"] = entry["sound"]
    return word


def _codes(entry: Entry) -> list[str]:
    if entry["type"] == "yes_no":
        codes = ["yes", "no", "not_observed"]
        return [*codes, "not_applicable"] if entry.get("not_applicable") else codes
    return [option["code"] for option in entry.get("options", [])]
