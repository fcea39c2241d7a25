"""From LibreOffice's PDF to the issued PDF: anchors out, codes in, dates and identifiers fixed.

The same rendered document, number, page checks and instant give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pikepdf
import segno

from evidence.domain.document import Box, BoxKind, CodePlace, IssuedPage
from evidence.domain.identifiers import Number
from evidence.domain.page_code import Corner, PageCode, encode
from evidence.errors import InputError
from evidence.forms.anchors import PageSurvey, box_rect, survey
from evidence.forms.declaration import FormDeclaration
from evidence.forms.page_marks import drawn, page_boxes
from evidence.forms.settings import EachPage
from evidence.language import _

MM = 72 / 25.4
MODULE = 0.70 * MM
"""Side of one QR module: 0.70 mm survive office scanners and telephones."""
QUIET_MODULES = 4
CORNER_MM = 8.0
"""Distance of a code from the paper's edges."""
_MODULES = 25
"""QR version 2."""
CODE_SIZE = _MODULES * MODULE
_ANCHOR_TEXT = re.compile(rb"BT\s[^()<]*?/F\d+ 1 Tf\s*(?:\[[^\]]*\]\s*TJ|<[0-9A-Fa-f\s]*>\s*Tj)\s*ET")
_ICC_DATE = bytes([7, 230, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
"""2022-01-01 00:00 in an ICC header, where LibreOffice writes the moment of export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A document ready to print."""

    pdf: bytes
    pages: tuple[IssuedPage, ...]
    missing: tuple[str, ...]
    """Boxes that were asked for but not found on any page."""


def anchor_pages(pdf: pikepdf.Pdf) -> list[int]:
    """1-based pages whose content draws anchors."""
    return [
        number
        for number, page in enumerate(pdf.pages, 1)
        if _ANCHOR_TEXT.search(page.Contents.read_bytes()) is not None
    ]


def finish(
    rendered: bytes,
    *,
    form: FormDeclaration,
    number: Number,
    draw: Callable[[], str],
    persons: dict[str, str],
    required: frozenset[str],
    expected: Sequence[str],
    at: datetime,
    each_page: EachPage = EachPage.NOTHING,
) -> Finished:
    """Measure, stamp and normalise one document.

    Args:
        rendered: LibreOffice's output.
        draw: gives one page check for each page.
        persons: box -> id of the person who must sign there.
        required: boxes without which the document is incomplete.
        expected: every box the filling set an anchor for.
        at: written as the document's date.
        each_page: what each page of a document of several pages carries beside its own boxes.

    Raises:
        InputError: more than 99 pages.
        MissingPartError: a font for the words beside such a box is missing.
    """
    with pikepdf.open(io.BytesIO(rendered)) as pdf:
        count = len(pdf.pages)
        if count > 99:
            raise InputError(
                _("文书超过 99 页，无法编印页码。"), where=number, remedy=_("请分成两份文书签发。")
            )
        surveys = survey(rendered, anchor_pages(pdf))
        pages = tuple(
            _issued_page(found, form, number, count, draw(), persons, required, each_page)
            for found in surveys
        )
        for page, issued in zip(pdf.pages, pages, strict=True):
            _stamp(pdf, page, issued)
        _normalise(pdf, f"{form.short} {number}", at)
        out = io.BytesIO()
        pdf.save(
            out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=False
        )
    found_boxes = {box.box for issued in pages for box in issued.boxes}
    return Finished(
        pdf=out.getvalue(), pages=pages, missing=tuple(box for box in expected if box not in found_boxes)
    )


def _issued_page(
    found: PageSurvey,
    form: FormDeclaration,
    number: Number,
    count: int,
    check: str,
    persons: dict[str, str],
    required: frozenset[str],
    each_page: EachPage,
) -> IssuedPage:
    boxes = []
    for anchor in found.anchors:
        declared = form.declared_box(anchor.box)
        kind = declared.kind if declared else BoxKind.SIGNATURE
        rect = box_rect(anchor, kind)
        if declared is None or rect is None:
            continue
        boxes.append(
            Box(
                box=anchor.box,
                kind=kind,
                role=declared.role,
                required=anchor.box in required,
                x=round(rect.left, 2),
                y=round(found.height - rect.top, 2),
                w=round(rect.width, 2),
                h=round(rect.height, 2),
                person=persons.get(anchor.box),  # type: ignore[arg-type]
            )
        )
    return IssuedPage(
        page=found.page,
        width=round(found.width, 2),
        height=round(found.height, 2),
        check=check,
        codes=code_places(number, found.page, count, check, found.width, found.height),
        boxes=(*boxes, *page_boxes(each_page, found.page, count, found.width, found.height)),
    )


def code_places(
    number: Number, page: int, pages: int, check: str, width: float, height: float
) -> tuple[CodePlace, ...]:
    """Both codes of one page: top right and bottom left."""
    edge = CORNER_MM * MM
    corners = {
        Corner.TOP_RIGHT: (width - edge - CODE_SIZE, edge),
        Corner.BOTTOM_LEFT: (edge, height - edge - CODE_SIZE),
    }
    return tuple(
        CodePlace(
            corner=corner,
            payload=encode(PageCode(number=number, page=page, pages=pages, corner=corner, check=check)),
            x=round(x, 2),
            y=round(y, 2),
            size=round(CODE_SIZE, 2),
        )
        for corner, (x, y) in corners.items()
    )


def _stamp(pdf: pikepdf.Pdf, page: pikepdf.Page, issued: IssuedPage) -> None:
    """Take the anchors out and draw the codes as vector squares."""
    content = _ANCHOR_TEXT.sub(b"", page.Contents.read_bytes())
    squares = [_squares(code, issued.height) for code in issued.codes]
    more = [box for box in issued.boxes if box.box.startswith("page-")]
    marks = [drawn(more, issued.height)] if more else []
    drawing = [b"/Artifact BMC q 0 g", *squares, *marks, b"Q EMC\n"]
    page.Contents = pdf.make_stream(content.rstrip() + b"\n" + b"\n".join(drawing))


def _squares(code: CodePlace, page_height: float) -> bytes:
    """One code as filled rectangles, each run of dark modules in a row drawn once."""
    symbol = segno.make(
        code.payload, version=2, error="q", mode="alphanumeric", boost_error=False, micro=False
    )
    parts = []
    for row, modules in enumerate(symbol.matrix):
        y = page_height - code.y - (row + 1) * MODULE
        column = 0
        while column < len(modules):
            run = column
            while run < len(modules) and modules[run]:
                run += 1
            if run > column:
                x = code.x + column * MODULE
                parts.append(f"{x:.3f} {y:.3f} {(run - column) * MODULE:.3f} {MODULE:.3f} re")
            column = run + 1
    return ("\n".join(parts) + "\nf").encode("ascii")


def _normalise(pdf: pikepdf.Pdf, title: str, at: datetime) -> None:
    """Fix everything in which two renderings of one document differ."""
    stamp = at.strftime("D:%Y%m%d%H%M%S+00'00'")
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/CreationDate"] = stamp
    pdf.docinfo["/ModDate"] = stamp
    for random in ("/DocChecksum", "/ID"):
        if random in pdf.trailer:
            del pdf.trailer[random]
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = title
        xmp["xmp:CreateDate"] = at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        xmp["xmp:ModifyDate"] = xmp["xmp:CreateDate"]
        for key in ("xmp:MetadataDate", "xmpMM:DocumentID", "xmpMM:InstanceID"):
            if key in xmp:
                del xmp[key]
    for intent in pdf.Root.get("/OutputIntents", []):
        profile = intent.get("/DestOutputProfile")
        if profile is not None:
            data = bytearray(profile.read_bytes())
            data[24:36] = _ICC_DATE
            profile.write(bytes(data))
