"""The certificate says what it is and no more, leads to its status, and no forgery of it passes
(security.md, case 5)."""

import datetime
import math
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import ImageFilter
from PIL.Image import Image

from compliance.documents import DocumentRefused, Rendered, kinds, render
from compliance.documents.conformance import nonconformities
from compliance.documents.keys import Keys, open_keys
from compliance.documents.press import Press
from compliance.documents.proofs import Claim
from compliance.documents.signing import open_seal
from compliance.documents.verifying import Outcome, Verdict, verify_certificate
from compliance.rulebook import shipped_pack
from tests.documents.forgeries import FORGERIES, flipped, gap
from tests.documents.reading import pdf_text, picture

NOW = datetime.datetime(2026, 10, 5, 9, 0, tzinfo=datetime.UTC)
PX_PER_MM = 100 / 25.4


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return open_keys(tmp_path_factory.mktemp("ours"), NOW)


@pytest.fixture(scope="module")
def genuine(keys: Keys, press: Press) -> Rendered:
    seal = open_seal(keys, NOW, "Norfolk Trading Standards")
    return render(kinds()["certificate"].sample_data(), seal=seal, using=press)


@pytest.fixture(scope="module")
def check(keys: Keys) -> Callable[[bytes], Verdict]:
    return lambda pdf: verify_certificate(pdf, [keys.root_certificate])


def test_it_says_what_was_found_when_and_what_it_is_not(genuine: Rendered) -> None:
    text = pdf_text(genuine.pdf)
    assert "We found no issues on the points we checked on 20 September 2026" in text
    assert "Marchwood Hardware, NR3 1QZ" in text
    assert "Run by Marchwood Stores Limited" in text
    assert "Valid until 20 September 2027" in text
    assert "This is not a licence, an approval or a promise." in text
    assert "does not limit what we may do after a later visit" in text
    assert "What we did not check" in text
    for word in ("grade", "score", "compliant", "approved", "safe "):
        assert word not in text.lower()
    assert genuine.pages == 1


def _looked_at() -> dict[str, list[dict[str, object]]]:
    """Every point of every way of selling, as a shop that does all of it well would have them."""
    lines: dict[str, list[str]] = {}
    for rule in shipped_pack().entries("rule"):
        dims = rule.get("dims") or {}
        if "store_audit" in dims.get("kind", ()):
            for channel in dims.get("channel", ("For the whole business",)):
                lines.setdefault(channel, []).append(rule["title"]["en"])
    every = [{"name": name, "lines": given} for name, given in lines.items()]
    half = [{**each, "lines": each["lines"][::2]} for each in every]
    return {"all": every, "half": half}


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("seen, unseen", [("all", None), ("half", "half")])
def test_it_is_one_page_whatever_was_looked_at_and_whatever_the_names(
    seen: str, unseen: str | None, long: bool, press: Press
) -> None:
    looked_at = _looked_at()
    not_a_test = {"name": "Any sale", "lines": ["This was not a test of a sale"]}
    changes: dict[str, object] = {
        "checked": looked_at[seen],
        "not_checked": [*(looked_at[unseen] if unseen else []), not_a_test],
    }
    assert sum(len(each["lines"]) for each in looked_at["all"]) > 60
    if long:
        name = (
            "The Marchwood and Wensum Valley Ironmongery, Garden, Kitchen and Hardware Company Ltd"
        )
        changes |= {"premises": {"name": name.ljust(90, "y")}, "operator": name.ljust(90, "y")}
        changes |= {
            "authority": {"name": "Trading Standards of " + "North and South Marchwood " * 2}
        }
    made = render(kinds()["certificate"].sample_data(changes), specimen=True, using=press)
    assert made.pages == 1
    text = pdf_text(made.pdf)
    for channel in looked_at[seen]:
        for line in channel["lines"]:
            assert line in text


