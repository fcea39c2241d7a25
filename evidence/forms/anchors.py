"""Measures signature, seal and date boxes on the rendered page; nothing is typed in as coordinates.

Each box has an anchor in the text (see `fill.anchor`). The box is the ruled cell around it: found
from the lines drawn on the page, less whatever print stands in it. So boxes follow the text to the
page it lands on, and a designer who moves or widens a cell moves the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from evidence.domain.document import BoxKind

_RULE = 3.5
"""A drawn path no thicker than this (points) is a rule of the table."""
_ANCHOR_HEIGHT = 2.0
"""Anchors are set in one point; all other text is higher than this."""
_INSET = 1.5
"""Distance kept from rules, so that a rule is never taken for ink."""
_ROW_PAD = 5.0
"""A hand-written date reaches so far (points) above and below its printed 年 月 日."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in PDF points, origin bottom-left."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Points."""
        return self.top - self.bottom

    @property
    def area(self) -> float:
        """Square points, zero when turned inside out."""
        return max(0.0, self.width) * max(0.0, self.height)

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAnchor:
    """One anchor on one page and the ruled cell around it."""

    box: str
    page: int
    """1-based."""
    x: float
    y: float
    cell: Rect | None
    """None when the anchor stands in no closed cell."""
    print: tuple[Rect, ...]
    """Printed text within the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSurvey:
    """What was found on one rendered page; sizes in points."""

    page: int
    width: float
    height: float
    anchors: tuple[FoundAnchor, ...]


def survey(pdf: bytes, pages_with_anchors: Iterable[int] | None = None) -> tuple[PageSurvey, ...]:
    """Find every anchor of a rendered document.

    Args:
        pdf: the document as LibreOffice made it, anchors still in it.
        pages_with_anchors: 1-based pages worth reading; None reads all.
    """
    wanted = None if pages_with_anchors is None else set(pages_with_anchors)
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for index in range(len(document)):
            page = document[index]
            width, height = page.get_size()
            read = wanted is None or index + 1 in wanted
            anchors = _anchors_on(page, index + 1) if read else ()
            found.append(PageSurvey(page=index + 1, width=width, height=height, anchors=anchors))
            page.close()
        return tuple(found)
    finally:
        document.close()


def _anchors_on(page: pypdfium2.PdfPage, number: int) -> tuple[FoundAnchor, ...]:
    text = page.get_textpage()
    try:
        marks = list(_marks(text))
        if not marks:
            return ()
        print_rects = [
            rect
            for rect in (Rect(*text.get_rect(i)) for i in range(text.count_rects()))
            if rect.height > _ANCHOR_HEIGHT
        ]
    finally:
        text.close()
    across, upright = _rules(page)
    anchors = []
    for box, x, y in marks:
        cell = enclosing_cell(x, y, across, upright)
        inside = () if cell is None else tuple(rect for rect in print_rects if rect.overlaps(cell))
        anchors.append(FoundAnchor(box=box, page=number, x=x, y=y, cell=cell, print=inside))
    return tuple(anchors)


def _marks(text: pypdfium2.PdfTextPage) -> Iterable[tuple[str, float, float]]:
    """Each anchor's box name and the middle of its first character."""
    search = text.search("⟦")
    while (hit := search.get_next()) is not None:
        index = hit[0]
        name: list[str] = []
        for offset in range(1, 64):
            character = chr(pdfium.FPDFText_GetUnicode(text.raw, index + offset))
            if character == "⟧":
                left, bottom, right, top = text.get_charbox(index)
                yield "".join(name).replace("_", "-"), (left + right) / 2, (bottom + top) / 2
                break
            if character.isascii() and (character.isalnum() or character == "_"):
                name.append(character)


def _rules(page: pypdfium2.PdfPage) -> tuple[list[Rect], list[Rect]]:
    """Horizontal and vertical rules drawn on a page."""
    across: list[Rect] = []
    upright: list[Rect] = []
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=4):
        rect = Rect(*item.get_bounds())
        if rect.height <= _RULE < rect.width:
            across.append(rect)
        elif rect.width <= _RULE < rect.height:
            upright.append(rect)
    return across, upright


def enclosing_cell(x: float, y: float, across: Sequence[Rect], upright: Sequence[Rect]) -> Rect | None:
    """The smallest ruled rectangle around a point, between the middles of its rules."""
    below = [_middle_y(rule) for rule in across if rule.left <= x <= rule.right and _middle_y(rule) <= y]
    above = [_middle_y(rule) for rule in across if rule.left <= x <= rule.right and _middle_y(rule) > y]
    left = [_middle_x(rule) for rule in upright if rule.bottom <= y <= rule.top and _middle_x(rule) <= x]
    right = [_middle_x(rule) for rule in upright if rule.bottom <= y <= rule.top and _middle_x(rule) > x]
    if not (below and above and left and right):
        return None
    return Rect(max(left), max(below), min(right), min(above))


def _middle_x(rule: Rect) -> float:
    return (rule.left + rule.right) / 2


def _middle_y(rule: Rect) -> float:
    return (rule.bottom + rule.top) / 2


def box_rect(anchor: FoundAnchor, kind: BoxKind) -> Rect | None:
    """Where the mark belongs: for signatures and seals the largest part of the cell free of print,
    for dates the row of the printed 年 月 日, or the whole cell when nothing else stands in it."""
    if anchor.cell is None:
        return None
    cell = Rect(
        anchor.cell.left + _INSET,
        anchor.cell.bottom + _INSET,
        anchor.cell.right - _INSET,
        anchor.cell.top - _INSET,
    )
    if kind is BoxKind.DATE:
        return _date_row(anchor, cell)
    return free_part(cell, anchor.print, round_mark=kind is BoxKind.SEAL)


def _date_row(anchor: FoundAnchor, cell: Rect) -> Rect:
    row = [rect for rect in anchor.print if rect.bottom - 3 <= anchor.y <= rect.top + 3]
    others = [rect for rect in anchor.print if rect not in row]
    if not row or not others:
        return cell
    left = min(rect.left for rect in row)
    return Rect(
        max(cell.left, left - 2 * _ROW_PAD),
        max(cell.bottom, min(rect.bottom for rect in row) - _ROW_PAD),
        cell.right,
        min(cell.top, max(rect.top for rect in row) + _ROW_PAD),
    )


def free_part(cell: Rect, print_rects: Sequence[Rect], *, round_mark: bool = False) -> Rect:
    """The largest full-width or full-height band of a cell that no print touches.

    Args:
        round_mark: the band that takes the largest circle rather than the one with most area.
    """
    if not print_rects:
        return cell
    rows = sorted((max(cell.bottom, r.bottom), min(cell.top, r.top)) for r in print_rects)
    columns = sorted((max(cell.left, r.left), min(cell.right, r.right)) for r in print_rects)
    bands = [Rect(cell.left, low, cell.right, high) for low, high in _gaps(rows, cell.bottom, cell.top)]
    bands += [Rect(low, cell.bottom, high, cell.top) for low, high in _gaps(columns, cell.left, cell.right)]
    return max(bands, key=lambda band: (min(band.width, band.height) if round_mark else 0.0, band.area))


def _gaps(taken: Sequence[tuple[float, float]], low: float, high: float) -> Iterable[tuple[float, float]]:
    """The stretches of low..high outside the taken ones, one point away from each."""
    edge = low
    for start, end in taken:
        if start - 1 > edge:
            yield edge, start - 1
        edge = max(edge, end + 1)
    yield edge, max(edge, high)
