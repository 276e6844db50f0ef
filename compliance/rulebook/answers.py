"""What was put in, read strictly: dates, dimensions and answers, each of its question's type."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.rulebook.errors import AnswerError, nearest
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.state import NOT_APPLICABLE, NOT_OBSERVED, Answer, Measure

YES_NO = ("yes", "no")


def read_date(value: object, name: str) -> date:
    """Read an ISO date (``2026-10-13``); raises ``AnswerError`` naming the field."""
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise AnswerError(f'{name}: "{value}" is not a date such as 2026-10-13', name)


def read_dims(pack: Pack, visit: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Read the dimensions of a visit, from its top level or from ``dims``."""
    inner = visit.get("dims", {})
    if not isinstance(inner, Mapping):
        raise AnswerError('"dims" must be an object')
    known = {dim["id"] for dim in pack.entries("dim")}
    for name in inner:
        if name not in known and name.removesuffix("s") not in known:
            raise AnswerError(f'unknown dimension "{name}".{nearest(name, known)}', str(name))
    dims: dict[str, frozenset[str]] = {}
    for dim in pack.entries("dim"):
        name, many = dim["id"], bool(dim.get("many", False))
        given = [
            place[key]
            for place in (visit, inner)
            for key in (name, f"{name}s")
            if key in place and (key == name or many)
        ]
        if not given:
            if dim.get("optional", False):
                continue
            raise AnswerError(f'"{name}" is missing', name)
        codes = given[0] if isinstance(given[0], list) else [given[0]]
        options = [option["code"] for option in dim["options"]]
        for code in codes:
            if code not in options:
                raise AnswerError(f'unknown {name} "{code}".{nearest(code, options)}', name)
        if not codes or (len(codes) > 1 and not many):
            raise AnswerError(f'"{name}" takes exactly one of {", ".join(options)}', name)
        dims[name] = frozenset(codes)
    return dims


class Reader:
    """Reads a visit's answers (or facts) by id; those not observed are left out.

    The codes of yes-or-no questions and choices are looked up; everything else is read by its type.
    """

    def __init__(self, known: Mapping[str, Entry], what: str = "question") -> None:
        self._known = known
        self._what = what
        self._tables: dict[str, _Codes | _Typed] = {
            name: _Codes(entry) if entry["type"] in ("yes_no", "choice") else _Typed(entry)
            for name, entry in known.items()
        }

    def read(self, given: object) -> dict[str, Answer]:
        """Return the definite answers.

        Raises ``AnswerError`` naming the unknown or ill-typed one, with the nearest match.
        """
        if not isinstance(given, Mapping):
            raise AnswerError(f'the {self._what}s must be an object of "id": answer')
        tables = self._tables
        try:
            return {
                name: answer
                for name, value in given.items()
                if (answer := tables[name][value]) is not None
            }
        except (KeyError, TypeError):  # no such question, or a list where a code belongs
            return {
                name: answer
                for name, value in given.items()
                if (answer := self._slowly(name, value)) is not None
            }

    def _slowly(self, name: Any, value: Any) -> Answer | None:
        entry = self._known.get(name)
        if entry is None:
            hint = nearest(name, self._known)
            raise AnswerError(f'unknown {self._what} "{name}".{hint}', str(name))
        return None if value is None or value == NOT_OBSERVED else read_answer(entry, value)


