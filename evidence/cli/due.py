"""`evidence due`: what must happen when, for whom, under which clause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import DayType, OutFileType, at_option, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.cli.signs import SIGNS
from evidence.cli.tables import table
from evidence.domain.week import local_date, show_date
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.facts import gather_open
from evidence.ledger.known import view_known_at
from evidence.rules.agenda import due_items
from evidence.rules.clause import Kind
from evidence.rules.due_item import DueItem

if TYPE_CHECKING:
    from evidence.config import Workspace


NEXT_DAYS = 14


@click.command("due")
@click.option("--until", type=DayType(), default=None, help=_("到哪一天为止（默认：14 天内）"))
@click.option("--ics", "ics", type=OutFileType(), default=None, help=_("另存为日历文件"))
@at_option
@json_option
@workspace_command
def due_command(
    workspace: Workspace, until: date | None, ics: Path | None, at: datetime | None, as_json: bool
) -> None:
    """到期事项：做什么、谁做、最迟哪天、依据哪一条；可导出日历。

    \b
    例：evidence due --ics 到期.ics
    """
    moment = at or workspace.clock()
    today = local_date(moment)
    last = until or today + timedelta(days=NEXT_DAYS)
    if last < today:
        raise UsageError(_("--until 早于 {today}。").format(today=today), remedy=_("请写今天或以后的日期。"))
    parameters = workspace.settings.parameters
    items = due_items(gather_open(view_known_at(workspace.ledger, at), moment), parameters, moment, last)
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
        return
    yield from table(
        (_("期限"), _("还剩"), _("做什么"), _("对象"), _("谁做"), _("依据")),
        (_row(item, today) for item in items),
        indent=2,
    )


def _row(item: DueItem, today: date) -> tuple[str, ...]:
    mark = SIGNS[Kind.FAIL if item.overdue else Kind.OPEN]
    about = " ".join(part for part in (item.name, item.case, item.detail) if part)
    left = days_left((item.due - today).days)
    return (f"{mark} {show_date(item.due)}", left, item.what, about, item.who, item.clause)


def days_left(days: int) -> str:
    """`还有7天`, `今天`, `逾期3天`."""
    if days < 0:
        return _("逾期{n}天").format(n=-days)
    return _("还有{n}天").format(n=days) if days else _("今天")
