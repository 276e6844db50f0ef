"""A page laid out and written once, in which later pages of the same kind only change words and codes.

WeasyPrint lays out the first page as ever. Of the second, only the blocks whose words differ are laid out again,
by WeasyPrint, at the same place and of the same width; where each has as many lines as before and each line its
height, nothing else on the page can have moved, and what those words write takes the place of what the first
page's wrote. So with the codes, the strings in the page's margin, the outline, alternative texts and metadata.
Everything else of the file is written once.

A sheet proves itself before it is used: each of its places is drawn anew with the first page's own words, and is
only changed later if that gives, to the byte, what the whole page gave. Whatever it cannot change raises `Unfit`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pydyf
from weasyprint import DEFAULT_OPTIONS, Document
from weasyprint.css.counters import CounterStyle
from weasyprint.document import Page
from weasyprint.draw import draw_replacedbox
from weasyprint.draw import text as drawing
from weasyprint.formatting_structure import boxes
from weasyprint.formatting_structure.build import build_formatting_structure
from weasyprint.html import get_html_metadata
from weasyprint.layout import inline, layout_document
from weasyprint.layout.page import make_margin_boxes
from weasyprint.pdf import VARIANTS, _w3c_date_to_pdf, generate_pdf
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.pdf.stream import Stream

from compliance.documents.engine import VARIANT, Engine, refuse_more_pages
from compliance.documents.finish import complete_metadata, finish
from compliance.documents.page_parts import PageParts
from compliance.documents.pinned import known
from compliance.documents.prepared_file import Frozen, PreparedFile
from compliance.documents.qr import Code, code_in
from compliance.documents.sheet_drawing import Spot, WatchedPage, drawn_anew, written
from compliance.documents.sheet_places import (
    blocks_of_lines,
    has_lines,
    is_plain,
    only_text,
    reworded,
    same_text,
    shape_of,
    spaces_of,
    texts_in,
)
from compliance.documents.writer import data_of, our_writer

SOURCE = "179288b3913e45f0"
IMITATED = (
    *(Document, Page, Stream, pydyf.PDF, generate_pdf, layout_document, make_margin_boxes),
    *(inline.iter_line_boxes, inline.get_next_linebox, drawing.draw_text, draw_replacedbox),
)
VARIANT_OF_METADATA = ("a", 3, "A")  # of VARIANT
#: What a style sheet may not do with a page that is to be a sheet: choose or fill by its texts and values.
_READS_PAGE = re.compile(r"\[|content\(|target-|leader\(|:empty|running\(|element\(")
_STRINGS = re.compile(r"string-set:[^;}]*")


def reads_page(css: str) -> bool:
    """Say whether a style sheet looks at the texts or values of a page, so that they may change more."""
    return bool(_READS_PAGE.search(css)) or "attr(" in _STRINGS.sub("", css)


class Unfit(Exception):
    """The page needs more than other words in the places of this sheet."""


class LetterMissing(Unfit):
    """A word of the page has a letter that no sheet has ready."""


def may_be_made() -> bool:
    """Say whether this is the WeasyPrint that sheets are written for."""
    return known(SOURCE, *IMITATED)


@dataclass(frozen=True)
class _Block:
    """Lines of text that are laid out together.

    `source` is what they are laid out from, `inside` the box they fill, `texts` the boxes of `source` that
    hold the texts of the page, by number.
    """

    source: Any
    inside: Any
    texts: dict[int, Any]
    spots: tuple[Spot, ...]


@dataclass
class _Changed:
    """What one page changes: drawings by the start of their spot, objects by number, and what is told of the file."""

    drawn: dict[int, bytes] = field(default_factory=dict)
    objects: dict[int, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)


class Sheet:
    """A page that was printed, ready to be printed again with other words."""

    def __init__(
        self,
        engine: Engine,
        html: str,
        css: str,
        parts: PageParts,
        *,
        signature_purpose: str,
    ) -> None:
        """Print a page (`pdf`) and keep what the next ones need.

        `parts` are those of `html`. Raises DocumentRefused as `Engine.write` does, and Unfit when
        pages like this one cannot share a sheet.
        """
        if reads_page(css):
            raise Unfit("the style sheet reads texts or values of the page")
        self._parts = parts
        page, options = engine.page(html, css)
        options = {**DEFAULT_OPTIONS, **options, **VARIANTS[VARIANT][1]}
        counters = CounterStyle()
        context = Document._build_layout_context(page, engine.fonts, counters, {}, options)
        build = (
            *(page.etree_element, context.style_for, context.get_image_from_uri, page.base_url),
            *(context.target_collector, counters, context.footnotes),
        )
        root = build_formatting_structure(*build)
        laid = list(layout_document(page, root, context))
        refuse_more_pages(len(laid), 1)
        self._context, self._page = context, WatchedPage(laid[0])
        self._document = Document(
            [self._page],
            DocumentMetadata(**get_html_metadata(page)),
            page.url_fetcher,
            engine.fonts,
            {},
            options["output_intent"],
        )
        with our_writer():
            self.pdf: bytes = self._document.write_pdf(
                pdf_variant=VARIANT,
                finisher=partial(self._keep, signature_purpose=signature_purpose),
            )
        self._changeable(root, page.etree_element)

    def _keep(self, document: Any, pdf: Any, *, signature_purpose: str) -> None:
        """Finish the file, and keep its objects."""
        finish(document, pdf, signature_purpose=signature_purpose)
        self._info, self._root = pdf.info, pdf.catalog.reference
        self._written = [Frozen(each) for each in pdf.objects[1:]]
        self._dictionaries = {
            each.number: each for each in pdf.objects if isinstance(each, pydyf.Dictionary)
        }
        self._metadata = int(pdf.catalog["Metadata"].split()[0])

    # What may change.

    def _changeable(self, root: Any, element: Any) -> None:
        """Find every place that may change, and try it with the words it has."""
        self._fonts = {key: dict(font.to_unicode) for key, font in self._document.fonts.items()}
        if not self._fonts:
            raise Unfit("it says nothing")
        self._letters = frozenset.intersection(
            *(frozenset(each.values()) for each in self._fonts.values())
        )
        of_texts = [n for n, tag in enumerate(self._parts.tags) if tag != "<title>"]
        sources = [
            box
            for box in root.descendants()
            if isinstance(box, boxes.TextBox) and box.text.strip() and "::" not in box.element_tag
        ]
        if len(sources) != len(of_texts):
            raise Unfit("its texts are not all shown, or not as they are")
        numbers = {
            id(box): number
            for number, box in zip(of_texts, sources, strict=True)
            if box.text == self._parts.texts[number] and is_plain(box)
        }
        self._headings = self._find_headings(root, numbers)
        self._blocks: dict[int, _Block] = {}
        for block in self._find_blocks(root, numbers):
            if self._proves(partial(self._drawn_as_it_was, block), block.spots):
                self._blocks |= dict.fromkeys(block.texts, block)
        self._find_pictures(element)
        self._strings = self._find_strings(element)
        self._margin = self._text_spots(self._page._page_box.children[1:])
        if not self._proves(partial(self._margin_with, {}, anew=True), self._margin):
            self._strings = {}
        described = self._described(self._document.metadata)
        if data_of(described) != self._written[self._metadata - 1].data:
            raise Unfit("its metadata are more than texts")
        self._cut()
        texts = {*self._alternatives.values(), *(place for _, place in self._headings)}
        self._own = {self._metadata: described} | {n: self._dictionaries[n] for n in texts}
        changing = {self._page.stream.number, self._info.number, *self._own}
        self._file = PreparedFile([*self._written, Frozen(self._info)], changing, self._root)
        del self._written, self._dictionaries

    def _find_pictures(self, element: Any) -> None:
        """The codes of the page and the alternative texts of its pictures, each by the number of its value."""
        images = list(element.iter("img"))
        replaced = {
            id(box.element): box
            for box in self._page._page_box.descendants(placeholders=True)
            if isinstance(box, boxes.ReplacedBox)
        }
        self._codes: dict[int, Spot] = {}
        self._alternatives: dict[int, int] = {}
        self._frames: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        for attribute in ("src", "alt"):
            numbers = [
                n for n, name in enumerate(self._parts.names) if name[:2] == ("img", attribute)
            ]
            values = [each.get(attribute) for each in images if attribute in each.attrib]
            if values != [self._parts.values[number] for number in numbers]:
                raise Unfit("its pictures are not in order")
            holders = [each for each in images if attribute in each.attrib]
            for number, image, value in zip(numbers, holders, values, strict=True):
                if attribute == "alt":
                    place = self._object_with("Alt", value)
                    if place is not None:
                        self._alternatives[number] = place
                elif (box := replaced.get(id(image))) and (code := code_in(value)):
                    spot = self._codes[number] = self._page.spots[id(box)]
                    if not self._proves(partial(self._redrawn, number, code), [spot]):
                        del self._codes[number]

    def _proves(self, draw: Callable[[], dict[int, bytes]], spots: Any) -> bool:
        """Whether drawing places anew gives what the page has there."""
        lines = self._page.stream.stream
        try:
            return draw() == {each.start: written(lines[each.start : each.end]) for each in spots}
        except Unfit:
            return False

    def _find_blocks(self, root: Any, numbers: dict[int, int]) -> Iterator[_Block]:
        """The blocks of text whose place and width do not depend on their words."""
        laid, sources = defaultdict(list), defaultdict(list)
        for box in blocks_of_lines(self._page._page_box):
            laid[id(box.element), box.element_tag].append(box)
        for box in root.descendants():
            if has_lines(box):
                sources[id(box.element), box.element_tag].append(box)
        for key, insides in laid.items():
            if len(insides) != len(sources[key]):
                continue
            for inside, source in zip(insides, sources[key], strict=True):
                line = source.children[0]
                texts = {numbers[id(b)]: b for b in line.descendants() if id(b) in numbers}
                if texts and only_text([line]) and only_text(inside.children):
                    yield _Block(line, inside, texts, self._text_spots(inside.children))

    def _text_spots(self, among: Any) -> tuple[Spot, ...]:
        return tuple(self._page.spots[id(box)] for box in texts_in(among))

    def _find_headings(
        self, root: Any, numbers: dict[int, int]
    ) -> list[tuple[list[tuple[int | None, str]], int]]:
        """Of each entry of the outline, the texts it is made of (with their numbers) and its object."""
        found = []
        for box in root.descendants():
            if not box.bookmark_label:
                continue
            place = self._object_with("Title", box.bookmark_label)
            told: list[tuple[int | None, str]] = []
            rest = box.bookmark_label
            for each in texts_in([box]):
                between, text, rest = rest.partition(each.text)
                told += [(None, between), (numbers.get(id(each)), text)]
            told.append((None, rest))
            if place is None or any(text.strip() for number, text in told if number is None):
                for each in texts_in([box]):
                    numbers.pop(id(each), None)
            else:
                found.append((told, place))
        return found

    def _object_with(self, key: str, text: str) -> int | None:
        """The only object whose entry `key` is this text."""
        sought = pydyf.String(text).data
        found = [
            number
            for number, each in self._dictionaries.items()
            if isinstance(each.get(key), pydyf.String) and each[key].data == sought
        ]
        return found[0] if len(found) == 1 else None

    def _find_strings(self, element: Any) -> dict[int, list[str]]:
        """The strings for the margin that are set from each value of the page."""
        setters = {
            id(box.element): box
            for box in self._page._page_box.descendants(placeholders=True)
            if box.string_set
        }
        values = iter(
            number for number, name in enumerate(self._parts.names) if name[1].startswith("data-")
        )
        found: dict[int, list[str]] = {}
        for each in element.iter():
            if not isinstance(each.tag, str):
                continue
            for attribute in [name for name in each.attrib if name.startswith("data-")]:
                number = next(values, None)
                if number is None or each.get(attribute) != self._parts.values[number]:
                    raise Unfit("its values are not in order")
                found[number] = []
                if box := setters.get(id(each)):
                    for name, content in box.style["string_set"]:
                        if content == (("attr()", (attribute, "string", "")),):
                            found[number].append(name)
                        elif attribute in repr(content):
                            del found[number]
                            break
        return found

    # What changes.

    def stamp(self, parts: PageParts) -> bytes:
        """Print a page with the key of this one: its PDF.

        Raises Unfit when its words do not go where those of this sheet stand.
        """
        try:
            return self._stamp(parts)
        except Unfit:
            self._forget_new_letters()
            raise

    def _stamp(self, parts: PageParts) -> bytes:
        changed = _Changed()
        self._change_texts(parts.texts, changed)
        self._change_values(parts.values, changed)
        if any(
            len(font.to_unicode) != len(self._fonts.get(key, ()))
            for key, font in self._document.fonts.items()
        ):
            raise LetterMissing("a glyph is not ready")
        return self._file_with(changed)

    def _change_texts(self, texts: tuple[str, ...], changed: _Changed) -> None:
        words: dict[int, str] = {}
        blocks: dict[int, _Block] = {}
        for number, (text, old) in enumerate(zip(texts, self._parts.texts, strict=True)):
            if text == old:
                continue
            if self._parts.tags[number] == "<title>":
                changed.told["title"] = text
                continue
            block = self._blocks.get(number)
            if block is None or spaces_of(text) != spaces_of(old):
                raise Unfit("a text stands where none can change")
            if not self._letters.issuperset(text):
                raise LetterMissing(f"a letter of {text!r} is not ready")
            words[number] = text
            blocks[id(block)] = block
        lines = [(self._lines(block, words), block.spots) for block in blocks.values()]
        for among, spots in lines:  # once all are known to fit
            changed.drawn |= self._drawn_texts(among, spots)
        for heading, place in self._headings:
            if any(number in words for number, _ in heading):
                said = [
                    text if number is None else words.get(number, text) for number, text in heading
                ]
                changed.objects[place] = self._with(place, "Title", "".join(said))

    def _change_values(self, values: tuple[str, ...], changed: _Changed) -> None:
        strings: dict[str, str] = {}
        for number, (value, old) in enumerate(zip(values, self._parts.values, strict=True)):
            if value == old:
                continue
            tag, _, name = self._parts.names[number]
            if number in self._codes and (code := code_in(value)):
                changed.drawn |= self._redrawn(number, code)
            elif number in self._alternatives and value:
                place = self._alternatives[number]
                changed.objects[place] = self._with(place, "Alt", value)
            elif number in self._strings:
                if not self._letters.issuperset(value):
                    raise LetterMissing(f"a letter of {value!r} is not ready")
                strings |= dict.fromkeys(self._strings[number], value)
            elif (tag, name) == ("meta", "dcterms.created"):
                changed.told["created"] = value
            elif (tag, name) == ("meta", "identifier"):
                changed.told["custom"] = {**self._document.metadata.custom, name: value}
            else:
                raise Unfit("a value stands where none can change")
        if strings:
            changed.drawn |= self._margin_with(strings)

    def _drawn_as_it_was(self, block: _Block) -> dict[int, bytes]:
        return self._drawn_texts(self._lines(block, {}), block.spots, anew=True)

    def _lines(self, block: _Block, words: dict[int, str]) -> Any:
        """The lines of a block when it says other words."""
        changed = {id(box): words[number] for number, box in block.texts.items() if number in words}
        context, inside = self._context, block.inside
        where: tuple[Any, ...] = (inside.content_box_y(), 0, None, inside, [], [])
        styles = (inside.first_letter_style, inside.first_line_style)
        source = reworded(block.source, changed)
        context.create_block_formatting_context()
        try:
            lines = [each for each, _ in inline.iter_line_boxes(context, source, *where, *styles)]
        finally:
            context.finish_block_formatting_context()
        if shape_of(lines) != shape_of(inside.children):
            raise Unfit("its lines are others")
        return lines

    def _drawn_texts(
        self, among: Any, spots: tuple[Spot, ...], *, anew: bool = False
    ) -> dict[int, bytes]:
        """What each text inside some boxes writes, by the start of its spot; `anew` also what writes the same."""
        stream = self._page.stream
        return {
            spot.start: drawn_anew(
                stream, spot.pen, partial(drawing.draw_text, stream, box, 0, "clip", "none")
            )
            for box, spot in zip(texts_in(among), spots, strict=True)
            if anew or not same_text(box, spot.box)
        }

    def _margin_with(self, strings: dict[str, str], *, anew: bool = False) -> dict[int, bytes]:
        """What each text of the page's margin writes when some strings are others."""
        context, page = self._context, self._page._page_box
        kept = {name: context.string_set[name][1] for name in strings}
        if any(len(each) != 1 for each in kept.values()):
            raise Unfit("a string of the margin is set more than once")
        context.current_page = 1
        for name, value in strings.items():
            context.string_set[name][1] = [value]
        try:
            margin = list(make_margin_boxes(context, page, context.page_maker[1][3]))
        finally:
            for name, values in kept.items():
                context.string_set[name][1] = values
        tags = [box.element_tag for box in texts_in(margin)]
        if tags != [spot.box.element_tag for spot in self._margin]:
            raise Unfit("the margin has other lines")
        return self._drawn_texts(margin, self._margin, anew=anew)

    def _redrawn(self, number: int, code: Code) -> dict[int, bytes]:
        """What a picture writes that shows another code."""
        key, spot = (number, code.side), self._codes[number]
        if key not in self._frames:
            # A code of one dark square, as WeasyPrint draws it: the others go where this one is.
            box = copy(spot.box)
            empty = Code(code.side, "M0,0.5L1,0.5").image
            box.replacement = self._context.get_image_from_uri(url=empty)
            stream = self._page.stream
            drawn = drawn_anew(stream, spot.pen, partial(draw_replacedbox, stream, box))
            before, square, after = drawn.partition(b"0 0.5 m\n1 0.5 l")
            if not square:
                raise Unfit("a code is drawn in another way")
            self._frames[key] = before, after
        before, after = self._frames[key]
        return {spot.start: before + code.lines + after}

    def _with(self, place: int, key: str, text: str) -> Any:
        """An object of the file with another text in it."""
        changed = pydyf.Dictionary({**self._own[place], key: pydyf.String(text)})
        return _numbered(changed, place)

    def _described(self, metadata: Any) -> Any:
        """The metadata stream of the file."""
        about = copy(self._document)
        about.metadata = metadata
        pdf = pydyf.PDF()
        metadata.include_in_pdf(pdf, *VARIANT_OF_METADATA, compress=False)
        complete_metadata(about, pdf)
        return _numbered(pdf.objects[-1], self._metadata)

    def _cut(self) -> None:
        """Cut what the page writes at every place that may change."""
        lines = self._page.stream.stream
        spots = [
            *(spot for block in self._blocks.values() for spot in block.spots),
            *self._codes.values(),
            *self._margin,
        ]
        self._pieces: list[tuple[int, bytes]] = []
        done = 0
        for spot in sorted({each.start: each for each in spots}.values(), key=lambda s: s.start):
            self._pieces.append((-1, written(lines[done : spot.start])))
            self._pieces.append((spot.start, written(lines[spot.start : spot.end])))
            done = spot.end
        self._pieces.append((-1, written(lines[done:])))

    def _file_with(self, changed: _Changed) -> bytes:
        """The file with other drawings, objects and metadata."""
        content = [changed.drawn.get(start, piece) for start, piece in self._pieces]
        stream = pydyf.Stream([each for each in content if each], compress=True)
        info = _numbered(pydyf.Dictionary(self._info), self._info.number)
        own = self._own | changed.objects
        told = changed.told
        if told:
            metadata = copy(self._document.metadata)
            vars(metadata).update(told)
            own[self._metadata] = self._described(metadata)
            if "title" in told:
                info["Title"] = pydyf.String(told["title"])
            if "created" in told:
                info["CreationDate"] = pydyf.String(_w3c_date_to_pdf(told["created"], "created"))
        page = _numbered(stream, self._page.stream.number)
        return self._file.with_own([page, *own.values(), info], info)

    def _forget_new_letters(self) -> None:
        """Let the fonts know no glyph but those that are in the file."""
        fonts = self._document.fonts
        for key in [key for key in fonts if key not in self._fonts]:
            del fonts[key]
        for key, letters in self._fonts.items():
            fonts[key].to_unicode = dict(letters)


def _numbered(each: Any, number: int) -> Any:
    each.number = number
    return each