class _Typed:
    """What is put in to what is known, by the type of its question."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def __getitem__(self, value: Any) -> Answer | None:
        return None if value is None or value == NOT_OBSERVED else read_answer(self.entry, value)


class _Codes(dict[Any, "Answer | None"]):
    """What is put in to what is known, by looking its code up; any other is read as if it were typed."""

    def __init__(self, entry: Entry) -> None:
        super().__init__({code: code for code in codes_of(entry)} | {NOT_OBSERVED: None})
        self.typed = _Typed(entry)

    def __missing__(self, value: Any) -> Answer | None:
        return self.typed[value]


def codes_of(entry: Entry) -> list[str]:
    """The codes that a definite answer may have; none for a question that is not coded."""
    if entry["type"] == "yes_no":
        codes = [*YES_NO]
    else:
        codes = [option["code"] for option in entry.get("options", [])]
    return [*codes, NOT_APPLICABLE] if entry.get("not_applicable", False) else codes


def read_answer(entry: Entry, value: Any) -> Answer:
    """Read one definite answer to a question or fact; raises ``AnswerError``."""
    if value == NOT_APPLICABLE and entry.get("not_applicable", False):
        return NOT_APPLICABLE
    return _READERS[entry["type"]](entry, value)


def _refuse(entry: Entry, value: Any, wanted: str) -> AnswerError:
    return AnswerError(f'{entry["id"]}: "{value}" is not {wanted}', entry["id"])


def _code(entry: Entry, value: Any, options: tuple[str, ...] | list[str]) -> str:
    code = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(code, str) and code in options:
        return code
    raise AnswerError(
        f'{entry["id"]}: unknown option "{value}".{nearest(value, options)}'
        f" It takes {', '.join((*options, NOT_OBSERVED))}.",
        entry["id"],
    )


def _coded(entry: Entry, value: Any) -> Answer:
    return _code(entry, value, codes_of(entry))


def _choices(entry: Entry, value: Any) -> Answer:
    if not isinstance(value, list):
        raise _refuse(entry, value, "a list of options")
    return tuple(_code(entry, item, codes_of(entry)) for item in value)


def _bounded(entry: Entry, number: Decimal, value: Any) -> None:
    low, high = entry.get("min"), entry.get("max")
    if (low is not None and number < Decimal(str(low))) or (
        high is not None and number > Decimal(str(high))
    ):
        raise _refuse(entry, value, f"between {low} and {high}")


def _number_text(entry: Entry, value: Any, wanted: str) -> str:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > 12 or not text.isascii():
        raise _refuse(entry, value, wanted)
    whole, _, part = text.removeprefix("-").partition(".")
    if not whole.isdigit() or (("." in text) and not part.isdigit()):
        raise _refuse(entry, value, wanted)
    return text


def _integer(entry: Entry, value: Any) -> Answer:
    wanted = "a whole number"
    text = _number_text(entry, value, wanted)
    if "." in text:
        raise _refuse(entry, value, wanted)
    _bounded(entry, Decimal(text), value)
    return int(text)


def _measure(entry: Entry, value: Any) -> Answer:
    text = _number_text(entry, value, f"a measurement in {entry.get('unit', 'numbers')}")
    measure = Measure(Decimal(text), len(text.partition(".")[2]))
    _bounded(entry, measure.value, value)
    return measure


def _date(entry: Entry, value: Any) -> Answer:
    return read_date(value, entry["id"])


def _dates(entry: Entry, value: Any) -> Answer:
    if not isinstance(value, list):
        raise _refuse(entry, value, "a list of dates")
    return tuple(read_date(item, entry["id"]) for item in value)


def _time(entry: Entry, value: Any) -> Answer:
    text = str(value)
    if (
        len(text) == 5
        and text[2] == ":"
        and (text[:2] + text[3:]).isdigit()
        and text[:2] < "24"
        and text[3:] < "60"
    ):
        return text
    raise _refuse(entry, value, "a time such as 14:05")


def _text(entry: Entry, value: Any) -> Answer:
    if not isinstance(value, str):
        raise _refuse(entry, value, "text")
    return value


def _photos(entry: Entry, value: Any) -> Answer:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _refuse(entry, value, "a list of photo references")
    return tuple(value)


_READERS = {
    "yes_no": _coded,
    "choice": _coded,
    "choices": _choices,
    "integer": _integer,
    "measure": _measure,
    "date": _date,
    "dates": _dates,
    "time": _time,
    "text": _text,
    "photos": _photos,
}
TYPES = tuple(_READERS)
