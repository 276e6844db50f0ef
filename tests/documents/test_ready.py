"""The pages a shop prints: one sheet each, in both formats, plain words, nothing said of the law."""

import html
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from compliance.app import create_app
from compliance.config import Settings
from compliance.documents import ready
from compliance.documents.compose import environment
from compliance.documents.conformance import nonconformities
from compliance.documents.ready import printed, ready_pages
from compliance.documents.wording import sentences, wording, words
from compliance.store.engine import upgrade
from tests.documents.reading import lines, pdf_text

PAGES = [*ready_pages()]
LANGUAGES = ("en", "cy")
every_page = pytest.mark.parametrize("language", LANGUAGES)


def said(name: str, language: str = "en") -> list[str]:
    return lines(environment().get_template(ready_pages()[name].template(language)).render())


def test_there_are_three_and_no_kind_of_document_among_them() -> None:
    from compliance.documents import kinds

    assert PAGES == ["refusals-log", "training-record", "challenge-25-notice"]
    assert not set(PAGES) & set(kinds())
    assert {page.languages for page in ready_pages().values()} == {LANGUAGES}


@every_page
@pytest.mark.parametrize("name", PAGES)
def test_it_is_one_sheet_of_a4_in_both_formats(name: str, language: str) -> None:
    pdf = printed(ready_pages()[name], language)
    assert nonconformities(pdf) == []
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    size = sorted(round(each / 72 * 25.4) for each in document[0].get_size())
    assert size == [210, 297]
    assert (document[0].get_width() > document[0].get_height()) == ready_pages()[name].landscape
    opened = pikepdf.open(BytesIO(pdf))
    assert str(opened.docinfo["/Title"]) == ready_pages()[name].title[language]
    assert str(opened.Root.Lang) == {"en": "en", "cy": "cy"}[language]
    text = pdf_text(pdf)
    for line in said(name, language):
        for cell in line.split(" | "):
            assert cell.strip() in text


@every_page
@pytest.mark.parametrize("name", PAGES)
def test_its_words_are_plain_judge_nobody_and_tell_no_law(name: str, language: str) -> None:
    rules = wording(language)
    for line in [*said(name, language), ready_pages()[name].purpose[language]]:
        assert rules.forbidden(line) == []
        for sentence in sentences(line):
            assert len(words(sentence)) <= rules.longest_sentence, sentence
        assert not rules.about_law(line), line


def test_it_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ready_pages()["refusals-log"]
    first = printed(page)
    monkeypatch.setattr(ready, "press", lambda: pytest.fail("printed again"))
    assert printed(page) is first


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("ready")
    app = create_app(
        Settings.from_environment(
            {"DATABASE_URL": f"sqlite:///{folder}/db", "DATA_DIR": str(folder)}
        )
    )
    with app.app_context():
        upgrade()
    return app


def test_a_shop_downloads_it_and_reads_it_on_the_web(app: Flask) -> None:
    browser = app.test_client()
    start = browser.get("/for-shops").get_data(as_text=True)
    for name in PAGES:
        assert f"/for-shops/{name}.pdf" in start
        file = browser.get(f"/for-shops/{name}.pdf")
        assert file.mimetype == "application/pdf"
        assert file.headers["Content-Disposition"] == f'inline; filename="{name}.pdf"'
        assert file.data == printed(ready_pages()[name])
        page = browser.get(f"/for-shops/{name}").get_data(as_text=True)
        assert said(name)[0] in page
    assert "<title>Pages for your shop" in start
    welsh = browser.get("/for-shops/refusals-log?lang=cy").get_data(as_text=True)
    assert said("refusals-log", "cy")[0] in html.unescape(welsh)
    assert "Drafft yw" in welsh
    file = browser.get("/for-shops/refusals-log.pdf?lang=cy")
    assert file.headers["Content-Disposition"] == 'inline; filename="refusals-log-cy.pdf"'
    # Nobody has confirmed it: that stands on the paper too.
    assert "Drafft yw'r Gymraeg hon" in pdf_text(file.data)
    assert nonconformities(file.data) == []
    browser.delete_cookie("language")
    for path in ("/for-shops/nothing", "/for-shops/nothing.pdf", "/for-shops/partials"):
        assert browser.get(path).status_code == 404
