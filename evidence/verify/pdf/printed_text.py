"""The text that one of our own papers prints, read from its content streams in a sixth of pypdf's time.

A handover list of a hundred enterprises has nearly a hundred pages. Only which characters are shown is
asked, not where: every string of a text-showing operator (ISO 32000-1, 9.4.3) is turned into characters by
its font's ToUnicode map (9.10.3). Whatever is not as our typesetter writes it is left to pypdf.
"""

from __future__ import annotations

import re
from typing import Any

from pypdf import PageObject

_STRING = rb"\((?:[^()\\]|\\[\s\S]|\((?:[^()\\]|\\[\s\S])*\))*\)|<[0-9A-Fa-f\s]*>"
_SHOWN = re.compile(
    rb"/([^\s/\[\]()<>]+)\s+[-\d.]+\s+Tf\b"
    rb"|(\[(?:" + _STRING + rb"|[^\[\]()<>])*\])\s*TJ\b"
    rb"|(" + _STRING + rb")\s*Tj\b"
    rb"|/([^\s/\[\]()<>]+)\s+Do\b"
)
_STRINGS = re.compile(_STRING)
_SHOWING = re.compile(rb"(?<![\w/])(?:T[jJ]|['\"])(?=\s|$)")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_LETTERS = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CHARACTER = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[([^\]]*)\])")
_DEEPEST = 4


class UnusualContentError(ValueError):
    """This page is not written as our typesetter writes."""


def printed_text(page: PageObject) -> str:
    """The characters a page shows, in the order in which it shows them.

    Raises:
        UnusualContentError: something in it is not understood.
        Exception: it is broken; what of is its reader's affair.
    """
    contents = page.get_contents()
    if contents is None:
        return ""
    return _shown(contents.get_data(), page.get("/Resources"), 0)


def _shown(data: bytes, resources: Any, depth: int) -> str:
    resources = {} if resources is None else resources.get_object()
    fonts = resources.get("/Font", {})
    forms = resources.get("/XObject", {})
    maps: dict[str, dict[bytes, str]] = {}
    current: dict[bytes, str] | None = None
    parts: list[str] = []
    shown = 0
    for found in _SHOWN.finditer(data):
        font, array, single, drawn = found.groups()
        if font is not None:
            name = "/" + font.decode("latin-1")
            if name not in maps:
                maps[name] = _to_unicode(fonts.get(name))
            current = maps[name]
        elif drawn is not None:
            form = forms.get("/" + drawn.decode("latin-1"))
            if form is not None and form.get_object().get("/Subtype") == "/Form":
                if depth >= _DEEPEST:
                    raise UnusualContentError("forms in forms")
                inner = form.get_object()
                parts.append(_shown(inner.get_data(), inner.get("/Resources", resources), depth + 1))
        else:
            shown += 1
            if current is None:
                raise UnusualContentError("text without a font")
            strings = _STRINGS.findall(array if array is not None else single)
            parts += [_characters(_bytes(string), current) for string in strings]
            parts.append(" ")
    if shown != len(_SHOWING.findall(_without_strings(data))):
        raise UnusualContentError("text shown in another way")
    return "".join(parts)


def _without_strings(data: bytes) -> bytes:
    return _STRINGS.sub(b" ", data)


def _bytes(string: bytes) -> bytes:
    """The bytes of a literal or hexadecimal string (7.3.4)."""
    if string.startswith(b"<"):
        digits = b"".join(string[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return _ESCAPED.sub(_unescaped, string[1:-1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    if said[:1].isdigit():
        return bytes([int(said, 8) & 0xFF])
    return _LETTERS.get(said, said)


def _characters(codes: bytes, to_unicode: dict[bytes, str]) -> str:
    try:
        return "".join(to_unicode[codes[place : place + 2]] for place in range(0, len(codes), 2))
    except KeyError as error:
        raise UnusualContentError("a code without a character") from error


def _to_unicode(font: Any) -> dict[bytes, str]:
    """Two-byte code -> characters, from the font's ToUnicode map."""
    stream = None if font is None else font.get_object().get("/ToUnicode")
    if stream is None or font.get_object().get("/Encoding") != "/Identity-H":
        raise UnusualContentError("a font without a map")
    known: dict[bytes, str] = {}
    for kind, body in _SECTION.findall(stream.get_object().get_data()):
        if kind == b"bfchar":
            for code, text in _CHARACTER.findall(body):
                known[_hex(code)] = _utf16(text)
            continue
        for first, last, text, texts in _RANGE.findall(body):
            begin, end = int.from_bytes(_hex(first), "big"), int.from_bytes(_hex(last), "big")
            listed = re.findall(rb"<([0-9A-Fa-f\s]*)>", texts)
            for place in range(min(end - begin + 1, 1 << 16)):
                if listed:
                    if place < len(listed):
                        known[(begin + place).to_bytes(2, "big")] = _utf16(listed[place])
                elif text:
                    start = _utf16(text)
                    known[(begin + place).to_bytes(2, "big")] = start[:-1] + chr(ord(start[-1]) + place)
    return known


def _hex(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode("ascii"))


def _utf16(digits: bytes) -> str:
    return _hex(digits).decode("utf-16-be", errors="replace")
