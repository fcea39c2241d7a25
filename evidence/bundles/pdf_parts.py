"""Small changes to finished PDFs: pages of several joined into one, an empty signature field added."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from evidence.bundles.stamping import Corner, as_form, stamp
from evidence.domain.week import SHANGHAI

PRODUCER = "evidence"


def describe(writer: PdfWriter, *, title: str, author: str, at: datetime) -> None:
    """Fixed title, dates and identifier, so that the same pages give the same bytes."""
    moment = at.astimezone(SHANGHAI).strftime("D:%Y%m%d%H%M%S+08'00'")
    writer.metadata = {
        "/Title": title,
        "/Author": author,
        "/Producer": PRODUCER,
        "/CreationDate": moment,
        "/ModDate": moment,
    }
    identity = sha256(f"{title} {moment}".encode()).digest()[:16]
    writer._ID = ArrayObject([ByteStringObject(identity), ByteStringObject(identity)])


def written(writer: PdfWriter) -> bytes:
    """The writer's bytes."""
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def joined(
    parts: Sequence[tuple[str, bytes]], *, title: str, author: str, at: datetime, banner: bytes | None = None
) -> bytes:
    """Some PDFs one after another, a bookmark for each.

    Args:
        parts: bookmark and PDF.
        banner: a one-page PDF stamped into the upper left corner of the first part's pages.
        title: of the whole.
        author: of the whole.
        at: its date.
    """
    writer = PdfWriter()
    form = None if banner is None else as_form(writer, PdfReader(io.BytesIO(banner)).pages[0])
    for bookmark, pdf in parts:
        start = len(writer.pages)
        for page in PdfReader(io.BytesIO(pdf)).pages:
            added = writer.add_page(page)
            added.pop(NameObject("/StructParents"), None)
            if form is not None and start == 0:
                stamp(writer, added, form, Corner.UPPER_LEFT)
        writer.add_outline_item(title=bookmark, page_number=start)
    describe(writer, title=title, author=author, at=at)
    return written(writer)


def with_signature_field(
    pdf: bytes, *, name: str, tip: str, page: int, box: tuple[float, float, float, float], at: datetime
) -> bytes:
    """The PDF with an empty signature field (ISO 32000-1 12.7.4.5).

    Args:
        pdf: without form fields.
        name: of the field.
        tip: what a reader shows for it.
        page: 0-based.
        box: left, bottom, right, top in points.
        at: the document's date.
    """
    reader = PdfReader(io.BytesIO(pdf))
    title = str(reader.metadata.title or name) if reader.metadata else name
    writer = PdfWriter(clone_from=reader)
    sheet = writer.pages[page]
    widget = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): TextStringObject(name),
            NameObject("/TU"): TextStringObject(tip),
            NameObject("/Rect"): ArrayObject([FloatObject(round(edge, 2)) for edge in box]),
            NameObject("/F"): NumberObject(4),
            # Nothing to see, but something to show: PDF/A wants an appearance (ISO 19005-2 6.3.3).
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(_nothing(box))}),
        }
    )
    reference = writer._add_object(widget)
    if sheet.indirect_reference is not None:
        widget[NameObject("/P")] = sheet.indirect_reference
    sheet[NameObject("/Annots")] = ArrayObject([reference])
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(
        DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    )
    describe(writer, title=title, author="", at=at)
    return written(writer)


def _nothing(box: tuple[float, float, float, float]) -> StreamObject:
    """A form of the box's size that draws nothing."""
    left, bottom, right, top = box
    form = StreamObject()
    form.set_data(b"")
    size = (0.0, 0.0, round(right - left, 2), round(top - bottom, 2))
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(edge) for edge in size]),
            NameObject("/Resources"): DictionaryObject(),
        }
    )
    return form
