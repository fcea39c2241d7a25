"""`evidence backup` and `evidence restore`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.recovering import newer_option
from evidence.cli.resuming import resume
from evidence.cli.waiting import Working, counting
from evidence.config import utc_now
from evidence.domain.identifiers import Number, expand
from evidence.errors import ExitCode, MissingPartError, UsageError
from evidence.foreign import reason_of
from evidence.language import _
from evidence.ledger.numbering import GAP

if TYPE_CHECKING:
    from evidence.archive.audit import AuditReport
    from evidence.config import Workspace


STEP = 100
"""Files between two signs of life."""


@click.command("backup")
@click.argument("destination", type=click.Path(path_type=Path, file_okay=False))
@click.option("--same-disk", is_flag=True, help=_("仅供试验：允许备份在工作区所在的磁盘上"))
@json_option
@workspace_command
def backup_command(workspace: Workspace, destination: Path, same_disk: bool, as_json: bool) -> int:
    """备份到另一个磁盘上的目录：只复制新增部分，守候收件时也可以运行。不含私钥。

    档案文件写定后不再变化：与上次备份时内容不同的，备份保留原来的内容，退出码 4。
    账本落后于档案或被改写过的，照样备份现状，最后以退出码 6 说明。

    \b
    例：evidence backup /media/backup/承安证据
    """
    from evidence.archive.backup import back_up
    from evidence.health.upkeep import note
    from evidence.ledger.comparison import check_at_opening

    journal = None
    if workspace.settings.ledger.database:
        from evidence.ledger.place import journal_copy

        journal = journal_copy(workspace.ledger, workspace.archive / "ledger")
    try:
        with counting(_("复制文件")) as tell:
            report = back_up(
                workspace.root,
                destination,
                at=utc_now(),
                progress=lambda files: tell(files) if files % STEP == 0 else None,
                journal=journal,
                same_disk=same_disk,
            )
        note(workspace.root, backup_at=report.at, backup_place=str(destination.resolve()))
    except OSError as error:
        raise MissingPartError(
            _("备份没有完成：{error}。").format(error=reason_of(error)),
            where=str(destination),
            remedy=_("请检查目标磁盘的空间和权限后重新运行；已复制的部分不会重做。"),
        ) from error
    if as_json:
        emit(report)
    else:
        say(
            _("备份完成：{files} 个文件，本次复制 {copied} 个，{size} 字节；账本 {journal} 字节。").format(
                files=report.files, copied=report.copied, size=report.bytes, journal=report.journal_bytes
            )
        )
        for place in report.kept:
            say(
                _("✕ {place} 与上次备份时的内容不同，备份保留原来的内容。请运行 evidence audit。").format(
                    place=place
                )
            )
        say(_("私钥不在备份中，请另行妥善保管。用 evidence restore --verify 可以检验这份备份。"))
    check_at_opening(workspace.ledger_as_found, workspace.settings.contract.code)  # saved as it was found
    return ExitCode.VERIFICATION_FAILED if report.kept else ExitCode.DONE


@click.command("restore")
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("target", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--verify", is_flag=True, help=_("逐件检验；不给目标目录时只检验备份本身"))
@newer_option
@click.option(
    "--last-number",
    "last_numbers",
    multiple=True,
    help=_("丢失前最后签发的编号，可多次给出；该系列接着编，其余系列各空 {gap} 号").format(gap=GAP),
)
@json_option
def restore_command(
    backup: Path,
    target: Path | None,
    verify: bool,
    newer: tuple[Path, ...],
    last_numbers: tuple[str, ...],
    as_json: bool,
) -> int:
    """把备份恢复成一个新的工作区，并可逐件检验。

    恢复记入账本；备份之后签发过的编号不会再用。最后与较新的材料核对，账本仍落后时退出码为 6。

    \b
    例：evidence restore /media/backup/承安证据 新工作区 --verify --newer WJB-2022-W13.zip
    """
    from evidence.archive.backup import check_journal, read_manifest, restore
    from evidence.health.upkeep import Proof, note_proof

    if target is None and not verify:
        raise UsageError(
            _("没有写明要做什么。"), remedy=_("请给出要恢复到的目录，或用 --verify 只检验备份。")
        )
    numbers = tuple(map(_number, last_numbers))
    resumed = None
    with Working(_("恢复并检验……") if target is not None else _("检验备份……")):
        if target is None:
            manifest = read_manifest(backup)
            check_journal(backup, manifest)
        else:
            manifest = restore(backup, target)
            resumed = resume(target, manifest, backup=backup, newer=newer, last_numbers=numbers)
        report = _examine(target or backup) if verify else None
        if report is not None:
            with suppress(OSError):  # a medium that can only be read proves as much
                note_proof(backup, Proof(at=utc_now(), sound=report.sound))
    if as_json:
        resumption = None if resumed is None else resumed.as_json()
        emit(
            {"backup": manifest, "target": target and str(target), "audit": report, "resumption": resumption}
        )
    else:
        if target is not None:
            say(
                _("已恢复到 {target}：备份于 {at:%Y-%m-%d %H:%M}（UTC）。").format(
                    target=target, at=manifest.at
                )
            )
        if resumed is not None:
            resumed.tell()
        if report is not None:
            say(_("逐件检验 {n} 件，{faults} 处有误。").format(n=report.checked, faults=len(report.faults)))
            for fault in report.faults:
                say(f"✕ {fault.kind} {fault.place} {fault.what}")
    if resumed is not None:
        resumed.agreement.require()
    return ExitCode.DONE if report is None or report.sound else ExitCode.VERIFICATION_FAILED


def _number(text: str) -> Number:
    number = expand(text.strip().upper())
    if number is None:
        raise UsageError(_("“{number}”不是文书编号。").format(number=text), remedy=_("例：WJB22-0012-JC-001"))
    return number


def _examine(workspace: Path) -> AuditReport:
    """Whole chain and every file; writes nothing that stays."""
    from evidence.archive.audit import audit
    from evidence.ledger.embedded import EmbeddedLedger
    from evidence.ledger.holdings import holdings

    ledger = EmbeddedLedger.open(workspace / "archive" / "ledger", snapshots=False)
    ledger.check_chain()
    return audit(workspace / "archive", holdings(ledger.entries()))
