"""Photos of a visit: kept once, a draft's its officer's own, of a record added with a date and taken out with a
reason, and in nothing that goes to a shop."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import func, select

from compliance.documents.conformance import nonconformities
from compliance.pictures import developed
from compliance.rulebook import shipped_pack
from compliance.services import drafts, photos, visits
from compliance.services.errors import NotFound, Refused
from compliance.services.lifecycle import bundles, portal, shares
from compliance.services.visit_content import Record, hashes_true
from compliance.store.models import Photo, PhotoFile, Visit
from tests.documents.reading import pdf_text
from tests.integration.lifecycle.conftest import SALE
from tests.photographed import jpeg, some_photo
from tests.town import OFFICE, VISITED_ON, Town, noon

PACK = shipped_pack()
NOW = noon(VISITED_ON)


@pytest.fixture
def draft(town: Town) -> Visit:
    """A test purchase that is being recorded."""
    return visits.begin(
        town.session,
        town.officer,
        NOW,
        premises=town.premises,
        kind="test_purchase",
        purpose="first",
        visited_on=VISITED_ON,
        channels=["in_store"],
        started_at=NOW - timedelta(hours=1),
    )


def add(town: Town, visit: Visit, colour: str = "teal", **more: object) -> Photo:
    """Add a photo by the visit's officer."""
    by, now = more.pop("by", town.officer), more.pop("now", NOW)
    photo, _ = photos.add(
        town.session,
        by,
        now,
        visit.id,
        "photos",
        some_photo(colour),
        pack=PACK,
        **more,
    )
    return photo


def test_the_same_photo_sent_twice_is_kept_once(town: Town, draft: Visit) -> None:
    first = add(town, draft, caption="The shelf")
    again, new = photos.add(
        town.session, town.officer, NOW, draft.id, "photos", some_photo(), pack=PACK
    )
    assert (again, new) == (first, False)
    assert first.caption == "The shelf"
    assert add(town, draft, "red") is not first
    assert photos.counts(draft) == {"photos": 2}


def test_a_question_that_is_not_answered_with_photos_takes_none(town: Town, draft: Visit) -> None:
    for question in ("officer_notes", "tp_pkg_photos", "no_such_question"):
        with pytest.raises(NotFound):
            photos.add(town.session, town.officer, NOW, draft.id, question, some_photo(), pack=PACK)


