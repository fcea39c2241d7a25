"""A private Dovecot: one account, Maildir in a temporary folder, IMAP with and without TLS on free ports."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "zhenggai", "geheim-42"
TOKEN = "access-token-77"
"""What `USER` may sign in with instead, by OAuth 2."""

_COMMON = """
base_dir = {room}/run
state_dir = {room}/state
log_path = {room}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 0
mail_uid = {uid}
mail_gid = {gid}
ssl = {ssl}
auth_mechanisms = plain xoauth2
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
_VERSION_2_3 = """
mail_location = maildir:{room}/mail/%u
disable_plaintext_auth = no
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {room}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={room}/mail/%u
}}
"""
_TLS_2_3 = """
ssl_cert = <{certificate}
ssl_key = <{key}
"""
_VERSION_2_4 = """
mail_driver = maildir
mail_path = {room}/mail/%{{user}}
mail_home = {room}/mail/%{{user}}
auth_allow_cleartext = yes
oauth2 {{
  introspection_url = {tokens}
  introspection_mode = get
  username_attribute = username
  active_attribute = active
  active_value = true
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2
}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {room}/mail/%{{user}}
  }}
}}
"""
_TLS_2_4 = """
ssl_server_cert_file = {certificate}
ssl_server_key_file = {key}
"""
_FIRST_LINES_2_4 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
"""Asked for since 2.4 (Debian 13), unknown to 2.3 (Debian 12), which names much else otherwise too."""


def program() -> str:
    """Debian keeps it out of ordinary accounts' PATH."""
    found = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(found).is_file():
        raise RuntimeError("Dovecot is missing: apt-get install dovecot-imapd")
    return found


def _is_2_4() -> bool:
    told = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = told.split(".")[:2]
    return (int(major), int(minor)) >= (2, 4)


class Dovecot:
    """One server; `start` and `kill` as often as a test likes. Mail is put in by `deliver`."""

    def __init__(self, certificate: Path | None = None, key: Path | None = None) -> None:
        # sockets have short names: a deep temporary folder would be too long for them
        self.certificate = certificate
        self.room = Path(tempfile.mkdtemp(prefix="evidence-imap-"))
        self.port, self.tls_port = _free_port(), _free_port()
        root = os.geteuid() == 0
        owner = pwd.getpwnam("mail") if root else pwd.getpwuid(os.geteuid())
        self._owner = (owner.pw_uid, owner.pw_gid)
        self.room.chmod(0o755)
        self._tokens = _Tokens()
        newer = _is_2_4()
        config = _FIRST_LINES_2_4 if newer else ""
        config += _COMMON + (_VERSION_2_4 if newer else _VERSION_2_3)
        if certificate is not None:
            config += _TLS_2_4 if newer else _TLS_2_3
        (self.room / "dovecot.conf").write_text(
            config.format(
                room=self.room,
                # as root it insists on the accounts its package made; otherwise it can only be us
                user="dovecot" if root else owner.pw_name,
                login="dovenull" if root else owner.pw_name,
                group="dovecot" if root else grp.getgrgid(owner.pw_gid).gr_name,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
                ssl="no" if certificate is None else "yes",
                certificate=certificate,
                key=key,
                tokens=self._tokens.url,
            )
        )
        (self.room / "oauth2.conf").write_text(
            f"introspection_url = {self._tokens.url}\nintrospection_mode = get\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        self._delivered = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Dovecot:
        """Start, and wait until it greets."""
        self._process = subprocess.Popen(
            [program(), "-F", "-c", str(self.room / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                    if connection.recv(64).startswith(b"* OK"):
                        return self
            except OSError:
                if self._process.poll() is not None:
                    break
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"Dovecot did not start: {self.log()}")

    def deliver(self, message: bytes, folder: str = "") -> None:
        """Put a message into the mailbox, as a delivery agent would."""
        place = self.room / "mail" / USER / (f".{folder}" if folder else "")
        for part in ("cur", "new", "tmp"):
            (place / part).mkdir(parents=True, exist_ok=True)
        mine = self.room / "mail"
        self._delivered += 1
        name = f"{1_648_000_000 + self._delivered}.M{self._delivered}P1.test"
        (place / "tmp" / name).write_bytes(message)
        if os.geteuid() == 0:
            for path in (mine, *mine.rglob("*")):
                os.chown(path, *self._owner)
        (place / "tmp" / name).rename(place / "new" / name)

    def held(self, folder: str = "") -> list[str]:
        """File names of the messages in a folder, flags behind `:2,`."""
        place = self.room / "mail" / USER / (f".{folder}" if folder else "")
        return sorted(path.name for part in ("cur", "new") for path in (place / part).glob("*"))

    def empty(self) -> None:
        """No messages, no folders, new numbers."""
        shutil.rmtree(self.room / "mail" / USER, ignore_errors=True)

    def forget_uids(self) -> None:
        """A new UIDVALIDITY, as after a restored mailbox."""
        place = self.room / "mail" / USER
        for path in place.glob("dovecot.*"):
            path.unlink()
        uids = place / "dovecot-uidlist"  # its first line names the UIDVALIDITY: `3 V1648000000 N2 G…`
        known, rest = uids.read_text().split("\n", 1)
        version, validity, *others = known.split()
        newer = f"V{int(validity[1:]) + 1000}"
        uids.write_text("\n".join((" ".join((version, newer, *others)), rest)))

    def kill(self) -> None:
        """End it at once, with everything it started."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):  # it refused to start
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for pid_file in (self.room / "run").glob("*.pid"):
            pid_file.unlink()

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.kill()
        self._tokens.server.shutdown()
        shutil.rmtree(self.room, ignore_errors=True)

    def log(self) -> str:
        """What it logged."""
        path = self.room / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Tokens:
    """Says to Dovecot whose a token is (RFC 7662)."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = parse_qs(urlsplit(self.path).query).get("token") == [TOKEN]
                answer = json.dumps(
                    {"active": good, "username": USER} if good else {"active": False}
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/introspect?token="
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def letter(subject: str = "整改报告", body: str = "见附件", message_id: str = "<1@factory>") -> bytes:
    """A factory's mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "zhang@factory.cn", "zhenggai@agency.cn", subject
    message["Message-ID"] = message_id
    message.set_content(body)
    return message.as_bytes()
