"""A prepared screen: filled in like a form drawn afresh, escaped, and never carrying one visit into another."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from compliance.rulebook import shipped_pack
from compliance.services.visit_content import codes_of
from compliance.web.forms.prepared import PreparedSection, prepared
from compliance.web.forms.sections import fact_sections, question_sections
from tests.small_pack import small_pack

PACK = small_pack()
DIMS = {"kind": ["trial"], "nation": ["england"], "channel": ["in_store"]}


@pytest.fixture(autouse=True)
def app() -> Iterator[Flask]:
    """An application with the templates and nothing else."""
    app = Flask("forms", template_folder="../../templates", root_path="tests/unit")
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    with app.app_context():
        yield app


def screens(kind: str = "trial") -> dict[str, PreparedSection]:
    """The small rulebook's screens by their id."""
    dims = DIMS | {"kind": [kind]}
    return {
        section.id: PreparedSection(section, dims, "many")
        for section in question_sections(PACK, dims)
    }


def draw(screen: PreparedSection, fields: dict[str, list[str]], **more: object) -> str:
    """Draw a screen on which everything is asked."""
    asked = {one.id for one in screen.section.answers}
    given = {"errors": {}, "asked": asked, "known": {}} | more
    return str(screen.draw("TOKEN", fields, **given))


def test_nothing_is_chosen_beforehand() -> None:
    for screen in (*screens().values(), *screens("audit").values()):
        page = draw(screen, {})
        assert " checked" not in page
        assert not re.search(r'type="text"[^>]*value="[^"]', page)


def test_what_was_typed_stands_where_it_was_typed() -> None:
    page = draw(screens()["what"], {"result": ["sold"], "paid": ["no"], "edge": ["7.50"]})
    assert re.search(r'name="result" value="sold" checked', page)
    assert re.search(r'name="paid" value="no" checked', page)
    assert page.count(" checked") == 2
    assert re.search(r'name="edge"[^>]* value="7.50"', page)
    assert 'name="csrf_token" value="TOKEN"' in page


def test_one_visit_leaves_nothing_for_the_next() -> None:
    screen = screens()["what"]
    empty = draw(screen, {})
    draw(screen, {"result": ["sold"], "edge": ["1"]}, errors={"edge": "No"}, asked=set())
    assert draw(screen, {}) == empty


def test_markup_that_was_typed_stays_text() -> None:
    hostile = '"><script>alert(1)</script>\x01checked result sold\x01'
    story = draw(screens("audit")["papers"], {"story": [hostile], "training": [hostile]})
    edge = draw(screens()["what"], {"edge": [hostile], "result": [hostile]})
    wrong = draw(screens()["what"], {}, errors={"edge": hostile})
    known = draw(screens()["what"], {}, known={"answer": {"x": hostile}, "fact": {}})
    for page in (story, edge, wrong, known):
        assert "<script>" not in page
        assert " checked" not in page


def test_an_error_stands_at_its_question_and_is_read_with_it() -> None:
    page = draw(screens()["what"], {}, errors={"edge": "Use digits"})
    assert '<p id="edge-error" class="govuk-error-message">' in page
    assert 'aria-describedby="edge-error"' in page
    assert page.count("govuk-form-group--error") == 1
    assert page.count("govuk-input--error") == 1


def test_a_question_that_is_not_asked_is_hidden() -> None:
    page = draw(screens()["what"], {}, asked={"result"})
    assert re.search(r'id="paid-question"[^>]* hidden', page)
    assert not re.search(r'id="result-question"[^>]* hidden', page)


def test_an_option_of_another_way_of_selling_is_not_offered() -> None:
    assert 'value="left_online"' not in draw(screens()["what"], {})
    online = DIMS | {"channel": ["online"]}
    section = question_sections(PACK, online)[0]
    assert 'value="left_online"' in draw(PreparedSection(section, online, "many"), {})


def test_a_screen_is_drawn_once_for_a_rulebook_and_its_dimensions() -> None:
    section = question_sections(PACK, DIMS)[0]
    assert prepared(PACK, section, DIMS) is prepared(PACK, section, DIMS)
    online = DIMS | {"channel": ["online"]}
    other = question_sections(PACK, online)[0]
    assert prepared(PACK, other, online) is not prepared(PACK, section, DIMS)


def every_screen() -> Iterator[tuple[str, PreparedSection]]:
    """Every screen of the shipped rulebook, for each kind of visit in each nation, sold in every way."""
    pack = shipped_pack()
    for kind in codes_of(pack, "kind"):
        for nation in codes_of(pack, "nation"):
            dims = {"kind": [kind], "nation": [nation], "channel": codes_of(pack, "channel")}
            for section in (
                *question_sections(pack, dims),
                *(fact_sections(pack, dims, "operation")),
                *(fact_sections(pack, dims, "visit")),
                *(fact_sections(pack, dims, "review")),
            ):
                yield f"{kind} {nation} {section.id}", PreparedSection(section, dims, "many")


def test_every_screen_of_the_shipped_rulebook_can_be_drawn_and_named() -> None:
    found = list(every_screen())
    assert len(found) > 80
    for name, screen in found:
        page = draw(screen, {})
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name
        labels = set(re.findall(r' for="([^"]+)"', page))
        assert labels <= set(ids), name
        pointed = {
            one
            for value in re.findall(r'aria-describedby="([^"]+)"', page)
            for one in value.split()
        }
        assert pointed <= set(ids), name


def test_a_condition_that_the_page_works_out_reads_what_the_page_has() -> None:
    for name, screen in every_screen():
        page = draw(screen, {})
        own = {one.id for one in screen.section.answers}
        elsewhere = {one for _, one in screen.needs}
        for text in re.findall(r'data-ask-when="([^"]+)"', page):
            read = set(re.findall(r'"(?:answer|fact)": "([^"]+)"', unescape(text)))
            assert read <= own | elsewhere, name
            assert json.loads(unescape(text))
