"""`evidence inbox`: what waits for a person, and the person's decision."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.completing import a_waiting_arrival
from evidence.cli.inbox_shown import list_command, show_command, verdict_in_words
from evidence.cli.intake import arrival_lines
from evidence.cli.options import IDENTIFIER, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.domain.document import MarkVerdict
from evidence.domain.identifiers import ArrivalId, CaseId, Number, VisitId, as_typed, expand
from evidence.errors import UsageError
from evidence.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidence.config import Workspace
    from evidence.inbox.deciding import Decider
    from evidence.inbox.placing import Placement
    from evidence.ledger.view import Arrival

_PART = re.compile(r"(\d+)(?:-(\d+))?:([A-Za-z0-9-]+)(?:/(\d+))?")


@click.group("inbox")
def inbox_command() -> None:
    """待人处理的到件，以及处理决定（谁、何时、为何都记入账本）。

    \b
    例：evidence inbox list
        evidence inbox link A-20220401-0007 --to WJB22-0001-JC-001 --by 王芳 --why 二维码被撕
    """


def deciding(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--by` and `--why`: no decision without a name and a reason."""
    function = click.option("--why", required=True, help=_("理由"))(function)
    return click.option("--by", default="", help=_("作决定的人（账号已关联人员的可不写）"))(function)


inbox_command.add_command(list_command)
inbox_command.add_command(show_command)


@inbox_command.command("link")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@workspace_command
@click.option("--to", "number", help=_("归入该编号的文书（纸质页）"))
@click.option("--page", type=int, default=None, help=_("文书的第几页（默认第 1 页）"))
@click.option("--index", type=int, default=None, help=_("文件中的第几页（默认第 1 页）"))
@click.option("--edocument", type=IDENTIFIER, help=_("作为该编号文书的电子文件"))
@click.option("--case", type=IDENTIFIER, help=_("作为该案件的材料"))
@click.option("--hazard", type=IDENTIFIER, default="", help=_("与 --case 同用：是该隐患的照片，如 H01"))
@click.option("--visit", type=IDENTIFIER, help=_("作为该次检查的录像"))
@deciding
@json_option
def link_command(
    workspace: Workspace,
    arrival: str,
    number: str | None,
    page: int | None,
    index: int | None,
    edocument: str | None,
    case: str | None,
    hazard: str,
    visit: str | None,
    by: str,
    why: str,
    as_json: bool,
) -> None:
    """把到件归入文书、案件或检查录像。

    \b
    例：evidence inbox link A-20220401-0007 --to WJB22-0001-JC-001 --page 2 --by 王芳 --why 看图确认
    """
    from evidence.inbox.placing import Placement

    chosen = [each for each in (number, edocument, case, visit) if each]
    if len(chosen) != 1 or (hazard and not case):
        raise UsageError(
            _("请用 --to、--edocument、--case、--visit 之一指明归入哪里。"),
            remedy=_("例：--to WJB22-0012-JC-001 --page 2，或 --case WJB22-0012。"),
        )
    desk, who, chosen_arrival = workspace.desk, _decider(workspace, by, why), ArrivalId(arrival)
    if number:
        placement = Placement(index=(index or 1) - 1, number=_number(number), page=page or 1)
        _tell(workspace, desk.place(chosen_arrival, (placement,), who), as_json)
    elif edocument:
        _tell(workspace, desk.link_edocument(chosen_arrival, _number(edocument), who), as_json)
    elif case:
        _tell(workspace, desk.link_case(chosen_arrival, CaseId(case), who, hazard=hazard), as_json)
    elif visit:
        _tell(workspace, desk.link_visit(chosen_arrival, VisitId(visit), who), as_json)


@inbox_command.command("split")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@click.argument("parts", nargs=-1, required=True)
@workspace_command
@deciding
@json_option
def split_command(
    workspace: Workspace, arrival: str, parts: tuple[str, ...], by: str, why: str, as_json: bool
) -> None:
    """把一个文件的各页分别归入文书：`文件页[-文件页]:编号[/起始页]`。

    \b
    例：evidence inbox split A-20220401-0007 1-2:WJB22-0001-JC-001 3:WJB22-0002-JC-001/2 \\
        --by 王芳 --why 两份文书混扫
    """
    placements = [placement for part in parts for placement in _placements(part)]
    _tell(
        workspace, workspace.desk.place(ArrivalId(arrival), placements, _decider(workspace, by, why)), as_json
    )


def _placements(part: str) -> list[Placement]:
    from evidence.inbox.placing import Placement

    match = _PART.fullmatch(part)
    if match is None:
        raise UsageError(
            _("看不懂“{part}”。").format(part=part), remedy=_("请写成 1-2:WJB22-0012-JC-001 或 3:编号/2。")
        )
    first, last, start = int(match[1]), int(match[2] or match[1]), int(match[4] or 1)
    number = _number(match[3])
    return [
        Placement(index=first - 1 + offset, number=number, page=start + offset)
        for offset in range(last - first + 1)
    ]


@inbox_command.command("retry")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@workspace_command
@deciding
@json_option
def retry_command(workspace: Workspace, arrival: str, by: str, why: str, as_json: bool) -> None:
    """原因消除后重新识别一个到件。

    \b
    例：evidence inbox retry A-20220401-0007 --by 王芳 --why 已安装识别组件
    """
    _tell(workspace, workspace.desk.retry(ArrivalId(arrival), _decider(workspace, by, why)), as_json)