def test_one_that_no_size_fits_on_a_page_is_refused_with_the_reason(press: Press) -> None:
    channels = [
        {"name": f"Way {n}", "lines": ["A point of many words " * 6] * 40} for n in range(6)
    ]
    data = kinds()["certificate"].sample_data({"checked": channels})
    with pytest.raises(DocumentRefused, match=r"would have \d pages; at most 1") as refused:
        render(data, specimen=True, using=press)
    assert refused.value.field == "pages"


def test_the_day_of_the_check_is_larger_than_the_day_it_ends(genuine: Rendered) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(genuine.pdf)[0].get_textpage()
    text = page.get_text_range().replace("\u00a0", " ")

    def height(day: str) -> float:
        """How tall the first figure of a day is, in points."""
        _, bottom, _, top = page.get_charbox(text.index(day))
        return float(top - bottom)

    assert height("20 September 2026") > 2 * height("20 September 2027")


def codes(page: Image) -> dict[str, float]:
    """The square codes of a page at 100 dpi: what each says, and its width in millimetres."""
    found = {}
    for code in zxingcpp.read_barcodes(page):
        left, right = code.position.top_left, code.position.top_right
        found[code.text] = math.hypot(right.x - left.x, right.y - left.y) / PX_PER_MM
    return found


def test_the_codes_are_25_and_42_mm_and_read_at_100_dpi(genuine: Rendered) -> None:
    page = picture(genuine.pdf, dpi=100)
    data = kinds()["certificate"].sample_data()
    found = codes(page)
    assert found == {
        data.status_url: pytest.approx(25, abs=1.2),
        data.proof_url: pytest.approx(42, abs=1.5),
    }
    worn = page.filter(ImageFilter.GaussianBlur(0.6)).rotate(4, fillcolor=255, expand=True)
    assert data.status_url in codes(worn)


def test_a_long_address_and_a_long_name_still_read_at_100_dpi(keys: Keys, press: Press) -> None:
    home = "https://check-knife-sales.trading-standards.some-county.example"
    seal = open_seal(keys, NOW)
    operator = (
        "The Marchwood and Upper Elm Valley Ironmongers and Cutlers Society (Norwich) Limited"
    )
    claim = Claim(
        operator=operator,
        postcode="NR3 1QZ",
        checked_on=datetime.date(2026, 9, 20),
        valid_until=datetime.date(2027, 9, 20),
    )
    changes = {
        "operator": operator,
        "language": "cy",
        "status_url": f"{home}/c/4Qm8V2tZ7xKpN1rJ6yB3Lw?lang=cy",
        "proof_url": f"{home}/proof?lang=cy#{seal.prove(claim)}",
    }
    made = render(kinds()["certificate"].sample_data(changes), seal=seal, using=press)
    assert made.pages == 1
    assert codes(picture(made.pdf, dpi=100)) == {
        changes["status_url"]: pytest.approx(25, abs=1.2),
        changes["proof_url"]: pytest.approx(42, abs=1.5),
    }


def test_the_same_file_is_archived_read_aloud_and_signed(
    genuine: Rendered, check: Callable[[bytes], Verdict]
) -> None:
    assert nonconformities(genuine.pdf) == []
    verdict = check(genuine.pdf)
    assert verdict.outcome is Outcome.GENUINE
    assert verdict.reference == "CKS-C-2026-000042"
    assert verdict.sha256 == genuine.sha256


def test_many_signed_files_all_keep_both_formats(keys: Keys, press: Press) -> None:
    """A compressed stream that ends with a carriage return is rare, and must not slip through."""
    seal = open_seal(keys, NOW)
    kind = kinds()["certificate"]
    for number in range(12):
        made = render(
            kind.sample_data({"reference": f"CKS-C-2026-{number:06}"}), seal=seal, using=press
        )
        assert nonconformities(made.pdf) == []


def test_a_certificate_without_a_key_is_not_issued(press: Press) -> None:
    with pytest.raises(DocumentRefused, match="only issued signed"):
        render(kinds()["certificate"].sample_data(), using=press)


