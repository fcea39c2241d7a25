"""Changes that know a format: what a broken program or an attacker would write, from one random source.

A change takes the bytes of a sound file and returns other bytes. Each is made from the given dice alone,
so that the number of a case makes the same file again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from bench import fuzz_structures as structures

Change = Callable[[bytes, random.Random], bytes]
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"2147483648",
    b"4294967295",
    b"9" * 20,
    b"9" * 5000,
    b"1e999",
    b"NaN",
)
WORDS = (
    "",
    "\x00",
    "x" * 70_000,
    "=1+1",
    "'",
    '"',
    "../../x",
    "‮fdp",
    "\ud800",
    "2022-13-45",
    "9999-99-99",
    "∞",
)
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?")


def flipped(content: bytes, dice: random.Random) -> bytes:
    """A few bits turned."""
    found = bytearray(content)
    for _ in range(dice.choice((1, 1, 4, 32))):
        found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def cut(content: bytes, dice: random.Random) -> bytes:
    """The end lost."""
    return content[: dice.randrange(1, len(content))]


def lost(content: bytes, dice: random.Random) -> bytes:
    """A piece lost from the middle."""
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.choice((1, 16, 512, 4096)) :]


def repeated(content: bytes, dice: random.Random) -> bytes:
    """A piece twice."""
    start = dice.randrange(len(content))
    end = start + dice.choice((4, 64, 2048))
    return content[:end] + content[start:end] * dice.choice((1, 2, 50)) + content[end:]


def zeroed(content: bytes, dice: random.Random) -> bytes:
    """A sector without content."""
    start, size = dice.randrange(len(content)), dice.choice((16, 512, 4096))
    return content[:start] + bytes(min(size, len(content) - start)) + content[start + size :]


def trailed(content: bytes, dice: random.Random) -> bytes:
    """Something behind the end."""
    return content + dice.choice(
        (b"\0" * 4096, b"\x1a", b"%%EOF\n", b"PK\x05\x06" + bytes(18), content[:2048])
    )


def renumbered(content: bytes, dice: random.Random) -> bytes:
    """A number written in digits, replaced by an extreme one."""
    places = list(_NUMBER.finditer(content))
    if not places:
        return flipped(content, dice)
    place = dice.choice(places)
    return content[: place.start()] + dice.choice(NUMBERS) + content[place.end() :]


def bracketed(content: bytes, dice: random.Random) -> bytes:
    """Brackets within brackets, in the middle of the text."""
    opening, closing = dice.choice(
        ((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"<<", b">>"), (b"(", b")"))
    )
    depth, start = dice.choice((60, 2000, 60_000)), dice.randrange(len(content))
    return content[:start] + opening * depth + closing * dice.choice((0, depth)) + content[start:]


def _words(content: bytes, dice: random.Random) -> bytes:
    """A run of letters replaced by something a cell or an attribute should not hold."""
    places = list(re.finditer(rb"[\w.]{3,}", content))
    if not places:
        return flipped(content, dice)
    place = dice.choice(places)
    word = dice.choice(WORDS).encode("utf-8", "surrogatepass")
    return content[: place.start()] + word + content[place.end() :]


def _declared(content: bytes, dice: random.Random) -> bytes:
    """A document type with entities that repeat each other, or that read a file."""
    bomb = b'<!ENTITY a0 "xxxxxxxxxx">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9)
    )
    entity = dice.choice(
        (bomb, b'<!ENTITY a8 SYSTEM "file:///etc/passwd">', b'<!ENTITY % a8 SYSTEM "x">%a8;')
    )
    body = re.sub(rb"<\?xml[^>]*\?>", b"", content, count=1)
    used = re.sub(rb">([^<>]*)<", b">&a8;<", body, count=1)
    return b'<?xml version="1.0"?><!DOCTYPE x [' + entity + b"]>" + used


def _aliased(content: bytes, dice: random.Random) -> bytes:
    """Values that stand for others, many times over; tags; further documents."""
    line = b"a0: &a0 [x, x]\n" + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * dice.choice((1, 9))))
        for n in range(1, 9)
    )
    added = dice.choice((line, b"<<: {a: 1}\n", b"---\n", b"? [a]\n: b\n", b"a: !!python/name:os.system x\n"))
    value = dice.choice(
        (b": &a [*a]", b": !!binary eA==", b": !!timestamp x", b": 2022-13-45", b": |\n", b": .nan")
    )
    lines = re.sub(rb": ", lambda _found: value + b" ", content, count=1) if dice.random() < 0.5 else content
    return added + lines if dice.random() < 0.5 else lines


def _recoded(content: bytes, dice: random.Random) -> bytes:
    """The same text in an encoding that nothing declares, or that is declared falsely."""
    text = content.decode("utf-8", "replace")
    wanted = dice.choice(("utf-16", "utf-32", "gb18030", "utf-7"))
    if dice.random() < 0.3:
        return re.sub(rb'encoding="[^"]*"', b'encoding="' + wanted.encode() + b'"', content)
    return text.encode(wanted, "replace")


def _rows(content: bytes, dice: random.Random) -> bytes:
    """Lines of a list: more columns than fit, one endless line, lone quotation marks, lone CR."""
    lines = content.split(b"\n")
    place = dice.randrange(len(lines))
    lines[place] = dice.choice(
        (
            lines[place] + b"," * 20_000,
            b'"' + lines[place],
            b"\r".join(lines),
            b"x" * 300_000,
            b"",
            b"\0" * 50,
        )
    )
    return b"\n".join(lines * dice.choice((1, 1, 200)))


def _headers(content: bytes, dice: random.Random) -> bytes:
    """Mail headers: other boundaries, types, encodings, names; folded without end; parts in parts."""
    swaps = (
        (rb'boundary="[^"]*"', b'boundary=""'),
        (rb'boundary="[^"]*"', b"boundary*0=a; boundary*2=b"),
        (rb"multipart/\w+", b"message/rfc822"),
        (rb"Content-Transfer-Encoding: \w+", b"Content-Transfer-Encoding: x-none"),
        (rb"Content-Transfer-Encoding: \w+", b"Content-Transfer-Encoding: uuencode"),
        (rb'filename="[^"]*"', b'filename="../../../etc/passwd"'),
        (rb'filename="[^"]*"', b"filename*=no-such-set''%ff%fe%00"),
        (rb'filename="[^"]*"', b'filename="' + b"x" * 5000 + b'"'),
        (rb"Subject: .*", b"Subject: " + b"=?utf-8?b?" * 3000),
        (rb"charset=\S+", b"charset=undefined-999"),
        (rb"From: .*", b"From: " + b"(" * 3000),
        (rb"\A", b"".join(b"X-%d: a\n\tb\n" % n for n in range(3000))),
        (rb"\A", b"Content-Type: multipart/mixed; boundary=q\n\n--q\n" * 300),
    )
    pattern, value = dice.choice(swaps)
    return re.sub(pattern, lambda _found: value, content, count=1)


ANY: tuple[Change, ...] = (flipped, cut, lost, repeated, zeroed, trailed)
_TEXT: tuple[Change, ...] = (renumbered, bracketed, _words, _recoded)
CHANGES: Mapping[str, tuple[Change, ...]] = {
    "pdf": (structures.pdf_entry, structures.pdf_reference, structures.pdf_objects, renumbered, bracketed),
    "jpg": (structures.jpeg_segment,),
    "png": (structures.png_chunk,),
    "tif": (structures.tiff_entry,),
    "bmp": (structures.head_integer,),
    "webp": (structures.riff_chunk,),
    "avi": (structures.riff_chunk,),
    "heic": (structures.box,),
    "avif": (structures.box,),
    "mp4": (structures.box,),
    "mov": (structures.box,),
    "mkv": (structures.element_size,),
    "msg": (structures.sector,),
    "zip": (structures.zip_entry, structures.zip_header),
    "docx": (structures.zip_entry, structures.zip_header),
    "xlsx": (structures.zip_entry, structures.zip_header),
    "xml": (*_TEXT, _declared),
    "json": _TEXT,
    "yaml": (*_TEXT, _rows, _aliased),
    "csv": (*_TEXT, _rows),
    "ini": (*_TEXT, _rows),
    "dat": (structures.head_integer, _rows),
    "eml": (_headers, _words),
}
"""What knows each kind of file, by extension."""


def changed(kind: str, content: bytes, dice: random.Random) -> bytes:
    """The file after one to three changes, most of them by what knows its structure."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if kind in {"docx", "xlsx", "zip"} and dice.random() < 0.6:
            content = structures.zip_member(content, dice, _member)
            continue
        known = CHANGES.get(kind, ())
        change = dice.choice(known if known and dice.random() < 0.7 else ANY)
        content = change(content, dice) or b"\0"
    return content


def _member(name: str, content: bytes, dice: random.Random) -> bytes:
    if not content:
        return content
    return changed("xml" if name.endswith((".xml", ".rels")) else name.rpartition(".")[2], content, dice)
