"""`--workspace`: taken by every command and every group, so that it may stand anywhere on the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evidence.language import _

_NAMED = "evidence.workspace"


def _remember(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[_NAMED] = value


_ATTRIBUTES: dict[str, Any] = {
    "type": click.Path(path_type=Path, file_okay=False),
    "expose_value": False,
    "callback": _remember,
    "help": _("工作区目录（默认：向上最近一个含 evidence.toml 的目录）"),
}

takes_workspace = click.option("--workspace", **_ATTRIBUTES)
"""For the commands that work in one."""


def workspace_option() -> click.Option:
    """For all others; nearest to the command wins when it is given twice."""
    return click.Option(["--workspace"], **_ATTRIBUTES)


def named_workspace(context: click.Context | None = None) -> Path | None:
    """The directory that `--workspace` named, in this run or on the line being completed, if it did."""
    context = context or click.get_current_context(silent=True)
    found: Any = context.meta.get(_NAMED) if context is not None else None
    return found if isinstance(found, Path) else None
