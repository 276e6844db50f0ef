"""Refuses a text that a business or the public is shown and that a declared language does not have, or has
from an older English."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from compliance.rulebook.errors import nearest
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.languages import Owed, owed, texts
from compliance.rulebook.pack import Pack
from compliance.rulebook.sources import Sources
from compliance.rulebook.translations import FOLDER, Translation, read_translations

# How alike two sentences are, from 0 to 1, when one is taken for a later wording of the other.
REWORDED = 0.5
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
# How a language is called in a message; a code is told as it is.
_NAMES = {"cy": "Welsh"}


def untranslated(pack: Pack, root: Path, sources: Sources) -> Iterator[Problem]:
    """Yield a problem for each owed text without its translation, and for each translation of nothing."""
    first, *others = pack.languages
    kept = read_translations(root)
    for language in kept:
        if language not in others:
            place = kept[language][0].place
            yield Problem(
                place,
                f'{FOLDER}/{language}: the pack does not declare the language "{language}".'
                f"{nearest(language, pack.languages)}",
            )
    said = {text[first] for text in texts(pack.content)}
    for language in others:
        yield from _one_language(pack, language, kept.get(language, []), said, sources)


def _one_language(
    pack: Pack, language: str, kept: list[Translation], said: set[str], sources: Sources
) -> Iterator[Problem]:
    first, name = pack.languages[0], _NAMES.get(language, f'"{language}"')
    orphans = {each.of: each for each in kept if each.of not in said}
    told: set[str] = set()
    for one in owed(pack.content):
        english = one.text.get(first, "")
        if not english or one.text.get(language) or english in told:
            continue
        told.add(english)
        older = next(iter(get_close_matches(english, orphans, n=1, cutoff=REWORDED)), None)
        if older is None:
            yield Problem(_place(one, sources), f'{_what(one)} has no {name}: "{english}"')
            continue
        yield Problem(
            _place(one, sources),
            f'the {name} of {_what(one)} is older than "{english}": it was made from "{older}" '
            f"({orphans.pop(older).place})",
        )
    for each in orphans.values():
        yield Problem(each.place, f'nothing in the rulebook says "{each.of}" any more')
    for text in texts(pack.content):
        theirs = text.get(language)
        if theirs is not None and _filled(theirs) != _filled(text[first]):
            place = next((each.place for each in kept if each.of == text[first]), "pack.toml")
            yield Problem(
                place, f'the {name} of "{text[first]}" has not the same placeholders: "{theirs}"'
            )


def _filled(text: str) -> list[str]:
    """What is to be filled into a text, in any order."""
    return sorted(_PLACEHOLDER.findall(text))


def _place(one: Owed, sources: Sources) -> str:
    if one.version is not None:
        return sources.version(one.key, one.version)
    return sources.place(one.table, one.key)


def _what(one: Owed) -> str:
    return f'the {one.what} of {one.table} "{one.key}"'
