"""`document` and `verify` as a person at a terminal meets them."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from compliance.app import create_app
from compliance.commands import documents
from compliance.config import Settings
from compliance.documents import kinds
from compliance.documents.gates import refuse_unfit
from tests.documents.reading import pdf_text


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(
        Settings.from_environment(
            {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite", "DATA_DIR": str(tmp_path / "data")}
        )
    )


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def test_kinds_are_named_a_line_each(app: Flask) -> None:
    result = run(app, "document", "kinds")
    assert result.exit_code == 0
    assert result.output.splitlines()[:9] == [
        *("test-purchase-pass", "test-purchase-sale", "test-purchase-neutral", "decision-letter"),
        *("challenge-25-result", "advice-letter", "written-warning"),
        *("certificate", "certificate-ended"),
    ]


@pytest.mark.parametrize("kind", [*kinds()])
def test_a_preview_of_every_kind_is_a_specimen(app: Flask, kind: str, tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    result = run(app, "document", "preview", kind, str(target))
    assert result.exit_code == 0, result.output
    assert "SPECIMEN" in pdf_text(target.read_bytes())
    assert [path.name for path in tmp_path.iterdir()] == ["out.pdf"]  # no database, no setting
    verified = run(app, "verify", str(target))
    assert verified.exit_code == 1
    assert verified.output.startswith("specimen: ")


def test_a_preview_takes_facts_from_a_file(app: Flask, tmp_path: Path) -> None:
    source, target = tmp_path / "facts.json", tmp_path / "out.pdf"
    facts = {"premises": {"name": "Tŷ Gŵyn Stores"}, "story": "engagement"}
    source.write_text(json.dumps(facts))
    args = ("document", "preview", "advice-letter", str(target), "--from", str(source))
    assert run(app, *args).exit_code == 0
    text = pdf_text(target.read_bytes())
    assert "Tŷ Gŵyn Stores" in text
    assert "We gave advice. We did not test or score your shop." in text


STORIES = [(kind.name, story) for kind in kinds().values() for story in kind.stories]


@pytest.mark.parametrize(("name", "story"), STORIES, ids=["/".join(each) for each in STORIES])
def test_every_story_has_a_sample_of_its_own_to_preview(name: str, story: str) -> None:
    kind = kinds()[name]
    data = kind.sample_data({"story": story}, sample=documents._sample_of(kind, story))
    assert data.story == story
    refuse_unfit(data, kind)


def test_a_story_alone_is_enough_for_a_preview(app: Flask, tmp_path: Path) -> None:
    source, target = tmp_path / "facts.json", tmp_path / "out.pdf"
    source.write_text('{"story": "stopped-sale"}')
    result = run(app, "document", "preview", "advice-letter", str(target), "--from", str(source))
    assert result.exit_code == 0, result.output
    assert "stopped" in pdf_text(target.read_bytes())


@pytest.mark.parametrize(
    "facts, message",
    [
        ('{"premisses": {}}', "There is no entry called 'premisses'. Did you mean 'premises'?"),
        ('{"premises": {"name": "a \U0001f52a"}}', "U+1F52A"),
        ('{"story": "stopped-sail"}', "story must be one of audit, engagement, stopped-sale"),
        ('{"story": ["audit"]}', "story"),
        ("[1]", "must hold one JSON object"),
        ("{", "is not JSON"),
        ('{"recipient": {"lines": ["A", "B", "C"]}}', "must be a postcode"),
    ],
)
def test_facts_that_cannot_be_used_are_named(
    app: Flask, facts: str, message: str, tmp_path: Path
) -> None:
    source, target = tmp_path / "facts.json", tmp_path / "out.pdf"
    source.write_text(facts, encoding="utf-8")
    result = run(app, "document", "preview", "certificate" if "U+" in message else "advice-letter",
                 str(target), "--from", str(source))  # fmt: skip
    assert result.exit_code == 2
    assert message in result.output
    assert not target.exists()


def test_an_unknown_kind_or_language(app: Flask, tmp_path: Path) -> None:
    target = str(tmp_path / "out.pdf")
    result = run(app, "document", "preview", "certifcate", target)
    assert result.exit_code == 2
    assert "Did you mean 'certificate'?" in result.output
    assert run(app, "document", "preview", "certificate", target, "--language", "fr").exit_code == 2
    assert run(app, "document", "preview", "certificate", "/nowhere/out.pdf").exit_code == 2


def test_nothing_issued_yet(app: Flask, tmp_path: Path) -> None:
    assert json.loads(run(app, "document", "list", "--json").output) == []
    result = run(app, "document", "export", "CKS-2026-000001", str(tmp_path / "out.pdf"))
    assert result.exit_code == 2
    assert "There is no document 'CKS-2026-000001'" in result.output


def test_verify_of_what_is_no_document(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(b"")
    result = run(app, "verify", str(file))
    assert result.exit_code == 1
    assert result.output == "not ours: This file is not a PDF.\n"
    assert run(app, "verify", str(tmp_path / "none.pdf")).exit_code == 2


@pytest.mark.parametrize("name", [("document",), ("document", "preview"), ("verify",)])
def test_help(app: Flask, name: tuple[str, ...]) -> None:
    result = run(app, *name, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output
