"""A document that asks too much is refused with a reason, alone, and the next one is made
(security.md, case 15)."""

from collections.abc import Iterator
from typing import Any

import pytest

from compliance.documents import DocumentRefused, kinds, render
from compliance.documents.press import Press

POINT = {"found": "word " * 79, "to_do": "word " * 79, "label": "Good", "in_own_time": True}


@pytest.fixture
def hasty() -> Iterator[Press]:
    own = Press(seconds=1.5)
    render(kinds()["test-purchase-pass"].sample_data(), using=own)
    yield own
    own.close()


def test_forty_findings_fit(press: Press) -> None:
    point = {
        "found": "The till did not ask for an age check on two of the three knives we tried.",
        "to_do": "Put a prompt on every bladed item, so that staff must check before they go on.",
        "label": "Helps to show due diligence",
        "by": "2026-11-23",
        "note": "Criminal Justice Act 1988, s.141A(4)",
    }
    data = kinds()["advice-letter"].sample_data({"points": [point] * 40})
    made = render(data, using=press)
    assert 4 <= made.pages <= 10


def test_sixty_long_findings_are_refused_by_their_pages(press: Press) -> None:
    data = kinds()["advice-letter"].sample_data({"points": [POINT] * 60})
    with pytest.raises(DocumentRefused, match=r"would have \d+ pages; at most 10"):
        render(data, using=press)


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"points": [POINT] * 61}, "The list of what we found has 61 entries; at most 60 fit"),
        (
            {"points": [{**POINT, "found": "x" * 401}]},
            "What we found in point 1 has 401 characters",
        ),
        (
            {"premises": {"name": "x" * 10_000}},
            "The name of the shop has 10000 characters; at most 90 fit. Shorten it on",
        ),
        ({"strengths": ["x" * 241]}, "Entry 1 of what went well has 241 characters"),
        (
            {"actions": [{"text": "Do it."}] * 6},
            "The list of what to do first has 6 entries; at most 5",
        ),
        ({"points": [{**POINT, "found": "W" * 400}]}, None),
    ],
)
def test_limits_of_fields(changes: dict[str, Any], reason: str | None, press: Press) -> None:
    data = kinds()["advice-letter"].sample_data(changes)
    if reason is None:  # one endless word is broken inside its cell
        assert render(data, using=press).pages == 3
        return
    with pytest.raises(DocumentRefused, match=reason):
        render(data, using=press)


def test_too_slow_is_ended_and_the_next_one_is_made(hasty: Press) -> None:
    nested = "<div>" * 150 + "<table>" + "<tr><td>word</td></tr>" * 60_000
    with pytest.raises(DocumentRefused, match="took too long"):
        hasty.make(
            {
                "html": f'<html lang="en"><title>t</title>{nested}',
                "css": "table{columns:3}",
                "letter": False,
                "most_pages": 5,
            }
        )
    assert hasty._child is None
    assert render(kinds()["test-purchase-pass"].sample_data(), using=hasty).pages == 2


def test_too_much_memory_is_refused_and_the_next_one_is_made() -> None:
    own = Press(seconds=120)
    try:
        page = {"css": "", "letter": False, "most_pages": 5}
        with pytest.raises((DocumentRefused, RuntimeError)):
            own.make({"html": "<p>" + "x" * (400 * 1024 * 1024), **page})
        assert render(kinds()["test-purchase-pass"].sample_data(), using=own).pages == 2
    finally:
        own.close()


def test_a_killed_child_is_replaced() -> None:
    own = Press()
    try:
        data = kinds()["test-purchase-pass"].sample_data()
        first = render(data, using=own)
        assert own._child is not None
        own._child.kill()
        own._child.wait()
        assert render(data, using=own).sha256 == first.sha256
    finally:
        own.close()


def test_a_child_serves_its_share_and_goes() -> None:
    own = Press(share=1)
    try:
        data = kinds()["test-purchase-pass"].sample_data()
        render(data, using=own)
        first = own._child
        render(data, using=own)
        assert own._child is not first
    finally:
        own.close()
