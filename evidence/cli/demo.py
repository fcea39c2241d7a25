"""`evidence demo`: the whole main job on sample data, told as it happens."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option
from evidence.cli.output import emit, progress, say
from evidence.language import _

if TYPE_CHECKING:
    from evidence.demo.plot import Ending


@click.command("demo")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-workspace"))
@json_option
def demo_command(directory: Path, as_json: bool) -> int:
    """用示例数据完整演示一遍：开案、签发、签字盖章、扫描入账、核对、移交、验证。

    合同日期用演示时钟（2022年春）；证书和时间戳是真实时间，移交包上会写明。

    \b
    例：evidence demo
        evidence demo 演示 --json
    """
    from evidence.cli.browsing import show_changes
    from evidence.config import open_workspace
    from evidence.demo.plot import run_demo
    from evidence.ledger.query_tables import keep

    started = time.monotonic()
    root = directory.resolve()

    def advance(stage: str) -> None:
        progress(f"[{time.monotonic() - started:5.1f} s] {stage}")

    ending = run_demo(root, tell=lambda line: progress(f"          {line}"), advance=advance)
    made = open_workspace(ending.workspace)
    show_changes(made, 0)
    keep(made.ledger)
    if as_json:
        emit(
            {
                "workspace": str(ending.workspace),
                "package": str(ending.package),
                "trust": str(ending.trust),
                "indication": ending.report.indication,
                "complete": ending.built.package.complete,
                "arrivals": len(ending.arrivals),
            }
        )
    else:
        say(_summary(ending, time.monotonic() - started))
    return int(ending.report.exit_code)


def _summary(ending: Ending, seconds: float) -> list[str]:
    dossier = ending.workspace / "archive"
    return [
        "",
        _("● 演示完成，用时 {seconds:.0f} 秒。验证结论：{indication}").format(
            seconds=seconds, indication=ending.report.indication
        ),
        _("  收到 {count} 件；先缺一处签名，补签后移交包完整。").format(count=len(ending.arrivals)),
        "",
        _("请打开："),
        f"  {ending.package}",
        _("    移交包：其中 data/移交清单.pdf 是签名的移交清单，data/企业/… 下是各案卷宗"),
        f"  {dossier / 'cases'}",
        _("    按案件翻阅的档案"),
        f"  {dossier / 'issued'}",
        _("    签发的文书"),
        "",
        _("自己验证一遍："),
        f"  evidence verify {ending.package} --trust {ending.trust}",
    ]
