"""Conditions: their operators, and the questions, options, rules and values that they name."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from compliance.rulebook.answers import YES_NO
from compliance.rulebook.conditions import (
    AS_OF,
    SUBJECTS,
    TESTS,
    VISITED_ON,
    compile_condition,
    literal_day,
)
from compliance.rulebook.errors import PackError, nearest
from compliance.rulebook.gatekeeper.kinds import asked_of_a_value, asked_of_an_answer, operands
from compliance.rulebook.gatekeeper.problem import Problem
from compliance.rulebook.gatekeeper.thresholds import codes_of_value
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.state import NOT_APPLICABLE

OUTCOMES = ("met", "not_met", "not_applicable", "not_in_force", "not_assessed")
JOINS = ("all", "any", "not")


class Trees:
    """Checks the conditions of one pack."""

    def __init__(
        self, pack: Pack, check_dims: Callable[[str, Mapping[str, Any]], Iterator[Problem]]
    ) -> None:
        self.pack = pack
        self._check_dims = check_dims

    def problems(self, place: str, tree: Any) -> Iterator[Problem]:
        """Find what is wrong with a condition that an entry at ``place`` holds."""
        if not isinstance(tree, Mapping) or not tree:
            yield Problem(place, "a condition must be a table with a subject and a test")
            return
        for key in ("all", "any", "not"):
            if key not in tree:
                continue
            if len(tree) > 1:
                other = next(one for one in tree if one != key)
                yield Problem(place, f'"{other}" cannot stand beside "{key}" in a condition')
            elif key != "not" and not isinstance(tree[key], list):
                yield Problem(place, f'"{key}" must be a list of conditions')
            else:
                for part in tree[key] if key != "not" else [tree[key]]:
                    yield from self.problems(place, part)
            return
        for key in tree:
            if key not in (*SUBJECTS, *TESTS, AS_OF):
                yield Problem(
                    place, f'unknown operator "{key}".{nearest(key, (*SUBJECTS, *TESTS, *JOINS))}'
                )
                return
        wrong = list(operands(place, tree))
        if wrong:
            yield from wrong
            return
        try:
            compile_condition(tree)
        except (PackError, ValueError, ArithmeticError, TypeError) as error:
            yield Problem(place, str(error))
            return
        for key in ("in", "has_all", "has_none"):
            if key in tree and not isinstance(tree[key], list):
                yield Problem(place, f'"{key}" must be a list')
                return
        if "fired" in tree and "is" not in tree:
            yield Problem(place, '"fired" takes the test is = true or is = false')
            return
        yield from self._subject(place, tree)
        yield from self._other_day(place, tree)

    def _subject(self, place: str, tree: Mapping[str, Any]) -> Iterator[Problem]:
        subject = next(key for key in SUBJECTS if key in tree)
        name = tree[subject]
        if subject == "answer" and name not in (VISITED_ON, AS_OF):
            yield from self._known(place, "question", name, "question")
            yield from self._operand(place, self.pack.questions.get(name), tree)
        elif subject == "fact":
            yield from self._known(place, "fact", name, "operation fact")
            yield from self._operand(place, self.pack.facts.get(name), tree)
        elif subject == "dim":
            codes = tree.get("in", [tree.get("is")])
            yield from self._check_dims(place, {name: codes})
        elif subject == "finding":
            yield from self._known(place, "rule", name, "rule")
            for code in tree.get("in", [tree.get("is")]):
                if code not in OUTCOMES:
                    yield Problem(place, f'unknown outcome "{code}".{nearest(code, OUTCOMES)}')
        elif subject == "value":
            yield from self._known(place, "value", name, "value")
            yield from self._value_codes(place, name, tree)
            yield from asked_of_a_value(self.pack, place, tree)
        elif subject == "fired":
            known = {*self.pack.by_id("tier"), *self.pack.by_id("condition")}
            if name not in known:
                yield Problem(place, f'unknown tier or condition "{name}".{nearest(name, known)}')

    def _value_codes(self, place: str, name: str, tree: Mapping[str, Any]) -> Iterator[Problem]:
        """Codes that a value is compared with are codes that it can be."""
        codes = codes_of_value(self.pack, name)
        for code in [tree["is"]] if "is" in tree else tree.get("in", ()):
            if codes is not None and not isinstance(code, str):
                yield Problem(place, f'"{name}" is a code, which is text: "{code}"')
            elif codes is not None and code not in codes:
                yield Problem(place, f'"{name}" is never "{code}".{nearest(code, codes)}')
        if "after" in tree:
            yield from self._known(place, "value", tree["after"], "value")

    def _other_day(self, place: str, tree: Mapping[str, Any]) -> Iterator[Problem]:
        """The other side of a comparison of days: a known id, or a day written out."""
        table, what = ("fact", "operation fact") if "fact" in tree else ("question", "question")
        for side in ("on_or_before", "on_or_after"):
            other = tree.get(side)
            if other is not None and other not in (VISITED_ON, AS_OF) and not literal_day(other):
                yield from self._known(place, table, other, what)

    def _operand(
        self, place: str, entry: Entry | None, tree: Mapping[str, Any]
    ) -> Iterator[Problem]:
        if entry is None:
            return
        kind = entry.get("type")
        yield from asked_of_an_answer(place, entry, tree)
        if kind == "yes_no":
            options: list[str] = [*YES_NO]
        elif kind in ("choice", "choices"):
            options = [option["code"] for option in entry.get("options", [])]
        else:
            return
        if entry.get("not_applicable"):
            options.append(NOT_APPLICABLE)
        for key in ("is", "in", "has_all", "has_none"):
            if key in tree:
                for code in [tree[key]] if key == "is" else tree[key]:
                    if code not in options:
                        yield Problem(
                            place,
                            f'"{entry["id"]}" has no option "{code}".{nearest(code, options)}',
                        )

    def _known(self, place: str, table: str, name: object, what: str) -> Iterator[Problem]:
        known = self.pack.by_id(table)
        if name not in known:
            yield Problem(place, f'unknown {what} "{name}".{nearest(name, known)}')
