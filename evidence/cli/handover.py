"""`evidence bundle`, `receipt`, `handover list` and `renew`: the package goes out, its receipt comes back."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import at_option, json_option, week_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.cli.survey import show_survey
from evidence.cli.tables import table
from evidence.cli.waiting import Working
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.week import Week, local_date, show_date
from evidence.errors import UndecidedError
from evidence.handover.listing import handover_rows
from evidence.handover.package import Built, Order, build_package
from evidence.language import _
from evidence.ledger.known import present
from evidence.rules.summary import owed_by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidence.config import Workspace


def _asking(work: Working) -> Callable[[int], str] | None:
    """The key's password from whoever sits at the terminal."""
    if not sys.stdin.isatty():
        return None

    def ask(attempt: int) -> str:
        with work.paused():
            return getpass.getpass(_("签名密钥的密码（第 {n} 次）：").format(n=attempt))

    return ask


@click.command("bundle")
@week_option
@at_option
@click.option("--allow-incomplete", is_flag=True, help=_("缺项时仍然移交；包上会写明不完整"))
@click.option("--why", default="", help=_("不完整或尚不能认定有效时移交的原因，写进包里"))
@click.option(
    "--accept-indeterminate", is_flag=True, help=_("没有时间戳或吊销列表过期时仍然移交；原因写进包里")
)
@click.option("--dry-run", is_flag=True, help=_("只列出内容和障碍，退出码相同，不写任何文件"))
@click.option("--supplement", is_flag=True, help=_("补充或更正已移交的一周；原包不动"))
@click.option("--folder", is_flag=True, help=_("交出文件夹本身，不压成一个文件"))
@click.option("--with-footage", is_flag=True, help=_("连同本周检查的录像一并装入；默认只移交录像登记和指纹"))
@json_option
@workspace_command
def bundle_command(
    workspace: Workspace,
    week: Week | None,
    at: datetime | None,
    allow_incomplete: bool,
    why: str,
    accept_indeterminate: bool,
    dry_run: bool,
    supplement: bool,
    folder: bool,
    with_footage: bool,
    as_json: bool,
) -> None:
    """制作并签名一周的移交包，取名前按验证人的方法自检；缺必备材料退出码 3，自检不过 4，待认定 5。

    \b
    例：evidence bundle --week 2022-W13
    """
    moment = at or present(workspace.ledger, workspace.clock())
    order = Order(
        week=week or Week.of(local_date(moment)),
        at=moment,
        supplement=supplement,
        allow_incomplete=allow_incomplete,
        why=why,
        as_folder=folder,
        with_footage=with_footage,
        accept_indeterminate=accept_indeterminate,
    )
    if dry_run:
        show_survey(workspace.handover, order, as_json)
        return
    with Working(_("正在核对 {week}……").format(week=order.week)) as work:
        built = build_package(
            workspace.handover, order, actor=workspace.actor().journalled, ask=_asking(work), report=work.say
        )
    if as_json:
        emit(_built_json(built))
        return
    _say_built(built)


def _say_built(built: Built) -> None:
    package = built.package
    for line in built.changes:
        say(_("  补充：{line}").format(line=line))
    say(_("● 移交包已做好：{path}").format(path=built.path))
    if built.evaluation:
        say(_("  ✕ EVALUATION ONLY：用试用密钥签名，不能正式移交。"))
    if not package.complete:
        say(
            _("  ✕ 不完整：本周缺 {count} 项，此前声明未移交的仍有 {before} 项，已在包上写明。").format(
                count=len(built.owing.this_week), before=len(built.owing.owed_before)
            )
        )
    say(
        _("  {cases} 个案件，{documents} 份记录；清单签名 {list}，卷宗签名 {dossier}").format(
            cases=len(package.cases),
            documents=len(package.documents),
            list=built.list_level.value,
            dossier=built.dossier_level.value,
        )
    )
    for place in built.mirrored.places:
        say(_("  检查点已送到 {place}").format(place=place))
    for trouble in built.mirrored.troubles:
        say(f"  ◐ {trouble}")
    say(_("  下一步：evidence verify {path}，随后连同《接收回执》送交监管部门。").format(path=built.path))


