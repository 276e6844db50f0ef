"""The reference of a letter as people copy it from paper."""

import pytest

from compliance.services.lifecycle.portal import read_reference


@pytest.mark.parametrize(
    "typed",
    [
        "NORF-2026-000417",
        "norf-2026-000417",
        " norf 2026 000417 ",
        "NORF2026000417",
        "NORF 2026 417",
        "norf-2026-417",
        "NORF2026-417",
        "NORF 2026 000 417",
        "NORF–2026–000417",
        "NORF/2026/000417",
        "NORF-2O26-OOO4I7",
        "NORF-2O26-4l7",
    ],
)
def test_a_reference_is_read_as_people_type_it(typed: str) -> None:
    assert read_reference(typed) == "NORF-2026-000417"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        # Letters of the authority stay letters, also where they look like digits.
        ("LOIL-2026-1", "LOIL-2026-000001"),
        ("LOIL2026000001", "LOIL-2026-000001"),
        ("POL2-2026-000020", "POL2-2026-000020"),
        ("EXFC-2026-222222", "EXFC-2026-222222"),
    ],
)
def test_an_authority_keeps_its_letters(typed: str, kept: str) -> None:
    assert read_reference(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", " - ", "417", "NORF-417", "2026-417", "NORF-2026-1234567", "x" * 90]
)
def test_what_is_no_reference_is_not_made_one(typed: str) -> None:
    assert not read_reference(typed).endswith(("-000417", "-000001"))
