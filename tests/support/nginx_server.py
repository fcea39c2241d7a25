"""A private nginx in front of a desk, with the very server block that the administrator's guide shows."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs/administrator-guide.md"
NAME = "evidence.example.cn"
_MAIN = """
daemon off;
pid {room}/nginx.pid;
error_log {room}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {room}/body;
    proxy_temp_path {room}/proxy;
    fastcgi_temp_path {room}/fastcgi;
    uwsgi_temp_path {room}/uwsgi;
    scgi_temp_path {room}/scgi;
{server}
}}
"""


def program() -> str:
    """Debian keeps it out of ordinary accounts' PATH."""
    found = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(found).is_file():
        raise RuntimeError("nginx is missing: apt-get install nginx")
    return found


def documented_server(*, port: int, desk: int, certificate: Path, key: Path) -> str:
    """The guide's block, with this test's ports and certificate in the places of its own."""
    (shown,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/evidence.pem": str(certificate),
        "/etc/ssl/evidence.key": str(key),
        "http://127.0.0.1:8765": f"http://127.0.0.1:{desk}",
    }
    for there, here in changes.items():
        assert shown.count(there) == 1, there
        shown = shown.replace(there, here)
    return str(shown)


class NginxRoom:
    """One nginx, started and stopped."""

    def __init__(self, *, port: int, desk: int, certificate: Path, key: Path) -> None:
        self.room = Path(tempfile.mkdtemp(prefix="evidence-nginx-"))
        self.port = port
        server = documented_server(port=port, desk=desk, certificate=certificate, key=key)
        (self.room / "nginx.conf").write_text(_MAIN.format(room=self.room, server=server), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> NginxRoom:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [program(), "-p", str(self.room), "-c", str(self.room / "nginx.conf"), "-e", "error.log"]
        )
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return self
            except OSError:
                time.sleep(0.05)
        self.remove()
        raise RuntimeError("nginx did not start")

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        shutil.rmtree(self.room, ignore_errors=True)
