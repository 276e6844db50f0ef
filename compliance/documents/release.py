"""What stops the release of a template or of a text of the rulebook that a document prints: a name that
is not there, a word that judges, a sentence about the law without its row, words that are hard to read."""

from __future__ import annotations

import re
import traceback
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.visitor import NodeVisitor

from compliance.documents import page_text
from compliance.documents.compose import GIVEN, compose, environment
from compliance.documents.data import DocumentData
from compliance.documents.gates import names_in
from compliance.documents.kinds import FILE, FOLDER, SHARED, Kind, kinds
from compliance.documents.refused import DocumentRefused
from compliance.documents.wording import Wording, wording, words
from compliance.rulebook import Pack, shipped_pack

LANGUAGE = "en"
#: A few words give wild grades: a line with one long word in it is not hard to read.
_SHORTEST_GRADED = 12
#: Names of ours that no reader stumbles over.
_KNOWN = ("Crimestoppers", "Fearless", "fearless.org", "knifefree.co.uk", "Knife Free")
_KNOWN_TOO = ("Primary Authority",)
_NATIONS = ("England and Wales", "Northern Ireland", "Scotland", "England", "Wales")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Fault:
    """One thing that stops a release: where, and what, in plain words."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def faults() -> list[Fault]:
    """Return every fault of the templates, of their samples and of what the shipped rulebook lets a
    document say; none: it may be released."""
    found: list[Fault] = []
    for path in sorted(FOLDER.rglob("*.html")):
        place, kind = path.relative_to(FOLDER).as_posix(), kinds().get(path.parent.name)
        told = kind is None or kind.about != FILE
        ours = kind is not None or path.parent.name == SHARED
        found += faults_of_template(
            place, path.read_text(encoding="utf-8"), told=told, given=GIVEN if ours else None
        )
    for kind in kinds().values():
        found += faults_of_languages(kind)
        for sample in ("", *kind.samples):
            for language in kind.languages:
                found += faults_of_sample(kind, sample, language)
    return [*found, *faults_of_pack(shipped_pack())]


def faults_of_template(
    place: str, source: str, *, told: bool = True, given: frozenset[str] | None = GIVEN
) -> list[Fault]:
    """Return the faults of one template, whichever branch they hide in.

    The words of one that is not `told` to a business are its own affair. `given` are the names it is
    given; None where another than `compose` fills it.
    """
    try:
        tree = environment().parse(source)
        unknown = sorted(meta.find_undeclared_variables(tree) - given) if given else []
    except TemplateSyntaxError as error:
        return [Fault(place, f"Line {error.lineno} cannot be read: {error.message}")]
    # Jinja's own scan does not see what a block takes from the top of its file, nor a `set` in an `if`.
    own = {each.target for each in tree.find_all(nodes.Import)} | {
        each.name for each in tree.find_all(nodes.Name) if each.ctx == "store"
    }
    found = [
        Fault(place, f"There is nothing called {name!r}.") for name in unknown if name not in own
    ]
    names = _Names()
    names.visit(tree)
    found += [Fault(place, message) for message in names.problems]
    if not told:
        return found
    rules = wording(language_of(place))
    said = spoken(source)
    found += [Fault(place, _judges(word)) for word in rules.forbidden(said)]
    found += [
        Fault(place, f"It speaks of the law ({word!r}) other than through law().")
        for word in rules.about_law(said)
    ]
    found += [
        Fault(place, f"It names a penalty ({word!r}) other than through law().")
        for word in rules.penalties(said)
    ]
    return found


def faults_of_languages(kind: Kind) -> list[Fault]:
    """Return what a kind does not say in a language that every document is owed in."""
    return [
        Fault(kind.name, f"It has no text, or no title, in the language {language!r}.")
        for language in shipped_pack().languages
        if language not in kind.languages
    ]


def language_of(place: str) -> str:
    """Return the language a template is written in: `cy` for `cy.html` and `letter.cy.html`."""
    name = place.rpartition("/")[2].removesuffix(".html").rpartition(".")[2]
    return name if name in shipped_pack().languages else LANGUAGE


def faults_of_sample(kind: Kind, sample: str, language: str = LANGUAGE) -> list[Fault]:
    """Return the faults of a kind's sample as it would be printed in a language."""
    place = f"{kind.name}, sample {sample or 'one'}, {language}"
    data = kind.sample_data({"language": language}, sample=sample)
    try:
        html = compose(data, kind, specimen=False)
    except DocumentRefused as refused:
        return [Fault(place, refused.reason)]
    except TemplateError as error:
        return [Fault(place, broken(error))]
    if kind.about == FILE:
        return []
    rules = wording(language)
    said = prose(html, data)
    found = [Fault(place, _judges(word)) for line in said for word in rules.forbidden(line)]
    return found + [Fault(place, each) for each in rules.hard_to_read("\n".join(said))]


