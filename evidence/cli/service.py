"""`evidence service`: run as a system service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.errors import UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


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


@service_command.command("tls")
@click.argument("names", nargs=-1, metavar="名称...")
@click.option("--certificate", type=_FILE, help=_("改用别处签发的证书（PEM，连同上级证书）"))
@click.option("--key", type=_FILE, help=_("该证书的私钥（PEM，没有口令）"))
@json_option
@workspace_command
def tls_command(
    workspace: Workspace, names: tuple[str, ...], certificate: Path | None, key: Path | None, as_json: bool
) -> None:
    """为工作台生成手机信任的 HTTPS 证书，或改用别处签发的；evidence serve 会自动使用。

    名称是手机用来打开工作台的主机名或地址，可写几个。根证书只生成一次，有效十年；工作台的证书有效 820 天，
    到期前再运行一次即可，手机不必重装根证书。

    \b
    例：evidence service tls desk.example.lan 192.168.1.20
        evidence service tls --certificate 证书.pem --key 私钥.pem
    """
    from evidence.config import utc_now
    from evidence.service.tls import fingerprint, make_certificate, names_in, take_certificate, tls_files
    from evidence.web.server import check_tls

    files = tls_files(workspace.root)
    if (certificate is None) != (key is None) or (certificate is not None and names):
        raise UsageError(
            _("请写名称，或者同时给出证书和私钥。"),
            remedy=_("例：evidence service tls desk.example.lan 192.168.1.20"),
        )
    aside: tuple[Path, ...] = ()
    if certificate is not None and key is not None:
        check_tls(certificate, key)
        made, aside = take_certificate(files, certificate, key, now=utc_now())
    else:
        made = make_certificate(files, names, agency=workspace.settings.agency.name, now=utc_now())
    told = {
        "certificate": str(files.certificate),
        "root": str(files.root) if files.root.is_file() else "",
        "names": list(names_in(files.certificate)),
        "until": made.not_valid_after_utc.date().isoformat(),
        "root_sha256": fingerprint(files.root) if files.root.is_file() else "",
        "put_aside": [str(path) for path in aside],
    }
    if as_json:
        emit(told)
        return
    say(_("证书：{path}，有效到 {until}").format(path=files.certificate, until=told["until"]))
    say(_("可以用来打开工作台的名称：{names}").format(names="、".join(told["names"])))
    for path in aside:
        say(_("原有的根证书不再使用，已改名保存：{path}").format(path=path))
    if files.root.is_file():
        say(_("每部手机安装一次根证书：{path}").format(path=files.root))
        say(_("根证书指纹（安装时核对）：{digest}").format(digest=told["root_sha256"]))
        say(_("下次 evidence serve --host 0.0.0.0 时使用；手机上打开 /site/trust/ 看图安装根证书。"))
    else:
        say(_("下次 evidence serve --host 0.0.0.0 时使用。"))
