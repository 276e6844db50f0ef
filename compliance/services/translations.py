"""What is said in another language, and which of it a named translator has confirmed.

A text is confirmed by its own hash, taken together with the English it was made from: whichever of the
two changes, it is a draft again, and every letter that says it waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.access import Actor
from compliance.documents import kinds
from compliance.documents.ready import ReadyPage, ready_pages
from compliance.rulebook import Pack
from compliance.rulebook.languages import owed
from compliance.services.errors import Refused
from compliance.services.page_texts import page_texts
from compliance.services.permission import require
from compliance.store.models import TextConfirmation

#: What is called a group where it is no table of the rulebook: the words of letters, of pages, and of what a
#: shop can print.
LETTERS = "letters"
PAGES = "pages"
READY = "ready"
#: An authority's own words for its decisions; they are no released text, and confirmed like one.
OWN = "own"
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Said:
    """One thing a translator confirms: a text of the rulebook or of a page, or the words of one letter or paper."""

    group: str  # a table of the rulebook, LETTERS, PAGES, READY or OWN
    english: str
    text: str  # empty: there is none yet
    sha256: str


def said(group: str, language: str, english: str, text: str) -> Said:
    """Return a text with the hash it is confirmed by."""
    parts = "\0".join((language, english, text))
    return Said(group, english, text, hashlib.sha256(parts.encode()).hexdigest())


def letter_words(kind: str, language: str) -> Said:
    """Return the words of a kind of letter: its template, and what all letters share."""
    of = kinds()[kind]
    sha256 = said(LETTERS, language, of.words("en"), of.words(language)).sha256
    return Said(LETTERS, of.title["en"], of.title[language], sha256)


def page_words(language: str) -> list[Said]:
    """Return what the pages for shops and the public say in a language."""
    return [said(PAGES, language, of, text) for of, text in page_texts(language).items()]


def ready_words(page: ReadyPage, language: str) -> Said:
    """Return the words of a page that a shop can print."""
    sha256 = said(READY, language, page.words("en"), page.words(language)).sha256
    return Said(READY, page.title["en"], page.title[language], sha256)


def released(pack: Pack, language: str) -> list[Said]:
    """Return all that is said in a language: the letters, the pages, what shops print, then the
    rulebook's texts in its order."""
    found = {
        each.sha256: each
        for each in (
            *(letter_words(name, language) for name in translated_kinds(language)),
            *page_words(language),
            *(ready_words(page, language) for page in ready_pages().values()),
            *of_pack(pack, language),
        )
    }
    return list(found.values())


def translated_kinds(language: str) -> list[str]:
    """Return the names of the kinds of document that there are in a language."""
    return [name for name, kind in kinds().items() if language in kind.languages]


def of_pack(pack: Pack, language: str) -> Iterator[Said]:
    """Yield what a rulebook says in a language."""
    first = pack.languages[0]
    for one in owed(pack.content):
        if one.text.get(language):
            yield said(one.table, language, one.text[first], one.text[language])


def confirmed(session: Session, language: str) -> dict[str, TextConfirmation]:
    """Return every confirmation in a language, by the hash of what was confirmed."""
    rows = session.scalars(select(TextConfirmation).where(TextConfirmation.language == language))
    return {row.text_sha256: row for row in rows}


def drafts(session: Session, language: str, texts: Collection[Said]) -> list[Said]:
    """Return those of the texts that nobody has confirmed, or that there are none of yet."""
    if not texts:
        return []
    there = set(
        session.scalars(
            select(TextConfirmation.text_sha256).where(
                TextConfirmation.language == language,
                TextConfirmation.text_sha256.in_({each.sha256 for each in texts}),
            )
        )
    )
    return [each for each in texts if not each.text or each.sha256 not in there]


def confirm(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    language: str,
    texts: Sequence[Said],
    translator: str,
) -> int:
    """Record that a named translator stands by texts; gives how many were drafts until now.

    Raises Refused without a name.
    """
    require(actor, "translation.confirm")
    name = " ".join(translator.split())
    if not name:
        raise Refused("Enter the name of the translator", "translator")
    if len(name) > _LONGEST_NAME:
        raise Refused(f"The name can have at most {_LONGEST_NAME} characters", "translator")
    new = drafts(session, language, texts)
    for each in new:
        session.add(
            TextConfirmation(
                language=language,
                text_sha256=each.sha256,
                translator=name,
                confirmed_by_id=actor.user_id,
                confirmed_at=now,
            )
        )
    session.flush()
    return len(new)
