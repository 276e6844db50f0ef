"""The golden text of each kind and story, read as a lawyer would: written by
`python -m tests.documents.golden`, compared by the tests."""

from pathlib import Path

from compliance.documents import kinds
from compliance.documents.compose import compose
from tests.documents.reading import lines

FOLDER = Path(__file__).parent / "golden"


def text_of(name: str, sample: str, language: str = "en") -> str:
    """The whole text of a sample in a language, a block a line."""
    data = kinds()[name].sample_data({"language": language}, sample=sample)
    return "\n".join(lines(compose(data, kinds()[name], specimen=False))) + "\n"


def path_of(name: str, sample: str, language: str = "en") -> Path:
    """Where a sample's golden text is kept; other languages than English have a folder each."""
    folder = FOLDER if language == "en" else FOLDER / language
    return folder / f"{name}{f'.{sample}' if sample else ''}.txt"


def main() -> None:
    """Write every golden text anew; the change is then read in the diff."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.rglob("*.txt"):
        old.unlink()
    for kind in kinds().values():
        for sample in ("", *kind.samples):
            for language in kind.languages:
                path = path_of(kind.name, sample, language)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text_of(kind.name, sample, language), encoding="utf-8")


if __name__ == "__main__":
    main()
