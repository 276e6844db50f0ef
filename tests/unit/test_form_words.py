"""Every form of ours says in its own words what is wrong: nobody reads a library's default message."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField
from wtforms.fields.core import UnboundField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

import compliance.web
from compliance.web.forms import fields


def forms() -> dict[str, type[Form]]:
    """Return every form there is below `compliance.web`, by its name."""
    for module in pkgutil.walk_packages(compliance.web.__path__, "compliance.web."):
        importlib.import_module(module.name)
    found: dict[str, type[Form]] = {}
    left = [Form]
    while left:
        form = left.pop()
        left += form.__subclasses__()
        if form.__module__.startswith("compliance."):
            found[form.__name__] = form
    return found


def checks(form: type[Form]) -> Iterator[tuple[str, Any]]:
    """Yield the name of each field of `form` with each of its validators."""
    for name in dir(form):
        field = getattr(form, name)
        if isinstance(field, UnboundField):
            for check in field.kwargs.get("validators") or ():
                yield name, check


def without_words(form: type[Form]) -> list[str]:
    """Return the fields of `form` with a validator that would speak for itself."""
    return [
        f"{form.__name__}.{name}: {type(check).__name__}"
        for name, check in checks(form)
        if hasattr(check, "message") and not check.message
    ]


FORMS = forms()


def test_the_forms_are_found() -> None:
    assert {"DecideForm", "LetterForm", "SignInForm", "PersonForm", "OperatorForm"} <= set(FORMS)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_check_of_a_form_has_words_of_its_own(form: type[Form]) -> None:
    assert without_words(form) == []


def test_a_check_without_words_is_seen() -> None:
    class Careless(Form):
        """A form that leaves its words to the library."""

        name = StringField(validators=[InputRequired(), Length(max=3)])
        again = StringField(validators=[DataRequired("Enter it"), EqualTo("name")])

    assert without_words(Careless) == [
        "Careless.again: EqualTo",
        "Careless.name: InputRequired",
        "Careless.name: Length",
    ]


LIMITS = [
    (form, name, check)
    for form in FORMS.values()
    for name, check in checks(form)
    if isinstance(check, Length)
]


@pytest.mark.parametrize(
    ("form", "name", "check"), LIMITS, ids=[f"{form.__name__}.{name}" for form, name, _ in LIMITS]
)
def test_what_is_too_long_is_told_with_the_limit(
    form: type[Form], name: str, check: Length
) -> None:
    # The one field is enough, and needs no request as a whole form of Flask-WTF would.
    alone = type("Alone", (Form,), {name: getattr(form, name)})
    for length, wrong in ((check.max, False), (check.max + 1, True)):
        filled = alone(MultiDict({name: "x" * length}))
        filled.validate()
        errors = [str(error) for error in filled[name].errors]
        assert any(f"must be {check.max:,} characters or fewer" in each for each in errors) == wrong
        assert all("(optional)" not in each and "?" not in each for each in errors)


def test_a_choice_that_is_no_longer_offered_asks_to_choose_again() -> None:
    class Choosing(Form):
        """A form with a choice of ours."""

        step = fields.choice("Step?", {"a": "A"}, missing="Choose a step")

    form = Choosing(MultiDict({"step": "gone"}))
    assert not form.validate()
    assert form.step.errors == ["Choose a step"]
