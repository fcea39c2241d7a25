"""接收回执.pdf: an issued form over this package's checkpoint, made before the journal knows of it.

Its page check is derived from the journal's head instead of drawn at random, so that the same head
gives the same paper; nobody outside knows the head before the paper itself leaves the house.
"""

from __future__ import annotations

import base64
import hmac
import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec
import segno
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from evidence.bundles.typesetting import Mark, compose
from evidence.domain.document import Box, BoxKind, CodePlace, IssuedForm, IssuedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.domain.page_code import Corner, PageCode, encode
from evidence.domain.week import SHANGHAI
from evidence.handover.office import Names
from evidence.handover.week import WeekWork
from evidence.handover.wording import week_title

FIELD = "Regulator"
"""Name of the empty signature field."""
_MODULES = 25
_CODE_SIZE = _MODULES * 0.70 * 72 / 25.4
_EDGE = 8.0 * 72 / 25.4
_WIDTH, _HEIGHT = 595.28, 841.89
_BOXES = (
    ("receiver", BoxKind.SIGNATURE, "receiver"),
    ("regulator-seal", BoxKind.SEAL, "regulator"),
    ("received-on", BoxKind.DATE, "receiver"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptForm:
    """The receipt ready to print, with what the ledger will know of it."""

    form: IssuedForm
    pdf: bytes
    data: bytes
    geometry: bytes


def make_receipt(
    work: WeekWork, *, number: Number, list_number: Number, names: Names, summary: str, evaluation: bool
) -> ReceiptForm:
    """Compose the receipt with its codes and its empty signature field."""
    check = _check(work.head, number)
    codes = _codes(number, check)
    data = {
        "title": f"接收回执 {work.id}",
        "number": number,
        "package": work.id,
        "list_number": list_number,
        "agency": names.agency,
        "regulator": names.regulator,
        "week_title": week_title(work.week) + (f"补充第{work.supplement}号" if work.supplement else ""),
        "summary": summary,
        "fingerprint": work.fingerprint,
        "code_size": _CODE_SIZE,
        "evaluation": evaluation,
    }
    pictures = {f"code-{code.corner}.svg": _svg(code.payload) for code in codes}
    sheet = compose("receipt", data, files=pictures, at=work.at, marks=True)
    page = IssuedPage(
        page=1, width=_WIDTH, height=_HEIGHT, check=check, codes=codes, boxes=_boxes(sheet.marks)
    )
    seal = next(box for box in page.boxes if box.kind is BoxKind.SEAL)
    pdf = _with_field(sheet.pdf, seal, work)
    geometry, values = msgspec.json.encode([page]), msgspec.json.encode(data)
    form = IssuedForm(
        number=number,
        form="handover-receipt",
        case=None,
        week=str(work.week),
        issued_at=work.at,
        checks=(check,),
        pdf=_digest(pdf),
        docx=_digest(b""),
        data=_digest(values),
        geometry=_digest(geometry),
        required_boxes=tuple(f"1:{box.box}:{box.kind}:{box.role}" for box in page.boxes if box.required),
    )
    return ReceiptForm(form=form, pdf=pdf, data=values, geometry=geometry)


def _check(head: str, number: Number) -> str:
    """Eight Base32 characters from the journal's head."""
    return base64.b32encode(hmac.digest(head.encode(), f"{number}/1".encode(), "sha256")).decode()[:8]


def _codes(number: Number, check: str) -> tuple[CodePlace, ...]:
    places = {
        Corner.TOP_RIGHT: (_WIDTH - _EDGE - _CODE_SIZE, _EDGE),
        Corner.BOTTOM_LEFT: (_EDGE, _HEIGHT - _EDGE - _CODE_SIZE),
    }
    return tuple(
        CodePlace(
            corner=corner,
            payload=encode(PageCode(number=number, page=1, pages=1, corner=corner, check=check)),
            x=x,
            y=y,
            size=_CODE_SIZE,
        )
        for corner, (x, y) in places.items()
    )


def _svg(payload: str) -> bytes:
    symbol = segno.make(payload, version=2, error="q", mode="alphanumeric", boost_error=False, micro=False)
    buffer = io.BytesIO()
    symbol.save(buffer, kind="svg", border=0)
    return buffer.getvalue()


def _boxes(marks: Sequence[Mark]) -> tuple[Box, ...]:
    places = {mark.key: mark for mark in marks}
    return tuple(
        Box(
            box=name,
            kind=kind,
            role=role,
            required=kind is not BoxKind.DATE,
            x=places[name].x,
            y=places[name].y,
            w=places[name].w,
            h=places[name].h,
        )
        for name, kind, role in _BOXES
    )


def _with_field(pdf: bytes, box: Box, work: WeekWork) -> bytes:
    """Add an empty signature field over the seal's place (ISO 32000-1 12.7.4.5)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    page = writer.pages[0]
    bottom = _HEIGHT - box.y - box.h
    rectangle = [FloatObject(round(edge, 2)) for edge in (box.x, bottom, box.x + box.w, bottom + box.h)]
    widget = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): TextStringObject(FIELD),
            NameObject("/TU"): TextStringObject("接收单位电子签名"),
            NameObject("/Rect"): ArrayObject(rectangle),
            NameObject("/F"): NumberObject(4),
        }
    )
    reference = writer._add_object(widget)
    widget[NameObject("/P")] = page.indirect_reference
    page[NameObject("/Annots")] = ArrayObject([reference])
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(
        DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    )
    moment = work.at.astimezone(SHANGHAI).strftime("D:%Y%m%d%H%M%S+08'00'")
    writer.metadata = {"/Title": f"接收回执 {work.id}", "/Producer": "evidence", "/CreationDate": moment}
    identity = sha256(f"{work.id} {moment}".encode()).digest()[:16]
    writer._ID = ArrayObject([ByteStringObject(identity), ByteStringObject(identity)])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _digest(data: bytes) -> Sha256:
    return Sha256(sha256(data).hexdigest())
