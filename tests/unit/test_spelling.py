"""Names as people mean them, and postcodes as they are written."""

from __future__ import annotations

import pytest

from compliance.services import postcodes
from compliance.services.postcodes import nation_of
from compliance.services.spelling import closeness, fold, name_within, same_name, searchable


@pytest.mark.parametrize(
    "text, folded",
    [
        ("B&Q", "b and q"),
        ("Sainsbury’s", "sainsburys"),
        ("  CAFÉ  Fiancée ", "cafe fiancee"),
        ("W.H. Smith", "w h smith"),
        ("Co-op", "co op"),
        ("ﬁsh 'n' chips", "fish n chips"),
        ("刀", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("Tesco", "TESCO STORES LIMITED", False),
        ("Tesco Stores", "TESCO STORES LIMITED", True),
        ("W H Smith", "WHSmith Ltd", True),
        ("Lucky Fortune Asia Market", "Lucky Fortune Asian Market", True),
        ("Shop 1", "Shop 2", False),
        ("Airside", "Landside", False),
        ("The", "The", True),
    ],
)
def test_same_name(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_a_shorter_name_within_a_longer() -> None:
    assert name_within("Premier", "Premier Shop")
    assert name_within("Premier Shop", "Premier")
    assert not name_within("Premier News", "Premier Shop")


def test_every_word_typed_must_be_found() -> None:
    text = searchable("Tesco Express", ["84 Unthank Road", "Norwich"], "NR2 2RW")
    assert closeness("tescos unthank", "Tesco Express", text) > 75
    assert closeness("tescos dereham", "Tesco Express", text) == 0
    assert closeness("", "Tesco Express", text) == 0


@pytest.mark.parametrize(
    "written, tidied",
    [
        ("nr13dd", "NR1 3DD"),
        (" ec1a  1bb ", "EC1A 1BB"),
        ("W1A 0AX", "W1A 0AX"),
        ("NR1", None),
        ("NR1 3D", None),
        ("ＮＲ１ ３ＤＤ", None),
        ("NR1 3DD x", None),
    ],
)
def test_postcodes_as_written(written: str, tidied: str | None) -> None:
    assert postcodes.tidy(written) == tidied


#: Every area that reaches over a border: its letters do not say which law applies.
CROSSING = ("CA", "CH", "DG", "GL", "HR", "LD", "LL", "NP", "SY", "TD")


@pytest.mark.parametrize("area", [*CROSSING, "JE", "GY", "IM", "BF", "ZZ"])
def test_an_area_on_a_border_or_of_no_nation_settles_nothing(area: str) -> None:
    assert nation_of(f"{area}1 1AA") is None


@pytest.mark.parametrize(
    "postcode, nation",
    [
        ("NR1 3DD", "england"),
        ("E1 6AN", "england"),
        ("NE1 1AA", "england"),
        ("CF10 1AA", "wales"),
        ("SA1 1AA", "wales"),
        ("G1 1AA", "scotland"),
        ("EH1 1AA", "scotland"),
        ("ZE1 0AA", "scotland"),
        ("BT1 1AA", "northern_ireland"),
        (None, None),
        ("NR1", None),
    ],
)
def test_an_area_wholly_in_one_nation(postcode: str | None, nation: str | None) -> None:
    assert nation_of(postcode) == nation
