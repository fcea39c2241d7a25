"""A line to sign, or a place for the seam seal, on each page of a record of several pages.

The contract asks one signature and one seal, so these are optional: drawn only where `[forms] each_page`
asks for them, known to recognition as boxes, and never required.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from evidence.domain.document import Box, BoxKind
from evidence.forms.fonts import font_file
from evidence.forms.settings import EachPage

MM = 72 / 25.4
_FAMILY = "Noto Sans CJK SC"
_SIZE = 8.0
"""Points of the printed words."""
_LINE_MM = (20.5, 29.5)
"""Above the paper's lower edge: between the text's last line and the footer."""
_SIGNED_BY = (("expert", "检查人员", 72.0, 118.0), ("visited", "企业人员", 132.0, 178.0))
"""Role, words, and where the box begins and ends from the paper's left edge, in millimetres."""
_SEAM_MM = (18.0, 42.0)
"""Width at the right edge and height of the place for half a seal."""


def page_boxes(wanted: EachPage, page: int, pages: int, width: float, height: float) -> tuple[Box, ...]:
    """The boxes of one page, points from its top-left corner; none on a document of one page."""
    if pages < 2 or wanted is EachPage.NOTHING:
        return ()
    if wanted is EachPage.SEAM:
        w, h = (side * MM for side in _SEAM_MM)
        place = (width - w, (height - h) / 2, w, h)
        return (_box(f"page-{page}-seam", BoxKind.SEAL, "enterprise", place),)
    low, high = (edge * MM for edge in _LINE_MM)
    top, tall = height - high, high - low
    return tuple(
        _box(f"page-{page}-{role}", BoxKind.SIGNATURE, role, (x * MM, top, (end - x) * MM, tall))
        for role, _words, x, end in _SIGNED_BY
    )


def _box(name: str, kind: BoxKind, role: str, place: tuple[float, float, float, float]) -> Box:
    x, y, w, h = (round(side, 2) for side in place)
    return Box(box=name, kind=kind, role=role, required=False, x=x, y=y, w=w, h=h)


def drawn(boxes: Iterable[Box], page_height: float) -> bytes:
    """Rules and words of these boxes as page content; bytes that depend on nothing else.

    Raises:
        MissingPartError: the font is not installed.
    """
    parts = []
    words = {role: text for role, text, _x, _end in _SIGNED_BY}
    for box in boxes:
        bottom = page_height - box.y - box.h
        if box.kind is BoxKind.SEAL:
            parts.append(f"[2 2] 0 d 0.5 w {box.x:.2f} {bottom:.2f} {box.w:.2f} {box.h:.2f} re S [] 0 d")
            parts.append(_written("骑缝章", box.x + 4, bottom + box.h - 12))
        else:
            parts.append(f"0.5 w {box.x:.2f} {bottom:.2f} {box.w:.2f} {box.h:.2f} re S")
            parts.append(_written(words[box.role], box.x - 4.4 * _SIZE, bottom + box.h / 2 - _SIZE / 2.6))
    return "\n".join(parts).encode("ascii")


def _written(text: str, x: float, y: float) -> str:
    """Words as filled outlines: the finished page has no font that could set them."""
    scale = _SIZE / 1000
    glyphs = []
    for place, character in enumerate(text):
        at = f"{scale:.5f} 0 0 {scale:.5f} {x + place * _SIZE:.2f} {y:.2f}"
        glyphs.append(f"q {at} cm {_outline(character)} f Q")
    return "\n".join(glyphs)


@lru_cache(maxsize=32)
def _outline(character: str) -> str:
    font = TTFont(str(font_file(_FAMILY)), fontNumber=_face(), lazy=True)
    glyphs = font.getGlyphSet()
    pen = _PdfPen(glyphs)
    glyphs[font.getBestCmap()[ord(character)]].draw(pen)
    return " ".join(pen.operators)


@lru_cache(maxsize=1)
def _face() -> int:
    """Which face of the collection is the mainland's."""
    number = 0
    while True:
        font = TTFont(str(font_file(_FAMILY)), fontNumber=number, lazy=True)
        if font["name"].getDebugName(1) == _FAMILY:
            return number
        number += 1


class _PdfPen(BasePen):  # type: ignore[misc]
    """Writes an outline as PDF path operators."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 (fontTools' name)
        self.operators.append(f"{pt[0]:.0f} {pt[1]:.0f} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.operators.append(f"{pt[0]:.0f} {pt[1]:.0f} l")

    def _curveToOne(  # noqa: N802
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        points = " ".join(f"{side:.0f}" for pt in (pt1, pt2, pt3) for side in pt)
        self.operators.append(f"{points} c")

    def _closePath(self) -> None:  # noqa: N802
        self.operators.append("h")