@inbox_command.command("accept")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@workspace_command
@deciding
@json_option
def accept_command(workspace: Workspace, arrival: str, by: str, why: str, as_json: bool) -> None:
    """按现状接收一个不完整的到件：不会再有其余部分了。能读的照常归入，读不出的待人工指定。

    \b
    例：evidence inbox accept A-20220401-0007 --by 王芳 --why 各页看过都在
    """
    _tell(workspace, workspace.desk.accept(ArrivalId(arrival), _decider(workspace, by, why)), as_json)


@inbox_command.command("reject")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@workspace_command
@deciding
@json_option
def reject_command(workspace: Workspace, arrival: str, by: str, why: str, as_json: bool) -> None:
    """退回一个到件：不属于本项目或无用。原件仍然保存。

    \b
    例：evidence inbox reject A-20220401-0007 --by 王芳 --why 不是本项目材料
    """
    _tell(workspace, workspace.desk.reject(ArrivalId(arrival), _decider(workspace, by, why)), as_json)


@inbox_command.command("undo")
@click.argument("arrival", type=IDENTIFIER, shell_complete=a_waiting_arrival)
@workspace_command
@deciding
@json_option
def undo_command(workspace: Workspace, arrival: str, by: str, why: str, as_json: bool) -> None:
    """撤销对一个到件的上一个决定（作为新的记录）。

    \b
    例：evidence inbox undo A-20220401-0007 --by 王芳 --why 归错企业
    """
    _tell(workspace, workspace.desk.undo(ArrivalId(arrival), _decider(workspace, by, why)), as_json)


@inbox_command.command("mark")
@click.argument("number", type=IDENTIFIER)
@click.argument("page", type=int)
@click.argument("box")
@click.argument("verdict", type=click.Choice([verdict.value for verdict in MarkVerdict]))
@workspace_command
@deciding
@json_option
def mark_command(
    workspace: Workspace,
    number: str,
    page: int,
    box: str,
    verdict: str,
    by: str,
    why: str,
    as_json: bool,
) -> None:
    """看图认定一个签名、盖章或日期：present 有，absent 无，undecided 待认定。

    \b
    例：evidence inbox mark WJB22-0001-JC-001 2 escort present --by 王芳 --why 笔迹很浅但可见
    """
    who = _decider(workspace, by, why)
    workspace.desk.mark(_number(number), page, box, MarkVerdict(verdict), who)
    _remark_stated(who)
    if as_json:
        emit({"number": number, "page": page, "box": box, "verdict": verdict})
        return
    sign, word = verdict_in_words(MarkVerdict(verdict))
    say(
        _("{sign} 已记录：{number} 第 {page} 页 {box} {word}").format(
            sign=sign, number=number, page=page, box=box, word=word
        )
    )


@inbox_command.command("alteration")
@click.argument("number", type=IDENTIFIER)
@click.argument("page", type=int)
@click.argument("verdict", type=click.Choice(["accepted", "refused"]))
@workspace_command
@deciding
@json_option
def alteration_command(
    workspace: Workspace, number: str, page: int, verdict: str, by: str, why: str, as_json: bool
) -> None:
    """核对被标出的印刷改动或多余笔迹：accepted 无碍，refused 不予认可。

    \b
    例：evidence inbox alteration WJB22-0001-JC-001 2 accepted --by 王芳 --why 只是装订孔的影子
    """
    who = _decider(workspace, by, why)
    workspace.desk.accept_print(_number(number), page, verdict == "accepted", who)
    _remark_stated(who)
    if as_json:
        emit({"number": number, "page": page, "verdict": verdict})
        return
    word = _("● 已认可") if verdict == "accepted" else _("✕ 不予认可")
    say(_("{word}：{number} 第 {page} 页的印刷改动或多余笔迹").format(word=word, number=number, page=page))


def _remark_stated(who: Decider) -> None:
    if who.stated:
        progress(
            _("◐ 本账号没有关联人员，“{by}”只记作自述，不改变识别结果。请先在 [accounts] 关联本人。").format(
                by=who.by
            )
        )


def _decider(workspace: Workspace, by: str, why: str) -> Decider:
    from evidence.inbox.deciding import Decider

    actor = workspace.actor(by)
    by = actor.person.name if actor.person else by

    if not by.strip() or not why.strip():
        raise UsageError(_("--by 和 --why 不能为空。"), remedy=_("请写明作决定的人和理由，两者都记入账本。"))
    return Decider(actor=actor.journalled, by=by.strip(), why=why.strip(), stated=actor.stated)


def _number(text: str) -> Number:
    number = expand(as_typed(text))
    if number is None:
        raise UsageError(
            _("“{text}”不是文书编号。").format(text=text), remedy=_("编号形如 WJB22-0012-JC-001。")
        )
    return number


def _tell(workspace: Workspace, arrival: Arrival, as_json: bool) -> None:
    from evidence.inbox.report import arrival_row

    if as_json:
        emit(arrival_row(arrival, workspace.ledger.view))
        return
    say(arrival_lines(arrival))
