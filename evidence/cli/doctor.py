"""`evidence doctor`: what this machine lacks, and the command that mends it."""

from __future__ import annotations

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.config import Workspace
from evidence.errors import ExitCode
from evidence.language import _

MARKS = {True: "●", False: "✕", None: "◐"}


@click.command("doctor")
@json_option
@workspace_command
def doctor_command(workspace: Workspace, as_json: bool) -> int:
    """检查本机环境：目录权限、磁盘、LibreOffice、字体、模板、账本、签名密钥、时间戳服务。

    \b
    例：evidence doctor
    """
    from evidence.doctor import examine
    from evidence.health.model import as_json as rows_of
    from evidence.health.model import worst

    checks = list(examine(workspace))
    healthy = all(check.good is not False for check in checks)
    if as_json:
        emit({"healthy": healthy, "state": worst(checks), "checks": rows_of(checks)})
    else:
        for check in checks:
            say(f"{MARKS[check.good]} {check.message}")
            if check.remedy:
                say(_("    处理：{remedy}").format(remedy=check.remedy))
    if any(check.name == "ledger" and check.good is False for check in checks):
        return ExitCode.LEDGER_DAMAGED
    return ExitCode.DONE if healthy else ExitCode.MISSING_PART
