"""`evidence due`: what must happen when, for whom, under which clause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import at_option, emit, json_option, progress, say, workspace_command
from evidence.cli.signs import sign
from evidence.domain.week import local_date, show_date
from evidence.language import _
from evidence.ledger.facts import gather_open
from evidence.rules.agenda import DueItem, due_items
from evidence.rules.clause import Kind

if TYPE_CHECKING:
    from datetime import date

    from evidence.config import Workspace


@click.command("due")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help=_("到哪一天为止（默认：14 天内）")
)
@click.option(
    "--ics", "ics", type=click.Path(path_type=Path, dir_okay=False), default=None, help=_("另存为日历文件")
)
@at_option
@json_option
@workspace_command
def due_command(
    workspace: Workspace, until: datetime | None, ics: Path | None, at: datetime | None, as_json: bool
) -> None:
    """到期事项：做什么、谁做、最迟哪天、依据哪一条；可导出日历。

    \b
    例：evidence due --until 2022-04-15 --ics 到期.ics
    """
    moment = at or workspace.clock()
    today = local_date(moment)
    last = until.date() if until is not None else today + timedelta(days=14)
    parameters = workspace.settings.parameters
    items = due_items(gather_open(workspace.ledger.view, moment), parameters, moment, last)
    if ics is not None:
        from evidence.cli.ics import calendar_file

        ics.write_bytes(calendar_file(items, at=moment, contract=parameters.contract))
        progress(_("日历已写到 {ics}，共 {n} 项。").format(ics=ics, n=len(items)))
    if as_json:
        emit({"at": moment, "until": last, "items": items})
    else:
        say(_lines(items, today, last))


def _lines(items: tuple[DueItem, ...], today: date, last: date) -> Iterator[str]:
    late = sum(item.overdue for item in items)
    yield _("{day} 至 {last}：{n} 项，其中逾期 {late} 项").format(
        day=show_date(today), last=show_date(last), n=len(items), late=late
    )
    if not items:
        yield _("没有到期事项。")
    for item in items:
        days = (item.due - today).days
        left = f"逾期{-days}天" if days < 0 else ("今天" if days == 0 else f"还有{days}天")
        mark = sign(Kind.FAIL if item.overdue else Kind.OPEN)
        about = " ".join(part for part in (item.name, item.case, item.detail) if part)
        yield f"  {mark} {show_date(item.due)}  {left}  {item.what}  {about}  {item.who}  〔{item.clause}〕"
