"""A pack's texts in several languages: laid over the English when a pack is read, and told apart again.

A translation is kept by the English it was made from, so that the same sentence is translated once and a
changed English sentence is seen to have none. Which texts are owed in every language is said here alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.rulebook.translations import Translation

Content = Mapping[str, Any]

#: The tables whose plain strings are texts too: a row of the law sheet is written in one language.
_PLAIN = {("law", "text")}

#: Questions that a person answers by writing: only these can be answered wrongly in a browser.
_WRITTEN = ("integer", "measure", "date", "dates")
#: Questions that no rule weighs: a shop that checks itself is not asked them.
UNWEIGHED = ("text", "photos", "time")


def is_text(value: Any, languages: list[str]) -> bool:
    """Whether a piece of a pack is a text: a table with nothing but languages, the first among them."""
    return (
        isinstance(value, Mapping)
        and languages[0] in value
        and all(key in languages and isinstance(each, str) for key, each in value.items())
    )


def with_translations(content: Content, language: str, translations: list[Translation]) -> Content:
    """Return the content with every text that has a translation said in that language too.

    A text that stands in the pack in that language already is left as it is.
    """
    languages = _languages(content)
    said = {each.of: each.text for each in translations}

    def translated(text: Mapping[str, str]) -> Any:
        given = said.get(text[languages[0]])
        return text if language in text or given is None else {**text, language: given}

    return _each_text(content, languages, translated)


def separated(content: Content, language: str) -> tuple[Content, list[Translation]]:
    """Take a language out of the content: the opposite of `with_translations`.

    Returns the content without it and the translations in the order of the pack. A sentence that is not
    translated alike wherever it stands is left as it is, so that putting them together gives the same content.
    """
    languages = _languages(content)
    said: dict[str, set[str | None]] = {}
    for text in texts(content):
        said.setdefault(text[languages[0]], set()).add(text.get(language))
    found = {
        of: one
        for of, ways in said.items()
        if len(ways) == 1 and (one := next(iter(ways))) is not None
    }

    def without(text: Mapping[str, str]) -> Any:
        if text[languages[0]] not in found:
            return text
        return {key: each for key, each in text.items() if key != language}

    return (
        _each_text(content, languages, without),
        [Translation(of, text) for of, text in found.items()],
    )


def untranslated(content: Content) -> Content:
    """Return the content in its first language alone."""
    languages = _languages(content)
    return _each_text(content, languages, lambda text: {languages[0]: text[languages[0]]})


def texts(content: Content) -> Iterator[Mapping[str, str]]:
    """Yield every text of a pack, as often as it stands there."""
    languages = _languages(content)
    found: list[Mapping[str, str]] = []

    def seen(text: Mapping[str, str]) -> Any:
        found.append(text)
        return text

    _each_text(content, languages, seen)
    yield from found


@dataclass(frozen=True)
class Owed:
    """A text that a business or the public is shown: where it stands in the pack, and what it says."""

    table: str
    key: str  # the id of its entry
    version: int | None  # of a rule: which version, from 0
    what: str  # "advice", "label of tagged"
    text: Mapping[str, str]


def owed(content: Content) -> Iterator[Owed]:
    """Yield the texts that are owed in every language the pack declares, in the order of the tables.

    Owed is what a letter, a certificate, a public page or the officers' file of a visit prints. What only
    officers are asked by (hints, and the long form and the errors of their questions) is not.
    """
    for dim in content.get("dim", ()):
        yield from _of("dim", dim, ("label",))
        yield from _options("dim", dim)
    for table in ("severity", "basis"):
        for entry in content.get(table, ()):
            yield from _of(table, entry, ("label",))
    for section in content.get("section", ()):
        yield from _of("section", section, ("title",))
    for question in content.get("question", ()):
        if _self_check(content, question):
            written = question.get("type") in _WRITTEN
            yield from _of(
                "question", question, ("label", "line", *(("error",) if written else ()))
            )
        else:
            yield from _of("question", question, _short(question))
        yield from _options("question", question)
    for fact in content.get("fact", ()):
        yield from _of("fact", fact, _short(fact))
        yield from _options("fact", fact)
    for condition in content.get("condition", ()):
        yield from _of("condition", condition, ("means",))
    for tier in content.get("tier", ()):
        yield from _of("tier", tier, ("label",))
    for rule in content.get("rule", ()):
        yield from _of("rule", rule, ("title",))
        for number, version in enumerate(rule.get("version", ())):
            for key in ("found", "strength", "advice"):
                if isinstance(version.get(key), Mapping):
                    yield Owed("rule", rule["id"], number, key, version[key])
    for value in content.get("value", ()):
        if isinstance(value.get("title"), Mapping):
            yield Owed("value", value["name"], None, "title", value["title"])
        for code, text in value.get("labels", {}).items():
            yield Owed("value", value["name"], None, f"label of {code}", text)
    for step in content.get("step", ()):
        yield from _of("step", step, ("label", "says", "follow_up"))
    for sentence in content.get("sentence", ()):
        yield from _of("sentence", sentence, ("text",))
    yield from _law(content)


def _law(content: Content) -> Iterator[Owed]:
    """The rows that rules rest on are told on the page of the law on a day, unless nobody verified them."""
    rested_on = {
        version.get("law")
        for rule in content.get("rule", ())
        for version in rule.get("version", ())
    }
    first = _languages(content)[0]
    for row in content.get("law", ()):
        # What an administrator confirmed in the app is told in the words it was confirmed in.
        own = row.get("unverified") or row.get("confirmed_on")
        if row["id"] in rested_on and not own and "text" in row:
            text = row["text"] if isinstance(row["text"], Mapping) else {first: row["text"]}
            yield Owed("law", row["id"], None, "text", text)


def _self_check(content: Content, question: Mapping[str, Any]) -> bool:
    """Whether a shop that checks itself is asked a question: one of a visit that has a score."""
    score = content.get("output", {}).get("score")
    values = {value["name"]: value for value in content.get("value", ())}
    scored = values.get(score, {}).get("dims") or {}
    wanted = question.get("dims") or {}
    return question.get("type") not in UNWEIGHED and all(
        set(wanted.get(dim, codes)) & set(codes) for dim, codes in scored.items()
    )


def _short(entry: Mapping[str, Any]) -> tuple[str]:
    """By what a question or fact is told when it is not asked: its line, else its label."""
    return ("line",) if "line" in entry else ("label",)


def _of(table: str, entry: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[Owed]:
    for key in keys:
        if isinstance(entry.get(key), Mapping):
            yield Owed(table, entry["id"], None, key, entry[key])


def _options(table: str, entry: Mapping[str, Any]) -> Iterator[Owed]:
    for option in entry.get("options", ()):
        if isinstance(option.get("label"), Mapping):
            what = f"label of {option.get('code')}"
            yield Owed(table, entry["id"], None, what, option["label"])


def _languages(content: Content) -> list[str]:
    return list(content.get("pack", {}).get("languages") or ["en"])


def _each_text(
    content: Content, languages: list[str], change: Callable[[Mapping[str, str]], Any]
) -> Content:
    """Return the content with every text as `change` gives it; nothing of what was given is changed."""

    def walked(value: Any, place: tuple[str, str]) -> Any:
        if is_text(value, languages):
            return change(value)
        if isinstance(value, Mapping):
            return {key: walked(each, (place[0], key)) for key, each in value.items()}
        if isinstance(value, list):
            return [walked(each, place) for each in value]
        if place in _PLAIN and isinstance(value, str):
            said = change({languages[0]: value})
            return value if set(said) == {languages[0]} else said
        return value

    return {table: walked(body, (table, "")) for table, body in content.items()}
