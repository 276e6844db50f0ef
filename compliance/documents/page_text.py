"""The words of a composed page, a block a line: what the rules for words are held against."""

from html.parser import HTMLParser

_BLOCKS = frozenset(
    [
        *("p", "h1", "h2", "h3", "li", "tr", "div", "section", "ul", "ol", "table", "blockquote"),
        *("header", "main", "body", "head", "title"),
    ]
)
_CELLS = frozenset({"td", "th"})
_VOID = frozenset({"meta", "img", "br"})
#: What stands on a page and is no sentence of ours to the reader.
FRAME = frozenset({"head", "specimen", "header", "notes", "blockquote", "status-qr"})
#: A sentence of the rulebook about the law carries this attribute, with the row it rests on.
LAW = "data-law"


class _Lines(HTMLParser):
    """Collects the text of a page, leaving out elements of unwanted tags, classes and attributes."""

    def __init__(self, without: frozenset[str]) -> None:
        super().__init__()
        self.text: list[str] = []
        self._without = without
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {tag, *(name for name, _ in attrs), *(dict(attrs).get("class") or "").split()}
        if tag in _BLOCKS:
            self.text.append("\n")
        if tag in _CELLS:
            self.text.append(" | ")
        if tag not in _VOID:
            self._open.append(bool(names & self._without))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.text.append(" ".join(data.split("\n")))


def lines(html: str, *, without: frozenset[str] = frozenset({"head", "specimen"})) -> list[str]:
    """Return the text of a page, a block a line, cells parted by `|`, without elements that have one
    of these tags, classes or attributes."""
    parser = _Lines(without)
    parser.feed(html)
    parser.close()
    found = (
        " ".join(line.replace("\u00a0", " ").split()) for line in "".join(parser.text).split("\n")
    )
    return [line.strip("| ") for line in found if line.strip("| ")]
