"""`evidence export`: what an archive takes over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import OutFileType, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.waiting import Working
from evidence.config import utc_now
from evidence.domain.identifiers import CaseId, as_typed
from evidence.errors import UsageError
from evidence.language import _
from evidence.optional_parts import archives_of

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.command("export")
@click.argument("what", required=False)
@click.option(
    "--eark",
    "eark",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help=_("把一个移交包或一个已闭环的案件导出为 E-ARK 提交信息包，放在这个目录下"),
)
@click.option(
    "--catalogue",
    "catalogue",
    type=OutFileType(),
    default=None,
    help=_("案卷目录和卷内文件目录（.xlsx）"),
)
@click.option("--year", "years", type=int, multiple=True, help=_("目录只列这些年份开立的案件，可多次给出"))
@json_option
@workspace_command
def export_command(
    workspace: Workspace,
    what: str | None,
    eark: Path | None,
    catalogue: Path | None,
    years: tuple[int, ...],
    as_json: bool,
) -> None:
    """向档案系统导出：E-ARK 提交信息包，或案卷目录。

    信息包的内容与已签名的移交包逐字节相同，摘要可互相对上。写移交包编号或已闭环案件的编号；
    不写时是最近一个移交包。

    \b
    例：evidence export WJB-2022-W13 --eark 导出
        evidence export WJB22-0001 --eark 导出
        evidence export --catalogue 案卷目录.xlsx --year 2022
    """
    if (eark is None) == (catalogue is None) or (catalogue is not None and what is not None):
        raise UsageError(
            _("请写明导出成什么、放在哪里。"),
            remedy=_("--eark 目录 或 --catalogue 文件.xlsx，选一个；案件或移交包编号只用于 --eark。"),
        )
    if eark is not None:
        _export_package(workspace, what, eark, as_json)
    elif catalogue is not None:
        _export_catalogue(workspace, catalogue, years, as_json)


def _export_package(workspace: Workspace, what: str | None, into: Path, as_json: bool) -> None:
    from evidence.exchange.eark import write_sip

    packages = workspace.ledger.view.packages()
    if what is None and not packages:
        raise UsageError(_("还没有制作过移交包。"), remedy=_("请先用 evidence bundle 制作移交包。"))
    name = packages[-1].id if what is None else as_typed(what)
    with Working(_("导出 {name}……").format(name=name)):
        if any(package.id == name for package in packages):
            submission = archives_of(workspace).package(name, utc_now())
        else:
            submission = archives_of(workspace).case(CaseId(name), utc_now())
        written = write_sip(submission, into)
    if as_json:
        emit({"id": submission.id, "path": str(written), "files": len(submission.files)})
        return
    say(
        _("已导出 {id}：{files} 个文件，{path}").format(
            id=submission.id, files=len(submission.files), path=written
        )
    )


def _export_catalogue(workspace: Workspace, out: Path, years: tuple[int, ...], as_json: bool) -> None:
    from evidence.exchange.catalogue import volumes
    from evidence.exchange.catalogue_book import write_catalogue

    parties = archives_of(workspace).parties
    found = volumes(
        workspace.ledger.view,
        parties,
        retention_years=workspace.settings.parameters.record_retention_years,
        years=years,
    )
    write_catalogue(out, found, agency=parties.agency)
    if as_json:
        emit({"path": str(out), "volumes": len(found), "files": sum(len(each.files) for each in found)})
        return
    say(_("已写出 {n} 卷的目录：{path}").format(n=len(found), path=out))