def test_a_visit_takes_so_many_and_no_more(
    town: Town, draft: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MOST", 1)
    add(town, draft)
    with pytest.raises(Refused, match="and this one has them"):
        add(town, draft, "red")


def test_a_drafts_photos_are_its_officers_alone_and_go_with_it(town: Town, draft: Visit) -> None:
    photo = add(town, draft)
    for other in (town.reviewer, town.council_officer):
        with pytest.raises(NotFound):
            photos.found(town.session, other, draft.id, photo.id)
        with pytest.raises(NotFound):
            add(town, draft, "red", by=other)
    photos.describe(town.session, town.officer, draft.id, photo.id, " The shelf\x07 ")
    assert photo.caption == "The shelf"
    removed = add(town, draft, "red")
    photos.remove(town.session, town.officer, draft.id, removed.id)
    assert photos.counts(draft) == {"photos": 1}
    drafts.discard_draft(town.session, town.officer, draft)
    for table in (Photo, PhotoFile):
        assert town.session.scalar(select(func.count()).select_from(table)) == 0


@pytest.fixture
def recorded(town: Town, draft: Visit) -> Visit:
    """The same visit, recorded with one photo."""
    add(town, draft, caption="The shelf")
    visits.record(town.session, town.officer, NOW + timedelta(hours=1), draft, Record(answers=SALE))
    return draft


def test_a_record_names_its_photos_and_a_later_one_is_seen_to_be_later(
    town: Town, recorded: Visit
) -> None:
    first = recorded.photos[0]
    version = recorded.versions[0]
    assert [each["sha256"] for each in version.particulars["photos"]] == [first.sha256]
    assert hashes_true(version)
    late = add(town, recorded, "red", by=town.reviewer, now=NOW + timedelta(days=1))
    assert (photos.is_late(first), photos.is_late(late)) == (False, True)
    assert late.received_by_id == town.reviewer.user_id
    for change in (
        lambda: photos.describe(town.session, town.officer, recorded.id, first.id, "Other words"),
        lambda: photos.remove(town.session, town.officer, recorded.id, first.id),
    ):
        with pytest.raises(Refused, match="recorded"):
            change()


def test_a_partner_sees_what_was_shared_and_adds_nothing(town: Town, recorded: Visit) -> None:
    photo, partner = recorded.photos[0], town.council_officer
    with pytest.raises(NotFound):
        photos.found(town.session, partner, recorded.id, photo.id)
    town.agree(recorded)
    shares.share(town.session, town.reviewer, NOW, recorded.id, town.council.id)
    assert photos.found(town.session, partner, recorded.id, photo.id) is photo
    with pytest.raises(NotFound):
        add(town, recorded, "red", by=partner)
    with pytest.raises(NotFound):
        photos.take_out(
            town.session, town.council_reviewer, NOW, recorded.id, photo.id, "Not theirs"
        )


def test_a_photo_is_taken_out_with_a_reason_and_its_row_stays(town: Town, recorded: Visit) -> None:
    photo = recorded.photos[0]
    with pytest.raises(Refused, match="role"):
        photos.take_out(town.session, town.officer, NOW, recorded.id, photo.id, "A face")
    with pytest.raises(Refused, match="Say why"):
        photos.take_out(town.session, town.reviewer, NOW, recorded.id, photo.id, " ")
    photos.take_out(town.session, town.reviewer, NOW, recorded.id, photo.id, "A face")
    photos.take_out(town.session, town.reviewer, NOW, recorded.id, photo.id, "Again")
    assert photo.taken_out_reason == "A face"
    assert photo.sha256
    assert town.session.scalar(select(func.count()).select_from(PhotoFile)) == 0
    with pytest.raises(NotFound):
        photos.content(photo)
    with pytest.raises(Refused, match="taken out"):
        add(town, recorded)
    assert hashes_true(recorded.versions[0])


def test_the_officers_file_lists_and_shows_them_and_says_what_changed(
    town: Town, recorded: Visit
) -> None:
    kept = developed(jpeg(300, 200))
    assert kept.taken is not None
    one = photos.Received("a" * 64, 1234, kept)
    for question, received, now in (
        ("photos", one, NOW + timedelta(days=1)),
        ("photos", some_photo("red"), NOW + timedelta(days=2)),
    ):
        photos.add(
            town.session,
            town.reviewer,
            now,
            recorded.id,
            question,
            received,
            pack=PACK,
            caption="Back <of> the shop \U0001f52a",
        )
    out = recorded.photos[2]
    photos.take_out(town.session, town.reviewer, NOW, recorded.id, out.id, "A face")
    file = bundles.make(town.session, town.officer, NOW + timedelta(days=3), OFFICE, recorded.id)
    assert nonconformities(file.file.content) == []
    text = pdf_text(file.file.content)
    late = recorded.photos[1]
    for said in (
        "Photo 1: The shelf",
        "Photo 2: Back <of> the shop [U+1F52A hocho]",
        "Taken, by the camera’s clock: 13 October 2026, 14:05:09 (UTC+01:00)",
        "from Ravi Reviewer, after the visit was recorded",
        "As received, 1234 bytes: " + "a" * 20,
        "Taken out 13 October 2026",
        "A face",
    ):
        assert said in text, said
    squeezed = text.replace(" ", "")
    for photo in (late, out):
        assert photo.sha256 in squeezed
        assert photo.received_sha256 in squeezed
    assert images(file.file.content) == 2
    assert "picture" not in json.dumps(file.inputs).replace('"picture": ""', "")
    assert bundles.make(town.session, town.officer, NOW, OFFICE, recorded.id) is file

    assert late.file is not None
    late.file.content = late.file.content[:-9] + bytes(
        [late.file.content[-9] ^ 1, *late.file.content[-8:]]
    )
    again = bundles.make(town.session, town.officer, NOW + timedelta(days=4), OFFICE, recorded.id)
    assert again is not file
    assert "The bytes that are kept no longer have their hash." in pdf_text(again.file.content)
    assert images(again.file.content) == 1


def images(content: bytes) -> int:
    """How many pictures are in a PDF."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return sum(1 for each in pdf.objects if str(getattr(each, "Subtype", "")) == "/Image")


def test_nothing_of_them_goes_to_the_shop(town: Town, draft: Visit) -> None:
    add(town, draft, caption="CanaryCaption")
    visits.record(town.session, town.officer, NOW + timedelta(hours=1), draft, Record(answers=SALE))
    letter = town.notify(town.agree(draft))
    assert letter.file.content
    assert "CanaryCaption" not in pdf_text(letter.file.content)
    assert images(letter.file.content) == 0
    for photo in draft.photos:
        assert photo.sha256 not in json.dumps(letter.inputs)
    assert "Canary" not in json.dumps(letter.inputs)
    assert all(each.kind != "evidence-bundle" for each in portal.downloads(town.session, letter))
