"""The pages that keep shops: what is typed is never lost, mistakes stand at their field, a person decides."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from compliance.access import Role
from compliance.app import create_app
from compliance.config import Settings
from compliance.services import premises_file, premises_import, users
from compliance.store.engine import db, separate_session, upgrade
from compliance.store.models import PossibleDuplicate, Premises, Tenure, User
from compliance.web.application import Application
from compliance.web.signed_in import TOKEN
from tests.integration.store import shop
from tests.integration.store.shop import World

NORWICH = Path(__file__).parents[1] / "data" / "premises-norwich.csv"
NEW = {
    "trading_name": "Kitchen & Co",
    "address_line_1": "9 Elm Hill",
    "address_line_2": "Norwich",
    "postcode": "nr31hn",
    "nation": "",
    "partner": "",
    "shop_kind": "kitchenware",
    "channels": ["in_store", "online"],
    "sells_knives": "yes",
    "sells_knives_seen_on-day": "2",
    "sells_knives_seen_on-month": "11",
    "sells_knives_seen_on-year": "2026",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    """The application with a shop, people, and the Norwich list."""
    app = create_app(
        Settings.from_environment(
            {
                "DATABASE_URL": f"sqlite:///{tmp_path / 'pages.db'}",
                "DATA_DIR": str(tmp_path),
                "SECRET_KEY": "k" * 32,
            }
        )
    )
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        upgrade()
        with separate_session() as session:
            app.extensions["test_world"] = shop.build(session)
            premises_import.run(
                session,
                datetime.now(UTC),
                file=premises_file.read(NORWICH.read_bytes()),
                authority_name="Norfolk Constabulary",
            )
        db.engine.dispose()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def world(app: Application) -> World:
    """What is in the database."""
    world: World = app.extensions["test_world"]
    return world


@pytest.fixture
def nora(app: Application, world: World) -> FlaskClient:
    """A reviewer's browser."""
    client = app.test_client()
    with app.app_context(), separate_session() as session:
        user = session.get_one(User, world.people[Role.REVIEWER])
        token = users.begin_session(session, user, datetime.now(UTC))
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    return client


def kept(app: Application, name: str) -> Premises | None:
    """Return the shop of that name."""
    with app.app_context():
        return db.session.scalars(select(Premises).where(Premises.trading_name == name)).first()


def summary(page: str) -> list[tuple[str, str]]:
    """Return the (target, text) of each line of the error summary."""
    found = re.search(r'govuk-error-summary__list">(.*?)</ul>', page, re.S)
    assert found, "no error summary"
    return [
        (target, unescape(text))
        for target, text in re.findall(r'<a href="#([^"]+)">(.*?)</a>', found[1])
    ]


def test_a_search_with_slips_and_a_page_of_the_list(nora: FlaskClient) -> None:
    page = nora.get("/premises?q=Tescos").text
    assert "10 shops" in page
    assert page.count('<th scope="row"') == 10
    first = nora.get("/premises").text
    assert "338 shops, page 1 of 14" in first
    assert 'href="/premises?page=2"' in first
    assert "No shop matches" in nora.get("/premises?q=zzyzx").text
    assert nora.get("/premises?nation=atlantis").status_code == 404


