"""Originals opened as far as the base installation can: usability (可用性) is more than a claim then.

PDFs by their structure and page count, pictures by their headers, office files and recordings by what
they begin with; what was not opened is said.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from pypdf import PdfReader

from evidence.verify.container import Extent
from evidence.verify.material_original import originals
from evidence.verify.model import Check, note, passed, review
from evidence.verify.package import FACTS, Package
from evidence.verify.task_processes import run_in_processes

_ID = "material.opened"
_SECONDS = 20.0
_SECONDS_PER_BYTE = 1e-6
_MOST_FRAMES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What opening one file gave."""

    kind: str
    """`PDF`, `图像`, `办公文件`; empty when nothing here can open it."""
    pages: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    path: str
    extent: Extent


def examine_opened(package: Package) -> tuple[Check, ...]:
    """Open every original; a page that the facts point at must be there."""
    tasks = [_Task(path=path, extent=package.container.files[path]) for path in originals(package)]
    if not tasks:
        return ()
    answers = run_in_processes(_open, tasks, seconds=_allowance, give_up=_give_up)
    opened = {task.path: answer for task, answer in zip(tasks, answers, strict=True)}
    scanned = {scan["sha256"] for scan in _scans(package)}
    broken = [
        # a scan that the facts read pages from must open; what else came in came in as it is
        review(_ID, f"原件打不开：{found.problem}。", path, "FORMAT_FAILURE")
        if package.digests[path].sha256 in scanned
        else note(_ID, f"原件打不开：{found.problem}；照原样移交。", path)
        for path, found in opened.items()
        if found.problem
    ]
    return (*broken, *_absent_pages(package, opened), *_stated(opened))


def _absent_pages(package: Package, opened: dict[str, Opened]) -> list[Check]:
    """Scanned pages that the facts place behind the end of their file."""
    pages = {
        package.digests[path].sha256: (path, found.pages)
        for path, found in opened.items()
        if found.pages is not None
    }
    checks = []
    for scan in _scans(package):
        path, count = pages.get(scan["sha256"], ("", None))
        if count is not None and scan["index"] >= count:
            text = (
                f"{scan['number']} 第 {scan['page']} 页应在原件的第 {scan['index'] + 1} 页，"
                f"原件只有 {count} 页。"
            )
            checks.append(review(_ID, text, path or FACTS, "FORMAT_FAILURE"))
    return checks


def _scans(package: Package) -> Iterator[Mapping[str, Any]]:
    """Every scanned page that the facts name."""
    for case in package.facts.get("facts", {}).get("cases", ()):
        for document in case.get("documents", ()):
            yield from (*document.get("scans", ()), *document.get("other_copies", ()))


def _stated(opened: dict[str, Opened]) -> tuple[Check, ...]:
    good = [found for found in opened.values() if found.kind and not found.problem]
    unopened = [path.rpartition("/")[2] for path, found in opened.items() if not found.kind]
    parts = []
    for kind in ("PDF", "图像", "办公文件"):
        mine = [found for found in good if found.kind == kind]
        if mine:
            pages = sum(found.pages or 0 for found in mine)
            parts.append(f"{kind} {len(mine)} 份" + (f"（{pages} 页）" if pages else ""))
    checks: list[Check] = []
    if parts:
        checks.append(passed(_ID, f"原件已逐份打开：{'、'.join(parts)}。"))
    if unopened:
        some = "、".join(unopened[:3]) + (f" 等 {len(unopened)} 份" if len(unopened) > 3 else "")
        checks.append(note(_ID, f"没有打开（本程序不读这种文件）：{some}。"))
    return tuple(checks)


def _open(task: _Task) -> Opened:
    """One file, in a process of its own."""
    try:
        with task.extent.open() as stream:
            head = stream.read(1024)
            stream.seek(0)
            for matches, kind, read in _READERS:
                if matches(head):
                    return _tried(kind, read, stream)
    except OSError as error:
        return Opened(kind="?", problem=f"读不出来（{error.strerror}）")
    return Opened(kind="")


