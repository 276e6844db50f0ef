"""Conditions with three answers: true, false and unknown (``None``).

A condition tree is the JSON form of what ``docs/rulebook.md`` describes. It is compiled once into a
closure, which is several times faster than walking the tree and no harder to read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.rulebook.errors import PackError, nearest
from compliance.rulebook.months import add_months
from compliance.rulebook.state import NOT_APPLICABLE, Measure, Moment, Range, State

Tree = Mapping[str, Any]
Test = Callable[[State], bool | None]
Read = Callable[[State], Any]

SUBJECTS = ("answer", "fact", "dim", "finding", "fired", "value")
NUMBER_TESTS = ("at_least", "at_most", "more_than", "less_than")
TESTS = (
    "is",
    "in",
    "has_all",
    "has_none",
    *NUMBER_TESTS,
    "decimals_at_least",
    "known",
    "within_months",
    "less_than_months_ago",
    "months_passed",
    "on_or_before",
    "on_or_after",
    "after",
)
VISITED_ON = "visited_on"
AS_OF = "as_of"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Reads:
    """The ids that a condition reads, by kind of subject, each in order of first reading."""

    answer: list[str] = field(default_factory=list)
    fact: list[str] = field(default_factory=list)
    dim: list[str] = field(default_factory=list)
    finding: list[str] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)


def parts(tree: Tree) -> Iterator[Tree]:
    """Yield every subject-and-test part of a condition, depth first."""
    if "all" in tree or "any" in tree:
        for part in tree.get("all", tree.get("any")):
            yield from parts(part)
    elif "not" in tree:
        yield from parts(tree["not"])
    else:
        yield tree


def reads(*trees: Tree | None) -> Reads:
    """Return what the conditions read; ``None`` stands for no condition."""
    found = Reads()
    for tree in trees:
        if tree is None:
            continue
        for part in parts(tree):
            for subject in SUBJECTS:
                if subject in part:
                    ids = getattr(found, subject)
                    if part[subject] not in ids:
                        ids.append(part[subject])
            if "after" in part and part["after"] not in found.value:
                found.value.append(part["after"])
            for side in ("on_or_before", "on_or_after"):
                other = part.get(side)
                if other is None or literal_day(other):
                    continue
                if other not in (VISITED_ON, AS_OF):
                    ids = found.fact if "fact" in part else found.answer
                    if other not in ids:
                        ids.append(other)
    return found


def compile_condition(tree: Tree) -> Test:
    """Turn a condition tree into a function from a visit's state to true, false or ``None``.

    Raises ``PackError`` for a tree that is not a condition.
    """
    if "all" in tree:
        return _all([compile_condition(part) for part in tree["all"]])
    if "any" in tree:
        return _any([compile_condition(part) for part in tree["any"]])
    if "not" in tree:
        return _not(compile_condition(tree["not"]))
    subjects = [key for key in SUBJECTS if key in tree]
    tests = [key for key in TESTS if key in tree]
    if len(subjects) != 1 or len(tests) != 1:
        unknown = [key for key in tree if key not in (*SUBJECTS, *TESTS, AS_OF)]
        if unknown:
            hint = nearest(unknown[0], (*SUBJECTS, *TESTS, "all", "any", "not"))
            raise PackError(f'unknown operator "{unknown[0]}" in a condition.{hint}')
        raise PackError(f"a condition needs one subject and one test, not {sorted(tree)}")
    return _leaf(subjects[0], tree[subjects[0]], tests[0], tree)


def _all(tests: list[Test]) -> Test:
    def run(state: State) -> bool | None:
        result: bool | None = True
        for test in tests:
            outcome = test(state)
            if outcome is False:
                return False
            if outcome is None:
                result = None
        return result

    return run


def _any(tests: list[Test]) -> Test:
    def run(state: State) -> bool | None:
        result: bool | None = False
        for test in tests:
            outcome = test(state)
            if outcome is True:
                return True
            if outcome is None:
                result = None
        return result

    return run


def _not(test: Test) -> Test:
    def run(state: State) -> bool | None:
        outcome = test(state)
        return None if outcome is None else not outcome

    return run


def _leaf(subject: str, name: str, test: str, tree: Tree) -> Test:
    operand = tree[test]
    if subject == "finding":
        return _finding(name, test, operand)
    if subject == "fired":
        wanted = bool(operand)
        return lambda state: (name in state.fired) is wanted
    if subject == "dim":
        return _dim(name, test, operand)
    if test == "is" and isinstance(operand, str):
        return _equals(subject, name, operand)
    read = _reader(subject, name)
    if test == "known":
        known = bool(operand)
        return lambda state: _is_known(read(state)) is known
    if test in ("is", "in"):
        return _member(read, (operand,) if test == "is" else tuple(operand))
    if test == "after":
        return _after(name, operand)
    return _definite(read, _comparison(subject, test, operand, tree))


def _reader(subject: str, name: str) -> Read:
    if subject == "answer":
        if name == VISITED_ON:
            return lambda state: state.visited_on
        if name == AS_OF:
            return lambda state: state.as_of
        return lambda state: state.answers.get(name)
    if subject == "fact":
        return lambda state: state.facts.get(name)
    return lambda state: state.values.get(name)


def literal_day(operand: Any) -> date | None:
    """The day itself, where a pack compares with one (ISO text) and not with a question or a fact."""
    return date.fromisoformat(operand) if _DAY.fullmatch(str(operand)) else None


def _equals(subject: str, name: str, code: str) -> Test:
    """The commonest test of all, an answer or a fact equal to one code, kept short for speed."""
    if subject == "value" or name in (VISITED_ON, AS_OF):
        return _member(_reader(subject, name), (code,))

    def answer(state: State) -> bool | None:
        value = state.answers.get(name)
        if value is None:
            return None
        return value == code or (type(value) is tuple and code in value)

    def fact(state: State) -> bool | None:
        value = state.facts.get(name)
        if value is None:
            return None
        return value == code or (type(value) is tuple and code in value)

    return answer if subject == "answer" else fact


def _is_known(value: Any) -> bool:
    return value is not None and type(value) is not Range


def _finding(name: str, test: str, operand: Any) -> Test:
    wanted = _words(test, operand)
    return lambda state: state.findings.get(name, "not_in_force") in wanted


def _dim(name: str, test: str, operand: Any) -> Test:
    wanted = _words(test, operand)
    return lambda state: not wanted.isdisjoint(state.dims.get(name, frozenset()))


def _words(test: str, operand: Any) -> frozenset[str]:
    if test not in ("is", "in"):
        raise PackError(f'"{test}" cannot be asked of a finding or a dimension; use "is" or "in"')
    return frozenset((operand,) if test == "is" else operand)


def _member(read: Read, operands: tuple[Any, ...]) -> Test:
    wanted = frozenset(
        decimal(item) if isinstance(item, int | float) else item for item in operands
    )

    def run(state: State) -> bool | None:
        value = read(state)
        kind = type(value)
        if kind is str:
            return value in wanted
        if value is None:
            return None
        if kind is tuple:
            return not wanted.isdisjoint(value)
        if kind is Range:
            return None
        if kind is Measure:
            return value.value in wanted
        return value in wanted

    return run


def _after(name: str, other: str) -> Test:
    def run(state: State) -> bool | None:
        mine, theirs = state.values.get(name), state.values.get(other)
        if mine is None:
            return False
        return theirs is None or mine > theirs  # type: ignore[operator]  # both are moments

    return run


def _definite(read: Read, compare: Callable[[State, Any], bool | None]) -> Test:
    """Apply ``compare`` to a definite answer; "does not apply" equals only itself."""

    def run(state: State) -> bool | None:
        value = read(state)
        if value is None:
            return None
        if value == NOT_APPLICABLE:
            return False
        return compare(state, value)

    return run


def _comparison(
    subject: str, test: str, operand: Any, tree: Tree
) -> Callable[[State, Any], bool | None]:
    if test in NUMBER_TESTS:
        return _number(test, decimal(operand))
    if test == "has_all":
        wanted = frozenset(operand)
        return lambda _, value: wanted <= frozenset(value)
    if test == "has_none":
        unwanted = frozenset(operand)
        return lambda _, value: unwanted.isdisjoint(value)
    if test == "decimals_at_least":
        return lambda _, value: value.decimals >= operand
    by_as_of = subject == "value" or bool(tree.get(AS_OF))
    if test in ("within_months", "less_than_months_ago", "months_passed"):
        return _months(test, int(operand), by_as_of)
    if test in ("on_or_before", "on_or_after"):
        day = literal_day(operand)
        if day is not None:
            return _order(test, lambda _: day)
        return _order(
            test, _reader(subject if operand not in (VISITED_ON, AS_OF) else "answer", operand)
        )
    raise PackError(f'unknown operator "{test}"')


def decimal(number: Any) -> Decimal:
    """Return a pack's number, or an answer's, exactly as it was written."""
    if isinstance(number, Measure):
        return number.value
    return Decimal(str(number))


def _number(test: str, limit: Decimal) -> Callable[[State, Any], bool | None]:
    def holds(number: Any) -> bool:
        if test == "at_least":
            return bool(number >= limit)
        if test == "at_most":
            return bool(number <= limit)
        if test == "more_than":
            return bool(number > limit)
        return bool(number < limit)

    def run(_: State, value: Any) -> bool | None:
        if type(value) is Range:
            low, high = holds(value.low), holds(value.high)
            return low if low == high else None
        return holds(value.value if type(value) is Measure else value)

    return run


def _days(value: Any) -> Iterable[date]:
    if type(value) is Moment:
        return (value.on,)
    return value if type(value) is tuple else (value,)


def _months(test: str, months: int, by_as_of: bool) -> Callable[[State, Any], bool | None]:
    def run(state: State, value: Any) -> bool | None:
        today = state.as_of if by_as_of else state.visited_on
        if test == "within_months":
            return all(day <= today <= add_months(day, months) for day in _days(value))
        if test == "less_than_months_ago":
            return all(day <= today < add_months(day, months) for day in _days(value))
        return all(today > add_months(day, months) for day in _days(value))

    return run


def _order(test: str, read: Read) -> Callable[[State, Any], bool | None]:
    def run(state: State, value: Any) -> bool | None:
        other = read(state)
        if other is None or other == NOT_APPLICABLE:
            return None
        if test == "on_or_before":
            return all(day <= other for day in _days(value))
        return all(day >= other for day in _days(value))

    return run
