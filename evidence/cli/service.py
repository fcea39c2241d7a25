"""`evidence service`: run as a system service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import emit, json_option, say, workspace_command
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.group("service")
def service_command() -> None:
    """系统服务（systemd）：工作台、收件、备份和抽查随机器启动，按时运行。

    \b
    例：evidence service install --workspace /srv/evidence --backup /mnt/backup
    """


@service_command.command("install")
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(["desk", "watch", "worker"]),
    help=_("本机运行什么，可多次给出（默认 desk：工作台，收件在内）"),
)
@click.option("--account", default="evidence", show_default=True, help=_("运行服务的系统账号，没有就建立"))
@click.option(
    "--backup", type=click.Path(path_type=Path, file_okay=False), help=_("每日备份到这里，每月检验一次")
)
@click.option(
    "--desk-options",
    default="",
    help=_('evidence serve 的其他选项，如 "--host 0.0.0.0 --tls-cert … --tls-key …"'),
)
@click.option("--watch-options", default="", help=_("evidence watch 的其他选项，如 --poll"))
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("只把单元文件写到该目录下的 etc/systemd/system，不改动系统"),
)
@click.option("--no-start", is_flag=True, help=_("装好但不启动"))
@json_option
@workspace_command
def install_command(
    workspace: Workspace,
    parts: tuple[str, ...],
    account: str,
    backup: Path | None,
    desk_options: str,
    watch_options: str,
    into: Path | None,
    no_start: bool,
    as_json: bool,
) -> None:
    """装成系统服务：建立账号，把工作区交给它，写好单元文件并启动。

    \b
    例：evidence service install --workspace /srv/evidence --backup /mnt/backup
        evidence service install --into /tmp/看看
    """
    from evidence.service.install import install, write_units
    from evidence.service.units import Installation, Part

    installation = Installation(
        program=Path(sys.argv[0]).resolve(),
        workspace=workspace.root.resolve(),
        account=account,
        parts=tuple(dict.fromkeys(map(Part, parts))) or (Part.DESK,),
        backup=None if backup is None else backup.resolve(),
        desk_options=desk_options,
        watch_options=watch_options,
    )
    written = (
        write_units(installation, into) if into is not None else install(installation, start=not no_start)
    )
    if as_json:
        emit({"units": [str(path) for path in written], "enabled": list(installation.started)})
        return
    for path in written:
        say(str(path))
    if into is None:
        say(
            _("已装好，账号 {account}。查看：systemctl status {units}").format(
                account=account, units=" ".join(installation.started)
            )
        )
