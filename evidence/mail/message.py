"""What a message says of itself, as far as fetching needs it; its parts are read by the bounded intake."""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from hashlib import sha256

from evidence.inbox.names import storable

_BREAK = re.compile(rb"\r?\n\r?\n")
_SUBJECT_BYTES = 60
_MESSAGE_ID_CHARACTERS = 250
_HEADER_BYTES = 1 << 18
"""Headers beyond 256 kB are nobody's letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message and what identifies it."""

    data: bytes
    message_id: str
    """As its writer's program named it (RFC 5322, 3.6.4); empty when it has none."""
    subject: str
    content_sha256: str
    """Of the body's bytes: two deliveries of one message differ in what servers wrote above it."""

    @property
    def sha256(self) -> str:
        """Of all bytes."""
        return sha256(self.data).hexdigest()


def read_letter(data: bytes) -> Letter:
    """The letter in these bytes; headers that are no text are read as far as they go."""
    found = _BREAK.search(data, 0, _HEADER_BYTES)
    end, start = (_HEADER_BYTES, len(data)) if found is None else found.span()
    head, body = data[:end], data[start:]
    parsed = BytesHeaderParser(policy=email.policy.compat32).parsebytes(head + b"\r\n\r\n")
    # as written, bytes that are no ASCII as surrogates; `get` would lose them
    headers = {name.lower(): _one_line(value) for name, value in reversed(list(parsed.raw_items()))}
    return Letter(
        data=data,
        message_id=ascii(headers.get("message-id", ""))[1:-1][:_MESSAGE_ID_CHARACTERS],
        subject=_decoded(headers.get("subject", "")),
        content_sha256=sha256(body).hexdigest(),
    )


def file_name(letter: Letter, uidvalidity: int, uid: int) -> str:
    """`1648000000-17 整改报告.eml`: the server's numbers first, which no other message of it has."""
    name = f"{uidvalidity}-{uid}"
    subject = storable(letter.subject, _SUBJECT_BYTES) if letter.subject.strip() else ""
    return f"{name} {subject}.eml" if subject else f"{name}.eml"


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def _decoded(value: str) -> str:
    """Encoded words (RFC 2047) as text, raw bytes as Chinese mail programs write them (GB18030)."""
    from email.header import decode_header

    parts: list[str] = []
    try:
        decoded = decode_header(value)
    except (ValueError, LookupError):
        return _raw_text(value)
    for part, charset in decoded:
        if isinstance(part, str):
            parts.append(_raw_text(part))
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


def _raw_text(text: str) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