def test_a_byte_changed_anywhere_is_seen(
    genuine: Rendered, check: Callable[[bytes], Verdict]
) -> None:
    pdf = genuine.pdf
    first, second = gap(pdf)
    places = [
        *random.Random(5).sample(range(len(pdf)), 60),
        *range(first, second, 97),  # the signature, and the zeroes after it
        first,
        second - 1,
        len(pdf) - 1,
    ]
    for at in places:
        for bits in (1, 0x20):  # 0x20 turns a hex digit's capital into a small letter
            assert check(flipped(pdf, at, bits)).outcome is not Outcome.GENUINE, at


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(
    name: str, genuine: Rendered, check: Callable[[bytes], Verdict]
) -> None:
    forged = FORGERIES[name](genuine.pdf)
    assert forged != genuine.pdf
    assert check(forged).outcome in (Outcome.ALTERED, Outcome.NOT_OURS)


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"%PDF-1.7\nnothing", b"GIF89a", b"\0" * 99])
def test_what_is_no_document_of_ours(content: bytes, check: Callable[[bytes], Verdict]) -> None:
    assert check(content).outcome is Outcome.NOT_OURS


def test_an_authority_of_the_same_name_is_not_us(
    tmp_path: Path, press: Press, check: Callable[[bytes], Verdict]
) -> None:
    impostor = open_seal(open_keys(tmp_path, NOW), NOW, "Norfolk Trading Standards")
    forged = render(kinds()["certificate"].sample_data(), seal=impostor, using=press).pdf
    verdict = check(forged)
    assert (verdict.outcome, verdict.reason) == (
        Outcome.NOT_OURS,
        "This file is signed, but not by us.",
    )


def test_a_second_foreign_signature_is_refused(
    tmp_path: Path, genuine: Rendered, check: Callable[[bytes], Verdict]
) -> None:
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    other = open_keys(tmp_path, NOW)
    signer = signers.SimpleSigner(
        asn1_x509.Certificate.load(other.signing_certificate),
        asn1_keys.PrivateKeyInfo.load(other.signing_key),
        SimpleCertificateStore(),
    )

    class Careless(signers.PdfSigner):
        """A signing tool that ignores that ours allows no change."""

        def _enforce_certification_constraints(self, reader: object) -> None:
            return

    second = Careless(signers.PdfSignatureMetadata(field_name="Second"), signer)
    # Aside: it starts an event loop of its own, and a browser's may be running here.
    with ThreadPoolExecutor(1) as aside:
        signing = aside.submit(second.sign_pdf, IncrementalPdfFileWriter(BytesIO(genuine.pdf)))
        output = signing.result()
    verdict = check(output.getvalue())
    assert verdict.outcome is Outcome.ALTERED
    assert "more than one signature" in verdict.reason


def test_a_large_file_is_never_opened(check: Callable[[bytes], Verdict]) -> None:
    bomb = b"%PDF-1.7\n" + b"0" * 300_000
    assert check(bomb).reason == "We did not issue this file."
    known = verify_certificate(bomb, [], is_issued=lambda _: True)
    assert known.outcome is Outcome.GENUINE


def test_a_specimen_is_called_a_specimen(press: Press, check: Callable[[bytes], Verdict]) -> None:
    for name in kinds():
        made = render(kinds()[name].sample_data(), specimen=True, using=press)
        assert "SPECIMEN" in pdf_text(made.pdf)
        assert check(made.pdf).outcome is Outcome.SPECIMEN


def test_a_letter_is_known_by_its_hash(press: Press, keys: Keys) -> None:
    made = render(kinds()["advice-letter"].sample_data(), using=press)
    roots = [keys.root_certificate]
    known = verify_certificate(made.pdf, roots, is_issued={made.sha256}.__contains__)
    assert known.outcome is Outcome.GENUINE
    assert verify_certificate(made.pdf, roots).outcome is Outcome.ALTERED
    changed = verify_certificate(made.pdf + b"\n", roots, is_issued={made.sha256}.__contains__)
    assert changed.outcome is Outcome.ALTERED
