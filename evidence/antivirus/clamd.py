"""ClamAV's daemon: the bytes go to it over its socket, an answer comes back (clamd(8), INSTREAM).

The daemon needs no right to read our files, and sees the bytes that we hold, not a name.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidence.antivirus.settings import AntivirusSettings
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.errors import MissingPartError
from evidence.language import _

_CHUNK = 1 << 16
_ANSWER_BYTES = 4096
_VERSION = re.compile(r"(?P<engine>[^/]+)(?:/(?P<signatures>.+))?")


class ScannerDownError(MissingPartError):
    """The scanner does not answer: nothing is known of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamd:
    """One daemon; a connection a question."""

    settings: AntivirusSettings

    def scan(self, path: Path) -> VirusScan:
        """What it says of a file.

        Raises:
            ScannerDownError: no answer, and files wait for one (`when_down = "hold"`).
            OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            try:
                engine, signatures = self.version()
                if size > self.settings.limit_bytes:
                    why = f"{size} > {self.settings.limit_bytes}"
                    known = {"engine": engine, "signatures": signatures}
                    return VirusScan(result=ScanResult.NOT_SCANNED, why=why, **known)
                answer = self._stream(file)
            except ScannerDownError as error:
                if self.settings.when_down == "hold":
                    raise
                return VirusScan(result=ScanResult.UNAVAILABLE, why=error.what)
        return _read(answer, engine, signatures)

    def version(self) -> tuple[str, str]:
        """Engine, and version with date of its signatures.

        Raises:
            ScannerDownError: no answer, or one that is none.
        """
        stated = _VERSION.fullmatch(self._ask(b"zVERSION\0"))
        if stated is None or "clam" not in stated["engine"].lower():
            raise self._down(_("答非所问"))
        return stated["engine"], stated["signatures"] or ""

    def _ask(self, command: bytes) -> str:
        try:
            with self._connected() as connection:
                connection.sendall(command)
                return _answer(connection)
        except OSError as error:
            raise self._down(error.strerror or str(error)) from error

    def _stream(self, file: BinaryIO) -> str:
        """Send the bytes; the daemon may answer before it has them all, and hang up."""
        try:
            connection = self._connected()
        except OSError as error:
            raise self._down(error.strerror or str(error)) from error
        with connection:
            try:
                with suppress(BrokenPipeError, ConnectionResetError):  # its answer says why
                    connection.sendall(b"zINSTREAM\0")
                    while chunk := file.read(_CHUNK):
                        connection.sendall(struct.pack("!L", len(chunk)) + chunk)
                    connection.sendall(struct.pack("!L", 0))
                answer = _answer(connection)
            except OSError as error:
                raise self._down(error.strerror or str(error)) from error
        if not answer:
            raise self._down(_("没有应答"))
        return answer

    def _connected(self) -> socket.socket:
        place = self.settings.clamd
        host, colon, port = place.rpartition(":")
        if colon and port.isdecimal() and "/" not in place:
            return socket.create_connection((host.strip("[]"), int(port)), self.settings.timeout_s)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.settings.timeout_s)
        try:
            connection.connect(place)
        except OSError:
            connection.close()
            raise
        return connection

    def _down(self, why: str) -> ScannerDownError:
        return ScannerDownError(
            _("病毒扫描服务没有应答：{why}。").format(why=why),
            where=_("[antivirus] clamd = {place}").format(place=repr(self.settings.clamd)),
            remedy=_("请启动 clamd 并核对该设置。"),
        )


def _answer(connection: socket.socket) -> str:
    held = b""
    while len(held) < _ANSWER_BYTES and not held.endswith(b"\0"):
        part = connection.recv(_ANSWER_BYTES)
        if not part:
            break
        held += part
    return held.rstrip(b"\0\r\n").decode("utf-8", "replace")


def _read(answer: str, engine: str, signatures: str) -> VirusScan:
    """`stream: OK`, `stream: NAME FOUND`, or an error, of which only the size limit is the file's own."""
    said = answer.removeprefix("stream: ")
    known = {"engine": engine, "signatures": signatures}
    if said == "OK":
        return VirusScan(result=ScanResult.CLEAN, **known)
    if said.endswith(" FOUND"):
        name = said.removesuffix(" FOUND")
        if name.startswith("Heuristics.Limits.Exceeded"):  # `AlertExceedsMax yes`: it did not see everything
            return VirusScan(result=ScanResult.NOT_SCANNED, why=name, **known)
        return VirusScan(result=ScanResult.INFECTED, found=name, **known)
    return VirusScan(result=ScanResult.NOT_SCANNED, why=said, **known)
