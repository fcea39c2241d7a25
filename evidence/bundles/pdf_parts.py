"""Small changes to finished PDFs: pages of several joined into one, an empty signature field added."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from hashlib import sha256
from typing import IO, BinaryIO, cast

import pikepdf
from pikepdf import Name, OutlineItem
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


def _description(title: str, author: str, at: datetime) -> tuple[dict[str, str], bytes]:
    """Fixed title and dates, and an identifier, so that the same pages give the same bytes."""
    moment = at.astimezone(SHANGHAI).strftime("D:%Y%m%d%H%M%S+08'00'")
    told = {
        "/Title": title,
        "/Author": author,
        "/Producer": PRODUCER,
        "/CreationDate": moment,
        "/ModDate": moment,
    }
    return told, sha256(f"{title} {moment}".encode()).digest()[:16]


def save(pdf: pikepdf.Pdf, target: IO[bytes], *, title: str, author: str, at: datetime) -> None:
    """Describe an assembled PDF and write it out, every stream as it is."""
    told, identity = _description(title, author, at)
    for key, value in told.items():
        pdf.docinfo[key] = value
    pdf.trailer.ID = pikepdf.Array([pikepdf.String(identity), pikepdf.String(identity)])
    pdf.save(
        cast(BinaryIO, target),
        min_version="1.7",
        deterministic_id=True,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )


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
    buffer = io.BytesIO()
    with ExitStack() as opened:
        whole = opened.enter_context(pikepdf.new())
        bookmarks = []
        for bookmark, data in parts:
            bookmarks.append(OutlineItem(bookmark, len(whole.pages), "Fit"))
            for page in opened.enter_context(pikepdf.open(io.BytesIO(data))).pages:
                whole.pages.append(page)
                if Name.StructParents in (added := whole.pages[-1].obj):
                    del added.StructParents
            if banner is not None and len(bookmarks) == 1:
                form = as_form(whole, opened.enter_context(pikepdf.open(io.BytesIO(banner))).pages[0])
                for page in whole.pages:
                    stamp(whole, page, form, Corner.UPPER_LEFT)
        with whole.open_outline() as outline:
            outline.root.extend(bookmarks)
        save(whole, buffer, title=title, author=author, at=at)
    return buffer.getvalue()


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
    writer.metadata, identity = _description(title, "", at)
    writer._ID = ArrayObject([ByteStringObject(identity), ByteStringObject(identity)])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


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
