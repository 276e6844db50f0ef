"""Many letters in one file for the printer, each font in it once: still archived and tagged.

WeasyPrint keeps the glyph numbers of a typeface when it leaves out unused glyphs, so the subsets that
letters carry can be laid over each other and the text of every letter still finds its shapes.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from compliance.documents.characters import spelled_out
from compliance.documents.conformance import nonconformities

#: What a span has that says nothing but where it is.
_BARE = {"/Type", "/S", "/K", "/P", "/Pg"}
#: A page's content up to the end of each marked part, where it can be cut.
_PART = re.compile(rb".*?\nEMC\n|.+", re.DOTALL)
#: Where a stream begins, as pikepdf writes it.
_STREAM = re.compile(rb"/Length (?P<length>\d+)[^<>]*(?P<blank> )>>\nstream\n")
_SUBSET = re.compile(r"^/[A-Z]{6}\+")
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")
_TITLE = re.compile(rb"(<dc:title>.*?<rdf:li[^>]*>)(.*?)(</rdf:li>)", re.DOTALL)
_IDENTIFIER = re.compile(
    rb"<rdf:Description[^>]*>\s*<dc:identifier>.*?</rdf:Description>", re.DOTALL
)
#: The tables of a TrueType font that a PDF reader looks at, besides hints.
_NEEDED = {"GlyphOrder", "head", "hhea", "hmtx", "maxp", "loca", "glyf", "cvt ", "fpgm", "prep"}


class CannotJoin(ValueError):
    """Letters that cannot be one file; the message says in plain English which, or why."""


@dataclass(frozen=True)
class Run:
    """A print run: the file, and for each letter its first page and how many it has (from 1)."""

    pdf: bytes
    pages: tuple[tuple[int, int], ...]


def print_run(letters: Iterable[tuple[str, bytes]], title: str) -> Run:
    """Join letters, each a name and its PDF, in their order.

    A letter begins on a page of its own; the outline names it. Raises CannotJoin for a file that is not
    a letter of ours, or when the whole does not keep PDF/A-3a and PDF/UA-1.
    """
    whole = _Whole(title)
    for name, content in letters:
        try:
            whole.add(name, content)
        except MemoryError:
            raise
        except Exception as failed:  # a damaged file can break the reading of it in any way
            raise CannotJoin(f"The file of the letter {name} is damaged.") from failed
    return Run(whole.written(), tuple(whole.pages))


class _Whole:
    """The file as it grows."""

    def __init__(self, title: str) -> None:
        # A person gave it: what no XML may hold is named in brackets.
        self.title = spelled_out(title)
        self.pdf = Pdf.new()
        self.pages: list[tuple[int, int]] = []
        self.fonts: dict[str, _Font] = {}
        self.shared: set[tuple[int, int]] = set()
        self.parents: list[Any] = []
        self.documents: list[Object] = []
        self.next_parent = 0
        self.outline: list[tuple[str, int]] = []
        self.drawn: list[tuple[Object, list[bytes]]] = []

    def add(self, name: str, content: bytes) -> None:
        """Add a letter."""
        with Pdf.open(BytesIO(content)) as letter:
            if "/StructTreeRoot" not in letter.Root:
                raise ValueError(f"{name} has no tags.")
            if not self.pages:
                self._begin(letter)
            first = len(self.pdf.pages)
            self.pdf.pages.extend(letter.pages)
            added = [self.pdf.pages[at] for at in range(first, len(self.pdf.pages))]
            self._tags(letter, added)
            for page in added:
                self._share_fonts(page.obj)
                parts = _PART.findall(page.obj.Contents.read_bytes())
                self.drawn.append((page.obj, parts))
                page.obj.Contents = Array()
        self.pages.append((first + 1, len(added)))
        self.outline.append((name, first))

    def _begin(self, letter: Pdf) -> None:
        """Take over what is said once: language, colours, the description."""
        root = self.pdf.Root
        for key in ("/Lang", "/MarkInfo", "/ViewerPreferences"):
            root[key] = self.pdf.copy_foreign(_indirect(letter, letter.Root[key]))
        root.OutputIntents = self.pdf.copy_foreign(_indirect(letter, letter.Root.OutputIntents))
        said = letter.Root.Metadata.read_bytes()
        title = escape(self.title).encode()
        said = _TITLE.sub(lambda found: found[1] + title + found[3], said, count=1)
        said = _IDENTIFIER.sub(b"", said)
        root.Metadata = self.pdf.make_stream(said, Type=Name.Metadata, Subtype=Name.XML)
        self.info = {
            key: str(letter.docinfo[key])
            for key in ("/Producer", "/Creator", "/CreationDate", "/ModDate")
            if key in letter.docinfo
        }

    def _tags(self, letter: Pdf, pages: list[pikepdf.Page]) -> None:
        """Take over the tags of a letter: its numbers move up behind those that are there."""
        tree = self.pdf.copy_foreign(_indirect(letter, letter.Root.StructTreeRoot))
        top = list(tree.K) if isinstance(tree.K, Array) else [tree.K]
        self.documents += top
        numbers = list(tree.ParentTree.Nums)
        highest = -1
        for key, value in zip(numbers[::2], numbers[1::2], strict=True):
            if isinstance(value, Array):
                _without_bare_spans(value)
            self.parents += [int(key) + self.next_parent, value]
            highest = max(highest, int(key))
        for page in pages:
            _move(page.obj, "/StructParents", self.next_parent)
            for note in page.obj.get("/Annots", ()):
                _move(note, "/StructParent", self.next_parent)
        self.next_parent += highest + 1

    def _share_fonts(self, page: Object) -> None:
        fonts = page.Resources.get("/Font")
        if fonts is None:
            return
        for key in list(fonts.keys()):
            font = fonts[key]
            if font.objgen in self.shared:  # the pages of a letter may have one list of fonts
                continue
            if font.get("/Subtype") != Name.Type0:
                raise ValueError("A letter has a font that cannot be shared.")
            name = _SUBSET.sub("/", str(font.BaseFont))
            shared = self.fonts.get(name)
            if shared is None:
                shared = self.fonts[name] = _Font(self.pdf.make_indirect(Dictionary()))
                self.shared.add(shared.object.objgen)
            shared.lay_over(font)
            fonts[key] = shared.object

    def _draw(self) -> None:
        """Write what the pages show: a stretch that several letters draw alike is there once."""
        seen = Counter(part for _, parts in self.drawn for part in set(parts))
        streams: dict[bytes, Object] = {}
        for page, parts in self.drawn:
            for _, alike in groupby(parts, key=lambda part: seen[part]):
                stretch = b"".join(alike)
                if stretch not in streams:
                    streams[stretch] = _stream(self.pdf, stretch)
                page.Contents.append(streams[stretch])

    def written(self) -> bytes:
        """Return the file. Raises CannotJoin when nothing was added."""
        if not self.pages:
            raise CannotJoin("There is no letter to print.")
        self._draw()
        root, pdf = self.pdf.Root, self.pdf
        tree = pdf.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot,
                K=Array(self.documents),
                ParentTree=pdf.make_indirect(Dictionary(Nums=Array(self.parents))),
                ParentTreeNextKey=self.next_parent,
            )
        )
        for document in self.documents:
            document.P = tree
        root.StructTreeRoot = tree
        for font in self.fonts.values():
            font.finish(pdf)
        with pdf.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(name, at) for name, at in self.outline)
        for key, value in self.info.items():
            pdf.docinfo[key] = String(value)
        pdf.docinfo["/Title"] = String(self.title)
        return _saved(pdf)


@dataclass
class _Font:
    """One typeface with every glyph that any letter uses."""

    object: Object
    like: Any = None
    file: TTFont | None = None
    widths: dict[int, Any] = field(default_factory=dict)
    unicode: dict[bytes, bytes] = field(default_factory=dict)

    def lay_over(self, font: Object) -> None:
        """Add the glyphs of one letter's subset that are not there yet."""
        below = font.DescendantFonts[0]
        widths = dict(_widths(below.W))
        self.unicode.update(_PAIR.findall(font.ToUnicode.read_bytes()))
        if self.like is None:
            self.like = font
        elif widths.keys() <= self.widths.keys():
            return
        self.widths.update(widths)
        more = _opened(below.FontDescriptor.FontFile2.read_bytes())
        if self.file is None:
            self.file = more
            return
        # A subset ends with the last glyph it uses: the longer one takes up the shorter.
        longer, shorter = sorted(
            (self.file, more), key=lambda each: each["maxp"].numGlyphs, reverse=True
        )
        there, new = longer["glyf"], shorter["glyf"]
        for glyph in shorter.getGlyphOrder():
            if new[glyph].numberOfContours and not there[glyph].numberOfContours:
                there.glyphs[glyph] = new.glyphs[glyph]
            if not longer["hmtx"][glyph][0]:
                longer["hmtx"][glyph] = shorter["hmtx"][glyph]
        self.file = longer

    def finish(self, pdf: Pdf) -> None:
        """Write the typeface into the font that every page points to."""
        assert self.file is not None
        out = BytesIO()
        self.file.save(out)
        below = self.like.DescendantFonts[0]
        below.FontDescriptor.FontFile2 = pdf.make_stream(
            out.getvalue(), Length1=len(out.getvalue())
        )
        below.W = Array([part for at, wide in sorted(self.widths.items()) for part in (at, [wide])])
        self.like.ToUnicode = _stream(pdf, _to_unicode(self.unicode))
        for key in list(self.like):
            self.object[key] = self.like[key]


