"""`evidence verify`: for the auditor; needs no workspace."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evidence.cli.options import OutFileType, at_option, emit, json_option, progress, say
from evidence.cli.waiting import Working
from evidence.errors import InputError, UsageError
from evidence.foreign import reason_of
from evidence.language import _


@click.command("verify")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--trust",
    "trust",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PEM",
    help=_("你信任的证书（PEM 或 DER，可重复）；也可含较新的吊销列表"),
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="PACKAGE",
    help=_("你自己保存的上一周移交包，用来见证连续性"),
)
@click.option(
    "--report",
    "report_path",
    type=OutFileType(),
    metavar="OUT.pdf",
    help=_("另写一份中文 PDF 报告"),
)
@at_option
@json_option
def verify_command(
    path: Path,
    trust: tuple[Path, ...],
    previous: Path | None,
    report_path: Path | None,
    at: datetime | None,
    as_json: bool,
) -> int:
    """验证移交包（.zip 或文件夹）或单个 PDF：真伪、改动、连续性、判断能否重算。

    退出码：0 通过；3 真实但自称不完整；4 不通过；5 尚不能认定。

    \b
    例：evidence verify WJB-2022-W13.zip --trust 机构根证书.pem --previous WJB-2022-W12.zip
    """
    from evidence.verify.examine import verify_path
    from evidence.verify.wording import text_report

    if not path.exists():
        raise UsageError(_("没有这个文件或文件夹。"), where=str(path), remedy=_("请检查路径。"))
    anchors = [_read(each) for each in trust]
    with Working(_("正在验证 {name}……").format(name=path.name)):
        result = verify_path(path, trust=anchors, previous=previous, at=at)
        if report_path is not None:
            from evidence.verify.report_pdf import write_report

            write_report(result, report_path)
    if report_path is not None:
        progress(_("报告已写入 {path}").format(path=report_path))
    if as_json:
        emit(result.to_json())
    else:
        say(text_report(result))
    return result.exit_code


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            _("信任文件打不开：{why}。").format(why=reason_of(error)),
            where=str(path),
            remedy=_("请检查路径。"),
        ) from error
