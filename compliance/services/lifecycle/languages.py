"""In which languages a letter is owed, and what it says there that nobody has confirmed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import object_session

from compliance.documents import kinds
from compliance.rulebook.pack import dims_match
from compliance.rulebook.program import version_on
from compliance.services import translations
from compliance.services.errors import NotFound
from compliance.services.lifecycle.cases import Case
from compliance.services.translations import Said
from compliance.store.models import Operator

#: The language every text is written in first.
FIRST = "en"
#: The languages owed together where the premises is in a nation named here, first the one that is shown
#: first (law.md 12).
_OWED = {"wales": ("cy", "en")}
_LAW = re.compile(r'law\("([a-z0-9_]+)"\)')


def languages_owed(nation: str | None, operator: Operator | None) -> tuple[str, ...]:
    """Return the languages of a letter: the one the operator asked for, else what the nation is owed."""
    wanted = operator.language_preference if operator else None
    return (wanted,) if wanted else _OWED.get(nation or "", (FIRST,))


def page_in(address: str, language: str) -> str:
    """Return the address of a page of ours so that it opens in a language; what follows # stays last."""
    if language == FIRST:
        return address
    page, mark, rest = address.partition("#")
    return f"{page}?lang={language}{mark}{rest}"


def owed_one(case: Case, asked: str | None) -> str:
    """Return the language asked for if a letter of the case is owed in it; English, else the first one,
    where none is asked for. Raises NotFound for another."""
    owed = languages_owed(case.visit.nation, case.visit.operator)
    language = asked or (FIRST if FIRST in owed else owed[0])
    if language not in owed:
        raise NotFound
    return language


def held_for_language(case: Case, kind: str, step: str | None = None) -> str | None:
    """Return why a document of `kind` waits for a language; None when it does not.

    `step` is the step of the policy that a decision letter tells.
    """
    session = object_session(case.visit)
    assert session is not None  # a case is read from the database
    for language in languages_owed(case.visit.nation, case.visit.operator):
        if language == FIRST:
            continue
        if language not in kinds()[kind].languages:
            return f"Held: there is no {_name(language)} version of this document yet."
        waiting = translations.drafts(session, language, _says(case, kind, language, step))
        if waiting:
            return _reason(case, language, waiting)
        if language == "cy" and not case.visit.authority.complaints_text_cy:
            return (
                f"Held: the letterhead of {case.visit.authority.name} does not say in Welsh how to "
                "complain. An administrator adds it at Letterhead."
            )
    return None


def _reason(case: Case, language: str, waiting: list[Said]) -> str:
    count = f"{len(waiting)} {'text' if len(waiting) == 1 else 'texts'}"
    name = _name(language)
    why = (
        "the premises is in Wales, where the Welsh and the English version are owed together"
        if case.visit.operator is None or case.visit.operator.language_preference is None
        else f"the operator asked for letters in {name}"
    )
    return (
        f"Held: {why}. The {name} of {count} of this letter is a draft until a named translator has "
        f"confirmed it, for example: {waiting[0].english}"
    )


def _says(case: Case, kind: str, language: str, step: str | None) -> list[Said]:
    """All that a document of a case may say in a language."""
    found = {translations.letter_words(kind, language)}
    for table, text in _texts(case, kind, language, step):
        first = case.pack.languages[0]
        found.add(translations.said(table, language, text[first], text.get(language, "")))
    return sorted(found, key=lambda each: (each.group, each.english))


def _texts(
    case: Case, kind: str, language: str, step: str | None
) -> Iterator[tuple[str, Mapping[str, str]]]:
    pack, visit = case.pack, case.visit
    for finding in case.result["findings"]:
        rule = pack.rules[finding["rule"]]
        if finding["outcome"] not in ("met", "not_met", "not_assessed"):
            continue
        yield "rule", rule["title"]
        for version in rule["version"]:
            if version["citation"] == finding["citation"] and version["law"] == finding["law"]:
                part = {"met": "strength", "not_met": "found"}.get(finding["outcome"], "")
                yield from _parts(version, part, *(["advice"] if part == "found" else []))
    for name in pack.content["pack"].get("first_steps", ()):
        version = version_on(pack.rules[name], visit.visited_on, {"nation": (visit.nation or "",)})
        if version is not None:
            yield from _parts(version, "advice")
    for basis in pack.entries("basis"):
        yield "basis", basis["label"]
    for option in pack.by_id("dim").get("channel", {}).get("options", ()):
        yield "dim", option["label"]
    for value in pack.entries("value"):
        code = case.value(value["name"])
        if value.get("told") and code is not None:
            yield "value", value["labels"][str(code)]
    if step is not None:
        yield "step", case.policy.steps[step].texts
    named = set(_LAW.findall(kinds()[kind].words(language)))
    on = visit.visited_on.isoformat()
    for sentence in pack.entries("sentence"):
        if (
            sentence["id"] in named
            and dims_match(sentence.get("dims"), {"nation": visit.nation or ""})
            and sentence["from"] <= on <= sentence.get("to", on)
        ):
            yield "sentence", sentence["text"]


def _parts(version: Mapping[str, Any], *names: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name in names:
        if name in version:
            yield "rule", version[name]


def _name(language: str) -> str:
    return {"cy": "Welsh"}.get(language, language)
