"""Consistent incremental copies of a workspace, taken while others write.

The journal's length is noted first, then every file is copied, then the journal up to that length:
events name files that were safe before them, so that whenever a backup is interrupted, all its
journal speaks of is there. Archive objects never change under one name; what is there with the same
size and time is not copied again. Keys stay out of backups.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from evidence.domain.holding import MARK_NAME, POSITIONS_NAME
from evidence.durable import sync_folder, write_whole
from evidence.errors import InputError, UsageError, VerificationFailedError
from evidence.foreign import fault_of
from evidence.language import _

MANIFEST = "backup.json"
JOURNAL = Path("archive/ledger/journal.jsonl")
_LEFT_OUT = {"archive/ledger", "archive/cases", "archive/previews", "keys", "inbox"}
"""Rebuilt, handled apart, secret, or not archived yet."""
_FOLDERS = ("inbox", *(f"archive/{name}" for name in ("originals", "issued", "quarantine", "handover")))
"""What a workspace has even where it is empty."""
_POSITIONS = {POSITIONS_NAME, MARK_NAME}
_ABOUT_THIS_MACHINE = {"archive/health.json", "archive/upkeep.json"}
"""How this machine is; says nothing about the one a backup is restored to."""
PROOF = "verified.json"
"""Left in a backup by whoever proved it."""
_WRITTEN_ONCE = ("archive/originals/", "archive/issued/", "archive/handover/")
"""What never changes under its name: changed bytes never take the place of a good copy."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What one run copied."""

    at: datetime
    journal_bytes: int
    journal_sha256: str
    """Digest of the journal's copied bytes; `restore --verify` compares it."""
    files: int
    """Files in the backup."""
    copied: int
    """Of them copied by this run."""
    bytes: int
    """Bytes copied by this run."""
    kept: tuple[str, ...] = ()
    """Archive files that are no longer what an earlier run copied; the backup keeps the earlier bytes."""


def back_up(
    workspace: Path,
    destination: Path,
    *,
    at: datetime,
    progress: Callable[[int], None] = lambda _files: None,
    journal: Path | None = None,
    same_disk: bool = False,
) -> BackupReport:
    """Bring a backup folder up to date.

    Args:
        journal: where the ledger's lines are, when not in the workspace's own journal.
        same_disk: for a trial: the copy may lie on the disk whose failure it should outlive.

    Raises:
        UsageError: the destination lies inside the archive, holds another workspace's journal, is
            not there, or lies on the workspace's own disk.
        VerificationFailedError: the backup's journal is no prefix of the present one.
        OSError: disk full or not writable; the backup's journal still speaks only of what is there.
    """
    workspace, destination = workspace.resolve(), destination.resolve()
    _refuse_place(workspace, destination, same_disk=same_disk)
    journal = journal or workspace / JOURNAL
    end = _whole_lines(journal)
    _check_prefix(journal, destination / JOURNAL, end)
    files = copied = size = 0
    kept = []
    for source in _files(workspace):
        place = source.relative_to(workspace)
        target = destination / place
        files += 1
        if place.as_posix().startswith(_WRITTEN_ONCE) and target.is_file():
            if not _current(source, target):
                if filecmp.cmp(source, target, shallow=False):
                    shutil.copystat(source, target)
                else:
                    kept.append(place.as_posix())
        elif not _current(source, target):
            size += _copy(source, target)
            copied += 1
        progress(files)
    digest = _extend(journal, destination / JOURNAL, end)
    report = BackupReport(
        at=at,
        journal_bytes=end,
        journal_sha256=digest,
        files=files,
        copied=copied,
        bytes=size,
        kept=tuple(kept),
    )
    write_whole(destination / MANIFEST, msgspec.json.format(msgspec.json.encode(report), indent=2))
    return report


def _refuse_place(workspace: Path, destination: Path, *, same_disk: bool) -> None:
    """Raises: UsageError: a backup there would not outlive what it is made for."""
    if destination.is_relative_to(workspace / "archive") or destination == workspace:
        raise UsageError(
            _("备份目录不能放在档案里面。"), where=str(destination), remedy=_("请另选一个磁盘上的目录。")
        )
    if not destination.is_dir():
        raise UsageError(
            _("备份目录不存在：备份盘没有挂上？"),
            where=str(destination),
            remedy=_("请先挂上备份盘并建好目录；程序不自己建，免得备份写到本机的系统盘上。"),
        )
    if not same_disk and destination.stat().st_dev == workspace.stat().st_dev:
        raise UsageError(
            _("备份目录与工作区在同一个磁盘上：这个磁盘坏了，两份都没有了。"),
            where=str(destination),
            remedy=_("请换到另一个磁盘或另一台机器；只是试验时加 --same-disk。"),
        )


