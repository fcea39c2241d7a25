"""What may still be said of a linked page of which a part did not survive: nothing against anybody."""

from __future__ import annotations

from dataclasses import replace

from evidence.domain.document import Box, IssuedPage, Mark, MarkVerdict, ScannedPage
from evidence.recognition.alterations import INK, PRINT
from evidence.recognition.reading import Array
from evidence.recognition.reference import PT

_NEAR_PT = 20.0
"""A box so close to the damage is undecided as well: a decoder's rubbish spreads over whole blocks."""


def without_accusations(scan: ScannedPage, issued: IssuedPage, damage: Array) -> ScannedPage:
    """The page as it may be judged.

    Args:
        scan: as recognition read it, as if it were whole.
        issued: the form's page.
        damage: 255 where nothing survived, in the frame of the issued page at working resolution.
    """
    boxes = {box.box: box for box in issued.boxes}
    marks = tuple(
        _undecided(mark) if mark.box not in boxes or _near(boxes[mark.box], damage) else mark
        for mark in scan.marks
    )
    note = "图像有一部分已损坏，损坏处及附近的签章、整页有无改动均无法判定，请重新扫描该页。"
    return replace(
        scan,
        marks=marks,
        alterations=(),
        unchecked=(PRINT, INK),
        notes=tuple(dict.fromkeys((*scan.notes, note))),
        quality=scan.quality // 2,
        damaged=True,
    )


def _undecided(mark: Mark) -> Mark:
    return replace(mark, verdict=MarkVerdict.UNDECIDED, score=0)


def _near(box: Box, damage: Array) -> bool:
    left, top = max(0, int((box.x - _NEAR_PT) * PT)), max(0, int((box.y - _NEAR_PT) * PT))
    right, bottom = int((box.x + box.w + _NEAR_PT) * PT) + 1, int((box.y + box.h + _NEAR_PT) * PT) + 1
    return bool(damage[top:bottom, left:right].any())
