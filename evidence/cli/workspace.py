"""`evidence init`: a new workspace, ready for the first file."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.cli.options import emit, json_option, say
from evidence.config import create_workspace
from evidence.language import _


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--evaluation-keys", is_flag=True, help=_("同时生成仅供试用的证书、签名密钥和时间戳服务"))
@json_option
def init_command(directory: Path, evaluation_keys: bool, as_json: bool) -> None:
    """建立工作区：收件夹、模板、档案和 evidence.toml。已有的文件一律不动。

    \b
    例：evidence init 承安证据 --evaluation-keys
    """
    created = create_workspace(directory.resolve(), evaluation_keys=evaluation_keys)
    if as_json:
        emit({"workspace": str(created.root), "evaluation_keys": evaluation_keys})
        return
    say(_("工作区已建好：{root}").format(root=created.root))
    say(_("下一步：在该目录运行 evidence import --template 名册.xlsx，填好后导入。"))
