"""The pages around a letter and a certificate: what a business and the public see, and do not see."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from compliance.access import Role
from compliance.documents import Rendered
from compliance.documents.wording import wording
from compliance.services import users
from compliance.services.lifecycle import batches, certificates, issue, portal
from compliance.store.engine import separate_session
from compliance.store.models import Premises, PrintRun, User, Visit
from compliance.web.application import Application
from compliance.web.signed_in import TOKEN
from tests.integration.conftest import SignIn
from tests.world import World

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
FIRST_SCREEN_BYTES = 60 * 1024


def open_letter(client: FlaskClient, world: World) -> None:
    """Type in what is printed on the letter."""
    answer = client.post("/letter", data={"reference": world.letter, "code": world.code})
    assert answer.status_code == 302
    assert answer.location == "/letter/view"


def words(html: str) -> str:
    """The text of a page, its tags left out."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]).split())


def test_a_business_reads_its_letter_and_downloads_it(client: FlaskClient, world: World) -> None:
    open_letter(client, world)
    answer = client.get("/letter/view")
    said = words(answer.text)
    assert "was sold a knife at Blades R Us" in said
    assert "We have made no decision yet" in said
    for part in (
        "Do these things first",
        "Whom to call",
        "Is this letter real?",
        "What this letter does not mean",
    ):
        assert part in said
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    pdf = client.get(f"/letter/file/{world.letter}")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Cache-Control"] == "no-store"
    assert pdf.headers["Content-Disposition"] == (
        f'inline; filename="test-purchase-sale-{world.letter}.pdf"'
    )


