"""Every page for shops and the public is asked for in both languages: what both say alike is a name, or was left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from compliance.access import PUBLIC
from compliance.documents import DocumentData, kinds
from compliance.documents.data_json import to_json
from compliance.documents.html_view import digest_of
from compliance.services.lifecycle.document_html import KEPT_AS
from compliance.store.engine import separate_session
from compliance.store.models import Document
from compliance.web import guard, languages
from compliance.web.application import Application
from compliance.web.errors import WORDED
from tests.integration.test_welsh_letter_page import in_welsh, opened
from tests.routes import ROUTES, without_disk
from tests.world import World

_APP = without_disk()
#: The pages that need no sign-in, but for the ones where officers sign in and those of an opened letter.
PAGES = sorted(
    endpoint
    for endpoint, route in ROUTES.items()
    if guard.permission_of(_APP, endpoint) == PUBLIC
    and not route.file
    and endpoint.partition(".")[0] not in ("auth", "letter")
    and any(
        rule.endpoint == endpoint and "GET" in rule.methods for rule in _APP.url_map.iter_rules()
    )
)
TROUBLES = sorted([*map(str, WORDED), "expired_form"])
LETTERS = [name for name, kind in kinds().items() if kind.letter]
#: What is called alike in both languages, or is a name: of a body, a place, a person, an Act, a page on the web.
ALIKE = re.compile(
    r"English|Cymraeg|0800 555 111|\S+\.(?:org|uk|example)\S*|[\w.]+@[\w.]+|PDF|\(PDF, \d+ KB\)|Challenge 25|ID|[^a-zA-Z]*|"
    r"[A-Z]{2,}-[\d-]+.*|CKS-\S+"
)


class _Texts(HTMLParser):
    """What a reader sees or hears of a page, but for what is marked as another language than the page's."""

    #: Elements without an end.
    EMPTY = frozenset({"meta", "link", "input", "br", "img", "hr", "wbr", "path", "rect"})
    SAID = ("aria-label", "alt", "placeholder", "title")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.language: str | None = None
        #: The elements around, and whether each is in another language.
        self.within: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inside = bool(self.within) and self.within[-1][1]
        self.language = self.language or given.get("lang")
        other = given["lang"] != self.language if given.get("lang") else inside
        if tag not in self.EMPTY:
            self.within.append((tag, other))
        if not other:
            self.found += [given[name] or "" for name in self.SAID if name in given]

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.within and not self.within[-1][1] and self.within[-1][0] not in ("script", "style"):
            self.found.append(data)


def texts(page: str) -> Iterator[str]:
    """Each text of a page, as a line."""
    for text in _Texts(page).found:
        if line := " ".join(text.split()):
            yield line


def left(english: str, welsh: str, names: str = "") -> list[str]:
    """What a page in Welsh says word for word as it does in English, and is no name."""
    assert '<html lang="en"' in english
    assert '<html lang="cy"' in welsh
    first = {text for text in texts(english) if not ALIKE.fullmatch(text) and text not in names}
    # A sentence may have been set among other words.
    long = [text for text in first if len(text.split()) > 3]
    return [text for text in texts(welsh) if text in first or any(each in text for each in long)]


@pytest.mark.parametrize("endpoint", PAGES)
def test_nothing_on_a_page_is_left_in_english(
    endpoint: str, app: Application, client: FlaskClient, world: World
) -> None:
    with app.test_request_context():
        address = app.url_for(endpoint, **ROUTES[endpoint].args(world))
    english, welsh = (
        client.get(address, query_string={"lang": each}).text for each in ("en", "cy")
    )
    assert left(english, welsh, "Kitchen Corner, NR2 1AB, Norfolk Constabulary") == []


@pytest.mark.parametrize("name", TROUBLES)
def test_nothing_on_a_page_of_an_error_is_left_in_english(name: str, app: Application) -> None:
    def page(language: str, fields: list[tuple[str, str]]) -> str:
        with app.test_request_context("/letter", query_string={"lang": language}):
            return languages.trouble(
                f"errors/{name}.html", status=400, fields=fields, target="/letter"
            )

    for fields in ([], [("reference", "1")]):
        assert left(page("en", fields), page("cy", fields)) == []


def test_an_error_is_told_in_the_language_asked_for_and_to_officers_in_english(
    client: FlaskClient,
) -> None:
    client.set_cookie("language", "cy")
    answer = client.get("/for-shops/nothing")
    assert answer.status_code == 404
    assert '<h1 class="govuk-heading-l">Heb ddod o hyd i\'r dudalen</h1>' in answer.text
    assert 'hreflang="en"' in answer.text
    assert "<title>Ni ellir agor" in client.post("/law").text
    with client.session_transaction() as cookie:
        cookie["sign_in"] = "of an officer"
    assert "Page not found" in client.get("/for-shops/nothing").text


@pytest.mark.parametrize("kind", LETTERS)
def test_nothing_on_the_pages_of_a_letter_is_left_in_english(
    kind: str, app: Application, client: FlaskClient, world: World
) -> None:
    in_welsh(app, world, also=True)
    given = {each: kinds()[kind].sample_data({"language": each}) for each in ("en", "cy")}
    with app.app_context(), separate_session() as session:
        for letter in session.query(Document).filter_by(reference=world.letter):
            data = given[letter.language]
            letter.kind = kind
            letter.inputs = {**letter.inputs, "data": to_json(data), KEPT_AS: digest_of(data)}
    opened(client, world)
    view = [client.get("/letter/view", query_string={"lang": each}).text for each in given]
    assert left(*view, _names(given["cy"])) == []
    address = f"/letter/page/{world.letter}"
    copy = [
        client.get(address, query_string={"language": each, "lang": each}).text for each in given
    ]
    assert left(*copy, _names(given["cy"])) == []


def _names(data: DocumentData) -> str:
    """The names and addresses that a letter carries."""
    parts = [data.operator, data.premises.name, data.premises.postcode, data.authority.name]
    parts += [*data.authority.address, data.recipient.name, *data.recipient.lines]
    return ", ".join(parts)
