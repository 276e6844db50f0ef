"""The file writer: what pydyf writes, sooner, and no stream whose length a strict reader doubts."""

from io import BytesIO
from typing import Any

import pikepdf
import pydyf
import pytest

from compliance.documents import writer
from compliance.documents.writer import our_writer


def a_pdf(*, info: bool = True, streams: int = 3) -> Any:
    """A PDF of one page with something of each sort of object."""
    pdf = pydyf.PDF()
    if info:
        pdf.info["Title"] = pydyf.String("Llythyr \u2013 \u0175")
    for number in range(streams):
        stream = pydyf.Stream(["q", b"1 0 0 1 0 0 cm"], {"Number": number}, compress=number > 0)
        stream.begin_marked_content("P")
        pdf.add_object(stream)
    pdf.add_object(pydyf.Array([1, 0.5, "/Name", pydyf.Dictionary({"K": pydyf.String("(1)")})]))
    pdf.add_page(pydyf.Dictionary({"Type": "/Page", "Parent": pdf.pages.reference}))
    return pdf


def written(pdf: Any, *, ours: bool) -> bytes:
    output = BytesIO()
    if ours:
        with our_writer():
            pdf.write(output, b"1.7", True, True)
    else:
        pdf.write(output, b"1.7", True, True)
    return output.getvalue()


@pytest.mark.parametrize("given", [{}, {"info": False}, {"streams": 300}])
def test_at_the_same_level_the_bytes_are_those_of_pydyf(
    given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LEVEL", 9)
    assert written(a_pdf(**given), ours=True) == written(a_pdf(**given), ours=False)


def test_a_stream_that_ends_with_a_carriage_return_has_a_line_end_of_its_own() -> None:
    pdf = a_pdf()
    pdf.add_object(pydyf.Stream([b"ends\r"]))
    whole = written(pdf, ours=True)
    assert b"\nstream\nends\r\r\nendstream" in whole
    with pikepdf.open(BytesIO(whole)) as opened:
        assert b"ends\r" in [each.read_raw_bytes() for each in opened.objects if _is_stream(each)]


def _is_stream(each: Any) -> bool:
    return isinstance(each, pikepdf.Stream)
