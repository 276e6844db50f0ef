"""A line that is one text and nothing else is laid out without asking what else it might be.

WeasyPrint treats every line as if boxes within boxes, floats and right-to-left text could follow, and looks four
times at what may stand in its way. Nearly all lines of a letter are the text of a cell or a paragraph: such a line
is as wide as its text, as high as its look asks for, and stands where the last one ended.
"""

from collections.abc import Callable
from typing import Any

from weasyprint.css import AnonymousStyle
from weasyprint.formatting_structure.boxes import LineBox, TextBox
from weasyprint.layout import float, inline, leader, percent

from compliance.documents.pinned import known

SOURCE = "16fb76522889960c"

Line = tuple[Any, Any]  # a line, and where the next one starts


class PlainLines:
    """The layout of lines of one text."""

    def __init__(self, plain: Callable[..., Line]) -> None:
        """Fall back on WeasyPrint's own way."""
        self._plain = plain

    def __call__(
        self,
        context: Any,
        linebox: Any,
        position_y: Any,
        bottom_space: Any,
        skip_stack: Any,
        containing_block: Any,
        absolute_boxes: Any,
        fixed_boxes: Any,
        first_letter_style: Any,
        first_line_style: Any,
    ) -> Line:
        """Lay out the next line, as `get_next_linebox` does."""
        if not (context.excluded_shapes or first_letter_style or first_line_style) and _is_plain(
            linebox, containing_block
        ):
            skipped = inline.skip_first_whitespace(linebox, skip_stack)
            if skipped == "continue":
                return None, None
            found = _laid_out(context, linebox, position_y, skipped, containing_block)
            if found is not None:
                return found
        return self._plain(
            context,
            linebox,
            position_y,
            bottom_space,
            skip_stack,
            containing_block,
            absolute_boxes,
            fixed_boxes,
            first_letter_style,
            first_line_style,
        )


def _is_plain(linebox: Any, containing_block: Any) -> bool:
    """Say whether a line is one text, and has no space around and no direction of its own."""
    if type(linebox) is not LineBox or len(linebox.children) != 1:
        return False
    text = linebox.children[0]
    style = text.style
    return (
        type(text) is TextBox
        and isinstance(linebox.style, AnonymousStyle)
        and isinstance(style, AnonymousStyle)
        and linebox.style["direction"] == containing_block.style["direction"] == "ltr"
        and style["vertical_align"] == "baseline"
        and linebox.style["text_align_all"] != "justify"
        and linebox.style["text_align_last"] != "justify"
    )


def _laid_out(
    context: Any, linebox: Any, position_y: Any, skipped: Any, containing_block: Any
) -> Line | None:
    """The next line, from what may be skipped of it; None when the text needs more.

    Every sum is done in WeasyPrint's order: the places are the same to the last digit.
    """
    (text,) = linebox.children
    left = containing_block.content_box_x()
    width = left + containing_block.width - left
    linebox.position_x, linebox.position_y = left, position_y
    text.position_x, text.position_y = left + linebox.text_indent, position_y
    percent.resolve_percentages(text, containing_block)
    skip = 0 if skipped is None else next(iter(skipped[0]))
    most = (left + width) * (1 + 1e-9)
    shown, skip, ends = inline.split_text_box(context, text, most - text.position_x, skip)
    if shown is None:
        return None
    resume_at = None if skip is None else {0: {skip: None}}
    line = linebox.copy_with_children([shown])
    line.remove_decoration(start=skipped is not None, end=resume_at is None)
    line.width = shown.position_x + shown.margin_width() - line.content_box_x()
    inline._adjust_line_height(line)
    linebox.width, linebox.height = line.width, line.height
    inline.remove_last_whitespace(context, line)
    offset = inline.text_align(context, line, width, last=resume_at is None or ends)
    shown.position_y = 0 - shown.baseline
    top = 0 - line.baseline
    bottom = max(top + line.margin_height(), shown.position_y + shown.margin_height())
    top = min(top, shown.position_y)
    line.baseline = -top
    line.position_y, line.height = top, bottom - top
    line.margin_top = line.margin_bottom = 0
    line.translate(offset, position_y - top)
    line.position_y = position_y
    return line, resume_at


def install() -> bool:
    """Put it in place for this process; False when this is not the WeasyPrint it knows."""
    if not known(SOURCE, inline, float.avoid_collisions, leader, LineBox, TextBox):
        return False
    inline.get_next_linebox = PlainLines(inline.get_next_linebox)
    return True
