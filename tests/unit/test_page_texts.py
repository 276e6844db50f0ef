"""The Welsh of the pages for shops and the public: nothing missing, nothing older than its English."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.documents.verifying import UNCHANGED
from compliance.services import assessments, visit_content
from compliance.services.lifecycle import portal
from compliance.services.page_texts import DRAFT, page_texts
from compliance.web.businesses.letter import LetterForm
from compliance.web.public import check_document, proof, self_check
from compliance.web.template_words import in_language, placeholders, texts_of

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
#: What is shown to a shop or the public in either language; the frame and the parts these use.
SHOWN = [
    *sorted((TEMPLATES / "businesses").rglob("*.html")),
    *(
        TEMPLATES / "public" / f"{name}.html"
        for name in (
            *("start", "certificate", "check_document", "law", "proof", "privacy", "accessibility"),
            *("self_check/start", "self_check/questions", "self_check/list"),
            *("for_shops/index", "for_shops/show"),
        )
    ),
    *(TEMPLATES / "layouts" / f"{name}.html" for name in ("base", "public")),
    *(
        TEMPLATES / "components" / f"{name}.html"
        for name in (
            *("fields", "error_summary", "when", "confidential"),
            *("resend", "document_navigation"),
        )
    ),
    # A service refuses only what an officer asked for.
    *(path for path in (TEMPLATES / "errors").glob("*.html") if path.stem != "refused"),
]
#: Where texts stand in code that such a page says.
CODE = [
    *(ROOT / "compliance/web/public").glob("*.py"),
    ROOT / "compliance/web/businesses/letter.py",
    ROOT / "compliance/app.py",
    ROOT / "compliance/services/page_texts.py",
    # What the officers' file of a visit says.
    *(
        ROOT / f"compliance/services/lifecycle/{name}.py"
        for name in ("bundle_data", "file_words", "timeline")
    ),
    *(ROOT / f"compliance/services/{name}.py" for name in ("assessments", "visit_content")),
    ROOT / "compliance/services/lifecycle/portal.py",
    ROOT / "compliance/services/lifecycle/checking.py",
    ROOT / "compliance/services/lifecycle/documents.py",
    ROOT / "compliance/documents/verifying.py",
    ROOT / "compliance/documents/signatures.py",
]
#: What a text of ours may begin with.
FIRST = f"{string.ascii_uppercase}{string.digits}{{"
#: Where the officers' file of a visit says things in its language; what it says by code stands in tables.
FILE = [
    path for path in CODE if path.stem in ("bundle_data", "file_words", "timeline", "documents")
]
SAID_BY_CODE = [
    *assessments.OUTCOMES.values(),
    *assessments.STAGES.values(),
    *visit_content.PURPOSES.values(),
    *visit_content.WHY_NOT_OBSERVED.values(),
]
#: The last words of a text of a form field that says how long it may be.
TOO_LONG = " must be 60 characters or fewer"
WELSH = page_texts("cy")


def _in_templates() -> set[str]:
    return {text.key for path in SHOWN for text in texts_of(path.read_text(encoding="utf-8"))}


def _literals() -> Iterator[str]:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
                yield f"{node.value}{TOO_LONG}"
    for path in SHOWN:
        # Words that a template hands on within an expression.
        yield from re.findall(r"'([^'\n]+)'", path.read_text(encoding="utf-8"))


def test_every_text_of_a_page_has_its_welsh() -> None:
    assert sorted(_in_templates() - set(WELSH)) == []


def test_no_welsh_is_older_than_its_english() -> None:
    assert sorted(set(WELSH) - _in_templates() - set(_literals())) == []


def test_what_the_code_says_has_its_welsh() -> None:
    form = [
        text
        for name in ("reference", "code")
        for field in [getattr(LetterForm, name)]
        for text in (field.args[0], field.kwargs["description"])
    ]
    said = [
        *form,
        *check_document.WORDS.values(),
        *proof.SAID,
        *self_check.SAID,
        portal.WRONG,
        portal.WAIT,
        UNCHANGED,
        DRAFT,
    ]
    assert [text for text in said if text not in WELSH] == []


def test_what_the_officers_file_says_has_its_welsh() -> None:
    said = [*SAID_BY_CODE]
    for path in FILE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                said += _says(node.args[0]) if name in ("say", "said", "line") else ()
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "verb":
                said += _says(node.value)
            elif isinstance(node, ast.Tuple):
                # A label beside what it is of, or one beside many.
                said += (
                    text for each in node.elts for text in _says(each) if str(text)[:1] in FIRST
                )
    assert len(said) > 90
    assert [text for text in said if text not in WELSH] == []


def _says(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_says(node.body), *_says(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from _says(each)


def test_the_script_of_proofs_says_what_it_was_given() -> None:
    script = (ROOT / "static/js/proof.js").read_text(encoding="utf-8")
    said = re.findall(r"(?:told|NotProven|CannotCheck)\('([^']+)'", script)
    said += re.findall(r"'no-issues-found': '([^']+)'", script)
    assert set(said) == set(proof.SAID)


def test_the_script_of_the_self_check_says_what_it_was_given() -> None:
    script = (ROOT / "static/js/self_check.js").read_text(encoding="utf-8")
    assert set(re.findall(r"\btold\('([^']+)'", script)) == set(self_check.SAID)


@pytest.mark.parametrize("english", sorted(WELSH))
def test_a_translation_keeps_the_placeholders(english: str) -> None:
    assert placeholders(WELSH[english]) == placeholders(english)
    assert not re.search(r"\{\{|\{%|<[a-z]", WELSH[english])


def test_a_template_is_said_in_another_language_and_keeps_what_is_no_text() -> None:
    source = (
        '{# Note. #}<p class="{% if a > b %}x{% endif %}">On {{ day(d) }} <a href="{{ u }}">we</a> met'
        '{% if c %} again{% endif %}.</p>\n<nav aria-label="Back">{{ x }}</nav>'
    )
    said = {"On {1} <1>we</1> met": "<1>Ni</1>, {1}", "again": "eto", "Back": "Yn ôl"}
    assert [text.key for text in texts_of(source)] == list(said)
    assert in_language(source, said.get) == (
        '{# Note. #}<p class="{% if a > b %}x{% endif %}"><a href="{{ u }}">Ni</a>, {{ day(d) }}'
        '{% if c %} eto{% endif %}.</p>\n<nav aria-label="Yn ôl">{{ x }}</nav>'
    )
