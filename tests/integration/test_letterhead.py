"""The letterhead: an administrator says what letters carry, in both languages."""

from __future__ import annotations

import re

import pytest

from compliance.access import Role
from compliance.store.engine import separate_session
from compliance.store.models import Authority, User
from compliance.web.application import Application
from tests.integration.conftest import SignIn
from tests.world import World

PAGE = "/letterhead"
RIGHT = {
    "address_line_1": "1 Castle Street",
    "address_line_2": "",
    "address_line_3": "",
    "address_line_4": "Cardiff",
    "postcode": "cf101bh",
    "phone": "029 2018 0000",
    "email": "trading@example.org",
    "website": "https://www.example.org/",
    "complaints_text": "Tell us first.",
    "complaints_text_cy": "Dywedwch wrthym ni yn gyntaf.",
}


def posted(signed_in: SignIn, **changed: str) -> tuple[int, str]:
    client = signed_in(Role.ADMINISTRATOR)
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(PAGE).text)
    assert token
    answer = client.post(PAGE, data={"csrf_token": token[1], **RIGHT, **changed})
    return answer.status_code, answer.text


def test_a_letterhead_is_set_in_both_languages(
    app: Application, signed_in: SignIn, world: World
) -> None:
    assert posted(signed_in)[0] == 302
    with app.app_context(), separate_session() as session:
        person = session.get(User, world.people[Role.ADMINISTRATOR])
        assert person
        kept = session.get(Authority, person.authority_id)
        assert kept
        assert kept.complaints_text_cy == "Dywedwch wrthym ni yn gyntaf."
        assert kept.address_lines == ["1 Castle Street", "Cardiff", "CF10 1BH"]
        assert kept.website == "www.example.org"


def test_who_changed_what_and_when_stays_on_the_page(signed_in: SignIn) -> None:
    posted(signed_in)
    posted(signed_in, phone="029 2018 0001")
    # Saved as it was, nothing is noted.
    posted(signed_in, phone="029 2018 0001")
    rows = re.findall(r'app-table--cards">.*', signed_in(Role.ADMINISTRATOR).get(PAGE).text, re.S)
    newest = re.split(r'<tr class="govuk-table__row">', rows[0])[2]
    told = " ".join(re.sub(r"<[^>]+>", " ", newest).split())
    assert re.fullmatch(
        r"\d+ \w+ 20\d\d.*(am|pm|midday|midnight) Ada Administrator Phone number "
        r"029 2018 0000 029 2018 0001",
        told,
    )
    assert len(re.findall("029 2018 0001", rows[0])) == 1


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("address_line_1", "", "Enter the first line of the address"),
        ("postcode", "Cardiff", "Enter a full UK postcode"),
        ("phone", "ring us", "Enter a phone number, like"),
        ("email", "nobody", "Enter an email address in the correct format"),
        ("website", "our site", "Enter the address of a website"),
        ("complaints_text", "x" * 301, "must be 300 characters or fewer"),
        ("complaints_text_cy", "Dywedwch \U0001f52a", "cannot"),
        ("complaints_text", "Tell us if your shop failed.", "which we never say of a business"),
        ("complaints_text_cy", "Os ydych yn euog, ffoniwch.", "which we never say of a business"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    signed_in: SignIn, field: str, typed: str, told: str
) -> None:
    status, page = posted(signed_in, **{field: typed})
    assert status == 422
    error = re.search(rf'id="{field}-error".*?</p>', page, re.DOTALL)
    assert error
    assert told in error[0]
