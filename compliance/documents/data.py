"""What a document is made of: plain frozen facts, chosen by the service that issues it.

Nothing here names a volunteer, an officer or a seller, and a test purchase has no field for a
time, a till, an age or a sex: what is not in the data cannot be printed. The officers' own file of a
visit (`file`) is apart: no letter has it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from compliance.documents.visit_file import VisitFile

#: What a letter may say was decided, in characters: an authority's own words for a step fit it.
LONGEST_DECISION = 400


def _text(longest: int, default: str | None = None) -> str:
    """A line of text with the most characters it may have (checked before rendering)."""
    if default is None:
        return cast("str", field(metadata={"longest": longest}))
    return field(default=default, metadata={"longest": longest})


def _many(most: int, longest: int = 0) -> tuple[Any, ...]:
    """A list with the most entries it may have, and the longest text of an entry."""
    return field(default=(), metadata={"most": most, "longest": longest})


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who writes: the public body on the letterhead and how to reach it."""

    name: str = _text(90)
    kind: str = _text(60)  # in words: "Police force", "Trading Standards"
    address: tuple[str, ...] = _many(7, 60)
    phone: str = _text(40)
    email: str = _text(90)
    website: str = _text(90)
    complaints: str = _text(300)  # one or two sentences: how to complain


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets the letter: the operator, never the person who served."""

    name: str = _text(90)
    lines: tuple[str, ...] = _many(7, 90)  # 3 to 7, the first the name, the last the postcode


@dataclass(frozen=True, kw_only=True)
class Premises:
    """The shop the document is about."""

    name: str = _text(90)
    postcode: str = _text(10)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """When we came: the day, or a period in words that is printed instead of it; a part of the day
    only where a kind allows it."""

    day: date | None = None
    period: str = _text(60, "")  # "in the first half of October 2026"
    part_of_day: str = _text(30, "")  # "in the afternoon"
    place: str = _text(60, "")  # in words: "in the shop", "at the self-checkout"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One line of the table: what we found, what to do, law or good practice, by when, and why."""

    found: str = _text(400)
    to_do: str = _text(400)
    label: str = _text(60)  # in words: "Law", "Good practice"
    by: date | None = None
    in_own_time: bool = False  # there is no day to keep
    note: str = _text(200, "")  # the citation
    law: str = _text(90, "")  # the law.md row


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do and whether it is law or good practice; the first three come first."""

    text: str = _text(240)
    label: str = _text(60, "")  # in words: "Law", "Good practice"
    by: date | None = None
    in_own_time: bool = False  # there is no day to keep


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A day by which something happens, in words."""

    text: str = _text(160)
    on: date


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What was looked at through one way of selling: its name and short lines."""

    name: str = _text(60)
    lines: tuple[str, ...] = _many(60, 140)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A document that went out before: its number and the day printed on it."""

    reference: str = _text(30)
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class Portal:
    """Where the business reads this online, and the code that opens it."""

    url: str = _text(200)  # as a person types it
    code: str = _text(20)
    link: str = _text(200, "")  # the whole address of the page, for a scanned code; none: no code


@dataclass(frozen=True, kw_only=True)
class DocumentData:
    """All a document says that is not in its template.

    `law_on` is the day whose law is spoken of (the visit's; it is never printed), `story` is which
    of the stories of its kind the letter tells (the kind's folder names them), `may_allege` tells
    whether the test is sound enough to speak of a sale that can be an offence.
    """

    kind: str = _text(60)
    reference: str = _text(30)
    issued_on: date
    nation: str = _text(30)  # a nation's code in the rulebook
    law_on: date
    authority: Authority
    recipient: Recipient
    premises: Premises
    operator: str = _text(90)
    visit: Visit
    language: str = _text(5, "en")
    story: str = _text(40, "")
    may_allege: bool = False
    decided: bool = False  # a decision is told, not only what was seen
    decision: str = _text(LONGEST_DECISION, "")  # what was decided, in a sentence or two
    formal: bool = False  # the step decided on is a formal one: others decide what comes of it
    added: str = _text(600, "")  # what the authority adds to a decision in words of its own
    follows: Sent | None = None  # the document this one comes after
    replaces: tuple[Sent, ...] = _many(10)  # the letters that no longer stand beside this one
    ended_on: date | None = None  # a certificate: the day it ended
    article: str = _text(90, "")  # in words, with its article: "a kitchen knife"
    happened: str = _text(300, "")  # a Challenge 25 audit: what was seen, in a sentence
    own_policy: str = _text(200, "")  # the shop's own policy, only if it was seen
    points: tuple[Point, ...] = _many(60)
    strengths: tuple[str, ...] = _many(40, 240)
    unchecked: tuple[str, ...] = _many(60, 240)  # points that could not be checked
    actions: tuple[Action, ...] = _many(5)
    deadlines: tuple[Deadline, ...] = _many(10)
    primary_authority: str = _text(90, "")
    copies_to: tuple[str, ...] = _many(10, 120)
    portal: Portal | None = None
    status_url: str = _text(200, "")
    proof_url: str = _text(900, "")  # the page that checks it offline, # and the proof
    valid_until: date | None = None
    checked: tuple[Channel, ...] = _many(8)
    not_checked: tuple[Channel, ...] = _many(8)
    file: VisitFile | None = None  # the officers' own file; no letter has it
