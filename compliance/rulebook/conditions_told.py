"""A condition in words: the tree of the rulebook as a list of lines that a lawyer can read."""

from collections.abc import Iterator, Mapping
from typing import Any

from compliance.rulebook.conditions import SUBJECTS, TESTS
from compliance.rulebook.pack import Entry, Pack, text_of
from compliance.rulebook.words import option_label, question_line

Tree = Mapping[str, Any]

#: How the tests are said, before what they compare with.
SAID: Mapping[str, str] = {
    "is": "is",
    "in": "is one of",
    "has_all": "has all of",
    "has_none": "has none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "more_than": "is more than",
    "less_than": "is less than",
    "decimals_at_least": "was written with at least this many decimals:",
    "within_months": "is within this many months:",
    "less_than_months_ago": "is less than this many months ago:",
    "months_passed": "is longer ago than this many months:",
    "on_or_before": "is on or before",
    "on_or_after": "is on or after",
    "after": "came after",
}
#: The outcomes of a rule.
OUTCOMES: Mapping[str, str] = {
    "met": "met",
    "not_met": "not met",
    "not_applicable": "does not apply",
    "not_in_force": "not in force",
    "not_assessed": "not observed",
}
CODES: Mapping[str, str] = {
    "yes": "Yes",
    "no": "No",
    "not_observed": "Not observed",
    "not_applicable": "Does not apply",
    "visited_on": "the day of the visit",
    "as_of": "the day that is asked about",
}


def told(pack: Pack, tree: Tree, language: str = "en", depth: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the lines of a condition, each with how deep it stands."""
    for key, words in (("all", "All of these:"), ("any", "Any of these:")):
        if key in tree:
            yield depth, words
            for part in tree[key]:
                yield from told(pack, part, language, depth + 1)
            return
    if "not" in tree:
        yield depth, "Not:"
        yield from told(pack, tree["not"], language, depth + 1)
        return
    subject = next(key for key in SUBJECTS if key in tree)
    test = next(key for key in TESTS if key in tree)
    yield depth, _leaf(pack, subject, str(tree[subject]), test, tree[test], language)


def _leaf(pack: Pack, subject: str, name: str, test: str, operand: Any, language: str) -> str:
    entry = _entry(pack, subject, name)
    what = _what(pack, subject, name, entry, language)
    if test == "known":
        return f"{what} is {'known' if operand else 'not known'}"
    if subject == "fired":
        return f"{what} {'fired' if operand else 'did not fire'}"
    given = operand if isinstance(operand, list) else [operand]
    words = ", ".join(_code(pack, subject, name, entry, one, language) for one in given)
    return f"{what} {SAID[test]} {words}"


def _entry(pack: Pack, subject: str, name: str) -> Entry | None:
    table = {"answer": pack.questions, "fact": pack.facts, "dim": pack.by_id("dim")}
    return table[subject].get(name) if subject in table else None


def _what(pack: Pack, subject: str, name: str, entry: Entry | None, language: str) -> str:
    if entry is not None:
        return f"“{question_line(entry, language) or name}”"
    if name in CODES:
        return CODES[name].capitalize()
    if subject == "finding" and name in pack.rules:
        return f"The point “{text_of(pack.rules[name].get('title'), language) or name}”"
    if subject == "fired":
        tiers = pack.by_id("tier")
        kind = "A condition of tier" if name in tiers else "Condition"
        return f"{kind} {name}"
    if subject == "value":
        title = text_of(pack.by_id("value").get(name, {}).get("title"), language)
        return f"The value “{title or name}”"
    return name


def _code(
    pack: Pack, subject: str, name: str, entry: Entry | None, code: Any, language: str
) -> str:
    text = str(code)
    if entry is not None:
        label = option_label(entry, text, language)
        return CODES.get(text, label) if label == text else label
    if subject == "finding":
        return OUTCOMES.get(text, text)
    if subject == "value":
        return pack.value_label(name, text, language)
    return CODES.get(text, text)
