"""What differs between two rulebooks, and a rulebook with one difference taken back."""

from collections.abc import Mapping
from typing import Any

from compliance.rulebook.languages import untranslated
from compliance.rulebook.pack import KEY_OF, Pack, text_of

#: What an assessment rests on; sentences, steps and rows of the law change no finding.
WEIGHED = ("rule", "condition", "value", "severity", "question", "fact")

#: An entry of a rulebook: its table and its id.
Entry = tuple[str, str]


def differences(old: Pack, new: Pack) -> list[Entry]:
    """Return the entries that are not the same in both, in the order of the new rulebook.

    A translation changes no finding: an entry that differs only in another language is the same.
    """
    old, new = Pack(untranslated(old.content)), Pack(untranslated(new.content))
    found: list[Entry] = []
    for table in WEIGHED:
        before, after = old.by_id(table), new.by_id(table)
        for name in (*after, *(name for name in before if name not in after)):
            if before.get(name) != after.get(name):
                found.append((table, name))
    return found


def without(new: Pack, old: Pack, entry: Entry) -> Pack:
    """Return the new rulebook with one entry as it is in the old one (absent, where it is new)."""
    table, name = entry
    key = KEY_OF.get(table, "id")
    before = old.by_id(table).get(name)
    entries: list[Mapping[str, Any]] = []
    for one in new.entries(table):
        if one[key] != name:
            entries.append(one)
        elif before is not None:
            entries.append(before)
    if before is not None and name not in new.by_id(table):
        entries.append(before)
    return Pack({**new.content, table: entries})


def entry_label(old: Pack, new: Pack, entry: Entry, language: str = "en") -> str:
    """Return an entry in words: `Written policy` for a rule, its table and id where it has no title."""
    table, name = entry
    one = new.by_id(table).get(name) or old.by_id(table).get(name) or {}
    title = text_of(one.get("title") or one.get("line") or one.get("label"), language)
    words = {"rule": "Rule", "condition": "Condition", "value": "Value"}.get(
        table, table.capitalize()
    )
    return f"{words}: {title or name}"
