"""Options that commands share: `--workspace`, `--json`, `--at`, `--week`, and what their values may be."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.whereabouts import named_workspace, takes_workspace
from evidence.domain.identifiers import as_typed
from evidence.domain.week import Week, local_instant
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


FIRST_YEAR, LAST_YEAR = 1990, 2199
"""Years a typed date may lie in: before the first no record was digital, after the last it is a slip."""


def in_calendar(day: date) -> bool:
    """Whether a typed date can be meant; arithmetic with weeks and terms never leaves what Python counts."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def beyond_calendar(value: str) -> str:
    """Why a date that is one was refused."""
    return _("{value!r} 超出可用的年份（{first}—{last}），请检查。").format(
        value=value, first=FIRST_YEAR, last=LAST_YEAR
    )


class IdentifierType(click.ParamType[str]):
    """A case, visit, document or arrival number in whatever width and letters it was typed."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The identifier as it is kept."""
        return as_typed(value)


IDENTIFIER = IdentifierType()


class InstantType(click.ParamType[datetime]):
    """`2022-04-01` (noon in Shanghai) or an ISO 8601 instant with offset."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Aware UTC instant."""
        if isinstance(value, datetime):
            return value
        typed = as_typed(value)
        try:
            if len(typed) == 10:
                return local_instant(self._known(date.fromisoformat(typed), value, param, ctx), 12)
            instant = datetime.fromisoformat(typed)
        except ValueError:
            self.fail(
                _("{value!r} 不是时间，请写成 2022-04-01 或 2022-04-01T15:00+08:00。").format(value=value)
            )
        if instant.tzinfo is None:
            self.fail(_("{value!r} 缺少时区，请在末尾加上 +08:00。").format(value=value))
        self._known(instant.date(), value, param, ctx)
        return instant.astimezone(UTC)

    def _known(self, day: date, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        return day if in_calendar(day) else self.fail(beyond_calendar(value), param, ctx)


class WeekType(click.ParamType[Week]):
    """`2022-W13`."""

    name = "week"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Week:
        """ISO week."""
        if isinstance(value, Week):
            return value
        try:
            week = Week.parse(as_typed(value))
            if not in_calendar(week.monday):
                self.fail(beyond_calendar(value), param, ctx)
            return week
        except ValueError:
            self.fail(_("{value!r} 不是周次，请写成 2022-W13。").format(value=value))


class DayType(click.ParamType[date]):
    """`2022-04-01`, a date in Shanghai."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        if isinstance(value, date):
            return value
        try:
            typed = as_typed(value)
            if len(typed) != 10:
                raise ValueError(value)
            day = date.fromisoformat(typed)
            return day if in_calendar(day) else self.fail(beyond_calendar(value), param, ctx)
        except ValueError:
            self.fail(_("{value!r} 不是日期，请写成 2022-04-01。").format(value=value), param, ctx)


class OutFileType(click.Path):
    """A file to be written, here or into a folder that is there; what it held before is replaced."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False, writable=True)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """The path, unchanged."""
        folder = Path(value).absolute().parent
        if not folder.is_dir():
            self.fail(_("文件夹不存在：{path}，请先建好。").format(path=folder), param, ctx)
        if not os.access(folder, os.W_OK):
            self.fail(_("文件夹写不进去：{path}，请换一处。").format(path=folder), param, ctx)
        return super().convert(value, param, ctx)


class NewFileType(OutFileType):
    """As above, but nothing a person has filled in would be lost."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """The path, unchanged."""
        path = Path(value)
        if path.is_file() and path.stat().st_size:
            self.fail(_("{path} 已存在，不会覆盖；请另选一个文件名。").format(path=path), param, ctx)
        return super().convert(value, param, ctx)


def workspace_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--workspace` and pass the opened workspace as the first argument."""

    @takes_workspace
    @click.option(
        "--clock-is-right", is_flag=True, help=_("本机时钟早于账本最后一笔或合同签订日期，但确实无误")
    )
    @wraps(function)
    def with_workspace(*args: Any, clock_is_right: bool, **kwargs: Any) -> Any:
        from evidence.config import open_workspace

        workspace: Workspace = open_workspace(named_workspace())
        if clock_is_right:
            workspace = replace(workspace, clock_is_right=True)
        result = function(workspace, *args, **kwargs)
        _show_changes(workspace)
        return result

    return with_workspace


def _show_changes(workspace: Workspace) -> None:
    """Bring archive/cases in line with what the command journalled, if it opened the ledger at all."""
    ledger = vars(workspace).get("ledger")
    if ledger is not None and ledger.head.size > ledger.opened_at:
        from evidence.cli.browsing import show_changes

        show_changes(workspace, ledger.opened_at)


json_option = click.option("--json", "as_json", is_flag=True, help=_("只在标准输出打印一个 JSON 文档"))
at_option = click.option("--at", "at", type=InstantType(), default=None, help=_("以该时刻为准（默认：现在）"))
week_option = click.option(
    "--week", "week", type=WeekType(), default=None, help=_("周次，如 2022-W13（默认：本周）")
)