def _built_json(built: Built) -> dict[str, object]:
    package = built.package
    return {
        "package": package.id,
        "path": str(built.path),
        "sha256": package.sha256,
        "complete": package.complete,
        "why_incomplete": package.why_incomplete,
        "evaluation_keys": built.evaluation,
        "levels": {"list": built.list_level.value, "dossiers": built.dossier_level.value},
        "cases": list(package.cases),
        "documents": list(package.documents),
        "checkpoint": {"size": package.tree_size, "root": package.root},
        "list_number": package.list_number,
        "mirrored": {"places": list(built.mirrored.places), "troubles": list(built.mirrored.troubles)},
        "blocking": [
            {"rule_id": each.rule_id, "subject": each.subject, "message": each.message}
            for each in built.blocking
        ],
        **{name: len(owed) for name, owed in owed_by_name(built.owing)},
    }


@click.command("receipt")
@click.argument("package")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@workspace_command
def receipt_command(workspace: Workspace, package: str, file: Path, as_json: bool) -> None:
    """登记监管部门交回的接收回执：签名的 PDF、对检查点的 CMS 签名，或纸质回执的扫描件。

    \b
    例：evidence receipt WJB-2022-W13 回执-已签.pdf
    """
    from evidence.handover.receipts import accept_scan, accept_signed, find_package, is_signed

    context = workspace.handover
    found = find_package(context.ledger.view, package)
    data = file.read_bytes()
    if is_signed(data):
        receipt = accept_signed(
            context, found, data, now=workspace.clock(), actor=workspace.actor().journalled
        )
    else:
        taken = accept_scan(
            context,
            found,
            lambda: _taken_and_read(workspace, file),
            digest=sha256(data).hexdigest(),
        )
        if taken is None:
            raise UndecidedError(
                _("没有认出这是 {package} 的接收回执。").format(package=found.id),
                where=str(file),
                remedy=_("扫描件已入档，请用 evidence inbox list 查看并指派，或重新扫描后再试。"),
            )
        receipt = taken
    if as_json:
        emit(receipt)
    else:
        manner = {"signature": _("电子签名"), "scan": _("扫描件（机构陈述）")}[receipt.manner]
        say(_("● {package} 的接收回执已登记：{manner}").format(package=found.id, manner=manner))
        if receipt.signer:
            say(f"  {receipt.signer}")


def _taken_and_read(workspace: Workspace, file: Path) -> None:
    """Through the inbox, and read here even where workers read: whoever brings a receipt waits."""
    result = workspace.intake.run([file.resolve()], progress=progress)
    view = workspace.ledger.view
    for arrival in filter(None, map(view.arrival, result.arrivals)):
        if arrival.outcome == ArrivalOutcome.TAKEN:
            workspace.intake.judge_again(arrival)


@click.command("renew")
@click.argument("package", type=click.Path(path_type=Path))
@json_option
@workspace_command
def renew_command(workspace: Workspace, package: Path, as_json: bool) -> None:
    """在移交包旁边加一个新的时间戳，原包不动；应在旧时间戳的证书到期前进行。

    \b
    例：evidence renew archive/handover/WJB-2022-W13.zip
    """
    from evidence.handover.renewal import renew

    context = workspace.handover
    path = package if package.exists() else context.folder / f"{package.name.removesuffix('.zip')}.zip"
    renewed = renew(context, path)
    if as_json:
        emit(
            {
                "package": str(renewed.package),
                "folder": str(renewed.folder),
                "step": renewed.step,
                "stamped_at": renewed.stamped_at,
                "expires_at": renewed.expires_at,
            }
        )
        return
    say(_("● 已续加第 {n} 个时间戳：{folder}").format(n=renewed.step, folder=renewed.folder))
    day = show_date(local_date(renewed.expires_at))
    say(_("  请在 {day} 之前再次续期。").format(day=day))


@click.group("handover")
def handover_command() -> None:
    """历次移交：已移交、已接收、已补充、待回执。

    \b
    例：evidence handover list
    """


@handover_command.command("list")
@json_option
@workspace_command
def list_command(workspace: Workspace, as_json: bool) -> None:
    """列出全部移交包及其回执。

    \b
    例：evidence handover list --json
    """
    context = workspace.handover
    rows = handover_rows(context.ledger.view, context.folder)
    if as_json:
        emit({"packages": rows})
        return
    if not rows:
        say(_("还没有移交包。每周到移交日运行 evidence bundle。"))
        return
    receipts = {"signature": _("● 电子签名"), "scan": _("● 扫描件"), "": _("○ 待回执")}
    heads = (_("移交包"), _("移交日"), _("案件"), _("记录"), _("完整"), _("回执"), _("补充"))
    lines = (
        (
            row.package,
            show_date(local_date(row.built_at)),
            row.cases,
            row.documents,
            "●" if row.complete else "✕",
            receipts[row.receipt],
            row.superseded_by,
        )
        for row in rows
    )
    say(table(heads, lines))
