"""What stops a document before it is laid out: an empty entry it needs, an entry its kind never
shows, a text too long, a finding without an action, a word we never say of a business."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from compliance.documents.data import DocumentData
from compliance.documents.kinds import Kind
from compliance.documents.law import law_book
from compliance.documents.refused import DocumentRefused
from compliance.documents.wording import wording

# Free text of people and packs; names of shops and streets are apart from the words gate.
WRITTEN = ("points", "actions", "strengths", "unchecked", "happened", "decision", "own_policy")


def refuse_unfit(data: DocumentData, kind: Kind) -> None:
    """Raise DocumentRefused for the first thing that keeps this data from becoming a document of
    its kind."""
    _lengths(data, "")
    if kind.stories and data.story not in kind.stories:
        raise DocumentRefused(
            f"story must be one of {', '.join(kind.stories)}, not {data.story!r}.", "story"
        )
    story = kind.stories.get(data.story, {})
    for name in (*kind.needs, *story.get("needs", ())):
        if not _entry(data, name):
            raise DocumentRefused(f"This document needs {name}, and it is empty.", name)
    for name in (*kind.never, *story.get("never", ())):
        if _entry(data, name):
            raise DocumentRefused(
                f"{name} must stay empty: a document of this kind never says it.", name
            )
    if data.file is not None and "file" not in kind.needs:
        raise DocumentRefused("The officers' file of a visit goes into no letter.", "file")
    if data.decided and not data.decision:
        raise DocumentRefused("A document that tells a decision must say which.", "decision")
    if not data.visit.day and not data.visit.period:
        raise DocumentRefused("Give the day of the visit, or a period in words.", "visit")
    for number, point in enumerate(data.points):
        where = f"points[{number}]"
        if not point.to_do or not point.label:
            raise DocumentRefused(
                "Every point needs what to do, and whether it is law or good practice.", where
            )
        if point.law:
            law_book().row(point.law)
    _words(data)


def _words(data: DocumentData) -> None:
    rules = wording(data.language)
    for name in WRITTEN:
        for path, text in texts(getattr(data, name), name):
            if path.endswith((".note", ".law")):
                continue
            if found := rules.forbidden(text):
                raise DocumentRefused(
                    f"{path} says {found[0]!r}, which we never say of a business or its result. "
                    "Say what was seen instead.",
                    path,
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
                raise DocumentRefused(
                    f"{here} has {len(given)} characters; at most {longest} fit.", here
                )
        elif isinstance(given, tuple):
            if len(given) > part.metadata["most"]:
                raise DocumentRefused(
                    f"{here} has {len(given)} entries; at most {part.metadata['most']} fit.", here
                )
            for number, each in enumerate(given):
                if is_dataclass(each):
                    _lengths(each, f"{here}[{number}]")
                elif len(each) > longest:
                    raise DocumentRefused(
                        f"{here}[{number}] has {len(each)} characters; at most {longest} fit.", here
                    )
        elif is_dataclass(given):
            _lengths(given, here)
