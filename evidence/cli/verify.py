"""`evidence verify`: for the auditor; needs no workspace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evidence.cli.options import OutFileType, at_option, json_option
from evidence.cli.output import emit, progress, say
from evidence.cli.waiting import Working
from evidence.errors import InputError, UsageError
from evidence.foreign import reason_of
from evidence.language import _

if TYPE_CHECKING:
    from evidence.verify.model import Report
    from evidence.verify.series import SeriesReport


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
    "--regulator",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PEM",
    help=_("监管部门的证书（可重复）：只有它签的回执才是见证"),
)
@click.option(
    "--previous",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PACKAGE",
    help=_("你自己保存的其他各周移交包（可重复），用来见证连续性"),
)
@click.option(
    "--report",
    "report_path",
    type=OutFileType(),
    metavar="OUT.pdf",
    help=_("另写一份中文 PDF 报告"),
)
@click.option(
    "--etsi",
    "etsi_path",
    type=OutFileType(),
    metavar="OUT.xml",
    help=_("另写一份 ETSI TS 119 102-2 格式的签名验证报告，供其他验证程序比对"),
)
@at_option
@json_option
def verify_command(
    path: Path,
    trust: tuple[Path, ...],
    regulator: tuple[Path, ...],
    previous: tuple[Path, ...],
    report_path: Path | None,
    etsi_path: Path | None,
    at: datetime | None,
    as_json: bool,
) -> int:
    """验证移交包（.zip 或文件夹）、单个 PDF，或放有历次移交包的文件夹：真伪、改动、连续性、判断能否重算。

    退出码：0 通过；3 真实但自称不完整；4 不通过；5 尚不能认定。

    \b
    例：evidence verify WJB-2022-W13.zip --trust 机构根证书.pem --previous WJB-2022-W12.zip
    """
    from evidence.verify.opening import packages_in

    if not path.exists():
        raise UsageError(_("没有这个文件或文件夹。"), where=str(path), remedy=_("请检查路径。"))
    given = _Given(
        trust=[(each.name, _read(each)) for each in trust],
        regulator=[(each.name, _read(each)) for each in regulator],
        previous=previous,
        at=at,
    )
    with Working(_("正在验证 {name}……").format(name=path.name)):
        told = _series(path, given) if packages_in(path) else _one(path, given)
    if as_json:
        emit(told.document)
    else:
        say(told.lines)
    _write(told.report, report_path, etsi_path)
    return told.report.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What the reader brings: (file name, content) of the certificates, and his own copies."""

    trust: list[tuple[str, bytes]]
    regulator: list[tuple[str, bytes]]
    previous: tuple[Path, ...]
    at: datetime | None

    @property
    def anchors(self) -> list[bytes]:
        return [blob for _name, blob in self.trust]

    @property
    def supervisors(self) -> list[bytes]:
        return [blob for _name, blob in self.regulator]

    @property
    def named(self) -> list[tuple[str, str, bytes]]:
        """Every file with the option it came by."""
        return [
            *(("--trust", name, blob) for name, blob in self.trust),
            *(("--regulator", name, blob) for name, blob in self.regulator),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A verdict, for people and for programs."""

    report: Report | SeriesReport
    lines: tuple[str, ...]
    document: dict[str, Any]


def _one(path: Path, given: _Given) -> _Told:
    """A package, its folder or one PDF."""
    from evidence.verify.examine import verify_path
    from evidence.verify.report_content import machine_report
    from evidence.verify.take_down import take_down
    from evidence.verify.wording import text_report

    found = verify_path(
        path, trust=given.anchors, regulator=given.supervisors, previous=given.previous, at=given.at
    )
    noted = take_down(path, trust=given.named, previous=given.previous, now=datetime.now(UTC))
    report = replace(found, circumstances=noted)
    return _Told(report=report, lines=text_report(report), document=machine_report(report))


def _series(folder: Path, given: _Given) -> _Told:
    """A folder of packages."""
    from evidence.verify.series import verify_series
    from evidence.verify.series_content import series_document, series_lines
    from evidence.verify.take_down import take_down_series

    found = verify_series(
        folder, trust=given.anchors, regulator=given.supervisors, previous=given.previous, at=given.at
    )
    report = take_down_series(
        found, folder, trust=given.named, previous=given.previous, now=datetime.now(UTC)
    )
    return _Told(report=report, lines=series_lines(report), document=series_document(report))


def _write(result: Report | SeriesReport, report_path: Path | None, etsi_path: Path | None) -> None:
    """The files asked for, after the verdict has been said: a font that is missing takes nothing back."""
    from evidence.verify.report_file import write_etsi, write_report

    for path, write in ((etsi_path, write_etsi), (report_path, write_report)):
        if path is not None:
            write(result, path)
            progress(_("报告已写入 {path}").format(path=path))


def _read(path: Path) -> bytes:
    from evidence.verify.trust_files import read_pem_or_der

    try:
        blob = path.read_bytes()
    except OSError as error:
        raise InputError(
            _("信任文件打不开：{why}。").format(why=reason_of(error)),
            where=str(path),
            remedy=_("请检查路径。"),
        ) from error
    if not read_pem_or_der(blob):
        raise InputError(
            _("信任文件里没有证书。"),
            where=str(path),
            remedy=_("请给出 PEM 或 DER 格式的证书（BEGIN CERTIFICATE）。"),
        )
    return blob
