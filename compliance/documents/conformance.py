"""The gate every PDF passes before it leaves the room: archive format (PDF/A-3a) and
accessibility (PDF/UA-1) at once."""

from page import ValidationProfile, validate_pdf_bytes

PROFILES = (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1)


def nonconformities(pdf: bytes) -> list[str]:
    """Return what keeps a PDF from either format, a line each; empty when it keeps both."""
    found = []
    for profile in PROFILES:
        report = validate_pdf_bytes(pdf, profile=profile)
        if not report.is_compliant:
            found += [
                f"{profile.value}: {failure.rule_id}: {failure.message}"
                for failure in report.failures
            ] or [f"{profile.value}: not kept"]
    return found
