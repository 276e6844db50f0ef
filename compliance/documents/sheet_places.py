"""Which texts of a laid-out page can change without moving anything else, as far as its boxes tell."""

import re
from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure import boxes

IN_FLOW = (boxes.BlockBox, boxes.TableRowGroupBox, boxes.TableRowBox, boxes.TableCellBox)


def texts_in(among: Any) -> list[Any]:
    """Return the text boxes inside some boxes, in the order in which they are drawn."""
    return [box for each in among for box in each.descendants() if isinstance(box, boxes.TextBox)]


def spaces_of(text: str) -> tuple[bool, bool, bool]:
    """Say whether a text begins with a space, ends with one, and has spaces that a page would not show as they are."""
    return text[:1].isspace(), text[-1:].isspace(), bool(re.search(r"[\t\n\r\f]|  ", text))


def is_plain(box: Any) -> bool:
    """Say whether a text is shown just as it was written."""
    style = box.style
    return (
        style["text_transform"] == "none"
        and style["white_space"] in ("normal", "nowrap")
        and not spaces_of(box.text)[2]
    )


def has_lines(box: Any) -> bool:
    """Say whether a box is filled with lines of text."""
    return (
        isinstance(box, boxes.BlockContainerBox)
        and bool(box.children)
        and isinstance(box.children[0], boxes.LineBox)
    )


def only_text(lines: Any) -> bool:
    """Say whether lines hold texts only, and nothing that is drawn around them."""
    return all(
        isinstance(box, boxes.LineBox | boxes.InlineBox | boxes.TextBox)
        and not box.string_set
        and not _is_decorated(box)
        for each in lines
        for box in each.descendants(placeholders=True)
    )


def _is_decorated(box: Any) -> bool:
    style = box.style
    return bool(
        style["text_decoration_line"] != "none"
        or style["outline_style"] != "none"
        or style["position"] != "static"
        or style["opacity"] < 1
        or style["box_shadow"]
        or style["background_color"].alpha > 0
        or any(kind != "none" for kind, *_ in style["background_image"])
        or any(style[f"border_{side}_width"] for side in ("top", "right", "bottom", "left"))
    )


def blocks_of_lines(page: Any) -> Iterator[Any]:
    """The boxes of a laid-out page that hold lines, and whose width and place their words have no say in."""
    if all(box.style["float"] == "none" for box in page.descendants(placeholders=True)):
        yield from _steady(page.children[0])


def _steady(box: Any) -> Iterator[Any]:
    if not isinstance(box, boxes.Box) or not _is_steady(box):
        return
    if has_lines(box):
        yield box
        return
    for child in box.children:
        yield from _steady(child)


def _is_steady(box: Any) -> bool:
    style = box.style
    if isinstance(box, boxes.TableBox):
        if style["table_layout"] != "fixed" or style["width"] == "auto":
            return False
    elif not isinstance(box, IN_FLOW):
        return False
    return (
        style["position"] == "static"
        and not style["transform"]
        and style["overflow"] == "visible"
        and style["column_width"] == style["column_count"] == "auto"
        and style["max_lines"] == "none"
        and all(
            style[name] == "auto" or not isinstance(style[name], str)
            for name in ("width", "min_width", "max_width")
        )
    )


def shape_of(lines: Any) -> list[Any]:
    """Return where lines stand, how high they are, and whose texts they hold."""
    return [
        (
            line.position_y,
            line.height,
            [(id(box.element), box.element_tag) for box in texts_in([line])],
        )
        for line in lines
    ]


def same_text(one: Any, other: Any) -> bool:
    """Say whether two text boxes of one look write the same."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("text", "position_x", "position_y", "baseline", "justification_spacing")
    )


def reworded(box: Any, words: dict[int, str]) -> Any:
    """Return a copy of what a line is laid out from, with other words; `words` are by the `id` of their text box."""
    if isinstance(box, boxes.TextBox):
        text = words.get(id(box))
        return box if text is None else box.copy_with_text(text)
    return box.copy_with_children([reworded(child, words) for child in box.children])
