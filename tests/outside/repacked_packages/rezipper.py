"""A package zipped again as Windows, macOS, 7-Zip and others do it; `zipfile` bent where need be."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Callable

from tests.support.packing import Files

APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
JUNK = {
    ".DS_Store": b"\0\0\0\1Bud1",
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    "desktop.ini": b"[.ShellClassInfo]\r\n",
    "data/._facts.json": APPLE_DOUBLE,
    "data/企业/.DS_Store": b"\0\0\0\1Bud1",
    ".directory": b"[Dolphin]\n",
    "Icon\r": b"",
    "@eaDir/x@SynoEAStream": b"x",
    "~$移交清单.xlsx": b"x",
    "data/.~lock.移交清单.xlsx#": b",clerk,PC-03,01.04.2022 15:10;",
    "data/移交清单.pdf:Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=3\r\n",
    "data/.nfs000000000012d4870000001f": b"x",
    "data/.fuse_hidden0000004300000002": b"x",
}
BESIDE = {
    "__MACOSX/._WJB-2022-W13": APPLE_DOUBLE,
    "System Volume Information/WPSettings.dat": b"\x0c",
    "$RECYCLE.BIN/S-1-5-18/desktop.ini": b"x",
    ".fseventsd/0000000000000001": b"x",
    ".Spotlight-V100/Store-V2/x": b"x",
}


def rezip(
    files: Files,
    base: str,
    *,
    method: int = zipfile.ZIP_DEFLATED,
    name: Callable[[str], str] = str,
    encoding: str = "utf-8",
    folders: bool = False,
    system: int = 3,
    extra: bytes = b"",
    beside: Files | None = None,
    streamed: bool = False,
) -> bytes:
    """The files of a package in a zip of another make.

    Args:
        files: by path within the package.
        base: folder they lie in; empty for none.
        method: compression.
        name: spelling of a whole name.
        encoding: of names in the zip; anything but UTF-8 goes without the flag.
        folders: folder entries before their files.
        system: "made by".
        extra: extra field of every entry.
        beside: junk outside of the package's folder.
        streamed: sizes behind the data, as programs write that cannot seek.
    """
    target: io.BytesIO = _Unseekable() if streamed else io.BytesIO()
    prefix = f"{base}/" if base else ""
    content = {prefix + path: data for path, data in files.items()} | (beside or {})
    seen: set[str] = set()
    with zipfile.ZipFile(target, "w", method) as archive:
        for path, data in sorted(content.items()):
            if folders:
                parts = path.split("/")[:-1]
                for depth in range(1, len(parts) + 1):
                    folder = "/".join(parts[:depth]) + "/"
                    if folder not in seen:
                        seen.add(folder)
                        archive.writestr(_info(name(folder), encoding, system, extra, 0o40755), b"")
            info = _info(name(path), encoding, system, extra, 0o100644)
            info.compress_type = method
            with archive.open(info, "w") as out:
                out.write(data)
    return target.getvalue()


class _Named(zipfile.ZipInfo):
    """An entry whose name goes into the zip in an encoding of its own."""

    __slots__ = ("raw",)

    raw: bytes

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  zipfile's hook
        return self.raw, self.flag_bits & ~0x800


class _Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation("seek")

    def tell(self) -> int:
        raise io.UnsupportedOperation("tell")


def _info(name: str, encoding: str, system: int, extra: bytes, mode: int) -> zipfile.ZipInfo:
    at = (2022, 4, 5, 9, 30, 0)
    info = zipfile.ZipInfo(name, at) if encoding == "utf-8" else _Named(name, at)
    info.filename = name  # zipfile would turn backslashes round
    if isinstance(info, _Named):
        info.raw = name.encode(encoding)
    info.create_system = system
    info.external_attr = mode << 16 if system == 3 else (0x10 if name.endswith("/") else 0x20)
    info.extra = extra
    return info


def decomposed(name: str) -> str:
    """As macOS spells names."""
    return unicodedata.normalize("NFD", name)


def backslashed(name: str) -> str:
    """As old .NET programs spell them."""
    return name.replace("/", "\\")


TIMES = struct.pack("<2HBIII", 0x5455, 13, 7, 1649122200, 1649122200, 1649122200)
"""The extended time stamps that Info-ZIP and 7-Zip add."""
