"""Attacks on the leniency towards other programs: each hides behind something that is harmless alone."""

from __future__ import annotations

import re

from tests.outside.signed_by_others.updates import COMMENT, with_comments, with_freed_object, with_title
from tests.support.forgery import (
    FORGED,
    OVERLAY,
    append_update,
    layout,
    object_offset,
    signature_object,
    stream,
)


def attacks(signed: bytes) -> dict[str, bytes]:
    """Changed files by what they try, from a signed `contract(hidden=True)`."""
    size = layout(signed).size
    page = re.findall(rb"\n3 0 obj\n(<<.*?>>)\nendobj", signed, re.DOTALL)[-1]
    catalog = re.findall(rb"\n1 0 obj\n(<<.*?>>)\nendobj", signed, re.DOTALL)[-1]
    number, _ = signature_object(signed)
    forged = {4: stream(FORGED)}
    cover = stream(
        OVERLAY + b" " + FORGED,
        b" /Type /XObject /Subtype /Form /BBox [60 690 360 730] /Resources << /Font << /F1 5 0 R >> >>",
    )
    note = b"<< /Type /Annot /Subtype /%s /Rect [60 690 360 730] /AP << /N %d 0 R >> /P 3 0 R%s >>"
    return {
        "objects in a comment's shadow": signed + COMMENT + b"4 0 obj\n" + stream(FORGED) + b"\nendobj\n",
        "objects behind padding": signed + bytes(3000) + b"4 0 obj\n" + stream(FORGED) + b"\nendobj\n",
        "update behind padding": append_update(signed + bytes(2000), forged),
        "update behind a comment": with_comments(append_update(signed, forged), len(signed)),
        "title first, then the page": append_update(with_title(signed, b"x"), forged),
        "page first, then the title": with_title(append_update(signed, forged), b"x"),
        "content freed": with_freed_object(signed, 6),
        "content freed, then written": append_update(with_freed_object(signed, 4), forged),
        "content nulled": append_update(signed, {4: b"null"}),
        "page turned upside down": append_update(signed, {3: page[:-2] + b"/Rotate 180 >>"}),
        "page cropped": append_update(signed, {3: page[:-2] + b"/CropBox [0 0 100 100] >>"}),
        "page enlarged": append_update(signed, {3: page[:-2] + b"/UserUnit 9 >>"}),
        "font swapped": append_update(signed, {5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}),
        "page tree swapped": append_update(signed, {2: b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"}),
        "stamp over the text": append_update(
            signed,
            {
                size: note % (b"Stamp", size + 1, b""),
                size + 1: cover,
                3: page[:-2] + b"/Annots [%d 0 R] >>" % size,
            },
        ),
        "field over the text": append_update(
            signed,
            {
                size: note % (b"Widget", size + 1, b" /FT /Tx /T (x) /V (999)"),
                size + 1: cover,
                3: page[:-2] + b"/Annots [%d 0 R] >>" % size,
            },
        ),
        "script at opening": append_update(
            signed, {1: catalog[:-2] + b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"}
        ),
        "layers switched": append_update(
            signed, {1: catalog[:-2] + b"/OCProperties << /OCGs [] /D << /OFF [6 0 R] >> >> >>"}
        ),
        "table back into the signed part": append_update(
            signed, {}, pointers={4: object_offset(signed, 7), number: object_offset(signed, number)}
        ),
        "signature emptied": append_update(signed, {number: b"<< /Type /Sig >>", **forged}),
        "signature kept as a place": append_update(
            signed,
            {
                number: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"
                b" /ByteRange [0 1 2 3] /Contents <%s> >>" % (b"0" * 400),
                **forged,
            },
        ),
        "catalog without form": append_update(signed, {1: b"<< /Type /Catalog /Pages 2 0 R >>", **forged}),
    }
