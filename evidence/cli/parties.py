"""`evidence import`: enterprises, people, recorders, campaigns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import NewFileType, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.errors import UsageError
from evidence.forms.empty_workbook import write_empty_workbook
from evidence.forms.parties import import_parties, record_parties
from evidence.forms.party_tables import TABLES
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--template",
    "template",
    type=NewFileType(),
    help=_("写出一个空白名册（带下拉选项和批注）后结束"),
)
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def import_command(
    workspace: Workspace, file: Path | None, template: Path | None, by: str, as_json: bool
) -> None:
    """导入企业、人员、记录仪、专项：全部正确才导入，错误按工作表和单元格列出。

    \b
    例：evidence import --template 名册.xlsx
        evidence import 名册.xlsx
    """
    if template is not None:
        write_empty_workbook(template, TABLES, title="名册", made=workspace.clock())
        if as_json:
            emit({"path": str(template)})
        else:
            say(_("空白名册已写好：{path}").format(path=template))
        return
    if file is None:
        raise UsageError(
            _("请指明要导入的文件。"), remedy=_("例：evidence import 名册.xlsx；空白名册用 --template 生成。")
        )
    view = workspace.ledger.view
    parties = import_parties(
        file,
        known=view.enterprises(),
        people=view.people(),
        places=workspace.settings.profile.places,
    )
    event = record_parties(
        parties,
        source=file,
        ledger=workspace.ledger,
        originals=workspace.originals,
        actor=workspace.actor(by).journalled,
    )
    counts = {
        "enterprises": len(event.enterprises),
        "people": len(event.people),
        "devices": len(event.devices),
        "campaigns": len(event.campaigns),
    }
    if as_json:
        emit({**counts, "warnings": parties.warnings, "source": event.source})
        return
    for warning in parties.warnings:
        progress(f"◐ {warning}")
    say(_("已导入：企业 {enterprises}，人员 {people}，记录仪 {devices}，专项 {campaigns}。").format(**counts))
