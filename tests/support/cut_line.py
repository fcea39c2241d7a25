"""A line between a telephone and its server that counts what goes up and is cut once, in the middle."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 16_384


class CutLine:
    """A relay on a port of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent_up = 0
        """Bytes from the telephone so far."""
        self.cuts = 0
        self._cut_at: int | None = None
        self._lock = threading.Lock()

    def cut_after(self, count: int) -> None:
        """Cut the connection on which the telephone has sent so many bytes more, all of them together."""
        self._cut_at = self.sent_up + count

    def serve(self) -> None:
        """Until the listener is closed."""
        while True:
            try:
                near, _peer = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            for source, target, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._relay, args=(source, target, up), daemon=True).start()

    def close(self) -> None:
        """No new connections; the old ones end with their ends."""
        self._listener.close()

    def _relay(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if up and self._now(len(data)):
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _now(self, count: int) -> bool:
        with self._lock:
            self.sent_up += count
            if self._cut_at is None or self.sent_up < self._cut_at:
                return False
            self._cut_at = None
            self.cuts += 1
            return True


@contextmanager
def cut_line(port: int) -> Iterator[CutLine]:
    """A line to a server on this machine."""
    line = CutLine(port)
    threading.Thread(target=line.serve, daemon=True).start()
    yield line
    line.close()
