"""Which ledger a workspace has, and the guards against having two.

A ledger that moved leaves a note where it was: `moved.json` in the folder, `head.moved` in the
database. Whoever opens the wrong one is told, instead of beginning a second journal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.errors import MissingPartError, UsageError
from evidence.language import _
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.journal import JOURNAL_NAME
from evidence.ledger.ledger import Ledger
from evidence.ledger.positions import Positions
from evidence.ledger.settings import LedgerSettings
from evidence.release import install_command

if TYPE_CHECKING:
    from evidence.ledger.postgres.ledger import PostgresLedger

MOVED_NAME = "moved.json"
COPY_NAME = "journal.copy.jsonl"
"""Lines of a ledger in a database, kept as a file for backups."""


def open_ledger(folder: Path, settings: LedgerSettings, *, clock: Callable[[], datetime]) -> Ledger:
    """The ledger that the settings name, with the archive around the folder as its witness.

    Args:
        folder: `archive/ledger` of the workspace.

    Raises:
        UsageError: the other kind of ledger is the one that holds this workspace's journal.
        MissingPartError: a database is named, and the program was installed without its parts, or it
            does not answer.
        LedgerDamagedError: the journal's chain is broken.
    """
    ledger = _ledger_of(folder, settings, clock)
    ledger.positions = Positions(folder.parent)
    return ledger


def _ledger_of(folder: Path, settings: LedgerSettings, clock: Callable[[], datetime]) -> Ledger:
    if not settings.database:
        if (folder / MOVED_NAME).exists() and not holds_journal(folder):
            raise UsageError(
                _("本工作区的账本已迁入数据库，而 evidence.toml 没有写明是哪个数据库。"),
                where=str(folder / MOVED_NAME),
                remedy=_(
                    "请在 [ledger] 中写上 database；要迁回文件，请写上后运行 evidence ledger migrate --back。"
                ),
            )
        return EmbeddedLedger.open(folder, clock=clock)
    if holds_journal(folder):
        raise UsageError(
            _("evidence.toml 指明账本在数据库，但本工作区还有自己的账本文件。"),
            where=str(folder / JOURNAL_NAME),
            remedy=_(
                "要迁入数据库：evidence ledger migrate。"
                "已迁回文件，或这是恢复的备份：请从 evidence.toml 删去 [ledger] database。"
            ),
        )
    ledger = database_ledger(settings, clock)
    if ledger.moved == str(folder.resolve()):
        raise UsageError(
            _("账本迁回文件的过程中断了：账目都在数据库里，暂不能记账。"),
            where=ledger.place,
            remedy=_(
                "请运行 evidence ledger migrate --back 继续迁回；要留在数据库，运行 evidence ledger migrate。"
            ),
        )
    if ledger.moved:
        raise UsageError(
            _("这个数据库里的账本已迁到文件：{where}。").format(where=ledger.moved),
            where=ledger.place,
            remedy=_("请从 evidence.toml 删去 [ledger] database，或在那台主机上重新迁入。"),
        )
    return ledger


def holds_journal(folder: Path) -> bool:
    """Whether the folder has journal lines of its own."""
    path = folder / JOURNAL_NAME
    return path.exists() and path.stat().st_size > 0


def database_ledger(settings: LedgerSettings, clock: Callable[[], datetime]) -> PostgresLedger:
    """The ledger in the database, whatever stands in the folder.

    Raises:
        MissingPartError: the database driver is not installed.
    """
    try:
        from evidence.ledger.postgres.ledger import PostgresLedger
    except ModuleNotFoundError as error:
        raise MissingPartError(
            _("数据库组件没有安装（缺少 {name}）。").format(name=error.name),
            remedy=_("请用交付的安装文件运行：{command}").format(command=install_command("postgres")),
        ) from error
    return PostgresLedger.open_database(settings, clock)


def journal_copy(ledger: Ledger, folder: Path) -> Path:
    """A file with the journal's lines, brought up to date; only what is new is read.

    Raises:
        LedgerDamagedError: the ledger's chain is broken.
        UsageError: the file there is no beginning of this journal.
    """
    path = folder / COPY_NAME
    folder.mkdir(parents=True, exist_ok=True)
    start, end = _extent(path)
    if start and list(ledger.lines(start - 1, start)) != [_last_line(path, end)]:
        raise UsageError(
            _("账本副本不是当前账本的开头。"), where=str(path), remedy=_("请移走这个文件，再运行一次。")
        )
    with path.open("r+b" if path.exists() else "xb") as file:
        file.truncate(end)
        file.seek(end)
        for line in ledger.lines(start):
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def _extent(path: Path) -> tuple[int, int]:
    """Complete lines of a file, and bytes up to the last newline."""
    lines = end = at = 0
    if path.exists():
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                lines += chunk.count(b"\n")
                newline = chunk.rfind(b"\n")
                end = at + newline + 1 if newline >= 0 else end
                at += len(chunk)
    return lines, end


def _last_line(path: Path, end: int) -> bytes:
    with path.open("rb") as file:
        reach = 1 << 16
        while True:
            start = max(0, end - reach)
            file.seek(start)
            _before, newline, line = file.read(end - start)[:-1].rpartition(b"\n")
            if newline or start == 0:
                return line
            reach *= 8