def _stream(pdf: Pdf, content: bytes, **more: Any) -> Object:
    return pdf.make_stream(zlib.compress(content, 9), Filter=Name.FlateDecode, **more)


def _saved(pdf: Pdf) -> bytes:
    """The file in bytes, checked; without packed objects where packing gives a stream an end that is ambiguous."""
    faults: list[str] = []
    for mode in (pikepdf.ObjectStreamMode.generate, pikepdf.ObjectStreamMode.disable):
        out = BytesIO()
        pdf.save(out, object_stream_mode=mode, deterministic_id=True)
        written = _unambiguous(out.getvalue())
        faults = nonconformities(written)
        if not faults:
            return written
    raise CannotJoin(f"The whole file breaks the rules of its format: {'; '.join(faults[:5])}")


def _unambiguous(written: bytes) -> bytes:
    """Give a stream that ends with a carriage return a line end of its own, as the letters have (finish.py).

    The byte comes from the blank before its dictionary's end, so that nothing else moves.
    """
    parts, done = [], 0
    for found in _STREAM.finditer(written):
        end = found.end() + int(found["length"])
        if written[end - 1 : end] == b"\r" and written.startswith(b"\nendstream", end):
            parts += [
                written[done : found.start("blank")],
                written[found.end("blank") : end],
                b"\r",
            ]
            done = end
    return b"".join([*parts, written[done:]])


