"""What a message says of itself; headers as Chinese mail programs write them."""

from __future__ import annotations

import pytest

from evidence.mail.message import file_name, read_letter
from evidence.mail.settings import MailboxSettings, is_name


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("整改报告".encode(), "整改报告"),
        ("整改报告".encode("gb18030"), "整改报告"),
        (b"=?GB2312?B?1fu4xLGouOY=?=", "整改报告"),
        (b"=?gb18030?Q?=D5=FB=B8=C4?= =?gb18030?Q?=B1=A8=B8=E6?=", "整改报告"),
        (b"=?utf-8?b?5pW05pS5?=\r\n =?utf-8?b?5oql5ZGK?=", "整改报告"),
        (b"=?x-unknown?B?1fu4xLGouOY=?=", "���ı���"),
        (b"", ""),
    ],
    ids=["utf-8", "gb18030", "gb2312 word", "two quoted words", "folded", "unknown charset", "empty"],
)
def test_subjects(header: bytes, subject: str) -> None:
    assert read_letter(b"Subject: " + header + b"\r\n\r\nx").subject == subject


def test_a_delivery_s_own_headers_do_not_change_the_content() -> None:
    one = read_letter(b"Received: a\r\nMessage-ID: <1@x>\r\n\r\nbody")
    two = read_letter(b"Received: b\r\nMessage-ID:\r\n <1@x>\r\n\r\nbody")
    assert (one.message_id, one.content_sha256) == (two.message_id, two.content_sha256)
    assert one.sha256 != two.sha256
    assert one.content_sha256 != read_letter(b"Message-ID: <1@x>\r\n\r\nbody2").content_sha256


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"no header at all", b"\xff" * 300, b"A" * 300_000])
def test_whatever_bytes_come_they_are_a_letter(data: bytes) -> None:
    letter = read_letter(data)
    assert letter.data == data
    assert file_name(letter, 1, 2).startswith("1-2")


def test_an_identifier_that_is_no_text_is_still_one() -> None:
    assert read_letter(b"Message-ID: <\xff\xfe@x>\r\n\r\n").message_id == r"<\udcff\udcfe@x>"


def test_the_file_name_begins_with_the_server_s_numbers_and_keeps_tricks_out() -> None:
    letter = read_letter("Subject: ../..\\报告\u202egpj\t.exe\r\n\r\n".encode())
    name = file_name(letter, 1648000000, 17)
    assert name.startswith("1648000000-17 ")
    assert name.endswith(".eml")
    assert not set(name) & set("/\\\t\u202e")
    assert len(file_name(read_letter(b"Subject: " + b"x" * 500 + b"\r\n\r\n"), 1, 1).encode()) < 120


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"password_file": "p", "afterwards": "move"},
        {"password_file": "p", "move_to": "x"},
        {"keyring": "k", "every_s": 0},
    ],
    ids=["no way to sign in", "nowhere to move to", "move_to without move", "no pause"],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="/"):
        MailboxSettings(host="h", user="u", **wrong)  # type: ignore[arg-type]


def test_names_of_mailboxes() -> None:
    assert is_name("整改-1")
    assert not any(is_name(name) for name in ("", "a/b", "..", "a b", "x" * 41))
