"""Changes inside the structure of binary formats: lengths, directories, boxes, references, entries.

Checksums that a writer would set right are set right, so that the change reaches the reader behind them.
"""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

INTEGERS = (
    0,
    1,
    2,
    7,
    8,
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
MemberChange = Callable[[str, bytes, random.Random], bytes]


def put(content: bytes, at: int, format_: str, value: int) -> bytes:
    """An integer written over what stands at a place; cut to its width."""
    width = struct.calcsize(format_)
    if at < 0 or at + width > len(content):
        return content
    return content[:at] + struct.pack(format_, value % (1 << 8 * width)) + content[at + width :]


# PDF (ISO 32000-2, 7.5)


def pdf_entry(content: bytes, dice: random.Random) -> bytes:
    """One entry of a dictionary with another value: lengths, counts, boxes, filters, types."""
    values = (
        b"null",
        b"-1",
        b"99999999999",
        b"[ ]",
        b"<< >>",
        b"/X",
        b"(x)",
        b"1 0 R",
        b"9999 0 R",
        b"[" * 300,
    )
    places = list(re.finditer(rb"/(\w+)\s*(\[[^\]]*\]|\d+ \d+ R|/?[\w.-]+)", content))
    if not places:
        return content
    place = dice.choice(places)
    name = dice.choice((place[1], place[1], b"Prev", b"Encrypt", b"Filter", b"Kids", b"ObjStm"))
    return content[: place.start()] + b"/%s %s" % (name, dice.choice(values)) + content[place.end() :]


def pdf_reference(content: bytes, dice: random.Random) -> bytes:
    """A reference to another object, so that trees become rings."""
    places = list(re.finditer(rb"(\d+) 0 R", content))
    if len(places) < 2:
        return content
    place, other = dice.sample(places, 2)
    return content[: place.start()] + other[0] + content[place.end() :]


def pdf_objects(content: bytes, dice: random.Random) -> bytes:
    """Objects doubled or dropped; offsets of the cross-reference table and `startxref` wrong."""
    places = list(re.finditer(rb"\d+ 0 obj.*?endobj\s*", content, re.DOTALL))
    match dice.randrange(4):
        case 0 if places:
            place = dice.choice(places)
            return content[: place.start()] + content[place.end() :]
        case 1 if places:
            return content.replace(b"xref", dice.choice(places)[0] + b"xref", 1)
        case 2:
            return re.sub(rb"startxref\s+\d+", b"startxref\n%d" % dice.choice(INTEGERS), content)
        case _:
            entries = list(re.finditer(rb"\d{10} \d{5} [nf]", content))
            if not entries:
                return content
            place = dice.choice(entries)
            return content[: place.start()] + b"%010d 00000 n" % dice.randrange(2000) + content[place.end() :]


# pictures


def jpeg_segment(content: bytes, dice: random.Random) -> bytes:
    """A segment lost, doubled, of wrong length, or a frame header of other size (ITU-T T.81, B)."""
    segments = []
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        size = struct.unpack_from(">H", content, at + 2)[0] + 2
        segments.append((at, size))
        at += size
    if not segments:
        return content
    at, size = dice.choice(segments)
    match dice.randrange(5):
        case 0:
            return content[:at] + content[at + size :]
        case 1:
            return content[: at + size] + content[at : at + size] * 3 + content[at + size :]
        case 2:
            return put(content, at + 2, ">H", dice.choice(INTEGERS))
        case 3:
            frame = content.find(b"\xff\xc0")
            return put(content, frame + 5 + 2 * dice.randrange(2), ">H", dice.choice(INTEGERS))
        case _:
            return put(content, at + dice.randrange(4, max(5, size)), ">B", dice.randrange(256))


def png_chunk(content: bytes, dice: random.Random) -> bytes:
    """A chunk changed with its checksum right, lost, doubled, moved or falsely long (PNG, 5.3)."""
    chunks = []
    at = 8
    while at + 12 <= len(content):
        size = struct.unpack_from(">I", content, at)[0]
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += size + 12
    if not chunks:
        return content
    place = dice.randrange(len(chunks))
    name, data = chunks[place]
    match dice.randrange(6):
        case 0:
            chunks.pop(place)
        case 1:
            chunks.insert(dice.randrange(len(chunks)), (name, data))
        case 2 if name == b"IHDR":
            chunks[place] = (name, put(data, 4 * dice.randrange(2), ">I", dice.choice(INTEGERS)))
        case 3:
            chunks.insert(1, (b"zTXt", b"a\0\0" + zlib.compress(bytes(2_000_000))))
        case 4:
            chunks[place] = (dice.choice((b"IDAT", b"PLTE", b"acTL", b"iCCP", b"eXIf", b"XXXX")), data)
        case _:
            chunks[place] = (name, data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    return content[:8] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def tiff_entry(content: bytes, dice: random.Random) -> bytes:
    """An entry of the first directory with another tag, type, count or value, or a ring (TIFF 6.0, 2)."""
    order = "<" if content[:2] == b"II" else ">"
    if len(content) < 8:
        return content
    at = struct.unpack_from(f"{order}I", content, 4)[0]
    if at + 2 > len(content):
        return content
    count = struct.unpack_from(f"{order}H", content, at)[0]
    entry = at + 2 + 12 * dice.randrange(max(1, count))
    match dice.randrange(6):
        case 0:
            return put(content, at + 2 + 12 * count, f"{order}I", dice.choice((at, 8, len(content) - 1)))
        case 1:
            return put(content, at, f"{order}H", dice.choice(INTEGERS))
        case 2:
            return put(
                content, entry, f"{order}H", dice.choice((254, 256, 257, 258, 259, 262, 273, 277, 279, 322))
            )
        case 3:
            return put(content, entry + 2, f"{order}H", dice.choice(INTEGERS))
        case 4:
            return put(content, entry + 4, f"{order}I", dice.choice(INTEGERS))
        case _:
            return put(content, entry + 8, f"{order}I", dice.choice(INTEGERS))


def head_integer(content: bytes, dice: random.Random) -> bytes:
    """An integer of the header."""
    return put(content, dice.randrange(2, 64), dice.choice(("<H", "<I")), dice.choice(INTEGERS))


# films and what shares their containers


def riff_chunk(content: bytes, dice: random.Random) -> bytes:
    """The size or the name of a chunk."""
    places = [found.start() for found in re.finditer(rb"[A-Za-z0-9]{3}[A-Za-z0-9 ]", content[:20_000])]
    at = dice.choice(places or [0])
    if dice.random() < 0.8:
        return put(content, at + 4, "<I", dice.choice(INTEGERS))
    return content[:at] + dice.choice((b"LIST", b"JUNK", b"idx1", b"VP8 ", b"ALPH")) + content[at + 4 :]


def box(content: bytes, dice: random.Random) -> bytes:
    """The size of a box, or the box lost, doubled, or within itself (ISO/IEC 14496-12, 4.2)."""
    places = [
        found.start() - 4
        for found in re.finditer(rb"[a-z][a-z0-9]{2}[a-z0-9 ]", content)
        if found.start() >= 4 and struct.unpack_from(">I", content, found.start() - 4)[0] <= len(content)
    ]
    if not places:
        return content
    at = dice.choice(places)
    size = max(8, struct.unpack_from(">I", content, at)[0])
    match dice.randrange(5):
        case 0:
            return content[:at] + content[at + size :]
        case 1:
            return content[: at + size] + content[at : at + size] * 2 + content[at + size :]
        case 2:
            return content[: at + 8] + content[at : at + 8] * 3000 + content[at + 8 :]
        case 3:
            return put(content, at + 8 + 4 * dice.randrange(6), ">I", dice.choice(INTEGERS))
        case _:
            return put(content, at, ">I", dice.choice((*INTEGERS, size - 1, size + 1)))


def element_size(content: bytes, dice: random.Random) -> bytes:
    """A byte of the first elements: identifiers and sizes of variable length (RFC 8794, 4)."""
    return put(content, dice.randrange(min(600, len(content))), ">B", dice.choice((0, 1, 0x1F, 0x80, 0xFF)))


def sector(content: bytes, dice: random.Random) -> bytes:
    """An integer of the header, the directory or the allocation table: rings and sectors beyond the end."""
    at = dice.choice((dice.randrange(24, 80), len(content) - 4 * dice.randrange(1, 400)))
    return put(content, at, "<I", dice.choice((*INTEGERS, 3, 4, 5)))


# archives


def _members(content: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of each member; none of what cannot be opened any more."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [(each.filename, archive.read(each)) for each in archive.infolist()]
    except Exception:
        return []


def zip_member(content: bytes, dice: random.Random, change: MemberChange) -> bytes:
    """One member changed by what knows its kind, and packed again without a fault."""
    parts = _members(content)
    if not parts:
        return content
    place = dice.randrange(len(parts))
    name, data = parts[place]
    parts[place] = (name, change(name, data, dice))
    return _packed(parts)


def zip_entry(content: bytes, dice: random.Random) -> bytes:
    """Entries renamed, doubled, dropped, added: paths upwards, endless names, archives in archives."""
    parts = _members(content)
    if not parts:
        return content
    place = dice.randrange(len(parts))
    name, data = parts[place]
    names = (
        "../../x.pdf",
        "/etc/x.pdf",
        "C:\\x.pdf",
        "x" * 5000 + ".pdf",
        "a\\b\\..\\c.pdf",
        "‮fdp.exe",
        "a/",
        " ",
    )
    match dice.randrange(5):
        case 0:
            parts[place] = (dice.choice(names), data)
        case 1:
            parts.append((name, data[::-1]))
        case 2:
            parts.pop(place)
        case 3:
            parts.append(("深.zip", _packed([("深.zip", _packed([("x.zip", content)]))])))
        case _:
            parts.append(("零.bmp", bytes(30_000_000)))
    return _packed(parts)


def zip_header(content: bytes, dice: random.Random) -> bytes:
    """A field of a local, central or end header: sizes, methods, flags, offsets, counts (APPNOTE, 4.3)."""
    signature, fields = dice.choice(
        (
            (
                b"PK\x03\x04",
                ((6, "<H"), (8, "<H"), (14, "<I"), (18, "<I"), (22, "<I"), (26, "<H"), (28, "<H")),
            ),
            (
                b"PK\x01\x02",
                ((8, "<H"), (10, "<H"), (20, "<I"), (24, "<I"), (28, "<H"), (38, "<I"), (42, "<I")),
            ),
            (b"PK\x05\x06", ((4, "<H"), (8, "<H"), (10, "<H"), (12, "<I"), (16, "<I"), (20, "<H"))),
        )
    )
    places = [found.start() for found in re.finditer(re.escape(signature), content)]
    if not places:
        return content
    offset, format_ = dice.choice(fields)
    return put(content, dice.choice(places) + offset, format_, dice.choice((*INTEGERS, 8, 12, 14, 99)))


def _packed(parts: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two entries of one name are meant
        for name, data in parts:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
