"""The Welsh texts: an administrator records which of them a named translator stands by."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from compliance.access import Role
from compliance.rulebook import shipped_pack
from compliance.services.translations import released
from compliance.store.engine import separate_session
from compliance.store.models import Visit
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.world import World

PAGE = "/rulebook/translations"


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("seen", "csrf_token")
    }


def posted(client: FlaskClient, group: str, **changed: str) -> tuple[int, str]:
    page = client.get(f"{PAGE}/{group}").text
    given = {**fields_of(page), "translator": "Mared Prys", **changed}
    answer = client.post(f"{PAGE}/{group}", data=given)
    return answer.status_code, answer.text


def test_a_group_is_confirmed_under_the_translators_name(signed_in: SignIn) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    texts = [each for each in released(shipped_pack(), "cy") if each.group == "sentence"]
    before = client.get(f"{PAGE}/sentence").text
    assert f"Confirm the {len(texts)} drafts on this page" in before
    assert f'<span lang="cy">{texts[0].text}' in before.replace("&#39;", "'")
    assert f"{len(texts)} to confirm" in client.get(PAGE).text
    assert posted(client, "sentence")[0] == 302
    after = client.get(f"{PAGE}/sentence").text
    assert "Confirm the" not in after
    assert after.count("Mared Prys") == len(texts)
    assert f"{len(texts)} to confirm" not in client.get(PAGE).text


def test_a_name_is_needed_and_what_was_not_shown_is_not_confirmed(signed_in: SignIn) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    status, page = posted(client, "step", translator=" ")
    assert status == 422
    assert "Enter the name of the translator" in page
    status, page = posted(client, "step", seen="0" * 64)
    assert status == 422
    assert "have changed since you opened this page" in page
    assert "Confirmed" not in client.get(f"{PAGE}/step").text


def test_every_letter_can_be_read_as_it_is_printed(signed_in: SignIn) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    page = client.get(f"{PAGE}/letters").text
    links = re.findall(r'href="(/rulebook/translations/letters/[^"]*)"', page)
    assert len(links) >= 9
    answer = client.get(links[0])
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert client.get(f"{PAGE}/letters/nothing.pdf").status_code == 404
    assert client.get(f"{PAGE}/nothing").status_code == 404


def test_only_an_administrator_confirms(signed_in: SignIn) -> None:
    assert signed_in(Role.REVIEWER).get(PAGE).status_code == 403


def test_a_letter_in_wales_is_previewed_in_either_language(
    app: Application, signed_in: SignIn, world: World
) -> None:
    client = signed_in(Role.REVIEWER)
    visit = world.visits["reviewed"]
    with app.app_context(), separate_session() as session:
        session.get_one(Visit, visit).nation = "wales"
    page = client.get(f"/visits/{visit}/notify").text
    assert "Held: the premises is in Wales" in page
    for language, words in (("cy", "in Welsh"), ("en", "in English")):
        assert f"/visits/{visit}/letter-preview?language={language}" in page
        assert f"Preview the letter {words}" in page
    assert client.get(f"/visits/{visit}/letter-preview?language=pl").status_code == 404
