"""Messages of a real Dovecot come into the inbox: exactly, once, whatever breaks in between."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.errors import UsageError
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.embedded import EmbeddedLedger
from evidence.mail import fetch as fetching_room
from evidence.mail.fetch import Post
from evidence.mail.message import read_letter
from evidence.mail.server import MailboxDownError, Session
from evidence.mail.settings import MailboxSettings
from tests.support.dovecot_server import PASSWORD, TOKEN, USER, Dovecot, letter

pytestmark = pytest.mark.slow


def post(root: Path, server: Dovecot, **settings: object) -> Post:
    password = root / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "password_file": "password",
        "timeout_s": 20,
    }
    return Post(
        root=root,
        inbox=root / "inbox",
        archive=root / "archive",
        ledger=EmbeddedLedger.open(root / "archive" / "ledger"),
        mailboxes={"整改": MailboxSettings(user=USER, **given | settings)},  # type: ignore[arg-type]
    )


def in_inbox(root: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((root / "inbox").rglob("*.eml"))]


def test_each_message_comes_once_and_exactly(server: Dovecot, tmp_path: Path) -> None:
    odd = b"From: a\r\nSubject: =?GB2312?B?1fu4xLGouOY=?=\r\n\r\nbytes \xff\xfe without line end"
    server.deliver(odd)
    server.deliver(letter("复查", message_id="<2@factory>"))
    (first,) = post(tmp_path, server).fetch()
    assert first.error is None
    assert [name.rpartition("/")[2].partition(" ")[2] for name in first.taken] == ["整改报告.eml", "复查.eml"]
    assert in_inbox(tmp_path)[0] == odd
    (second,) = post(tmp_path, server).fetch()
    assert (second.taken, second.again, second.error) == ([], 0, None)
    assert len(server.held()) == 2


def test_taken_messages_are_marked_read_and_stay_on_the_server(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    post(tmp_path, server).fetch()
    (name,) = server.held()
    assert name.endswith("S")  # Maildir's letter for \Seen


def test_messages_are_left_alone_when_so_configured(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    (fetched,) = post(tmp_path, server, afterwards="leave").fetch()
    assert len(fetched.taken) == 1
    (name,) = server.held()
    assert "S" not in name.rpartition(":2,")[2]


def test_messages_are_moved_when_so_configured(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    (fetched,) = post(tmp_path, server, afterwards="move", move_to="taken").fetch()
    assert (len(fetched.taken), fetched.error) == (1, None)
    assert server.held() == []
    assert len(server.held("taken")) == 1


def test_the_same_letter_delivered_twice_is_one(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(b"Received: by one\r\n" + letter())
    server.deliver(b"Received: by another\r\n" + letter())
    (fetched,) = post(tmp_path, server).fetch()
    assert (len(fetched.taken), fetched.again) == (1, 1)


def test_another_letter_under_a_known_message_id_is_taken(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter(body="第一次"))
    server.deliver(letter(body="冒用编号的另一封"))
    (fetched,) = post(tmp_path, server).fetch()
    assert (len(fetched.taken), fetched.again) == (2, 0)


def test_new_numbers_of_the_server_bring_nothing_twice(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    post(tmp_path, server).fetch()
    server.forget_uids()
    (fetched,) = post(tmp_path, server).fetch()
    assert (fetched.taken, fetched.again) == ([], 1)


def test_bytes_that_are_an_arrival_already_are_not_written_again(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    office = post(tmp_path, server)
    digest = Sha256(read_letter(letter().replace(b"\n", b"\r\n")).sha256)
    taken = ArrivalTaken(
        arrival=ArrivalId("A-20220401-0001"),
        path="x.eml",
        sha256=digest,
        bytes=1,
        media_type="",
        received_at=datetime.now(UTC),
    )
    office.ledger.append("test", taken)
    (fetched,) = office.fetch()
    assert (fetched.taken, fetched.again) == ([], 1)


@pytest.mark.parametrize("step", ["before the file", "after the file", "before the server is told"])
def test_a_crash_at_any_step_loses_and_doubles_nothing(
    server: Dovecot, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(letter())
    where: tuple[object, str] = {
        "before the file": (fetching_room, "write_once"),
        "after the file": (fetching_room.TakenMessages, "add"),
        "before the server is told": (Session, "mark_seen"),
    }[step]

    class Killed(BaseException):
        pass

    def die(*_given: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(*where, die)
        with pytest.raises(Killed):
            post(tmp_path, server).fetch()
    post(tmp_path, server).fetch()
    assert len(in_inbox(tmp_path)) == 1
    assert server.held()[0].endswith("S")


def test_a_server_killed_in_mid_fetch_is_named_and_the_rest_comes_later(tmp_path: Path) -> None:
    own = Dovecot()
    try:
        own.start()
        for number in range(5):
            own.deliver(letter(message_id=f"<{number}@factory>", body=f"第{number}封"))
        office = post(tmp_path, own, timeout_s=5)
        seen: list[str] = []

        def kill_at_the_third(name: str) -> None:
            seen.append(name)
            if len(seen) == 3:
                own.kill()

        (fetched,) = office.fetch(tell=kill_at_the_third)
        assert len(fetched.taken) == 2
        assert isinstance(fetched.error, MailboxDownError)
        own.start()
        (again,) = office.fetch()
        assert (len(again.taken), again.again, again.error) == (3, 0, None)
        assert len(in_inbox(tmp_path)) == 5
    finally:
        own.remove()


def test_a_mailbox_that_is_down_keeps_no_other_waiting(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    good = post(tmp_path, server)
    down = MailboxSettings(host="127.0.0.1", port=1, security="none", user="x", password_file="password")
    both = Post(
        root=good.root, inbox=good.inbox, archive=good.archive, ledger=good.ledger,
        mailboxes={"坏": down, **good.mailboxes},
    )  # fmt: skip
    bad, fine = both.fetch()
    assert isinstance(bad.error, MailboxDownError)
    assert len(fine.taken) == 1


def test_thirty_megabytes_of_attachment_come_whole(server: Dovecot, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "照片"
    message.set_content("x")
    message.add_attachment(os.urandom(30 * 1024**2), maintype="image", subtype="jpeg", filename="现场.jpg")
    server.deliver(message.as_bytes())
    (fetched,) = post(tmp_path, server).fetch()
    assert fetched.error is None
    (whole,) = in_inbox(tmp_path)
    assert whole.replace(b"\r\n", b"\n") == message.as_bytes()


def test_a_message_above_the_limit_stays_on_the_server_and_is_named(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter(body="x" * 3000))
    (fetched,) = post(tmp_path, server, max_bytes=2000).fetch()
    assert fetched.taken == []
    assert "超过上限" in fetched.too_large[0]
    assert "S" not in server.held()[0].rpartition(":2,")[2]


def test_a_wrong_password_is_said_without_it(server: Dovecot, tmp_path: Path) -> None:
    office = post(tmp_path, server)
    (tmp_path / "password").write_text("falsch-99")
    (fetched,) = office.fetch()
    assert isinstance(fetched.error, MailboxDownError)
    assert "falsch" not in str(fetched.error)


def test_a_token_that_a_program_prints_opens_the_mailbox(server: Dovecot, tmp_path: Path) -> None:
    server.deliver(letter())
    printing = {"token_command": ("echo", TOKEN), "password_file": ""}
    (fetched,) = post(tmp_path, server, **printing).fetch()
    assert (len(fetched.taken), fetched.error) == (1, None)
    (refused,) = post(tmp_path, server, **{**printing, "token_command": ("echo", "another")}).fetch()
    assert isinstance(refused.error, MailboxDownError)
    (silent,) = post(tmp_path, server, **{**printing, "token_command": ("false",)}).fetch()
    assert silent.error is not None
    assert "没有给出令牌" in silent.error.what


def test_over_tls_the_server_must_prove_itself(running: Dovecot, tmp_path: Path) -> None:
    running.empty()
    running.deliver(letter())
    authority = running.certificate
    assert authority is not None
    tls = {"host": "localhost", "port": running.tls_port, "security": "tls"}
    (refused,) = post(tmp_path, running, **tls).fetch()
    assert isinstance(refused.error, MailboxDownError)
    (trusted,) = post(tmp_path, running, **tls, ca_file=str(authority)).fetch()
    assert (len(trusted.taken), trusted.error) == (1, None)
    upgraded = {"host": "localhost", "port": running.port, "security": "starttls", "ca_file": str(authority)}
    running.deliver(letter(message_id="<9@factory>", body="第二封"))
    (started,) = post(tmp_path, running, **upgraded).fetch()
    assert (len(started.taken), started.error) == (1, None)


def test_a_name_that_is_no_mailbox_and_none_at_all_say_what_to_do(server: Dovecot, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有这个邮箱"):
        post(tmp_path, server).fetch("别的")
    bare = Post(
        root=tmp_path,
        inbox=tmp_path,
        archive=tmp_path,
        ledger=EmbeddedLedger.open(tmp_path / "l"),
        mailboxes={},
    )
    with pytest.raises(UsageError, match="没有配置邮箱"):
        bare.fetch()
