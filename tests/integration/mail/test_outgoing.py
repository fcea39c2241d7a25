"""Messages out, to a real server: with TLS and without, signed in and refused."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from evidence.credentials import CredentialError
from evidence.mail.outgoing import NotSentError, NotTakenError, send
from evidence.mail.settings import NoticeSettings
from tests.support.pki import server_certificate
from tests.support.smtp_server import FULL, PASSWORD, USER, smtp_server


def letter(to: str = "lu@example.cn") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = "今天有 2 件待办", "desk@example.cn", to
    made.set_content("润禾包装 检查记录补齐后扫描")
    return made


def settings(port: int, **more: object) -> NoticeSettings:
    return NoticeSettings(
        **{"host": "localhost", "port": port, "security": "none", "sender": "desk@example.cn", **more}  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_signs_in_over_tls_whose_certificate_it_knows(tmp_path: Path, security: str) -> None:
    certificate, key = server_certificate(tmp_path, "localhost")
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o600)
    with smtp_server(security=security, certificate=certificate, key=key) as room:
        known = {"security": security, "user": USER, "password_file": "password", "ca_file": certificate.name}
        send([letter(), letter()], settings(room.port, **known), tmp_path)
        assert [each["Subject"] for each in room.taken] == ["今天有 2 件待办"] * 2
        assert room.taken[0].get_content().strip() == "润禾包装 检查记录补齐后扫描"
        with pytest.raises(NotSentError, match="certificate"):
            send([letter()], settings(room.port, **{**known, "ca_file": ""}), tmp_path)
        (tmp_path / "password").write_text("falsch")
        with pytest.raises(NotSentError, match="535"):
            send([letter()], settings(room.port, **known), tmp_path)
        assert len(room.taken) == 2


def test_what_the_server_refuses_and_a_server_that_is_gone_are_said(tmp_path: Path) -> None:
    with smtp_server() as room:
        send([letter()], settings(room.port), tmp_path)
        with pytest.raises(NotTakenError, match="552 mailbox full") as full:
            send([letter(FULL)], settings(room.port), tmp_path)
        assert full.value.where == FULL
    with pytest.raises(NotSentError) as gone:
        send([letter()], settings(room.port, timeout_s=5), tmp_path)
    assert gone.value.remedy
    assert not isinstance(gone.value, NotTakenError)
    with pytest.raises(CredentialError):
        send([letter()], settings(room.port, user=USER, password_file="none"), tmp_path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sender": "nobody"}, "sender"),
        ({"user": "x"}, "password_file"),
        ({"morning": "25:00"}, "hour"),
        ({"timeout_s": 0}, "timeout_s"),
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings(25, **wrong)
