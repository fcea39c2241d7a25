"""What the head of a message says: subject, sender and identifier, as Chinese mail programs write them."""

from __future__ import annotations

import email.policy
import email.utils
import re
from dataclasses import dataclass
from email.header import decode_header
from email.parser import BytesHeaderParser

_BREAK = re.compile(rb"\r?\n\r?\n")
HEAD_BYTES = 1 << 18
"""A head beyond 256 kB is nobody's letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The headers that somebody asks about; empty where a message has none."""

    message_id: str = ""
    """As its writer's program named it (RFC 5322, 3.6.4), in ASCII."""
    subject: str = ""
    sender: str = ""
    """Address in small letters; anybody may write anything there."""


def letterhead(data: bytes) -> tuple[Letterhead, int]:
    """The headers of a message, and where its body begins.

    Args:
        data: the message, or at least its first `HEAD_BYTES`.
    """
    found = _BREAK.search(data, 0, HEAD_BYTES)
    end, start = (HEAD_BYTES, len(data)) if found is None else found.span()
    parsed = BytesHeaderParser(policy=email.policy.compat32).parsebytes(data[:end] + b"\r\n\r\n")
    # as written, bytes that are no ASCII as surrogates; `get` would lose them
    raw = {name.lower(): " ".join(str(value).split()) for name, value in reversed(list(parsed.raw_items()))}
    address = email.utils.parseaddr(_text(raw.get("from", "")))[1]
    head = Letterhead(
        message_id=ascii(raw.get("message-id", ""))[1:-1],
        subject=_decoded(raw.get("subject", "")),
        sender=address.lower() if "@" in address else "",
    )
    return head, start


def _decoded(value: str) -> str:
    """Encoded words (RFC 2047) as text."""
    parts: list[str] = []
    try:
        decoded = decode_header(value)
    except (ValueError, LookupError):
        return _text(value)
    for part, charset in decoded:
        if isinstance(part, str):
            parts.append(_text(part))
            continue
        try:
            parts.append(part.decode(_wider(charset), "replace"))
        except LookupError:
            parts.append(part.decode("utf-8", "replace"))
    return "".join(parts)


def _wider(charset: str | None) -> str:
    """GB2312 and GBK as the standard that holds both; nothing named is UTF-8."""
    name = (charset or "utf-8").lower()
    return "gb18030" if name in {"gb2312", "gbk", "x-gbk"} else name


def _text(value: str) -> str:
    """Raw bytes of a header, as Chinese mail programs write them: UTF-8 or GB18030."""
    raw = value.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
