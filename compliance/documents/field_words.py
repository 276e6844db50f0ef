"""What people call each fact of a document, and where they shorten it: no refusal shows a name of the
code."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\[([0-9]+)\]")
_LETTERHEAD = "Shorten it on the page of the letterhead."
_SHOP = "Shorten it on the shop's page."
_RECORD = "Shorten it in the record of the visit."
_RULEBOOK = "It comes from the rulebook: ask whoever looks after it to shorten it."


@dataclass(frozen=True)
class FieldWords:
    """What a fact is called within a sentence, and how one that is too long is mended."""

    called: str
    cure: str = ""
    fit: str = "fit"  # "at most 90 fit"


#: By the path of the fact; a number in the path stands for {0}, counted from 1.
FIELD_WORDS = {
    "kind": FieldWords("the kind of the document"),
    "reference": FieldWords("the reference"),
    "issued_on": FieldWords("the day of issue"),
    "nation": FieldWords("the nation"),
    "law_on": FieldWords("the day whose law is spoken of"),
    "authority": FieldWords("the letterhead"),
    "authority.name": FieldWords("the name of the authority", "An operator of the service sets it."),
    "authority.kind": FieldWords("the kind of the authority"),
    "authority.address": FieldWords("the address on the letterhead", _LETTERHEAD),
    "authority.address[]": FieldWords("line {0} of the address on the letterhead", _LETTERHEAD),
    "authority.phone": FieldWords("the phone number on the letterhead", _LETTERHEAD),
    "authority.email": FieldWords("the email address on the letterhead", _LETTERHEAD),
    "authority.website": FieldWords("the website on the letterhead", _LETTERHEAD),
    "authority.complaints": FieldWords("the text on how to complain", _LETTERHEAD),
    "recipient": FieldWords("who gets the letter"),
    "recipient.name": FieldWords("the name of the operator", _SHOP),
    "recipient.lines": FieldWords("the address", _SHOP, "fit the window of the envelope"),
    "recipient.lines[]": FieldWords(
        "line {0} of the address", _SHOP, "fit the window of the envelope"
    ),
    "premises": FieldWords("the shop"),
    "premises.name": FieldWords("the name of the shop", _SHOP),
    "premises.postcode": FieldWords("the postcode of the shop", _SHOP),
    "operator": FieldWords("the name of the operator", _SHOP),
    "visit": FieldWords("when we came"),
    "visit.day": FieldWords("the day of the visit"),
    "visit.period": FieldWords("the period of the visit"),
    "visit.part_of_day": FieldWords("the part of the day"),
    "visit.place": FieldWords("the place in the shop"),
    "language": FieldWords("the language"),
    "story": FieldWords("the story of the letter"),
    "may_allege": FieldWords("whether the test is sound"),
    "decided": FieldWords("that something was decided"),
    "decision": FieldWords(
        "what the letter says was decided", "Shorten it in Our enforcement policy."
    ),
    "formal": FieldWords("whether the step is a formal one"),
    "added": FieldWords("what you add", "Shorten it."),
    "follows": FieldWords("the letter before this one"),
    "follows.reference": FieldWords("the number of the letter before this one"),
    "follows.issued_on": FieldWords("the day of the letter before this one"),
    "replaces": FieldWords("the list of letters that this one replaces"),
    "replaces[].reference": FieldWords("the number of letter {0} that this one replaces"),
    "replaces[].issued_on": FieldWords("the day of letter {0} that this one replaces"),
    "ended_on": FieldWords("the day the certificate ended"),
    "article": FieldWords("the item that the test was about", _RULEBOOK),
    "happened": FieldWords("what happened", _RULEBOOK),
    "own_policy": FieldWords("the shop's own policy", _RULEBOOK),
    "points": FieldWords("the list of what we found"),
    "points[].found": FieldWords("what we found in point {0}", _RULEBOOK),
    "points[].to_do": FieldWords("what to do in point {0}", _RULEBOOK),
    "points[].label": FieldWords("law or good practice in point {0}", _RULEBOOK),
    "points[].by": FieldWords("the day of point {0}"),
    "points[].in_own_time": FieldWords("whether point {0} has a day"),
    "points[].note": FieldWords("the source of point {0}", _RULEBOOK),
    "points[].law": FieldWords("the row of the law of point {0}", _RULEBOOK),
    "strengths": FieldWords("the list of what went well"),
    "strengths[]": FieldWords("entry {0} of what went well", _RULEBOOK),
    "unchecked": FieldWords("the list of what we could not check"),
    "unchecked[]": FieldWords("entry {0} of what we could not check", _RULEBOOK),
    "actions": FieldWords("the list of what to do first"),
    "actions[].text": FieldWords("step {0} of what to do first", _RULEBOOK),
    "actions[].label": FieldWords("law or good practice in step {0}", _RULEBOOK),
    "actions[].by": FieldWords("the day of step {0}"),
    "actions[].in_own_time": FieldWords("whether step {0} has a day"),
    "deadlines": FieldWords("the list of dates to know"),
    "deadlines[].text": FieldWords("date {0} to know", _RULEBOOK),
    "deadlines[].on": FieldWords("the day of date {0} to know"),
    "primary_authority": FieldWords("the name of the Primary Authority", _SHOP),
    "copies_to": FieldWords("the list of who gets a copy"),
    "copies_to[]": FieldWords("line {0} of who gets a copy", _SHOP),
    "portal": FieldWords("where the letter is read online"),
    "portal.url": FieldWords("the address where the letter is read online"),
    "portal.code": FieldWords("the code that opens the letter online"),
    "portal.link": FieldWords("the address in the square code"),
    "status_url": FieldWords("the address of the certificate's page"),
    "proof_url": FieldWords("the address of the proof", "Shorten the names on the shop's page."),
    "valid_until": FieldWords("the last day of the certificate"),
    "checked": FieldWords("the list of what we looked at"),
    "checked[].name": FieldWords("the name of way of selling {0} that we looked at", _RULEBOOK),
    "checked[].lines": FieldWords("the lines of way of selling {0} that we looked at", _RULEBOOK),
    "checked[].lines[]": FieldWords(
        "line {1} of way of selling {0} that we looked at", _RULEBOOK
    ),
    "not_checked": FieldWords("the list of what we did not look at"),
    "not_checked[].name": FieldWords(
        "the name of way of selling {0} that we did not look at", _RULEBOOK
    ),
    "not_checked[].lines": FieldWords(
        "the lines of way of selling {0} that we did not look at", _RULEBOOK
    ),
    "not_checked[].lines[]": FieldWords(
        "line {1} of way of selling {0} that we did not look at", _RULEBOOK
    ),
    "file": FieldWords("an entry of the evidence bundle", _RECORD),
}  # fmt: skip


def field_words(path: str) -> FieldWords:
    """What the fact at a path is called ("points[0].found"); a text that is no path is its own name.

    What lies within the officers' file is called after the file.
    """
    numbers = [int(each) + 1 for each in _NUMBER.findall(path)]
    pattern = _NUMBER.sub("[]", path)
    if pattern.startswith("file."):
        pattern = "file"
    known = FIELD_WORDS.get(pattern, FieldWords(path))
    return FieldWords(known.called.format(*numbers), known.cure, known.fit)


def called(path: str) -> str:
    """What the fact at a path is called, at the beginning of a sentence."""
    name = field_words(path).called
    return name[:1].upper() + name[1:]


def too_much(path: str, given: int, most: int, of: str) -> str:
    """The sentence about a fact with more characters or entries (`of`) than a document has room for."""
    words = field_words(path)
    return f"{called(path)} has {given} {of}; at most {most} {words.fit}. {words.cure}".rstrip()