def broken(error: Exception) -> str:
    """Return in a line where a template could not be filled, and why."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [each for each in frames if Path(each.filename).is_relative_to(FOLDER)]
    at = (
        f"{Path(where[-1].filename).relative_to(FOLDER)}, line {where[-1].lineno}: "
        if where
        else ""
    )
    return f"The template cannot be filled: {at}{error}"


def faults_of_pack(pack: Pack) -> list[Fault]:
    """Return the faults of what a rulebook lets a document say."""
    rows = pack.by_id("law")
    rules = wording(LANGUAGE)
    found: list[Fault] = []
    for place, text, law in texts_of_pack(pack):
        found += [Fault(place, _judges(word)) for word in rules.forbidden(text)]
        for name in _NATIONS:
            text = text.replace(name, "Ann")
        graded = text if len(words(text)) >= _SHORTEST_GRADED else ""
        found += [Fault(place, each) for each in rules.hard_to_read(graded)]
        found += _unfounded(place, text, law, rows, rules)
    return found


def texts_of_pack(pack: Pack) -> Iterator[tuple[str, str, str | None]]:
    """Yield each text a document may print: where it stands, the words, the row it rests on."""
    for rule in pack.entries("rule"):
        for number, version in enumerate(rule.get("version", ())):
            if "from" not in version:
                continue  # enacted and not in force: no document says it until a person switches it on
            for part in ("title", "found", "strength", "advice"):
                text = version.get(part) or (rule.get(part) if part == "title" else None)
                if text:
                    yield f"rule {rule['id']}, version {number + 1}, {part}", text[LANGUAGE], version.get("law")  # fmt: skip
    for value in pack.entries("value"):
        if value["name"] in ("article", "happened", "own_policy"):
            for code, text in value.get("labels", {}).items():
                yield f"value {value['name']}, {code}", text[LANGUAGE], value.get("law")
    for step in pack.entries("step"):
        if "says" in step:
            yield f"step {step['id']}, says", step["says"][LANGUAGE], step.get("law")
    for sentence in pack.entries("sentence"):
        place = f"sentence {sentence['id']} from {sentence['from']}"
        yield place, sentence["text"][LANGUAGE], sentence.get("law")


def prose(html: str, data: DocumentData) -> list[str]:
    """Return the words of a page that are ours: names, addresses, numbers, notes and lines in other
    languages apart."""
    names = sorted(filter(None, (*names_in(data), *_KNOWN, *_KNOWN_TOO)), key=len, reverse=True)
    kept = []
    for line in page_text.lines(html, without=page_text.FRAME):
        for each in names:
            line = line.replace(each, "Ann")
        kept.append(line.replace(" | ", " "))
    return kept


def spoken(source: str) -> str:
    """Return what a template prints by itself: without comments, calls of law() and other code."""
    text = re.sub(r"\{#.*?#\}", " ", source, flags=re.S)
    text = re.sub(r'law\("[a-z0-9_]+"\)', " ", text)
    code = " ".join(re.findall(r"\{\{.*?\}\}", text, re.S))
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.S)
    return " ".join((_TAG.sub(" ", text) + " " + " ".join(re.findall(r'"([^"]*)"', code))).split())


def _unfounded(
    place: str, text: str, law: str | None, rows: Mapping[str, Any], rules: Wording
) -> list[Fault]:
    """What a text says of the law without a verified row, and a penalty where the law sheet has none."""
    about = rules.about_law(text)
    if about and law is None:
        return [
            Fault(place, f"It speaks of the law ({about[0]!r}) and names no row of the law sheet.")
        ]
    if law is not None and law not in rows:
        return [Fault(place, f"There is no row of the law sheet called {law!r}.")]
    if about and law is not None and rows[law].get("unverified"):
        return [Fault(place, f"It rests on {law!r}, which nobody has verified.")]
    if law is not None and law.startswith(_NO_TERM) and (term := _TERM.search(text)):
        return [Fault(place, f"It names a greatest penalty ({term[0]!r}); section 4 of the law sheet has none.")]  # fmt: skip
    return []


#: Section 4 of the law sheet: until a person has read the commencement, no greatest term is printed.
_NO_TERM = "4/"
_TERM = re.compile(r"\b(?:[0-9]+|one|two|three|four|six|seven|ten|twelve) (?:months?|years?)\b|£ ?[0-9]", re.I)  # fmt: skip


def _judges(word: str) -> str:
    return f"It says {word!r}, which we never say of a business or its result."


class _Names(NodeVisitor):
    """Finds entries of the data and macros that are not there, in every branch of a template."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._types: dict[str, Any] = {"d": DocumentData}
        self._macros: dict[str, set[str]] = {}

    def visit_Import(self, node: nodes.Import) -> None:
        """A file of macros: remember what it offers."""
        if isinstance(node.template, nodes.Const):
            self._macros[node.target] = macros_of(FOLDER / str(node.template.value))

    def visit_For(self, node: nodes.For) -> None:
        """The name a list is gone through by has the type of the list's entries."""
        entry = self._entry(node.iter)
        if isinstance(node.target, nodes.Name) and entry is not None:
            before = self._types.get(node.target.name)
            self._types[node.target.name] = entry
            self.generic_visit(node)
            self._types.pop(node.target.name)
            if before is not None:
                self._types[node.target.name] = before
            return
        self.generic_visit(node)

    def visit_Getattr(self, node: nodes.Getattr) -> None:
        """An entry of the data, or a macro."""
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name in self._macros:
            if node.attr not in self._macros[node.node.name]:
                self.problems.append(f"Line {node.lineno}: there is no part called {node.attr!r}.")
            return
        owner = self._type(node.node)
        known = {each.name for each in fields(owner)} if is_dataclass(owner) else {node.attr}
        if node.attr not in known:
            self.problems.append(f"Line {node.lineno}: the facts have no entry {node.attr!r} here.")

    def _type(self, node: nodes.Node) -> Any:
        """The type of an expression as far as it is known."""
        if isinstance(node, nodes.Name):
            return self._types.get(node.name)
        if isinstance(node, nodes.Getattr):
            owner = self._type(node.node)
            if owner is None or not is_dataclass(owner):
                return None
            return _plain(typing.get_type_hints(owner).get(node.attr))
        return None

    def _entry(self, node: nodes.Node) -> Any:
        if isinstance(node, nodes.Getitem):
            node = node.node
        listed = self._type(node)
        return typing.get_args(listed)[0] if typing.get_origin(listed) is tuple else None


def macros_of(path: Path) -> set[str]:
    """Return the names of the macros a file offers."""
    tree = environment().parse(path.read_text(encoding="utf-8"))
    return {each.name for each in tree.find_all(nodes.Macro)}


def _plain(hint: Any) -> Any:
    """A type without its `or None`."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(each for each in typing.get_args(hint) if each is not type(None))
    return hint