def test_a_letter_page_says_when_a_decision_has_followed(
    client: FlaskClient, world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    assert reviewer.post(f"/visits/{world.visits['decided']}/decision-letter").status_code == 302
    open_letter(client, world)
    said = words(client.get("/letter/view").text)
    assert said.index("written to you again about this visit, with our decision") < said.index(
        "We have made no decision yet"
    )
    assert "Our decision, " in said


def test_who_proposed_a_step_finds_the_way_back_to_it(world: World, signed_in: SignIn) -> None:
    visit = world.visits["proposed"]
    page = signed_in(Role.REVIEWER).get(f"/visits/{visit}/steps").text
    assert f'href="/visits/{visit}/decide"' in page
    assert (
        f'href="/visits/{visit}/decide"'
        not in signed_in(Role.OFFICER).get(f"/visits/{visit}/steps").text
    )


def test_an_officer_corrects_from_the_page_of_a_returned_visit(
    world: World, signed_in: SignIn
) -> None:
    visit = world.visits["returned"]
    page = signed_in(Role.OFFICER).get(f"/visits/{visit}/steps").text
    assert f'href="/visits/{visit}/correct"' in page


def test_a_certificate_that_is_given_back_offers_its_letter_once(
    world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    address = f"/documents/{world.certificate_reference}"
    unsaid = reviewer.post(f"{address}/end", data={"reason": "Given back"})
    assert (unsaid.status_code, "Select what ended the certificate" in unsaid.text) == (422, True)
    ended = reviewer.post(f"{address}/end", data={"because": "given-back", "reason": "By post"})
    assert (ended.status_code, ended.location) == (302, address)
    page = reviewer.get(address).text
    assert "The certificate has ended" in page
    assert "By post" in page
    offered = f"/visits/{world.visits['certified']}/certificate-letter?step=tell_end"
    of_shop = reviewer.get(f"/premises/{world.certified}/certificate").text
    assert all(f'href="{offered}"' in each for each in (page, of_shop))
    sent = reviewer.post(offered)
    assert (sent.status_code, "/documents/" in sent.location) == (302, True)
    page = reviewer.get(address).text
    assert "The business was told that it ended" in page
    assert offered not in page
    assert reviewer.get(offered).status_code == 302


def test_the_certificates_of_a_batch_are_files_of_their_own_and_in_its_list(
    world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    name = f"certificate-{world.certificate_reference}.pdf"
    letter, certificate = reviewer.get(f"/batches/{world.batch}/manifest.csv").text.splitlines()[1:]
    assert f",print-run-{world.batch}.pdf,1,2," in letter
    assert f'"Kitchen Corner Limited, 12 Prince of Wales Road, Norwich, NR2 1AB",{name},1,1,' in (
        certificate
    )
    with reviewer.get(f"/batches/{world.batch}/certificates.zip") as answer:
        files = zipfile.ZipFile(io.BytesIO(answer.data))
    issued = reviewer.get(f"/documents/{world.certificate_reference}/file").data
    assert {each: files.read(each) for each in files.namelist()} == {name: issued}


def test_the_page_of_a_batch_looks_again_until_its_letters_are_joined(
    app: Application, world: World, signed_in: SignIn
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    assert 'data-progress="finished"' in reviewer.get(f"/batches/{world.batch}").text
    with app.app_context(), separate_session() as session:
        session.delete(session.get_one(PrintRun, world.batch))
    page = reviewer.get(f"/batches/{world.batch}").text
    assert 'data-progress="joining"' in page
    assert "progress.js" in page
    with app.app_context(), separate_session() as session:
        batches.cannot_join(session, world.batch, "The file of the letter is damaged.")
    page = reviewer.get(f"/batches/{world.batch}").text
    assert "could not be made. The file of the letter is damaged." in page
    assert "progress.js" not in page
    reviewer.post(f"/batches/{world.batch}/join_again")
    assert 'data-progress="joining"' in reviewer.get(f"/batches/{world.batch}").text


def test_a_letter_page_asks_nothing_names_nobody_and_says_none_of_our_forbidden_words(
    client: FlaskClient, world: World
) -> None:
    open_letter(client, world)
    html = client.get("/letter/view").text
    said = words(html)
    assert "<textarea" not in html
    assert "?" not in said.replace("Is this letter real?", "")
    assert wording("en").forbidden(said) == []
    for word in ("Olive", "Ravi", "grade", "Criminal Justice Act", "s.141A", "15", "1pm", "midday"):
        assert word not in said


def test_the_first_screen_of_a_letter_is_light(
    client: FlaskClient, world: World, app: Application
) -> None:
    open_letter(client, world)
    html = client.get("/letter/view").text
    sheet = re.search(r'href="(/static/dist/[^"]+\.css[^"]*)"', html)
    assert sheet is not None
    style = client.get(sheet[1].replace("&amp;", "&"), headers={"Accept-Encoding": "gzip"})
    assert style.status_code == 200
    assert len(html.encode()) + len(style.data) < FIRST_SCREEN_BYTES
    style.close()


def test_another_letters_file_does_not_open(client: FlaskClient, world: World) -> None:
    open_letter(client, world)
    assert client.get(f"/letter/file/{world.certificate_reference}").status_code == 404
    assert client.get("/letter/file/NORF-2026-999999").status_code == 404


def test_nothing_opens_without_the_code(client: FlaskClient, world: World) -> None:
    for address in ("/letter/view", f"/letter/file/{world.letter}"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (302, "/letter")


def test_absent_and_wrong_look_the_same(client: FlaskClient, world: World) -> None:
    pages = []
    for reference in (world.letter, "NORF-2026-999999"):
        answer = client.post("/letter", data={"reference": reference, "code": "0000-0000-0000"})
        assert answer.status_code == 422
        assert "0000-0000-0000" not in answer.text
        pages.append(
            re.sub(r'nonce(-|=")[\w-]+|\?v=\w+', "", answer.text).replace(reference, "REFERENCE")
        )
    assert pages[0] == pages[1]


def test_a_wrong_try_counts_although_its_page_is_refused(client: FlaskClient, world: World) -> None:
    for _ in range(portal.LIMITS.per_pair):
        client.post("/letter", data={"reference": world.letter, "code": "0000-0000-0000"})
    answer = client.post("/letter", data={"reference": world.letter, "code": world.code})
    assert answer.status_code == 429
    assert "too many tries" in answer.text


def test_a_letter_stays_open_half_an_hour_and_until_it_is_closed(
    client: FlaskClient, world: World
) -> None:
    with time_machine.travel(NOW) as clock:
        open_letter(client, world)
        clock.shift(29 * 60)
        assert client.get("/letter/view").status_code == 200
        clock.shift(2 * 60)
        assert client.get("/letter/view").status_code == 302
        open_letter(client, world)
        client.post("/letter/close")
        assert client.get("/letter/view").status_code == 302


def test_a_new_code_closes_the_letter_that_the_old_one_opened(
    client: FlaskClient, world: World, app: Application
) -> None:
    open_letter(client, world)
    with app.app_context(), separate_session() as session:
        officer = session.get_one(User, world.people[Role.OFFICER]).actor
        issue.replace_code(session, officer, NOW, world.letter)
    assert client.get("/letter/view").status_code == 302


# --- Certificates -------------------------------------------------------------------------------


def test_anybody_sees_shop_postcode_day_and_until_when_it_holds(
    client: FlaskClient, world: World
) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = client.get(f"/c/{world.certificate}")
    said = words(answer.text)
    assert answer.status_code == 200
    assert "Kitchen Corner" in said
    assert "Valid until" in said
    assert "found no issues on the points it checked on" in said
    assert "Looked up 2 November 2026 at 10am" in said
    assert "It is not a licence, an approval or a promise" in said
    for helper in ("0800 555 111", "fearless.org", "knifefree.co.uk"):
        assert helper in said
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert [word for word in wording("en").forbidden(said) if word != "approval"] == []


@pytest.mark.parametrize("why", ["Given back", "A sale to a child on 3 October"])
def test_every_withdrawal_has_the_same_neutral_line_at_once(
    client: FlaskClient, world: World, app: Application, why: str
) -> None:
    with app.app_context(), separate_session() as session:
        reviewer = session.get_one(User, world.people[Role.REVIEWER]).actor
        certificates.end(session, reviewer, NOW, world.certificate_reference, why)
    said = words(client.get(f"/c/{world.certificate}").text)
    assert "This certificate has been withdrawn." in said
    assert "Valid until" not in said
    assert "no issues" not in said
    assert why not in said


def test_an_expired_certificate_says_so_from_the_day_after(
    client: FlaskClient, world: World, app: Application
) -> None:
    with app.app_context(), separate_session() as session:
        certificate = certificates.by_token(session, world.certificate)
        assert certificate is not None
        last = certificate.valid_until
    for hour, expected in ((22, "Valid until"), (23 + 24, "This certificate has expired.")):
        moment = datetime(last.year, last.month, last.day, tzinfo=UTC).timestamp() + hour * 3600
        with time_machine.travel(moment, tick=False):
            assert expected in words(client.get(f"/c/{world.certificate}").text)


@pytest.mark.parametrize("token", ["A" * 22, "short", "A" * 400, "..%2f..%2fetc"])
def test_a_certificate_that_is_not_there_is_not_found(client: FlaskClient, token: str) -> None:
    answer = client.get(f"/c/{token}")
    assert answer.status_code == 404


def test_a_file_is_checked_and_not_kept(
    client: FlaskClient, world: World, signed_in: SignIn, app: Application
) -> None:
    pdf = signed_in(Role.REVIEWER).get(f"/documents/{world.certificate_reference}/file").data
    letter = client.get(f"/documents/{world.letter}/file").data

    def check(content: bytes) -> str:
        answer = client.post(
            "/check-a-document", data={"file": (io.BytesIO(content), "certificate.pdf")}
        )
        assert answer.status_code == 200
        return words(answer.text)

    assert "This document is genuine" in check(pdf)
    assert "Kitchen Corner" in check(pdf)
    changed = check(pdf[:900] + b"!" + pdf[901:])
    assert "This file was changed" in changed
    assert "Kitchen Corner" not in changed
    genuine = check(letter)
    assert "This document is genuine" in genuine
    # A letter is between an authority and a shop: what it says is nobody else's business.
    assert "Blades R Us" not in genuine
    assert "not from this service" in check(b"hello")
    with app.app_context(), separate_session() as session:
        reviewer = session.get_one(User, world.people[Role.REVIEWER]).actor
        certificates.end(session, reviewer, NOW, world.certificate_reference, "Given back")
    assert "This certificate has been withdrawn" in check(pdf)
    nothing = client.post("/check-a-document", data={})
    assert nothing.status_code == 422
    assert "Choose a PDF file" in nothing.text


# --- Officers -----------------------------------------------------------------------------------


def test_a_partner_reads_a_shared_visit_and_finds_no_button(
    client: FlaskClient, world: World, signed_in: SignIn, app: Application
) -> None:
    visit = world.visits["decided"]
    answer = signed_in(Role.REVIEWER).post(
        f"/visits/{visit}/share", data={"authority": str(world.partner)}
    )
    assert answer.status_code == 302
    assert "Norwich Trading Standards" in client.get(f"/visits/{visit}/share").text


def partner_officer(client: FlaskClient, app: Application, world: World) -> FlaskClient:
    """The browser of somebody of the authority that shares the shop."""
    with app.app_context(), separate_session() as session:
        query = select(User).where(User.authority_id == world.partner, User.role == Role.OFFICER)
        token = users.begin_session(session, session.scalars(query).one(), datetime.now(UTC))
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    return client


def test_standing_is_told_by_the_visits_that_the_reader_may_read(
    client: FlaskClient, world: World, signed_in: SignIn, app: Application
) -> None:
    shop = f"/premises/{world.premises}"
    own = words(signed_in(Role.OFFICER).get(shop).text)
    assert "Standing, by the visits your authority may read" in own
    assert "Standing, by the visits" not in words(signed_in(Role.ADMINISTRATOR).get(shop).text)
    assert "Standing, by the visits" not in words(
        partner_officer(client, app, world).get(shop).text
    )


def test_the_day_of_a_visit_that_was_not_shared_is_told_to_nobody_else(
    client: FlaskClient, world: World, signed_in: SignIn, app: Application
) -> None:
    shop = f"/premises/{world.premises}"
    own = words(signed_in(Role.OFFICER).get(shop).text)
    assert re.search(r"Knives Sells knives, seen on \d", own)
    partner = partner_officer(client, app, world)
    told = words(partner.get(shop).text)
    assert "Knives Sells knives" in told
    assert "seen on" not in told
    day = own.partition("seen on ")[2][:15]
    assert day not in told
    with app.app_context(), separate_session(writes=False) as session:
        kept = session.get_one(Premises, world.premises).sells_knives_seen_on
    assert kept is not None
    assert kept.isoformat() not in partner.get("/premises?as=csv").text
    assert kept.isoformat() in signed_in(Role.OFFICER).get("/premises?as=csv").text


def test_the_review_says_what_follows_before_it_asks(world: World, signed_in: SignIn) -> None:
    said = words(signed_in(Role.REVIEWER).get(f"/visits/{world.visits['recorded']}/review").text)
    for part in ("How the test was made", "Standing", "Usual next step"):
        assert said.index(part) < said.index("Is the record right?")


def test_a_supervisors_word_is_asked_given_and_then_reviewed_by_another(
    client: FlaskClient, world: World, signed_in: SignIn
) -> None:
    browser = signed_in(Role.REVIEWER)
    held = browser.get(f"/visits/{world.visits['held']}/steps").text
    assert "Give a supervisor" in held
    supervise = browser.get(f"/visits/{world.visits['held']}/supervise")
    assert supervise.status_code == 200
    unsaid = browser.post(f"/visits/{world.visits['held']}/supervise", data={})
    assert unsaid.status_code == 422
    said = browser.post(
        f"/visits/{world.visits['held']}/supervise",
        data={"supervisor_confirmed": "yes", "supervisor_reason": "The consent was found"},
    )
    assert said.status_code == 302
    review = browser.get(f"/visits/{world.visits['held']}/review").text
    assert "another reviewer has to check it" in review


def test_a_second_press_of_the_send_button_leads_to_the_same_letter(
    client: FlaskClient, world: World, signed_in: SignIn
) -> None:
    browser = signed_in(Role.REVIEWER)
    address = f"/visits/{world.visits['reviewed']}/notify"
    first, second = browser.post(address), browser.post(address)
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    timeline = browser.get(f"/visits/{world.visits['reviewed']}/steps").text
    assert timeline.count(f'href="{first.location}"') == 1


def test_others_may_write_while_a_letter_is_printed(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    printing = issue.rendered

    def meanwhile(*given: Any, **named: Any) -> Rendered:
        # It would wait, and then fail, if the request had kept its turn to write.
        with separate_session() as session:
            user = session.get_one(User, world.people[Role.OFFICER])
            user.name = "Olive Officer-Jones"
        waited.append(1)
        return printing(*given, **named)

    monkeypatch.setattr(issue, "rendered", meanwhile)
    answer = signed_in(Role.REVIEWER).post(f"/visits/{world.visits['reviewed']}/notify")
    assert answer.status_code == 302
    assert waited


def test_the_review_shows_what_a_correction_changed(
    client: FlaskClient, world: World, signed_in: SignIn
) -> None:
    browser = signed_in(Role.REVIEWER)
    browser.post(
        f"/visits/{world.visits['held']}/supervise",
        data={"supervisor_confirmed": "no", "supervisor_reason": "No consent"},
    )
    page = words(browser.get(f"/visits/{world.visits['held']}/review").text)
    assert "Version 2" in page
    assert "Supervisor confirms the test: was “Not observed”, now “No”" in page


def test_a_decision_without_a_reason_keeps_what_was_chosen(
    client: FlaskClient, world: World, signed_in: SignIn
) -> None:
    browser = signed_in(Role.REVIEWER)
    answer = browser.post(
        f"/visits/{world.visits['notified']}/decide", data={"step": "advice", "reason": ""}
    )
    assert answer.status_code == 422
    assert "Say why you decided on this step" in answer.text
    assert re.search(r'value="advice" checked', answer.text)


def test_only_the_steps_that_are_possible_now_can_be_chosen(
    app: Application, world: World, signed_in: SignIn
) -> None:
    with app.app_context(), separate_session() as session:
        session.get_one(Visit, world.visits["reviewed"]).state = "notified"  # a refusal
    browser = signed_in(Role.REVIEWER)

    def offered(state: str) -> tuple[set[str], str]:
        page = browser.get(f"/visits/{world.visits[state]}/decide").text
        return set(re.findall(r'name="step" value="([^"]*)"', page)), words(page)

    after_a_sale, said = offered("notified")
    assert "written_warning" in after_a_sale
    assert "Not possible now" not in said
    after_a_refusal, said = offered("reviewed")
    formal = after_a_sale - after_a_refusal
    assert "written_warning" in formal
    assert after_a_refusal
    assert "Not possible now: Written warning" in said
    assert "No formal step is open: this test alleges nothing." in said
    answer = browser.post(
        f"/visits/{world.visits['reviewed']}/decide",
        data={"step": "written_warning", "reason": "Anyway"},
    )
    assert answer.status_code == 422
    assert "Choose a step" in answer.text


def test_the_documents_list_narrows_and_downloads(
    client: FlaskClient, world: World, signed_in: SignIn
) -> None:
    browser = signed_in(Role.OFFICER)
    assert world.certificate_reference in browser.get("/documents?kind=certificate").text
    only = browser.get("/documents?kind=certificate&q=kitchen").text
    assert world.letter not in only
    assert "No document matches" in browser.get("/documents?q=nosuchshop").text
    text = browser.get("/documents?as=csv").get_data(as_text=True)
    assert world.letter in text
    assert world.code not in text