def restore(backup: Path, workspace: Path) -> BackupReport:
    """Lay a backup out as a new workspace.

    Raises:
        InputError: no finished backup there.
        UsageError: the target folder is not empty.
        OSError: disk full or not writable.
    """
    report = read_manifest(backup)
    if workspace.exists() and any(workspace.iterdir()):
        raise UsageError(
            _("恢复的目标目录不是空的。"), where=str(workspace), remedy=_("请指定一个新的或空的目录。")
        )
    for source in sorted(backup.rglob("*")):
        relative = source.relative_to(backup)
        if source.is_file() and not source.is_symlink() and relative.as_posix() not in {MANIFEST, PROOF}:
            _copy(source, workspace / relative)
    for folder in _FOLDERS:
        (workspace / folder).mkdir(parents=True, exist_ok=True)
    check_journal(workspace, report)
    return report


def read_manifest(backup: Path) -> BackupReport:
    """What the last finished run wrote.

    Raises:
        InputError: there is none.
    """
    try:
        return msgspec.json.decode((backup / MANIFEST).read_bytes(), type=BackupReport)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            _("这里没有完整的备份：{error}。").format(error=fault_of(error)),
            where=str(backup / MANIFEST),
            remedy=_("请指定 evidence backup 写过的目录；若上次备份中断，请重新运行它。"),
        ) from error


def check_journal(workspace: Path, report: BackupReport) -> None:
    """Whether the journal is the one the manifest speaks of.

    Raises:
        VerificationFailedError: it is not.
    """
    path = workspace / JOURNAL
    found = _digest_of(path, report.journal_bytes)
    if found != report.journal_sha256:
        raise VerificationFailedError(
            _("备份中的账本与备份清单不符。"), where=str(path), remedy=_("请换用另一份备份。")
        )


def _files(workspace: Path) -> Iterator[Path]:
    """Everything a backup holds but the journal, sorted; links and temporary files are not followed."""
    for folder, names, files in os.walk(workspace):
        here = Path(folder)
        relative = here.relative_to(workspace).as_posix()
        names[:] = sorted(
            name
            for name in names
            if f"{relative}/{name}".removeprefix("./") not in _LEFT_OUT
            and not name.startswith(".")
            and name != "incoming"
        )
        for name in sorted(files):
            path = here / name
            if f"{relative}/{name}" in _ABOUT_THIS_MACHINE:
                continue
            if name in _POSITIONS and path.is_relative_to(workspace / "archive"):
                continue  # they may be ahead of the journal's noted length; `restore` writes them anew
            if not name.startswith(".") and not path.is_symlink() and path.is_file():
                yield path


def _current(source: Path, target: Path) -> bool:
    if not target.is_file():
        return False
    old, new = target.stat(), source.stat()
    return old.st_size == new.st_size and old.st_mtime_ns == new.st_mtime_ns


def _copy(source: Path, target: Path) -> int:
    """Copy a file whole or not at all; returns its bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:100]}.copying")
    try:
        with source.open("rb") as reading, temporary.open("wb") as writing:
            shutil.copyfileobj(reading, writing, _CHUNK)
            writing.flush()
            os.fsync(writing.fileno())
            length = writing.tell()
        shutil.copystat(source, temporary)
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return length


def _whole_lines(journal: Path) -> int:
    """Bytes up to and including the last newline."""
    if not journal.exists():
        return 0
    with journal.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - _CHUNK)
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at >= 0:
                return start + at + 1
            end = start
    return 0


def _check_prefix(journal: Path, copy: Path, end: int) -> None:
    """The copy must be the beginning of the journal, but for a tail torn by an interrupted backup."""
    held = _whole_lines(copy)
    if held > end or (held and _digest_of(journal, held) != _digest_of(copy, held)):
        raise VerificationFailedError(
            _("备份目录里的账本不是当前账本的开头：账本被改写过，或这是另一个工作区的备份。"),
            where=str(copy),
            remedy=_("不要覆盖这份备份。请用 evidence ledger verify 检查账本，并另选目录备份。"),
        )


def _extend(journal: Path, copy: Path, end: int) -> str:
    """Append what the copy lacks; returns the digest of all its bytes."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    held = _whole_lines(copy)
    with journal.open("rb") as reading, copy.open("r+b" if copy.exists() else "xb") as writing:
        writing.truncate(held)
        reading.seek(held)
        writing.seek(held)
        left = end - held
        while left and (chunk := reading.read(min(_CHUNK, left))):
            writing.write(chunk)
            left -= len(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    sync_folder(copy.parent)
    return _digest_of(copy, end)


def _digest_of(path: Path, length: int) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while length and (chunk := file.read(min(_CHUNK, length))):
            digest.update(chunk)
            length -= len(chunk)
    return digest.hexdigest()