def _tried(kind: str, read: Callable[[BinaryIO], int | None], stream: BinaryIO) -> Opened:
    try:
        return Opened(kind=kind, pages=read(stream))
    except Exception as error:  # hostile input: whatever breaks, it could not be opened
        return Opened(kind=kind, problem=f"{kind}结构有误（{type(error).__name__}）")


def _pdf(stream: BinaryIO) -> int | None:
    reader = PdfReader(stream)
    if reader.is_encrypted:
        raise ValueError("encrypted")
    return len(reader.pages)


def _png(stream: BinaryIO) -> int | None:
    length, name, width, height = struct.unpack(">I4sII", stream.read(24)[8:])
    if (length, name) != (13, b"IHDR") or not width or not height:
        raise ValueError("no IHDR")
    return 1


def _jpeg(stream: BinaryIO) -> int | None:
    """Walk the segments to the frame header (ITU-T T.81, B.2)."""
    stream.seek(2)
    while (marker := stream.read(2)) and marker[0] == 0xFF:
        while marker[1] == 0xFF:  # fill bytes
            marker = bytes([0xFF]) + stream.read(1)
        (length,) = struct.unpack(">H", stream.read(2))
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            _precision, _height, width = struct.unpack(">BHH", stream.read(5))
            if not width:
                raise ValueError("no width")
            return 1
        if length < 2 or marker[1] == 0xDA:
            raise ValueError("no frame header")
        stream.seek(length - 2, 1)
    raise ValueError("no frame header")


def _tiff(stream: BinaryIO) -> int | None:
    """Follow the chain of directories (TIFF 6.0, 2)."""
    order = {b"II": "<", b"MM": ">"}[stream.read(2)]
    (magic,) = struct.unpack(order + "H", stream.read(2))
    big = magic == 43
    if big:
        stream.seek(8)
    (offset,) = struct.unpack(order + ("Q" if big else "I"), stream.read(8 if big else 4))
    seen: set[int] = set()
    while offset:
        if offset in seen or len(seen) > _MOST_FRAMES:
            raise ValueError("directories in a circle")
        seen.add(offset)
        stream.seek(offset)
        (entries,) = struct.unpack(order + ("Q" if big else "H"), stream.read(8 if big else 2))
        if not entries:
            raise ValueError("an empty directory")
        stream.seek(entries * (20 if big else 12), 1)
        (offset,) = struct.unpack(order + ("Q" if big else "I"), stream.read(8 if big else 4))
    return len(seen)


def _sized(stream: BinaryIO) -> int | None:
    """BMP, GIF, WebP: the header is there; HEIC and AVIF: the file type box is."""
    if len(stream.read(26)) < 26:
        raise ValueError("cut short")
    return 1


def _office(stream: BinaryIO) -> int | None:
    with zipfile.ZipFile(stream) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise ValueError("no office file")
    return None


def _is_picture(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"heim", b"hevc")
    return head.startswith((b"BM", b"GIF8")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


_READERS: tuple[tuple[Callable[[bytes], bool], str, Callable[[BinaryIO], int | None]], ...] = (
    (lambda head: b"%PDF-" in head, "PDF", _pdf),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), "图像", _png),
    (lambda head: head.startswith(b"\xff\xd8\xff"), "图像", _jpeg),
    (lambda head: head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "图像", _tiff),
    (_is_picture, "图像", _sized),
    (lambda head: head.startswith(b"PK\3\4"), "办公文件", _office),
)


def _allowance(task: _Task) -> float:
    return _SECONDS + task.extent.size * _SECONDS_PER_BYTE


def _give_up(_task: _Task, why: str) -> Opened:
    return Opened(kind="?", problem="超过时限" if why == "timeout" else "内存不足或进程中断")
