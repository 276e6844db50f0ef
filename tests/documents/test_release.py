"""The gate at release: what is shipped passes it, and each fault it is there for is seen."""

from dataclasses import replace
from typing import Any

import pytest

from compliance.documents import kinds, release
from compliance.documents.release import (
    faults_of_languages,
    faults_of_pack,
    faults_of_sample,
    faults_of_template,
    texts_of_pack,
)
from compliance.rulebook import Pack, shipped_pack

LONG = "We came to your shop and " + "we looked at the till and " * 6 + "then we went home again."
HARD = (
    "Notwithstanding considerable organisational reconsideration, documentation is insufficient. "
    "Subsequent administrative representations necessitate consideration by management."
)


def test_what_is_shipped_may_be_released() -> None:
    assert [str(each) for each in release.faults()] == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("<p>{{ premisses }}</p>", "There is nothing called 'premisses'"),
        (
            "{% if false %}{{ d.premisses.name }}{% endif %}",
            "Line 1: the facts have no entry 'premi",
        ),
        ("{{ d.premises.nmae }}", "no entry 'nmae'"),
        ("{% for a in d.actions[:3] %}{{ a.words }}{% endfor %}", "no entry 'words'"),
        ("{{ d.follows.number }}", "no entry 'number'"),
        (
            '{% import "partials/en.html" as part %}{{ part.nothing(d) }}',
            "no part called 'nothing'",
        ),
        ("{{ d.operator|capitalised }}", "No filter named 'capitalised'"),
        ("{% if %}", "cannot be read"),
        ("<p>Your shop is compliant.</p>", "It says 'compliant'"),
        ('{{ part("You failed.") }}', "It says 'failed'"),
        ("<p>This is an offence.</p>", "speaks of the law ('offence') other than through law()"),
        ('{{ part([("Q", "You may go to prison.")]) }}', "It names a penalty ('prison')"),
        ("<p>The fine is £5,000.</p>", "It names a penalty"),
    ],
)
def test_a_fault_of_a_template_is_seen_in_every_branch(source: str, message: str) -> None:
    assert any(message in str(each) for each in faults_of_template("x/en.html", source))


def test_a_sound_template_has_no_fault() -> None:
    source = (
        '{% import "partials/en.html" as part %}{{ law("sale_age") }} {{ d.visit.period }}'
        "{% for each in d.replaces %}{{ each.reference }}{% endfor %}{{ part.answers([]) }}"
    )
    assert faults_of_template("x/en.html", source) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LONG, "A sentence has 4"),
        (HARD, "years of school; 7 is the most"),
        ("Your shop is guilty.", "It says 'guilty'"),
        ("No breach was seen.", "It says 'breach'"),
    ],
)
def test_a_fault_of_a_sample_is_seen(
    text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = kinds()["decision-letter"]
    data = kind.sample_data({"added": f"{text} {text} {text}" if text == HARD else text})
    monkeypatch.setattr(type(kind), "sample_data", lambda *_, **__: data)
    monkeypatch.setattr(release, "prose", lambda html, _: [text])
    assert any(message in str(each) for each in faults_of_sample(kind, ""))


@pytest.mark.parametrize("broken", ["{{ d.nothing }}", "{% if %}"])
def test_a_template_that_cannot_be_filled_is_a_fault_of_its_sample(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compliance.documents.compose import environment

    monkeypatch.setattr(environment(), "get_template", lambda _: environment().from_string(broken))
    (fault,) = faults_of_sample(kinds()["decision-letter"], "")
    assert "The template cannot be filled" in fault.message


def test_a_kind_without_its_welsh_or_its_welsh_title_is_a_fault() -> None:
    kind = kinds()["decision-letter"]
    assert faults_of_languages(kind) == []
    (fault,) = faults_of_languages(replace(kind, title={"en": "Decision"}))
    assert "no text, or no title, in the language 'cy'" in fault.message
    assert len(faults_of_languages(replace(kind, name="no-such-folder"))) == 2


def _with(table: str, entry: dict[str, Any]) -> Pack:
    content = shipped_pack().content
    return Pack({**content, table: [*content[table], entry]})


SENTENCE = {"id": "x", "from": "2026-06-29", "dims": {"nation": ["england"]}}


@pytest.mark.parametrize(
    ("table", "entry", "message"),
    [
        ("step", {"id": "x", "says": {"en": "A court decides."}}, "names no row of the law sheet"),
        ("step", {"id": "x", "says": {"en": "You failed."}, "law": "8/uk/outcomes"}, "'failed'"),
        ("step", {"id": "x", "says": {"en": LONG}, "law": "8/uk/outcomes"}, "A sentence has"),
        ("step", {"id": "x", "says": {"en": HARD}, "law": "8/uk/outcomes"}, "years of school"),
        (
            "sentence",
            {**SENTENCE, "law": "99/x", "text": {"en": "It is law."}},
            "no row of the law",
        ),
        (
            "sentence",
            {**SENTENCE, "law": "cpa2026_penalty_141A", "text": {"en": "The law is new."}},
            "which nobody has verified",
        ),
        (
            "sentence",
            {**SENTENCE, "law": "4/until_checked", "text": {"en": "Prison for up to two years."}},
            "names a greatest penalty ('two years')",
        ),
    ],
)
def test_a_fault_of_the_rulebooks_texts_is_seen(
    table: str, entry: dict[str, Any], message: str
) -> None:
    found = [str(each) for each in faults_of_pack(_with(table, entry))]
    assert any(message in each for each in found), found


def test_every_text_is_looked_at() -> None:
    places = {place.split()[0] for place, _, _ in texts_of_pack(shipped_pack())}
    assert places == {"rule", "value", "step", "sentence"}