def test_the_list_as_csv_is_the_whole_list_and_no_formulas(
    app: Application, nora: FlaskClient
) -> None:
    with app.app_context():
        shop_kept = db.session.scalars(select(Premises)).first()
        assert shop_kept
        shop_kept.trading_name = "=1+1"
        db.session.commit()
    answer = nora.get("/premises?as=csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 1 + 338
    assert rows[0][0] == "Shop"
    assert "'=1+1" in {row[0] for row in rows}


def test_a_shop_is_added(app: Application, nora: FlaskClient) -> None:
    answer = nora.post("/premises/new", data=NEW)
    assert answer.status_code == 302
    page = nora.get(answer.location).text
    assert "Kitchen &amp; Co is on the list" in page
    assert "England (its postcode area lies wholly there)" in page
    assert "Sells knives, seen on 2 November 2026" in page
    shop_kept = kept(app, "Kitchen & Co")
    assert shop_kept
    assert (shop_kept.postcode, shop_kept.channels) == ("NR3 1HN", ["in_store", "online"])


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(
    app: Application, nora: FlaskClient
) -> None:
    wrong = NEW | {
        "trading_name": " ",
        "address_line_2": '"><script>alert(1)</script>',
        "postcode": "NR3",
        "sells_knives_seen_on-day": "31",
        "sells_knives_seen_on-month": "2",
    }
    answer = nora.post("/premises/new", data=wrong)
    assert answer.status_code == 422
    assert summary(answer.text) == [
        ("trading_name", "Enter the name the shop trades under"),
        ("postcode", "Enter a full UK postcode, like NR1 3DD"),
        ("sells_knives_seen_on", summary(answer.text)[2][1]),
    ]
    page = answer.text
    for target, text in summary(page):
        assert f'id="{target}"' in page
        assert unescape(page).count(text) == 2
    assert "<script>alert(1)" not in page
    assert '&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    for again in ('value="NR3"', 'value="9 Elm Hill"', 'value="31"'):
        assert again in page
    assert re.search(r'value="online"\s+checked', page)
    assert re.search(r'value="kitchenware"\s+selected', page)
    assert kept(app, "Kitchen & Co") is None


def test_a_shop_like_one_kept_needs_a_persons_word(app: Application, nora: FlaskClient) -> None:
    like = NEW | {
        "trading_name": "Premier Stores Ltd",
        "address_line_1": "1 Aylsham Crescent",
        "postcode": "NR3 2RZ",
    }
    answer = nora.post("/premises/new", data=like)
    assert answer.status_code == 422
    ((target, text),) = summary(answer.text)
    assert target == "not_a_duplicate"
    assert "Premier, 1 Aylsham Crescent, Norwich, NR3 2RZ is kept already" in text
    assert 'type="checkbox" id="not_a_duplicate"' in answer.text
    assert nora.post("/premises/new", data=like | {"not_a_duplicate": "no"}).status_code == 422
    assert nora.post("/premises/new", data=like | {"not_a_duplicate": "yes"}).status_code == 302
    assert kept(app, "Premier Stores Ltd")


def test_an_edit_begins_with_what_is_kept(
    app: Application, nora: FlaskClient, world: World
) -> None:
    nora.post("/premises/new", data=NEW)
    shop_kept = kept(app, "Kitchen & Co")
    assert shop_kept
    form = nora.get(f"/premises/{shop_kept.id}/edit").text
    for again in ('value="Kitchen &amp; Co"', 'value="NR3 1HN"', 'value="11"'):
        assert again in form
    assert re.search(r'value="yes"\s+checked', form)
    changed = NEW | {
        "trading_name": "Kitchens",
        "sells_knives": "no",
        "partner": str(world.foreign),
    }
    assert nora.post(f"/premises/{shop_kept.id}/edit", data=changed).status_code == 302
    page = nora.get(f"/premises/{shop_kept.id}").text
    assert "Elsewhere Council" in page
    assert "Sells no knives, seen on 2 November 2026" in page
    for bad in ("-1", "999999", "x", str(world.home)):
        answer = nora.post(f"/premises/{shop_kept.id}/edit", data=changed | {"partner": bad})
        assert summary(answer.text) == [("partner", "Select an authority from the list")]


def test_a_person_confirms_the_nation(app: Application, nora: FlaskClient) -> None:
    shop_kept = kept(app, "Beer Hatch")
    assert shop_kept
    here = f"/premises/{shop_kept.id}"
    assert "Nobody has confirmed which nation" in nora.get(here).text
    assert nora.post(f"{here}/nation", data={}).status_code == 422
    assert nora.post(f"{here}/nation", data={"nation": "atlantis"}).status_code == 422
    assert nora.post(f"{here}/nation", data={"nation": "england"}).status_code == 302
    assert "England (confirmed by a person)" in nora.get(here).text


def test_a_new_operator_begins_and_the_one_before_ends(
    app: Application, nora: FlaskClient, world: World
) -> None:
    here = f"/premises/{world.premises}"
    assert "Blades R Us (Norwich) Limited trades here now" in nora.get(f"{here}/operator").text
    new = {"legal_name": "New Blades Limited", "language_preference": ""}
    answer = nora.post(f"{here}/operator", data=new)
    assert summary(answer.text) == [
        ("from_date", "Enter the day from which the new operator trades here")
    ]
    assert 'value="New Blades Limited"' in answer.text
    new |= {"from_date-day": "1", "from_date-month": "11", "from_date-year": "2026"}
    assert nora.post(f"{here}/operator", data=new).status_code == 302
    page = nora.get(here).text
    assert "31 October 2026" in page
    form = nora.get(f"{here}/operator/details").text
    assert 'value="New Blades Limited"' in form
    assert re.search(r'name="from_date-month"[^>]*value="11"', form)
    for day, words in (("2", "can only be put earlier"), ("31", "after 31 October 2026")):
        month = "10" if day == "31" else "11"
        moved = new | {"from_date-day": day, "from_date-month": month}
        ((field, said),) = summary(nora.post(f"{here}/operator/details", data=moved).text)
        assert field == "from_date"
        assert words in said
    corrected = {
        "legal_name": "New Blades (UK) Limited",
        "language_preference": "cy",
        "primary_authority_name": "Kent",
        "primary_authority_email": "no",
    }
    answer = nora.post(f"{here}/operator/details", data=corrected)
    assert summary(answer.text)[0][0] == "primary_authority_email"
    corrected["primary_authority_email"] = "pa@kent.example"
    assert nora.post(f"{here}/operator/details", data=corrected).status_code == 302
    page = nora.get(here).text
    assert "New Blades (UK) Limited" in page
    assert "Welsh" in page
    with app.app_context():
        assert len(db.session.scalars(select(Tenure)).all()) == 2


def test_a_shop_closes_and_opens(nora: FlaskClient, world: World) -> None:
    here = f"/premises/{world.premises}"
    day = {"since-day": "20", "since-month": "11", "since-year": "2026"}
    assert summary(nora.post(f"{here}/close", data=day).text) == [
        ("status", "Select whether it closed or moved")
    ]
    assert nora.post(f"{here}/close", data=day | {"status": "moved"}).status_code == 302
    page = nora.get(here).text
    assert "Moved since 20 November 2026" in page
    assert "Begin a visit here" not in page
    assert nora.get(f"{here}/reopen").status_code == 405
    assert nora.post(f"{here}/reopen").status_code == 302
    assert "Begin a visit here" in nora.get(here).text


def test_visits_show_whose_they_were(nora: FlaskClient, world: World) -> None:
    page = nora.get(f"/premises/{world.premises}").text
    for visit in world.visits.values():
        assert f'href="/visits/{visit}"' in page
    assert "13 October 2026" in page


def test_possible_duplicates_are_resolved_one_by_one(app: Application, nora: FlaskClient) -> None:
    page = nora.get("/premises/duplicates").text
    assert "2 lines wait" in page
    first, second = re.findall(r'href="(/premises/duplicates/[0-9]+)"', page)
    shown = nora.get(first).text
    assert "<strong>10 Queens Road, Norwich</strong>" in shown
    assert summary(nora.post(first, data={}).text) == [
        ("answer", "Select whether these are the same shop")
    ]
    assert nora.post(first, data={"answer": "different"}).location == "/premises/duplicates"
    assert nora.post(first, data={"answer": "same"}).status_code == 422
    assert kept(app, "Lucky Fortune Asian Market")
    last = nora.post(second, data={"answer": "same"})
    shop_kept = kept(app, "Premier")
    assert shop_kept
    assert last.location == f"/premises/{shop_kept.id}"
    assert kept(app, "Premier Shop") is None
    assert "Nothing waits for you" in nora.get("/premises/duplicates").text
    with app.app_context():
        states = db.session.scalars(select(PossibleDuplicate.state)).all()
    assert sorted(states) == ["different", "same"]
