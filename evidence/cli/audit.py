"""`evidence audit`: re-hash the archive against the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.waiting import counting
from evidence.domain.identifiers import Sha256
from evidence.domain.week import local_date
from evidence.errors import ExitCode
from evidence.language import _

if TYPE_CHECKING:
    from evidence.archive.audit import AuditReport, Fault
    from evidence.config import Workspace


@click.command("audit")
@click.option(
    "--sample",
    type=click.IntRange(1, 100),
    default=None,
    help=_("只查一部分（百分比），按日轮换，适合每天运行"),
)
@click.option("--restart", is_flag=True, help=_("不接着上次中断处，从头再查"))
@json_option
@workspace_command
def audit_command(workspace: Workspace, sample: int | None, restart: bool, as_json: bool) -> int:
    """逐件重算摘要，与账本核对：缺失、内容已变、未登记、浏览目录被替换。

    中断后再次运行会接着上次继续。发现缺失或改变时退出码为 4，账本落后于档案或与之不符时为 6。

    \b
    例：evidence audit --sample 10
    """
    from evidence.archive import audit as room
    from evidence.ledger.comparison import compare
    from evidence.ledger.holdings import case_tree, holdings
    from evidence.ledger.upkeep import ThingAudited

    ledger = workspace.ledger_as_found
    agreement = compare(ledger, workspace.settings.contract.code)
    view = ledger.view
    head = view.head
    expected = holdings(ledger.entries(0, head.size))
    chosen = expected if sample is None else room.sampled(expected, sample, local_date(workspace.clock()))
    if restart:
        (workspace.archive / room.STATE_NAME).unlink(missing_ok=True)
    with counting(_("逐件核对")) as tell:
        report = room.audit(workspace.archive, chosen, progress=tell)
    swapped = tuple(room.swapped(workspace.archive, case_tree(view)))
    extra = () if sample is not None else tuple(room.extras(workspace.archive, expected))
    faults = (*report.faults, *swapped, *extra)
    if not agreement.problems:  # nothing is appended to a journal that is behind its archive
        ledger.append(
            "audit",
            ThingAudited(
                objects=report.checked,
                missing=tuple(Sha256(fault.sha256) for fault in report.of_kind("missing")),
                changed=tuple(Sha256(fault.sha256) for fault in report.of_kind("changed")),
                extra=len(extra),
            ),
        )
    if as_json:
        emit(
            {
                "expected": len(expected),
                "checked": report.checked,
                "bytes": report.bytes,
                "resumed": report.resumed,
                "faults": faults,
                "archive": agreement,
            }
        )
    else:
        _tell(report, faults)
    agreement.require()
    harmful = [fault for fault in faults if fault.kind != "extra"]
    return ExitCode.VERIFICATION_FAILED if harmful else ExitCode.DONE


def _tell(report: AuditReport, faults: Sequence[Fault]) -> None:
    words = {
        "missing": _("缺失"),
        "changed": _("内容已变"),
        "unreadable": _("无法读取"),
        "swapped": _("浏览目录中被替换"),
        "extra": _("账本未登记"),
    }
    if report.resumed:
        say(_("（接着上次中断处继续）"))
    say(_("共核对 {n} 件，{size} 字节。").format(n=report.checked, size=report.bytes))
    for fault in faults:
        say(f"{words[fault.kind]}  {fault.place}  {fault.what}".rstrip())
    if not faults:
        say(_("全部与账本一致。"))
