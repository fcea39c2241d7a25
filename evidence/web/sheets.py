"""Pages of scans with their boxes, ready to be drawn over the picture in percent of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.archive.issued import IssuedStore
from evidence.domain.document import BoxKind, Document, IssuedPage, MarkVerdict, ScannedPage
from evidence.domain.identifiers import Number
from evidence.domain.terms import box_title
from evidence.errors import EvidenceError
from evidence.web.speech import say

VERDICTS: dict[str, tuple[str, str, str]] = {
    "present": ("●", "present", "有"),
    "absent": ("✕", "missing", "无"),
    "undecided": ("◐", "undecided", "待认定"),
}
"""Verdict -> its sign, CSS class and word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """One mark on the picture; SVG user units are points of the issued page."""

    box: str
    name: str
    """`陪同人员签名`."""
    verdict: str
    sign: str
    css: str
    words: str
    required: bool
    score: int
    decided_by: str
    why: str
    crop: str = ""
    """Digest of the picture of the box that recognition made; empty where it made none."""
    decidable: bool
    """A place of the form that a person may judge; a fingerprint is only seen beside a signature."""
    x: float = 0.0
    y: float = 0.0
    w: float = 0.0
    h: float = 0.0

    @property
    def placed(self) -> bool:
        """Whether the box's place on the page is known."""
        return self.w > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One scanned page."""

    scan: ScannedPage
    title: str
    width: float
    height: float
    boxes: tuple[DrawnBox, ...]

    @property
    def undecided(self) -> bool:
        """Whether a required box waits for a person."""
        return any(box.required and box.verdict == MarkVerdict.UNDECIDED for box in self.boxes)


def sheets_of(scans: Sequence[ScannedPage], store: IssuedStore) -> tuple[Sheet, ...]:
    """Scanned pages in the order given, with the boxes of their issued pages."""
    known: dict[Number, dict[int, IssuedPage]] = {}
    drawn = []
    for scan in scans:
        if scan.number not in known:
            known[scan.number] = _geometry(store, scan.number)
        issued = known[scan.number].get(scan.page)
        places = {box.box: box for box in issued.boxes} if issued else {}
        boxes = []
        for mark in scan.marks:
            sign, css, words = VERDICTS[mark.verdict.value]
            if not mark.required and css == "missing":
                sign, css = "○", "open"  # what may be left empty is nothing missing
            place = places.get(mark.box)
            boxes.append(
                DrawnBox(
                    box=mark.box,
                    name=box_title(mark.role, mark.kind),
                    verdict=mark.verdict.value,
                    sign=sign,
                    css=css,
                    words=words,
                    required=mark.required,
                    score=mark.score,
                    decided_by=mark.decided_by,
                    why=mark.why,
                    crop=mark.crop or "",
                    decidable=mark.kind is not BoxKind.FINGERPRINT,
                    x=place.x if place else 0.0,
                    y=place.y if place else 0.0,
                    w=place.w if place else 0.0,
                    h=place.h if place else 0.0,
                )
            )
        drawn.append(
            Sheet(
                scan=scan,
                title=say("{number} 第 {page} 页").format(number=scan.number, page=scan.page),
                width=issued.width if issued else 595.0,
                height=issued.height if issued else 842.0,
                boxes=tuple(boxes),
            )
        )
    return tuple(drawn)


def _geometry(store: IssuedStore, number: Number) -> dict[int, IssuedPage]:
    try:
        return {page.page: page for page in store.geometry(number)}
    except (EvidenceError, OSError):
        return {}


def document_state(document: Document) -> tuple[str, str, str]:
    """Sign, class and words of a document as a whole."""
    if document.form.voided_why:
        return "—", "none", say("已作废：{why}").format(why=document.form.voided_why)
    if not document.scans:
        return "○", "open", say("未收到扫描件")
    if document.missing_pages:
        pages = "、".join(map(str, document.missing_pages))
        return "✕", "missing", say("缺第 {pages} 页").format(pages=pages)
    required = [mark for mark in document.marks if mark.required]
    absent = [mark for mark in required if mark.verdict is MarkVerdict.ABSENT]
    if absent:
        return (
            "✕",
            "missing",
            say("未见{names}").format(
                names="、".join(dict.fromkeys(say(box_title(mark.role, mark.kind)) for mark in absent))
            ),
        )
    if any(mark.verdict is MarkVerdict.UNDECIDED for mark in required):
        return "◐", "undecided", say("有签章待看图认定")
    return "●", "present", say("页和签章齐全")
