"""`evidence template`: what a form may print, and whether its Word file can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.waiting import Working
from evidence.errors import ExitCode
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.group("template")
def template_command() -> None:
    """文书模板：在 Word 中改版式，不需要编程。

    \b
    例：evidence template check 现场检查记录
    """


@template_command.command("check")
@click.argument("forms", nargs=-1)
@json_option
@workspace_command
def check_command(workspace: Workspace, forms: tuple[str, ...], as_json: bool) -> int:
    """检查模板：缺少、多余或用错的字段，量不到的签章位置，读不出的二维码，未嵌入的字体。

    退出码：3 有须改正之处，2 有打不开的模板，0 都可以使用。

    \b
    例：evidence template check
        evidence template check 现场检查记录 FC
    """
    from evidence.forms.checked_templates import check_templates

    catalogue = workspace.catalogue()
    with Working(_("正在用样例数据生成并检查模板……")):
        findings = check_templates(catalogue, workspace.settings.forms, forms, kept=workspace.kept_checks)
    failed = any(finding.level == "error" for finding in findings)
    if as_json:
        emit({"forms": [form.id for form in catalogue], "findings": findings})
    else:
        for finding in findings:
            sign = "✕" if finding.level == "error" else "◐"
            where = f"（{finding.where}）" if finding.where else ""
            say(f"{sign} {catalogue.form(finding.form).short}：{finding.message}{where}")
        if not findings:
            count = len(forms) or len(catalogue.forms)
            say(_("● {count} 个模板都可以使用。").format(count=count))
    if any(finding.unreadable for finding in findings):
        return ExitCode.USAGE
    return ExitCode.INCOMPLETE if failed else ExitCode.DONE


@template_command.command("fields")
@click.argument("form")
@json_option
@workspace_command
def fields_command(workspace: Workspace, form: str, as_json: bool) -> None:
    """列出一种文书可用的字段和签章标记，供改模板时查阅。

    \b
    例：evidence template fields 现场检查记录
    """
    declaration = workspace.catalogue().form(form)
    if as_json:
        emit(declaration)
        return
    say(
        _("{title}（{code}）：保管 {years} 年，一式 {copies} 份").format(
            title=declaration.title,
            code=declaration.code,
            years=declaration.retention_years,
            copies=declaration.paper_copies,
        )
    )
    say(_("合同依据：{clauses}").format(clauses="、".join(declaration.clauses) or "—"))
    for declared in declaration.fields:
        need = "*" if declared.required else " "
        say(f"{need} {{{{ {declared.name} }}}}  {declared.label}")
        for item in declared.items:
            say(f"      行.{item.name}  {item.label}")
    for box in declaration.boxes:
        mark = f"{{{{r 框.{box.anchor} }}}}" if box.anchor else _("（在人员循环的行里）")
        say(f"{'*' if box.required else ' '} {mark}  {box.label}")
