"""`evidence ingest` and `evidence watch`: files come in."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import OutFileType, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.cli.waiting import Working
from evidence.domain.arrival_outcome import SHAPES, ArrivalOutcome, as_told
from evidence.errors import UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.inbox.passes import NoRoomError, Pass
    from evidence.ledger.view import Arrival

_SHOWN = 20
"""Ignored names shown on the screen."""
"""Outcome -> its shape, everywhere."""
OUTCOME_WORDS: dict[str, str] = {
    ArrivalOutcome.LINKED: "已归入",
    ArrivalOutcome.UNIDENTIFIED: "待认定",
    ArrivalOutcome.QUARANTINED: "已隔离",
    ArrivalOutcome.DUPLICATE: "重复",
    ArrivalOutcome.WAITING: "等待写完",
    ArrivalOutcome.TAKEN: "处理中",
}


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@workspace_command
@json_option
def ingest_command(workspace: Workspace, paths: tuple[Path, ...], as_json: bool) -> None:
    """接收收件夹（或指定路径）中的文件一遍：存档、识别、入账。

    收件夹内的文件在安全存档后移除；其他位置的文件不动。

    \b
    例：evidence ingest
        evidence ingest /media/usb/扫描件 --json
    """
    from evidence.inbox.passes import NoRoomError

    absolute = []
    for path in paths:
        here = path.absolute()
        if not here.exists() and not here.is_symlink():
            raise UsageError(_("找不到文件或目录。"), where=str(path), remedy=_("请检查路径。"))
        # the folder is resolved, the entry itself never: a link stays a link
        place = here.parent.resolve() / here.name
        _not_our_own(workspace, path, place if place.is_symlink() else place.resolve())
        absolute.append(place)
    intake = workspace.intake
    intake.resume()
    files = itertools.count(1)
    no_room: NoRoomError | None = None
    with Working(_("正在查看收件夹……")) as work:
        try:
            result = intake.run(
                absolute,
                progress=lambda name: work.say(
                    _("正在处理第 {n} 件：{name}").format(n=next(files), name=name)
                ),
            )
        except NoRoomError as error:
            if error.result is None:
                raise
            result, no_room = error.result, error
    _show(workspace, result, as_json=as_json)
    if no_room is not None:
        raise no_room


def _not_our_own(workspace: Workspace, path: Path, place: Path) -> None:
    """Taking in the archive itself would journal every file of it for ever.

    Raises:
        UsageError: the path holds the workspace or lies in it outside the inbox.
    """
    root, inbox = workspace.root.resolve(), workspace.inbox.resolve()
    if place.is_relative_to(inbox):
        return
    if place.is_relative_to(root) or root.is_relative_to(place):
        raise UsageError(
            _("这是工作区自己的目录，不能当作到件接收。"),
            where=str(path),
            remedy=_("请把要接收的文件放进 inbox，再运行 evidence ingest。"),
        )


def _show(workspace: Workspace, result: Pass, *, as_json: bool) -> None:
    """Every file of a pass, by name."""
    from evidence.inbox.names import why_ignored
    from evidence.inbox.report import arrival_row, summary

    view = workspace.ledger.view
    arrivals = [arrival for each in result.arrivals if (arrival := view.arrival(each)) is not None]
    counts = summary(arrivals, len(result.ignored))
    others = {each.id: result.other_names(each.id, each.path) for each in arrivals}
    if as_json:
        rows = []
        for each in arrivals:
            row = arrival_row(each, view)
            rows.append({**row, "also_as": list(others[each.id])} if others[each.id] else row)
        emit({"arrivals": rows, "summary": counts, "ignored": list(result.ignored)})
        return
    say(summary_line(counts))
    for arrival in arrivals:
        say(arrival_lines(arrival, others[arrival.id]))
    if result.ignored:
        named = "、".join(f"{name}（{why_ignored(name)}）" for name in result.ignored[:_SHOWN])
        say(_("不接收：{names}").format(names=named))
        if len(result.ignored) > _SHOWN:
            say(_("……共 {n} 个，全部列在 --json 中。").format(n=len(result.ignored)))


def summary_line(counts: dict[str, int]) -> str:
    """`收到 5 件：● 已归入 3　◐ 待认定 1　✕ 已隔离 1　＝ 重复 0　○ 等待写完 0`."""
    parts = [f"{SHAPES[name]} {_(OUTCOME_WORDS[name])} {counts[name]}" for name in SHAPES]
    line = _("收到 {n} 件：").format(n=counts["received"]) + "　".join(parts)
    return line + (_("（另有 {n} 个文件不接收）").format(n=counts["ignored"]) if counts["ignored"] else "")


def arrival_lines(arrival: Arrival, others: Sequence[str] = ()) -> list[str]:
    """An arrival in two lines: shape, id and name; what is so and what to do."""
    outcome = as_told(arrival.outcome)
    lines = [f"{SHAPES[outcome]} {arrival.id}  {_(OUTCOME_WORDS[outcome])}  {arrival.path}"]
    if others:
        lines.append(_("    又名 {names}").format(names="、".join(others)))
    if arrival.message:
        lines.append(f"    {arrival.message}")
    return lines


@click.command("watch")
@workspace_command
@click.option("--poll", is_flag=True, help=_("定时查看，而不依赖系统通知（网络共享用）"))
@click.option("--log", type=OutFileType(), help=_("日志文件（自动轮转）"))
def watch_command(workspace: Workspace, poll: bool, log: Path | None) -> None:
    """持续守候收件夹：启动时先扫一遍，之后随到随收；收到 SIGTERM 或 Ctrl-C 后收完手头文件再停。

    \b
    例：evidence watch --poll --log /var/log/evidence/watch.log
    """
    from evidence.health.heartbeat import FILE_NAME as HEARTBEAT_FILE
    from evidence.health.watched import Watched
    from evidence.inbox.service import run_service
    from evidence.ledger.query_tables import keep
    from evidence.workers.beside import beside_the_watcher

    with beside_the_watcher(workspace, say=progress):
        run_service(
            workspace.intake,
            inbox=workspace.inbox,
            settings=workspace.settings.inbox,
            view=lambda: workspace.ledger.view,
            health=workspace.archive / HEARTBEAT_FILE,
            poll=poll,
            log=log,
            say=progress,
            follow=workspace.case_tree.follow,
            conditions=Watched(workspace),
        )
    keep(workspace.ledger)
