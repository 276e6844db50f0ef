"""What stops one document before it is laid out: an entry it needs or never shows, a text too long, a
point without a step, a basis or a day, a word we never say of a business, somebody who could be told
from it, a penalty the rulebook does not name, an allegation the test does not carry, a demand on a
business with a Primary Authority."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from compliance.documents import page_text
from compliance.documents.data import Action, DocumentData, Point
from compliance.documents.field_words import called, field_words, too_much
from compliance.documents.kinds import FILE, Kind
from compliance.documents.law import law_book
from compliance.documents.refused import DocumentRefused
from compliance.documents.wording import wording

# Free text of people and packs; names of shops and streets are apart from the words gate.
WRITTEN = (
    *("points", "actions", "strengths", "unchecked", "happened", "decision", "added"),
    "own_policy",
)

#: Every letter tells how to reach who wrote it, how to tell that it is genuine, and how to complain.
_LETTERHEAD = tuple(
    f"authority.{name}" for name in ("name", "address", "phone", "email", "website", "complaints")
)
#: Every document is about somebody, at a shop.
_ABOUT = ("operator", "premises.name")
_NO_DEMANDS = (
    "A letter to a business with a Primary Authority gives facts and advice and demands nothing."
)


def refuse_unfit(data: DocumentData, kind: Kind) -> None:
    """Raise DocumentRefused for the first thing that keeps this data from becoming a document of
    its kind."""
    _lengths(data, "")
    if kind.stories and data.story not in kind.stories:
        raise DocumentRefused(
            f"story must be one of {', '.join(kind.stories)}, not {data.story!r}.", "story"
        )
    for name in (*_ABOUT, *(_LETTERHEAD if kind.letter else ()), *kind.needed(data.story)):
        if not _entry(data, name):
            raise DocumentRefused(
                f"This document needs {field_words(name).called}, and it is empty.", name
            )
    for name in kind.unsaid(data.story):
        if _entry(data, name):
            raise DocumentRefused(
                f"{called(name)} must stay empty: a document of this kind never says it.", name
            )
    if data.file is not None and "file" not in kind.needed(data.story):
        raise DocumentRefused("The officers' file of a visit goes into no letter.", "file")
    if kind.alleges_in(data.story) and not data.may_allege:
        raise DocumentRefused(
            "The test was not found valid, so no letter may speak of a sale that can be an "
            "offence. Send the neutral letter, or have the test checked first.",
            "may_allege",
        )
    if data.decided and not data.decision:
        raise DocumentRefused("A document that tells a decision must say which.", "decision")
    if not data.visit.day and not data.visit.period:
        raise DocumentRefused("Give the day of the visit, or a period in words.", "visit")
    for number, point in enumerate(data.points):
        _step(point, point.to_do, bool(data.primary_authority), f"points[{number}]")
        if point.law:
            law_book().row(point.law)
    for number, action in enumerate(data.actions):
        _step(action, action.text, bool(data.primary_authority), f"actions[{number}]")
    refuse_words({name: getattr(data, name) for name in WRITTEN}, data.language)
    if data.primary_authority and (found := wording(data.language).demands(data.added)):
        raise DocumentRefused(
            f"{called('added')} says {found[0]!r}. {_NO_DEMANDS} Advise instead.", "added"
        )


def refuse_words(given: dict[str, Any], language: str) -> None:
    """Raise DocumentRefused for the first text, named by its field, that judges, tells who somebody
    is, or names a penalty."""
    rules = wording(language)
    for name, value in given.items():
        for path, text in texts(value, name):
            if path.endswith((".note", ".law", ".label")):
                continue
            refuse_judging(text, called(path), path, language)
            if found := rules.identifying(text):
                raise DocumentRefused(
                    f"{called(path)} says {found[0]!r}. A letter names no member of staff, no officer and "
                    "nobody who helped us, and gives no age, time or till. Leave it out.",
                    path,
                )
            if found := rules.penalties(text):
                raise DocumentRefused(
                    f"{called(path)} says {found[0]!r}. Only the rulebook's own sentence names a penalty, "
                    "and for some sales there is none to name. Leave it out.",
                    path,
                )


def refuse_judging(text: str, title: str, field: str, language: str) -> None:
    """Raise DocumentRefused, at its field, for a text that says a word we never say of a business.

    `title` is how a person calls the text.
    """
    if found := wording(language).forbidden(text):
        raise DocumentRefused(
            f"{title} says {found[0]!r}, which we never say of a business or its result. "
            "Say what was seen instead.",
            field,
        )


def refuse_said(html: str, data: DocumentData, kind: Kind) -> None:
    """Raise DocumentRefused for what the composed page says and must not: a penalty outside the
    rulebook's sentences about the law, or a demand on a business with a Primary Authority.

    The officers' own file quotes what was recorded, and is not told to anybody.
    """
    if data.file is not None:
        return
    if kind.about == FILE:
        return  # the officers' own file tells everything that was recorded, and nobody else reads it
    rules = wording(data.language)
    names = sorted(filter(None, names_in(data)), key=len, reverse=True)
    apart = page_text.FRAME | {page_text.LAW}
    for line in _plain(page_text.lines(html, without=apart), names):
        if found := rules.penalties(line):
            raise DocumentRefused(
                f"The letter says {found[0]!r} outside the rulebook's own sentence about the law."
            )
    if not (data.primary_authority and kind.letter):
        return
    for line in _plain(page_text.lines(html, without=apart | {"advice", "ending"}), names):
        for cell in line.split(" | "):
            if found := rules.demands(cell):
                raise DocumentRefused(f"The letter says {found[0]!r}. {_NO_DEMANDS}")


def names_in(data: DocumentData) -> tuple[str, ...]:
    """The names, numbers and addresses of a document: they are what they are."""
    authority, portal = data.authority, data.portal
    return (
        *(authority.name, authority.kind, authority.website, authority.email, authority.phone),
        *(authority.complaints, data.premises.name, data.operator, data.reference),
        *(data.status_url, portal.url if portal else "", data.primary_authority, *data.copies_to),
    )


def _plain(lines: list[str], names: list[str]) -> Iterator[str]:
    for line in lines:
        for name in names:
            line = line.replace(name, "Ann")
        yield line


def _step(step: Point | Action, text: str, partner: bool, path: str) -> None:
    if not text or not step.label:
        raise DocumentRefused(
            "Every point needs what to do, and whether it is law or good practice.", path
        )
    if partner and step.by:
        raise DocumentRefused(
            "A letter to a business with a Primary Authority sets no day: it advises and demands "
            "nothing.",
            path,
        )
    if not (partner or step.by or step.in_own_time):
        raise DocumentRefused(
            "Every step needs a day, or must say that there is no day to keep.", path
        )


def texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text in a value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from texts(each, f"{path}[{number}]")
    elif is_dataclass(value):
        for part in fields(value):
            yield from texts(getattr(value, part.name), f"{path}.{part.name}")


def _entry(data: DocumentData, name: str) -> Any:
    value: Any = data
    for part in name.split("."):
        value = getattr(value, part) if value is not None else None
    return value


def _lengths(value: Any, path: str) -> None:
    for part in fields(value):
        here = f"{path}.{part.name}" if path else part.name
        given = getattr(value, part.name)
        longest = part.metadata.get("longest", 0)
        if isinstance(given, str):
            if len(given) > longest:
                raise DocumentRefused(too_much(here, len(given), longest, "characters"), here)
        elif isinstance(given, tuple):
            if len(given) > part.metadata["most"]:
                most = part.metadata["most"]
                raise DocumentRefused(too_much(here, len(given), most, "entries"), here)
            for number, each in enumerate(given):
                if is_dataclass(each):
                    _lengths(each, f"{here}[{number}]")
                elif len(each) > longest:
                    reason = too_much(f"{here}[{number}]", len(each), longest, "characters")
                    raise DocumentRefused(reason, here)
        elif is_dataclass(given):
            _lengths(given, here)
