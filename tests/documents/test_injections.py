"""Text stays text: whatever is typed into any field, no markup, style, script, template or address
of it works in a document (security.md, case 14)."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from compliance.documents import DocumentData, kinds, render
from compliance.documents.compose import compose
from compliance.documents.press import Press
from tests.documents.reading import lines, pdf_text, skeleton

INJECTIONS = [
    '<img src="file:///etc/passwd">',
    "<img src=file:///etc/passwd>",
    '<img src="http://127.0.0.1:9/x">',
    '"><img src=x>',
    "'><img src=x>",
    "</p><script>alert(1)</script>",
    "<style>body{display:none}</style>",
    "</style><style>@import url(file:///etc/passwd)</style>",
    '<link rel=stylesheet href="file:///etc/passwd">',
    '<link rel=attachment href="file:///etc/passwd">',
    '<a rel=attachment href="file:///etc/passwd">x</a>',
    '<a href="javascript:alert(1)">x</a>',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="file:///etc/passwd">',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<svg><image href="file:///etc/passwd"/></svg>',
    '<svg onload="alert(1)">',
    '<base href="file:///etc/">',
    '<meta http-equiv="refresh" content="0;url=file:///etc/passwd">',
    '<meta name="identifier" content="other">',
    "<title>other</title>",
    "<h1>We approve this shop</h1>",
    "<!-- a comment -->",
    "<![CDATA[ x ]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&lt;img src=x&gt;",
    "&#60;img src=x&#62;",
    "&amp;lt;b&amp;gt;",
    "{{ 7*7 }}",
    "{% include 'partials/print.css' %}",
    "{{ d.__class__.__mro__ }}",
    "{# gone #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "x; background: url(file:///etc/passwd)",
    "url(file:///etc/passwd)",
    'x" style="position:fixed;top:0" y="',
    "x' onmouseover='alert(1)",
    "<table><tr><td>x</td></tr></table>",
    "</table></main></body></html>",
    "<form><input name=x></form>",
    '\\"); attr(x); content: url(',
    "%PDF-1.4 << /Type /Catalog >> endobj",
    ") Tj ET BT (x",
]


def everywhere(value: Any, text: str) -> Any:
    """The data with `text` in every text that people type, cut to what a field takes."""
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for part in fields(value):
            given = getattr(value, part.name)
            if part.name in ("kind", "language", "nation", "story", "postcode", "law") and (
                type(value).__name__ != "Authority"
            ):
                continue
            if part.name == "lines" and type(value).__name__ == "Recipient":
                changed[part.name] = (f"A {text}"[:44], *given[1:])
            elif isinstance(given, str) and given:
                changed[part.name] = f"A {text}"[: part.metadata["longest"]]
            elif isinstance(given, tuple):
                longest = part.metadata.get("longest") or 1000
                changed[part.name] = tuple(
                    f"A {text}"[:longest] if isinstance(each, str) else everywhere(each, text)
                    for each in given
                )
            elif is_dataclass(given):
                changed[part.name] = everywhere(given, text)
        return replace(value, **changed)
    return value


STEP = {"label": "Good practice", "in_own_time": True}


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("name", [*kinds()])
def test_no_field_of_any_kind_makes_markup(text: str, name: str) -> None:
    """The elements and attributes of the page are the same as with a harmless word."""
    for sample in ("", *kinds()[name].samples):
        kind, data = kinds()[name], kinds()[name].sample_data(sample=sample)
        plain = compose(everywhere(data, "word"), kind, specimen=False)
        hostile = compose(everywhere(data, text), kind, specimen=False)
        assert skeleton(hostile) == skeleton(plain)
        shown = " ".join(lines(hostile))
        assert " ".join(f"A {text}"[:40].split()) in shown


@pytest.mark.parametrize("start", range(0, len(INJECTIONS), 6))
def test_the_pdf_shows_them_as_letters(start: int, press: Press) -> None:
    """Laid out for real, nothing is fetched, attached or linked, and the words are there."""
    chosen = INJECTIONS[start : start + 6]
    data: DocumentData = kinds()["advice-letter"].sample_data(
        {"points": [{**STEP, "found": text, "to_do": text, "note": text} for text in chosen]}
    )
    made = render(data, using=press)
    assert b"/EmbeddedFile" not in made.pdf
    assert b"/URI" not in made.pdf
    read = pdf_text(made.pdf).replace(" ", "")
    for text in chosen:
        assert text.replace(" ", "")[:12] in read


def test_a_fetch_that_slipped_into_a_template_is_fatal(press: Press) -> None:
    from compliance.documents.press import PrintingFailed

    page = {"css": "", "letter": False, "most_pages": 1}
    for address in ("file:///etc/passwd", "http://127.0.0.1:9/x", "ftp://127.0.0.1/x"):
        with pytest.raises(PrintingFailed, match="FatalURLFetchingError"):
            press.make({"html": f'<html lang="en"><title>t</title><img src="{address}">', **page})
