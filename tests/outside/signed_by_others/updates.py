"""Updates after a signature as common producers write them: comments, titles, freed and unused objects."""

from __future__ import annotations

import io

import pikepdf

from tests.support.forgery import append_update, layout, stream

COMMENT = b"%iText-9.5.0-SNAPSHOT\n"


def with_comments(data: bytes, start: int) -> bytes:
    """Comment lines between the objects of an update that begins at `start`, offsets put right.

    iText writes one into every update.
    """
    head, tail = data[:start], data[start:]
    table = tail.rindex(b"xref\n", 0, tail.rindex(b"startxref"))
    comment_at = tail.index(b" 0 obj")
    comment_at = tail.rfind(b"\n", 0, comment_at) + 1
    moved = tail[:comment_at] + COMMENT + tail[comment_at:table]
    return head + moved + _shift(tail[table:], start + comment_at, len(COMMENT))


def _shift(table: bytes, after: int, by: int) -> bytes:
    """A classic table and its trailer with every offset behind `after` moved."""
    lines = table.split(b"\n")
    for place, line in enumerate(lines):
        if len(line) in (19, 20) and line[17:18] == b"n" and int(line[:10]) >= after:
            lines[place] = b"%010d%s" % (int(line[:10]) + by, line[10:])
        if line == b"startxref":
            lines[place + 1] = b"%d" % (int(lines[place + 1]) + by)
    return b"\n".join(lines)


def with_title(data: bytes, title: bytes) -> bytes:
    """Another title in the document information."""
    old = layout(data)
    number, place = old.size, len(data)
    entry = b"%d 0 obj\n<< /Title (%s) >>\nendobj\n" % (number, title)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    trailer = b"trailer\n<< /Size %d /Root %s /Info %d 0 R /Prev %d >>\n" % (
        number + 1,
        old.root,
        number,
        old.startxref,
    )
    return data + entry + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (place + len(entry))


def with_unused_object(data: bytes) -> bytes:
    """An object that nothing refers to."""
    return append_update(data, {layout(data).size: stream(b"nothing")})


def with_freed_object(data: bytes, number: int) -> bytes:
    """An update that only frees an object."""
    place = len(data)
    old = layout(data)
    trailer = b"trailer\n<< /Size %d /Root %s /Prev %d >>\n" % (old.size, old.root, old.startxref)
    table = b"xref\n%d 1\n0000000000 00001 f \n" % number
    return data + table + trailer + b"startxref\n%d\n%%%%EOF\n" % place


def locked(data: bytes, *, user: str = "") -> bytes:
    """Encrypted with an owner password, as e-sign platforms lock printing and copying."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        allow = pikepdf.Permissions(extract=False, modify_other=False)
        pdf.save(target, encryption=pikepdf.Encryption(owner="owner", user=user, R=6, allow=allow))
    return target.getvalue()
