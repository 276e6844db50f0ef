"""A print run is made whatever a person called the batch."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest

from compliance.documents import Rendered
from compliance.documents.print_run import print_run


@pytest.mark.parametrize(
    "title",
    ["May & June", "</rdf:li><x>", r"C:\gweek \1", "Bell \x07", "Week \U0001f52a", "Half \ud800"],
)
def test_any_title_makes_a_file_with_metadata_that_can_be_read(
    title: str, letter_of: Callable[[str, str], Rendered]
) -> None:
    made = print_run([("CKS-2026-000417", letter_of("advice-letter", "").pdf)], title)
    with pikepdf.open(BytesIO(made.pdf)) as opened:
        read = ET.fromstring(opened.Root.Metadata.read_bytes())  # noqa: S314 - our own bytes
        (told,) = read.iter("{http://purl.org/dc/elements/1.1/}title")
        assert "".join(told.itertext()).strip() == str(opened.docinfo["/Title"])
        assert title[:4] in str(opened.docinfo["/Title"])
