"""`evidence ledger recover`, and what `restore` shares with it: a journal that fell behind is brought up."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.waiting import Working
from evidence.errors import ExitCode
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.ledger.recovery import Recovery

newer_option = click.option(
    "--newer",
    "newer",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help=_("较新的材料，可多次给出：监管部门保存的移交包、放移交包的目录，或另一份工作区"),
)


@click.command("recover")
@newer_option
@json_option
@workspace_command
def recover_command(workspace: Workspace, newer: Sequence[Path], as_json: bool) -> int:
    """账本落后于档案时，由档案补记它能证明的账目：到件、签发的文书、移交包。

    能找回原行的逐字接上，历史不变；找不回的另行补记，并记明依据。账本没有落后时什么也不做。

    \b
    例：evidence ledger recover --newer WJB-2022-W13.zip
    """
    from evidence.ledger.comparison import compare
    from evidence.ledger.proofs import bring_in, gather_proofs
    from evidence.ledger.query_tables import keep
    from evidence.ledger.recovery import recover

    ledger, contract = workspace.ledger_as_found, workspace.settings.contract.code
    with Working(_("由档案补记账目……")):
        proofs = gather_proofs(workspace.archive, contract, newer)
        copied = bring_in(workspace.archive, newer)
        done = recover(ledger, proofs, contract=contract, form_ids=form_ids(workspace), by=getpass.getuser())
        agreement = compare(ledger, contract)
        keep(ledger)
    if as_json:
        emit({**recovery_json(done), "files_brought_in": copied, "archive": agreement})
    else:
        say_recovery(done)
        if copied:
            say(_("另由所给材料补入 {n} 个文件。").format(n=copied))
    agreement.require()
    return ExitCode.DONE


def form_ids(workspace: Workspace) -> dict[str, str]:
    """A form's two letters -> its id, as the workspace's templates say."""

    if not workspace.templates.is_dir():
        return {}
    return {form.code: form.id for form in workspace.catalogue().forms}


def recovery_json(done: Recovery) -> dict[str, Any]:
    """What was brought back, for programs."""
    return {
        "lines_found": done.size,
        "regained": done.regained,
        "recovered": done.items,
        "known": done.known,
        "lost": done.lost,
        "unproven": done.unproven,
    }


def say_recovery(done: Recovery) -> None:
    """What was brought back, for people."""
    if not done.regained and not done.items and not done.lost:
        say(_("账本没有落后于档案，无须补记。"))
    if done.regained:
        say(_("找回原来的账目 {n} 行，逐字接上。").format(n=done.regained))
    words = {
        "form": _("文书"),
        "arrival": _("到件"),
        "checkpoint": _("检查点"),
        "package": _("移交包"),
        "receipt": _("接收回执"),
        "reserved": _("预留编号"),
    }
    for item in done.items:
        line = "" if item.seq is None else _("（原第 {line} 行）").format(line=item.seq + 1)
        say(_("补记 {what} {id}{line}").format(what=words.get(item.what, item.what), id=item.id, line=line))
    for place in done.unproven:
        say(_("✕ {place} 的账目不能补记：原账目未留存，或内容已与之不符。").format(place=place))
    if done.lost:
        say(
            _("另有 {n} 行账目档案不能证明（如登记的检查、人工认定），请核对后重新登记。").format(n=done.lost)
        )
