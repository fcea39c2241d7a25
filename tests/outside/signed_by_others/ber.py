"""CMS in BER with indefinite lengths, as BouncyCastle and PDFBox write it (RFC 5652, 10; X.690, 8.1.3.6)."""

from __future__ import annotations

import re

END = b"\0\0"
_CONSTRUCTED = 0x20
_OCTETS, _OCTETS_IN_PARTS = 0x04, 0x24
_CERTIFICATES = (3, 0xA0)
"""Level and tag of a SignedData's certificates."""


def indefinite(der: bytes, depth: int = 99, *, parts: bool = False, level: int = 0) -> bytes:
    """The same value with an indefinite length for every constructed element down to a depth.

    Args:
        der: one DER element.
        depth: how many levels are opened; those below keep their DER.
        parts: also cut octet strings into two parts (X.690, 8.7.3).
        level: how deep the element lies in a ContentInfo; certificates, signed themselves, stay DER.
    """
    tag, body = _split(der)
    if not tag & _CONSTRUCTED:
        if parts and tag == _OCTETS and len(body) > 3:
            half = len(body) // 2
            pieces = _element(_OCTETS, body[:half]) + _element(_OCTETS, body[half:])
            return bytes([_OCTETS_IN_PARTS, 0x80]) + pieces + END
        return der
    if depth == 0 or (level, tag) == _CERTIFICATES:
        return der
    inner = b"".join(indefinite(each, depth - 1, parts=parts, level=level + 1) for each in _elements(body))
    return bytes([tag, 0x80]) + inner + END


def reencode_signature(pdf: bytes, *, depth: int = 2, parts: bool = False) -> bytes:
    """A PDF whose last signature's CMS is written anew in BER; nothing signed changes.

    /Contents lies in the gap of the byte range, so it may be overwritten as long as it fits.
    """
    match = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", pdf))[-1]
    raw = bytes.fromhex(match[1].decode())
    ber = indefinite(raw[: _length(raw)], depth, parts=parts)
    digits = ber.hex().encode().ljust(len(match[1]), b"0")
    assert len(digits) == len(match[1]), "the signature needs more reserved bytes"
    return pdf[: match.start(1)] + digits + pdf[match.end(1) :]


def _length(data: bytes) -> int:
    """Bytes of the DER element at the start."""
    if data[1] < 0x80:
        return 2 + data[1]
    count = data[1] & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def _split(der: bytes) -> tuple[int, bytes]:
    head = 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)
    return der[0], der[head : _length(der)]


def _elements(body: bytes) -> list[bytes]:
    found: list[bytes] = []
    while body:
        size = _length(body)
        found.append(body[:size])
        body = body[size:]
    return found


def _element(tag: int, body: bytes) -> bytes:
    size = len(body)
    head = bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + body
