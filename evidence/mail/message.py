"""What fetching needs to know of a message; its parts are read by the bounded intake."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from evidence.filetypes.mail_headers import letterhead
from evidence.inbox.names import storable

_SUBJECT_BYTES = 60
_MESSAGE_ID_CHARACTERS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message and what identifies it."""

    data: bytes
    message_id: str
    """As in `Letterhead`, at most 250 characters of it."""
    subject: str
    content_sha256: str
    """Of the body's bytes: two deliveries of one message differ in what servers wrote above it."""

    @property
    def sha256(self) -> str:
        """Of all bytes."""
        return sha256(self.data).hexdigest()


def read_letter(data: bytes) -> Letter:
    """The letter in these bytes; headers that are no text are read as far as they go."""
    head, body = letterhead(data)
    return Letter(
        data=data,
        message_id=head.message_id[:_MESSAGE_ID_CHARACTERS],
        subject=head.subject,
        content_sha256=sha256(data[body:]).hexdigest(),
    )


def file_name(letter: Letter, uidvalidity: int, uid: int) -> str:
    """`1648000000-17 整改报告.eml`: the server's numbers first, which no other message of it has."""
    name = f"{uidvalidity}-{uid}"
    subject = storable(letter.subject, _SUBJECT_BYTES) if letter.subject.strip() else ""
    return f"{name} {subject}.eml" if subject else f"{name}.eml"
