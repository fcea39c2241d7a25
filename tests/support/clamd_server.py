"""A private clamd with signatures of our own: nothing is downloaded, nothing of the system's is used."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

HARMFUL = b"EVIDENCE-TEST-SIGNATURE-4711"
"""What our signature database calls `Evidence.Test.UNOFFICIAL`."""
LIMIT = 2 * 1024**2
"""Largest stream it takes, bytes."""

_CONFIG = """
LocalSocket {room}/clamd.sock
DatabaseDirectory {room}/signatures
LogFile {room}/clamd.log
PidFile {room}/clamd.pid
StreamMaxLength {limit}
Foreground yes
OfficialDatabaseOnly no
ConcurrentDatabaseReload no
AlertExceedsMax yes
"""


def program() -> str:
    """Debian keeps it out of ordinary accounts' PATH."""
    found = shutil.which("clamd") or "/usr/sbin/clamd"
    if not Path(found).is_file():
        raise RuntimeError("ClamAV's daemon is missing: apt-get install clamav-daemon")
    return found


class ClamdRoom:
    """One daemon; `start` and `kill` as often as a test likes."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        # sockets have short names: a deep temporary folder would be too long for them
        self.room = Path(tempfile.mkdtemp(prefix="evidence-clamd-"))
        (self.room / "signatures").mkdir()
        (self.room / "signatures" / "own.ndb").write_text(f"Evidence.Test:0:*:{HARMFUL.hex()}\n")
        (self.room / "clamd.conf").write_text(_CONFIG.format(room=self.room, limit=limit))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        """Where it listens."""
        return str(self.room / "clamd.sock")

    def start(self) -> ClamdRoom:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [program(), "-c", str(self.room / "clamd.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.connect(self.socket)
                    connection.sendall(b"zPING\0")
                    if connection.recv(16).startswith(b"PONG"):
                        return self
            except OSError:
                time.sleep(0.05)
        self.kill()
        log = self.room / "clamd.log"
        raise RuntimeError(f"clamd did not start: {log.read_text() if log.exists() else ''}")

    def kill(self) -> None:
        """End it at once."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        Path(self.socket).unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.kill()
        shutil.rmtree(self.room, ignore_errors=True)
