"""A section's page, drawn once a release: only what differs from visit to visit is filled in.

Drawing radio buttons one by one is most of the work of a form's page, and the questionnaire changes only
with a release. So a template draws each section once with marks where something may stand; after that a
page is a list of strings of which a few are replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from flask import current_app
from markupsafe import Markup, escape

from compliance.rulebook import Pack
from compliance.rulebook.conditions import NUMBER_TESTS, reads
from compliance.services.visit_content import WHY_NOT_OBSERVED
from compliance.web.forms.answer_types import AnswerType
from compliance.web.forms.sections import KEPT, WHY, Section, dims_key

#: How a screen ends: one of many, or one on its own.
Ending = Literal["many", "one"]
_MARK = re.compile("\x01([^\x01]*)\x01")
#: The tests that the page itself can make; others wait until the section is saved.
IN_PAGE = {"is", "in", "has_all", "has_none", "known", "decimals_at_least", *NUMBER_TESTS}


class PreparedSection:
    """One section drawn once, ready to be filled in."""

    def __init__(self, section: Section, dims: Mapping[str, Sequence[str]], ending: Ending) -> None:
        self.section = section
        # What is asked elsewhere and decides what is asked here.
        self.needs: tuple[tuple[str, str], ...] = _needs(section)
        template = current_app.jinja_env.get_template("officers/visits/_questions.html")
        drawn = template.render(
            section=section,
            ending=ending,
            mark=_mark,
            conditions={one.id: _condition(one, section, dims) for one in section.answers},
            why=WHY_NOT_OBSERVED,
            why_suffix=WHY,
            kept_suffix=KEPT,
        )
        pieces = _MARK.split(str(drawn))
        self._parts: list[str] = pieces
        self._at: dict[str, list[int]] = {}
        self._visible: dict[str, list[int]] = {}
        for place in range(1, len(pieces), 2):
            name = pieces[place]
            pieces[place] = ""
            if name.startswith("hidden "):
                self._visible.setdefault(name[7:], []).append(place)
            else:
                self._at.setdefault(name, []).append(place)

    def draw(
        self,
        token: str,
        fields: Mapping[str, Sequence[str]],
        errors: Mapping[str, str],
        asked: Iterable[str],
        known: Mapping[str, Any],
        drawn_from: str = "",
    ) -> Markup:
        """Fill in the page.

        `fields` are values as typed, `errors` messages by question, `asked` the ids of the questions
        that are put now, `known` answers and facts given on other screens ("answer" and "fact" to
        ids to values), `drawn_from` the marks of what is saved now (`forms/meanwhile.py`).
        """
        parts, at = self._parts.copy(), self._at
        for place in at["token"]:
            parts[place] = token
        for place in at["drawn"]:
            parts[place] = drawn_from
        if "known" in at:
            text = str(escape(json.dumps(known, ensure_ascii=False)))
            for place in at["known"]:
                parts[place] = text
        for name, values in fields.items():
            for value in values:
                for place in at.get(f"checked {name} {value}", ()):
                    parts[place] = " checked"
            if f"value {name}" in at and values:
                text = str(escape(values[0]))
                for place in at[f"value {name}"]:
                    parts[place] = text
        for name, places in self._visible.items():
            if name not in asked:
                for place in places:
                    parts[place] = " hidden"
        for name, message in errors.items():
            self._say(parts, name, message)
        return Markup("".join(parts))  # noqa: S704 - the template escapes, and so does each filling

    def _say(self, parts: list[str], name: str, message: str) -> None:
        """Put an error at its question."""
        fillings = {
            f"group {name}": " govuk-form-group--error",
            f"box {name}": " govuk-input--error",
            f"textbox {name}": " govuk-textarea--error",
            f"described {name}": f' aria-describedby="{name}-error"',
            f"also {name}": f" {name}-error",
            f"error {name}": (
                f'<p id="{name}-error" class="govuk-error-message">'
                f'<span class="govuk-visually-hidden">Error:</span> {escape(message)}</p>'
            ),
        }
        for mark, filling in fillings.items():
            for place in self._at.get(mark, ()):
                parts[place] = filling


_prepared: dict[tuple[Any, ...], PreparedSection] = {}


def prepared(
    pack: Pack, section: Section, dims: Mapping[str, Sequence[str]], ending: Ending = "many"
) -> PreparedSection:
    """Return a section ready to be filled in; it is drawn once for a rulebook and its dimensions."""
    key = (pack.sha256, section.table, section.id, dims_key(dims), ending)
    ready = _prepared.get(key)
    if ready is None:
        ready = _prepared[key] = PreparedSection(section, dims, ending)
    return ready


def _mark(*words: str) -> Markup:
    """Stand for something that differs from visit to visit."""
    return Markup("\x01" + " ".join(words) + "\x01")  # noqa: S704 - ids and codes of the rulebook


def _needs(section: Section) -> tuple[tuple[str, str], ...]:
    """What conditions of this section read on other screens: ("answer" or "fact", id)."""
    own = section.by_id
    found = reads(*(one.entry.get("ask_when") for one in section.answers))
    here = "answer" if section.table == "question" else "fact"
    needed = [("answer", name) for name in found.answer] + [("fact", name) for name in found.fact]
    return tuple((kind, name) for kind, name in needed if kind != here or name not in own)


def _condition(one: AnswerType, section: Section, dims: Mapping[str, Sequence[str]]) -> str | None:
    """The condition of a question as JSON that the page can work out; None when it cannot."""
    tree = one.entry.get("ask_when")
    if tree is None:
        return None
    here = "answer" if section.table == "question" else "fact"
    found = reads(tree)
    local = found.answer if here == "answer" else found.fact
    if not set(local) & set(section.by_id):
        # Decided on another screen: it cannot change while this one is open.
        return None
    folded = _folded(tree, dims)
    return None if folded is None else json.dumps(folded)


def _folded(tree: Mapping[str, Any], dims: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """The tree with dimensions replaced by what they are; None if the page cannot work it out."""
    for word in ("all", "any"):
        if word in tree:
            parts = [_folded(part, dims) for part in tree[word]]
            return None if None in parts else {word: parts}
    if "not" in tree:
        inner = _folded(tree["not"], dims)
        return None if inner is None else {"not": inner}
    if "dim" in tree:
        wanted = {tree["is"]} if "is" in tree else set(tree["in"])
        return {"settled": bool(wanted & set(dims.get(tree["dim"], ())))}
    if ("answer" in tree or "fact" in tree) and set(tree) - {"answer", "fact"} <= IN_PAGE:
        return dict(tree)
    return None
