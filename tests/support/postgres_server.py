"""A private PostgreSQL server: a fresh cluster in a temporary folder, on a free port, dies with its owner."""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from evidence.ledger.settings import LedgerSettings

_PR_SET_PDEATHSIG = 1
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "lc_messages": "C",
}
_schemas = itertools.count(1)


def programs() -> Path:
    """Folder of Debian's server programs, which are not on PATH; the newest version."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if found:
        return found[0].parent
    beside = shutil.which("initdb")
    if beside is None:
        raise RuntimeError("PostgreSQL's server programs are missing: apt-get install postgresql")
    return Path(beside).resolve().parent


def _owner() -> pwd.struct_passwd:
    """Who runs the server: it refuses to run as root."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("no account to run PostgreSQL under")


def _dies_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


class Cluster:
    """One server; `start` and `stop` as often as a test likes."""

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        self._settings = _SETTINGS | (settings or {})
        self.folder = Path(tempfile.mkdtemp(prefix="evidence-pg-"))
        owner = _owner()
        self._account = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        if os.geteuid() != owner.pw_uid:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        else:
            self._account = {}
        self._password = secrets.token_hex(8)
        self._server: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        secret = self.folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)
        made = subprocess.run(
            [programs() / "initdb", "-D", self.folder / "data", "-U", "evidence", "--auth=scram-sha-256",
             f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            capture_output=True, cwd=self.folder, check=False, **self._account,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(made.stderr.decode())
        secret.unlink()

    @property
    def url(self) -> str:
        """Connection string of its only database."""
        return f"postgresql://evidence:{self._password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> Cluster:
        """Start the server and wait until it answers."""
        given = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [programs() / "postgres", "-D", self.folder / "data", "-p", str(self.port),
                 "-k", self.folder, *given],
                stdout=log, stderr=log, cwd=self.folder, preexec_fn=_dies_with_parent, **self._account,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return self
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)

    def stop(self, *, how: int = signal.SIGINT) -> None:
        """SIGINT ends it in order, SIGQUIT as a crash does: the next start recovers."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(timeout=30)
            self._server = None

    def remove(self) -> None:
        """Stop it and remove its files."""
        self.stop(how=signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ledger_settings(self, **changed: object) -> LedgerSettings:
        """Settings for a ledger of its own in this server."""
        return LedgerSettings(
            **{"database": self.url, "schema": f"t{next(_schemas)}_{secrets.token_hex(3)}", **changed}
        )

    def cut(self) -> int:
        """End every other connection, as a firewall that forgets them; returns how many there were."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchone()
        return 0 if found is None else int(found[0])


def toml(settings: LedgerSettings) -> str:
    """The table for an evidence.toml."""
    assert re.fullmatch(r"[^\"\\]*", settings.database)
    return f'[ledger]\ndatabase = "{settings.database}"\nschema = "{settings.schema}"\n'