def _opened(content: bytes) -> TTFont:
    """The glyphs of a subset by number, without the tables that a PDF does not look at."""
    font = TTFont(BytesIO(content))
    for table in set(font.keys()) - _NEEDED:
        del font[table]
    font.setGlyphOrder([f"glyph{number}" for number in range(font["maxp"].numGlyphs)])
    return font


def _widths(listed: Object) -> Iterator[tuple[int, Any]]:
    """The width of each glyph, from a list such as `[12 [500 510] 40 42 600]`."""
    parts = list(listed)
    at = 0
    while at < len(parts):
        first = int(parts[at])
        if isinstance(parts[at + 1], Array):
            for further, wide in enumerate(parts[at + 1]):
                yield first + further, wide
            at += 2
        else:
            for glyph in range(first, int(parts[at + 1]) + 1):
                yield glyph, parts[at + 2]
            at += 3


def _to_unicode(pairs: dict[bytes, bytes]) -> bytes:
    """The map from glyphs to text, a hundred to a block as the format asks."""
    told = [b"<%s> <%s>" % pair for pair in sorted(pairs.items())]
    blocks = [told[at : at + 100] for at in range(0, len(told), 100)]
    return b"\n".join(
        (
            b"/CIDInit /ProcSet findresource begin",
            b"12 dict begin",
            b"begincmap",
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            b"/CMapName /Adobe-Identity-UCS def",
            b"/CMapType 2 def",
            b"1 begincodespacerange",
            b"<0000> <ffff>",
            b"endcodespacerange",
            *(
                line
                for block in blocks
                for line in (b"%d beginbfchar" % len(block), *block, b"endbfchar")
            ),
            b"endcmap",
            b"CMapName currentdict /CMap defineresource pop",
            b"end",
            b"end",
        )
    )


def _without_bare_spans(marked: Object) -> None:
    """Let the parent of a span that says nothing of its own hold the marked text itself.

    `marked` lists, for each marked text of a page, the tag it belongs to. A line of text has such a span;
    they are most of a letter's tags.
    """
    for number in range(len(marked)):
        span = marked[number]
        if span is None or span.get("/S") != Name.Span or not set(span.keys()) <= _BARE:
            continue
        parent, inside = span.P, span.K
        if isinstance(inside, Array):
            if len(inside) != 1:
                continue
            inside = inside[0]
        alone = not isinstance(parent.get("/K"), Array)
        if not isinstance(inside, int) or alone or _page(parent, span) != _page(span, span):
            continue
        parent.Pg = span.Pg
        parent.K = Array(
            [
                inside if isinstance(each, Dictionary) and each.objgen == span.objgen else each
                for each in parent.K
            ]
        )
        marked[number] = parent


def _page(tag: Object, otherwise: Object) -> Any:
    return (tag if "/Pg" in tag else otherwise).Pg.objgen


def _move(thing: Object, key: str, by: int) -> None:
    if key in thing:
        thing[key] = int(thing[key]) + by


def _indirect(pdf: Pdf, thing: Object) -> Object:
    """The thing as an object of its own: only such can be taken over into another file."""
    return thing if thing.is_indirect else pdf.make_indirect(thing)
