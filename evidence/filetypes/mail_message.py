"""The files within a mail message (RFC 5322, MIME, S/MIME, TNEF); runs in the bounded child."""

from __future__ import annotations

import email
import email.policy
import mimetypes
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from email.message import EmailMessage
from typing import BinaryIO, Protocol

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.filetypes import media
from evidence.filetypes.mail_headers import HEAD_BYTES, Letterhead, letterhead

_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_RAW_NAME = re.compile(r'name\s*=\s*"?([^";\r\n]+)', re.IGNORECASE)
_UNNAMED = "winmail.dat"
SIGNED = "邮件带有数字签名，签名随邮件原件保存"
"""Remark on a message whose signature is no file of its own."""


class Room(Protocol):
    """Where members are put."""

    left: list[str]
    """What was not taken out, and why."""

    def put(self, name: bytes, chunks: Iterator[bytes]) -> None:
        """Keep one member.

        Raises:
            UnreadableError: more than the limits.
        """
        ...


def unpack_message(file: BinaryIO, room: Room) -> Letterhead:
    """Put the attachments of a message into the room; its text stays in the message.

    Raises:
        UnreadableError: encrypted, or more than the limits.
    """
    start = len(BOM_UTF8) if file.read(len(BOM_UTF8)) == BOM_UTF8 else 0  # saved by an editor
    file.seek(start)
    head, _body = letterhead(file.read(HEAD_BYTES))
    file.seek(start)
    message = email.message_from_binary_file(file, policy=email.policy.default)
    _take(message, room)
    return head


def _take(message: EmailMessage, room: Room) -> None:
    _refuse_encrypted(message)
    if message.get_content_type() in _SMIME:
        inner = _signed_content(message)
        room.left.append(SIGNED)
        if inner is not None:
            _take(inner, room)
        return
    if message.get_content_type() == "multipart/signed":
        room.left.append(SIGNED)
    for part in _parts(message):
        _refuse_encrypted(part)
        _put(part, room)


def _put(part: EmailMessage, room: Room) -> None:
    name, kind = _name_of(part), part.get_content_type()
    if kind in _SIGNATURES:
        return
    if kind == media.EML:
        inner = part.get_content()
        subject = str(inner.get("subject", "")) or "转发的邮件"
        room.put(_encoded(name or f"{subject}.eml"), iter([inner.as_bytes()]))
        return
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    if kind in _TNEF or name.lower() == _UNNAMED:
        _take_outlook(content, name, room)
    else:
        room.put(_encoded(name or _picture_name(kind)), iter([content]))


def _name_of(part: EmailMessage) -> str:
    """Its file name; bytes that no standard allows there stay as surrogates, for whoever knows GB18030."""
    name = part.get_filename() or ""
    if "\ufffd" not in name:
        return name
    for header, value in part.raw_items():
        if header.lower() in {"content-disposition", "content-type"} and (found := _RAW_NAME.search(value)):
            return found[1].strip()
    return name


def _picture_name(kind: str) -> str:
    """What a picture is called that was put into the text without a name of its own."""
    return "正文中的图片" + (mimetypes.guess_extension(kind) or "") if kind.startswith("image/") else ""


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that are files, pictures in the text among them; a forwarded message is one file."""
    kind = message.get_content_type()
    if kind == media.EML or message.get_filename() or kind in _TNEF:
        yield message
    elif message.is_multipart():
        for part in message.iter_parts():
            yield from _parts(part) if isinstance(part, EmailMessage) else ()
    elif message.get_content_maintype() == "image":
        yield message


def _refuse_encrypted(message: EmailMessage) -> None:
    kind, smime = message.get_content_type(), str(message.get_param("smime-type") or "").lower()
    enveloped = kind in _SMIME and smime in {"enveloped-data", "authenveloped-data"}
    if kind == "multipart/encrypted" or enveloped:
        raise UnreadableError(
            Reason.ENCRYPTED, "邮件是加密的。", remedy="请收件人解密后，把其中的文件分别放入收件夹。"
        )


def _signed_content(message: EmailMessage) -> EmailMessage | None:
    """What an opaque S/MIME message signs (RFC 8551, 3.5.2); None when it cannot be read."""
    from asn1crypto import cms

    payload = message.get_payload(decode=True)
    try:
        signed = cms.ContentInfo.load(payload if isinstance(payload, bytes) else b"")
        if signed["content_type"].native == "enveloped_data":
            raise UnreadableError(
                Reason.ENCRYPTED, "邮件是加密的。", remedy="请收件人解密后，把其中的文件分别放入收件夹。"
            )
        content = signed["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError):
        return None
    return email.message_from_bytes(content, policy=email.policy.default) if content else None


def _take_outlook(data: bytes, name: str, room: Room) -> None:
    """Attachments that Outlook packs into `winmail.dat` ([MS-OXTNEF])."""
    from tnefparse import TNEF

    try:
        found = TNEF(data).attachments
    except Exception:
        found = []
    if not found:
        room.put(_encoded(name or _UNNAMED), iter([data]))
        return
    for attachment in found:
        named = attachment.long_filename() or attachment.name or ""
        room.put(_encoded(str(named)), iter([bytes(attachment.data)]))
