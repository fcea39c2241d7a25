"""`evidence antivirus`: what the virus scanner has not seen yet is shown to it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from evidence.cli.options import IDENTIFIER, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.errors import ExitCode
from evidence.language import _
from evidence.ledger.lookup import known_arrival

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.inbox.scanning_again import Rescan


@click.command("antivirus")
@click.argument("arrivals", nargs=-1, type=IDENTIFIER)
@json_option
@workspace_command
def antivirus_command(workspace: Workspace, arrivals: tuple[str, ...], as_json: bool) -> int:
    """把还没有经过病毒扫描的到件补扫一遍；写明到件编号的，不论扫过没有都再扫。

    扫描程序停过、文件曾超过上限，或后来才配置扫描程序时用。发现有害内容的，隔离并撤出案件。

    \b
    例：evidence antivirus
        evidence antivirus A-20220401-0007
    """
    from evidence.inbox.scanning_again import scan_again, unscanned

    view, intake = workspace.ledger.view, workspace.intake
    wanted = tuple(known_arrival(view, each) for each in arrivals) or unscanned(view, intake)
    done = []
    for each in scan_again(intake, wanted, actor=workspace.actor().journalled):
        progress(each.arrival.id)
        done.append(each)
    counts = Counter(each.scan.result.value for each in done)
    if as_json:
        emit({"arrivals": [_row(each) for each in done], "summary": dict(counts)})
    else:
        _say(done)
    return ExitCode.UNDECIDED if counts.keys() - {"clean"} else ExitCode.DONE


def _row(rescan: Rescan) -> dict[str, str]:
    scan = rescan.scan
    return {
        "arrival": rescan.arrival.id,
        "path": rescan.arrival.path,
        "result": scan.result.value,
        "found": scan.found,
        "engine": scan.engine,
        "signatures": scan.signatures,
        "why": scan.why,
    }


def _say(done: list[Rescan]) -> None:
    from evidence.domain.virus_scan import ScanResult

    words = {
        ScanResult.INFECTED: _("发现有害内容（{found}），已隔离"),
        ScanResult.NOT_SCANNED: _("仍未扫描（{why}）"),
    }
    for each in done:
        if each.scan.result in words:
            told = words[each.scan.result].format(found=each.scan.found, why=each.scan.why)
            say(
                _("{arrival}  {path}：{told}").format(
                    arrival=each.arrival.id, path=each.arrival.path, told=told
                )
            )
    clean = sum(each.scan.result is ScanResult.CLEAN for each in done)
    say(_("扫描 {count} 件，未发现病毒 {clean} 件。").format(count=len(done), clean=clean))
