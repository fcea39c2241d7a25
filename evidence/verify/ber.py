"""BER with indefinite lengths and strings in parts, written in definite lengths (X.690, 8.1.3.6, 8.7.3).

CMS may be sent so, and what was signed is its DER (RFC 5652, 5.4 and 10). asn1crypto's parser finds
every length; its value classes stumble over choices within indefinite lengths.
"""

from __future__ import annotations

from asn1crypto import parser

_DEEPEST = 64
_OCTET_STRING = 4
_END = b"\0\0"


def definite(data: bytes, depth: int = 0) -> bytes:
    """One element with definite lengths throughout; the very bytes where it has them already.

    Raises:
        ValueError: not one element, or nested too deeply.
    """
    kind, constructed, tag, _, content, trailer = parser.parse(data, strict=True)
    if not constructed or _END not in data:
        return data
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    parts: list[bytes] = []
    position = 0
    while position < len(content):
        size = parser.peek(content[position:])
        parts.append(definite(content[position : position + size], depth + 1))
        position += size
    if (kind, tag) == (0, _OCTET_STRING):
        whole = b"".join(parser.parse(part)[4] for part in parts)
        return bytes(parser.emit(kind, 0, tag, whole))
    joined = b"".join(parts)
    if not trailer and joined == content:
        return data
    return bytes(parser.emit(kind, constructed, tag, joined))
